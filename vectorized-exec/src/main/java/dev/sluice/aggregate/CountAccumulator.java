package dev.sluice.aggregate;

import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Loops;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/** COUNT of the rows that reach it. */
final class CountAccumulator implements GroupAccumulator {
  private final DataType type;
  private long[] counts = new long[64];

  CountAccumulator(DataType type) {
    this.type = type;
  }

  @Override
  public void ensure(int slots) {
    if (counts.length < slots) {
      counts = Arrays.copyOf(counts, Math.max(slots, 2 * counts.length));
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    add(rows.slots(), rows.count(), 1);
  }

  @Override
  public void retract(Lane[] arguments, SlotRows rows) {
    add(rows.slots(), rows.count(), -1);
  }

  private void add(int[] slots, int n, long step) {
    Loops.addAt(counts, slots, n, step);
  }

  @Override
  public boolean retractable() {
    return true;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    long[] from = ((CountAccumulator) other).counts;
    for (int i = 0; i < count; i++) {
      counts[target[i]] += from[i];
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    Cells.setWords(out, type, Loops.gather(counts, slots, from, count), count);
  }

  @Override
  public long byteSize() {
    return 8L * counts.length;
  }

  @Override
  public int stateWords() {
    return 1;
  }

  @Override
  public long stateWord(int slot, int index) {
    return counts[slot];
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    counts[slot] = words[0];
  }
}
