package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/** At most one value of one type per slot, as word or bytes. */
final class SlotValues {
  private static final byte[] EMPTY = new byte[0];

  private final DataType type;
  private final boolean word;
  private boolean[] present = new boolean[64];
  private long[] words = new long[0];
  private byte[][] bytes = new byte[0][];
  private int[] lengths = new int[0];

  /** Bytes of the values. */
  private long held;

  SlotValues(DataType type) {
    this.type = type;
    this.word = Lane.form(type) == Form.WORD;
    resize(64);
  }

  private void resize(int capacity) {
    present = Arrays.copyOf(present, capacity);
    if (word) {
      words = Arrays.copyOf(words, capacity);
    } else {
      int old = bytes.length;
      bytes = Arrays.copyOf(bytes, capacity);
      Arrays.fill(bytes, old, capacity, EMPTY);
      lengths = Arrays.copyOf(lengths, capacity);
    }
  }

  void ensure(int slots) {
    if (present.length < slots) {
      resize(Math.max(slots, 2 * present.length));
    }
  }

  /** Bytes on the heap, about. */
  long byteSize() {
    return present.length + 8L * words.length + 20L * bytes.length + held;
  }

  boolean isWord() {
    return word;
  }

  /** Which slots have a value. */
  boolean[] present() {
    return present;
  }

  /** The words by slot. */
  long[] words() {
    return words;
  }

  /**
   * Below, at or above zero as the lane's bytes are less than, equal to or greater than the slot's
   * value.
   */
  int compareBytes(Lane lane, int row, int slot) {
    return Arrays.compareUnsigned(
        lane.bytes(), lane.starts()[row], lane.ends()[row], bytes[slot], 0, lengths[slot]);
  }

  int compare(SlotValues other, int otherSlot, int slot) {
    return word
        ? Long.compare(other.words[otherSlot], words[slot])
        : Arrays.compareUnsigned(
            other.bytes[otherSlot], 0, other.lengths[otherSlot], bytes[slot], 0, lengths[slot]);
  }

  void set(int slot, Lane lane, int row) {
    if (word) {
      present[slot] = true;
      words[slot] = lane.words()[row];
    } else {
      setBytes(slot, lane.bytes(), lane.starts()[row], lane.ends()[row] - lane.starts()[row]);
    }
  }

  void set(int slot, SlotValues other, int otherSlot) {
    if (word) {
      present[slot] = true;
      words[slot] = other.words[otherSlot];
    } else {
      setBytes(slot, other.bytes[otherSlot], 0, other.lengths[otherSlot]);
    }
  }

  private void setBytes(int slot, byte[] source, int from, int count) {
    present[slot] = true;
    if (bytes[slot].length < count) {
      held -= bytes[slot].length;
      bytes[slot] = new byte[Math.max(count, Math.min(2 * bytes[slot].length, count + 32))];
      held += bytes[slot].length;
    }
    System.arraycopy(source, from, bytes[slot], 0, count);
    lengths[slot] = count;
  }

  void write(int slot, FieldVector out, int position) {
    if (!present[slot]) {
      out.setNull(position);
    } else if (word) {
      Cells.setWord(out, type, position, words[slot]);
    } else {
      Cells.setBytes(out, type, position, bytes[slot], 0, lengths[slot]);
    }
  }

  /** State: first word 1 if present; second the word. */
  long stateWord(int slot, int index) {
    return index == 0 ? (present[slot] ? 1 : 0) : word ? words[slot] : 0;
  }

  void stateBytes(int slot, ByteArena out) {
    if (!word) {
      out.putBytes(bytes[slot], 0, lengths[slot]);
    }
  }

  void restore(int slot, long flag, long value, byte[] source, int from, int to) {
    if (flag == 0) {
      return;
    }
    if (word) {
      present[slot] = true;
      words[slot] = value;
    } else {
      setBytes(slot, source, from, to - from);
    }
  }
}
