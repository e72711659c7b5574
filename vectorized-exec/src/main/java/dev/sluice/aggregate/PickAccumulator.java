package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/** FIRST_VALUE and LAST_VALUE by arrival in the task, NULLs left out. */
final class PickAccumulator implements GroupAccumulator {
  private final boolean last;
  private final SlotValues values;
  private long[] arrivals = new long[64];

  PickAccumulator(boolean last, DataType type) {
    this.last = last;
    this.values = new SlotValues(type);
  }

  @Override
  public void ensure(int slots) {
    values.ensure(slots);
    if (arrivals.length < slots) {
      arrivals = Arrays.copyOf(arrivals, Math.max(slots, 2 * arrivals.length));
    }
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    for (int i = 0; i < rows.count(); i++) {
      int slot = rows.slots()[i];
      if (wanted(slot, rows.arrival(i))) {
        values.set(slot, arguments[0], i);
        arrivals[slot] = rows.arrival(i);
      }
    }
  }

  private boolean wanted(int slot, long arrival) {
    return !values.present()[slot] || (last ? arrival > arrivals[slot] : arrival < arrivals[slot]);
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    PickAccumulator from = (PickAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (from.values.present()[i] && wanted(target[i], from.arrivals[i])) {
        values.set(target[i], from.values, i);
        arrivals[target[i]] = from.arrivals[i];
      }
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      values.write(slots[from + i], out, i);
    }
  }

  @Override
  public long byteSize() {
    return values.byteSize() + 8L * arrivals.length;
  }

  @Override
  public int stateWords() {
    return 3;
  }

  @Override
  public long stateWord(int slot, int index) {
    return index == 2 ? arrivals[slot] : values.stateWord(slot, index);
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    values.stateBytes(slot, out);
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    values.restore(slot, words[0], words[1], bytes, from, to);
    arrivals[slot] = words[2];
  }
}
