package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.state.KeyGroups;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/**
 * COUNT(DISTINCT x) of values that are held in a word, of rows that are not taken back: bitmaps of
 * 64 neighbouring values in one open-addressing table for all groups. Numbers given out one after
 * the other, as keys mostly are, so take a few bits each and stay in the processor's cache; values
 * far from each other take an entry each, less than in a table of values with their arrivals.
 */
final class DistinctWordCount implements GroupAccumulator {
  /** Words of an entry: the group's slot + 1, the value without its last six bits, the bitmap. */
  private static final int STRIDE = 3;

  private static final int INITIAL = 64;

  private final DataType type;
  private long[] counts = new long[INITIAL];
  private long[] table = new long[INITIAL * STRIDE];
  private int mask = INITIAL - 1;
  private int entries;

  DistinctWordCount(DataType type) {
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
    long[] values = arguments[0].words();
    int[] slots = rows.slots();
    int count = rows.count();
    for (int done = 0; done < count; ) {
      done = add(values, slots, done, count);
      if (done < count) {
        grow();
      }
    }
  }

  /** Adds values from row {@code from} on, until the table has to grow; gives how far it came. */
  private int add(long[] values, int[] slots, int from, int to) {
    int most = mask - (mask >>> 2);
    for (int i = from; i < to; i++) {
      if (entries >= most) {
        return i;
      }
      int at = place(slots[i], values[i] >> 6);
      long bits = table[at + 2];
      long bit = 1L << values[i];
      if ((bits & bit) == 0) {
        table[at + 2] = bits | bit;
        counts[slots[i]]++;
      }
    }
    return to;
  }

  /** Where the entry lies, which is made if there is none; there must be room. */
  private int place(int slot, long high) {
    long[] all = table;
    int index = (int) KeyGroups.mix(high + slot * 0x9E3779B97F4A7C15L) & mask;
    while (true) {
      int at = index * STRIDE;
      long there = all[at];
      if (there == slot + 1L && all[at + 1] == high) {
        return at;
      }
      if (there == 0) {
        all[at] = slot + 1L;
        all[at + 1] = high;
        entries++;
        if (nextOfSlot.length > 0) {
          chain(index);
        }
        return at;
      }
      index = index + 1 & mask;
    }
  }

  private void grow() {
    long[] old = table;
    int capacity = Math.multiplyExact(mask + 1, 2);
    table = new long[Math.multiplyExact(capacity, STRIDE)];
    mask = capacity - 1;
    entries = 0;
    // entries get other places: they are chained anew when somebody asks again
    firstOfSlot = new int[0];
    nextOfSlot = new int[0];
    for (int at = 0; at < old.length; at += STRIDE) {
      if (old[at] != 0) {
        table[place((int) (old[at] - 1), old[at + 1]) + 2] = old[at + 2];
      }
    }
  }

  private void addBits(int slot, long high, long bits) {
    if (entries >= mask - (mask >>> 2)) {
      grow();
    }
    int at = place(slot, high) + 2;
    counts[slot] += Long.bitCount(bits & ~table[at]);
    table[at] |= bits;
  }

  @Override
  public void merge(GroupAccumulator other, int[] target, int count) {
    long[] from = ((DistinctWordCount) other).table;
    for (int at = 0; at < from.length; at += STRIDE) {
      if (from[at] != 0 && from[at] <= count) {
        addBits(target[(int) (from[at] - 1)], from[at + 1], from[at + 2]);
      }
    }
  }

  @Override
  public void result(int[] slots, int from, int count, FieldVector out) {
    for (int i = 0; i < count; i++) {
      Cells.setWord(out, type, i, counts[slots[from + i]]);
    }
  }

  @Override
  public long byteSize() {
    return 8L * (table.length + counts.length) + 4L * (firstOfSlot.length + nextOfSlot.length);
  }

  @Override
  public String stateForm() {
    return "bitmaps";
  }

  @Override
  public int stateWords() {
    return 0;
  }

  @Override
  public long stateWord(int slot, int index) {
    throw new IllegalArgumentException("distinct sets have no words of state");
  }

  /** By slot the place + 1 of the first of its entries; empty until somebody asks. */
  private int[] firstOfSlot = new int[0];

  /** By entry the place + 1 of the next one of its slot. */
  private int[] nextOfSlot = new int[0];

  /**
   * Chains the entries of each slot, once: those that come later chain themselves, so that state
   * can be copied in slices while the table grows.
   */
  private void index() {
    if (nextOfSlot.length <= mask) {
      firstOfSlot = new int[counts.length];
      nextOfSlot = new int[mask + 1];
      for (int index = 0; index <= mask; index++) {
        if (table[index * STRIDE] != 0) {
          chain(index);
        }
      }
    }
  }

  private void chain(int index) {
    int slot = (int) table[index * STRIDE] - 1;
    if (firstOfSlot.length <= slot) {
      firstOfSlot = Arrays.copyOf(firstOfSlot, counts.length);
    }
    nextOfSlot[index] = firstOfSlot[slot];
    firstOfSlot[slot] = index + 1;
  }

  /** The entries of the group: values without their last six bits, bitmap. */
  @Override
  public void stateBytes(int slot, ByteArena out) {
    index();
    int next = slot < firstOfSlot.length ? firstOfSlot[slot] : 0;
    while (next != 0) {
      int at = (next - 1) * STRIDE;
      out.putLong(table[at + 1]);
      out.putLong(table[at + 2]);
      next = nextOfSlot[next - 1];
    }
  }

  @Override
  public void restore(int slot, long[] words, byte[] bytes, int from, int to) {
    for (int at = from; at < to; at += 2 * Long.BYTES) {
      addBits(slot, ByteArena.longAt(bytes, at), ByteArena.longAt(bytes, at + Long.BYTES));
    }
  }
}
