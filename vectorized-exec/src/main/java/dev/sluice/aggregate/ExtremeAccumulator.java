package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.type.DataType;
import org.apache.arrow.vector.FieldVector;

/**
 * MIN and MAX of anything that has an order, and BOOL_AND and BOOL_OR, which are MIN and MAX of
 * booleans. Strings compare by code point, NaN is the greatest number.
 */
final class ExtremeAccumulator implements GroupAccumulator {
  private final boolean greatest;
  private final SlotValues values;

  ExtremeAccumulator(boolean greatest, DataType type) {
    this.greatest = greatest;
    this.values = new SlotValues(type);
  }

  @Override
  public void ensure(int slots) {
    values.ensure(slots);
  }

  @Override
  public void update(Lane[] arguments, SlotRows rows) {
    if (!values.isWord()) {
      updateBytes(arguments[0], rows.slots(), rows.count());
    } else if (greatest) {
      updateGreatest(arguments[0].words(), rows.slots(), rows.count());
    } else {
      updateLeast(arguments[0].words(), rows.slots(), rows.count());
    }
  }

  private void updateGreatest(long[] in, int[] slots, int n) {
    long[] words = values.words();
    boolean[] present = values.present();
    for (int i = 0; i < n; i++) {
      int slot = slots[i];
      words[slot] = present[slot] ? Math.max(words[slot], in[i]) : in[i];
      present[slot] = true;
    }
  }

  private void updateLeast(long[] in, int[] slots, int n) {
    long[] words = values.words();
    boolean[] present = values.present();
    for (int i = 0; i < n; i++) {
      int slot = slots[i];
      words[slot] = present[slot] ? Math.min(words[slot], in[i]) : in[i];
      present[slot] = true;
    }
  }

  private void updateBytes(Lane lane, int[] slots, int n) {
    boolean[] present = values.present();
    for (int i = 0; i < n; i++) {
      int slot = slots[i];
      if (!present[slot] || better(values.compareBytes(lane, i, slot))) {
        values.set(slot, lane, i);
      }
    }
  }

  private boolean better(int order) {
    return greatest ? order > 0 : order < 0;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    SlotValues from = ((ExtremeAccumulator) other).values;
    for (int i = 0; i < count; i++) {
      if (from.present()[i]
          && (!values.present()[target[i]] || better(values.compare(from, i, target[i])))) {
        values.set(target[i], from, i);
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
    return values.byteSize();
  }

  @Override
  public int stateWords() {
    return 2;
  }

  @Override
  public long stateWord(int slot, int index) {
    return values.stateWord(slot, index);
  }

  @Override
  public void stateBytes(int slot, ByteArena out) {
    values.stateBytes(slot, out);
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    values.restore(slot, words[0], words[1], bytes, from, to);
  }
}
