package dev.sluice.aggregate;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.type.DataType;
import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;

/**
 * One value of a group's multiset, in the order of its type. Not NULL. Immutable.
 *
 * @param word the value, if its type is kept as a word; else 0
 * @param bytes the value, if its type is kept as bytes; else empty
 */
record HeldValue(long word, byte[] bytes) implements Comparable<HeldValue> {
  /** Bytes on the heap beside those of the value, with its place in a tree; about. */
  static final long OVERHEAD = 112;

  private static final byte[] NONE = new byte[0];

  static HeldValue of(Lane lane, DataType type, int row) {
    return Lane.form(type) == Form.WORD
        ? new HeldValue(lane.words()[row], NONE)
        : new HeldValue(0, Arrays.copyOfRange(lane.bytes(), lane.starts()[row], lane.ends()[row]));
  }

  /** What {@link #save} wrote at {@code at}. */
  static HeldValue read(DataType type, byte[] source, int at) {
    if (Lane.form(type) == Form.WORD) {
      return new HeldValue(ByteArena.longAt(source, at), NONE);
    }
    int from = at + Integer.BYTES;
    return new HeldValue(0, Arrays.copyOfRange(source, from, from + ByteArena.intAt(source, at)));
  }

  void save(DataType type, ByteArena out) {
    if (Lane.form(type) == Form.WORD) {
      out.putLong(word);
    } else {
      out.putInt(bytes.length);
      out.putBytes(bytes, 0, bytes.length);
    }
  }

  /** How many bytes {@link #save} writes. */
  int savedSize(DataType type) {
    return Lane.form(type) == Form.WORD ? Long.BYTES : Integer.BYTES + bytes.length;
  }

  void write(DataType type, FieldVector out, int position) {
    if (Lane.form(type) == Form.WORD) {
      Cells.setWord(out, type, position, word);
    } else {
      Cells.setBytes(out, type, position, bytes, 0, bytes.length);
    }
  }

  @Override
  public int compareTo(HeldValue other) {
    int order = Long.compare(word, other.word);
    return order != 0 ? order : Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HeldValue value
        && value.word == word
        && Arrays.equals(value.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(word) + 31 * Arrays.hashCode(bytes);
  }
}
