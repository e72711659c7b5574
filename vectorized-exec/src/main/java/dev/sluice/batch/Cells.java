package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Single values in and out of vectors, as <em>words</em> or as <em>bytes</em>: the two forms in
 * which state holds values. Both keep equality and order of SQL.
 *
 * <p>Words: integers, times and booleans as they are, a DECIMAL of up to 18 digits unscaled, FLOAT
 * and DOUBLE as bits rearranged so that the order of longs is theirs (-0.0 becomes 0.0, NaN is one
 * value and the greatest). Bytes: VARCHAR and VARBINARY as they are, longer DECIMALs as 16 bytes
 * big-endian with the sign flipped, nested types as a recursive encoding (equality only).
 * Stateless; safe for use by any thread.
 */
public final class Cells {
  private Cells() {}

  /** Whether values of {@code type} are held as words. */
  public static boolean isWord(DataType type) {
    return switch (type.kind()) {
      case DECIMAL -> type.precision() <= 18;
      case VARCHAR, VARBINARY, ARRAY, MAP, ROW -> false;
      default -> true;
    };
  }

  /** The word of a double. */
  public static long ofDouble(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** The double of a word. */
  public static double toDouble(long word) {
    return Double.longBitsToDouble(word ^ ((word >> 63) & Long.MAX_VALUE));
  }

  /** The word at {@code position}, which must not be null. */
  public static long word(FieldVector vector, DataType type, int position) {
    if (type.kind() == Kind.NULL) {
      return 0;
    }
    long base = vector.getDataBuffer().memoryAddress();
    long p = position;
    return switch (type.kind()) {
      case BOOLEAN -> (MemoryUtil.getByte(base + (p >> 3)) >> (p & 7)) & 1;
      case TINYINT -> MemoryUtil.getByte(base + p);
      case SMALLINT -> MemoryUtil.getShort(base + 2 * p);
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> MemoryUtil.getInt(base + 4 * p);
      case FLOAT -> ofDouble(Float.intBitsToFloat(MemoryUtil.getInt(base + 4 * p)));
      case DOUBLE -> ofDouble(Double.longBitsToDouble(MemoryUtil.getLong(base + 8 * p)));
      case DECIMAL -> MemoryUtil.getLong(base + 16 * p);
      default -> MemoryUtil.getLong(base + 8 * p);
    };
  }

  /** Writes a word. */
  public static void setWord(FieldVector vector, DataType type, int position, long word) {
    switch (type.kind()) {
      case BOOLEAN -> ((BitVector) vector).setSafe(position, (int) word);
      case TINYINT -> ((TinyIntVector) vector).setSafe(position, (byte) word);
      case SMALLINT -> ((SmallIntVector) vector).setSafe(position, (short) word);
      case INTEGER -> ((IntVector) vector).setSafe(position, (int) word);
      case BIGINT -> ((BigIntVector) vector).setSafe(position, word);
      case FLOAT -> ((Float4Vector) vector).setSafe(position, (float) toDouble(word));
      case DOUBLE -> ((Float8Vector) vector).setSafe(position, toDouble(word));
      case DECIMAL -> ((DecimalVector) vector).setSafe(position, word);
      case DATE -> ((DateDayVector) vector).setSafe(position, (int) word);
      case TIME -> ((TimeMilliVector) vector).setSafe(position, (int) word);
      case TIMESTAMP, TIMESTAMP_LTZ -> ((TimeStampVector) vector).setSafe(position, word);
      case INTERVAL_MONTH -> ((IntervalYearVector) vector).setSafe(position, (int) word);
      case INTERVAL_DAY -> ((DurationVector) vector).setSafe(position, word);
      default -> throw new IllegalArgumentException("no words in " + type);
    }
  }

  /** Writes the first {@code count} words to positions 0 and on, none of them null. */
  public static void setWords(FieldVector vector, DataType type, long[] words, int count) {
    boolean asTheyAre =
        switch (type.kind()) {
          case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> true;
          default -> false;
        };
    if (!asTheyAre) {
      for (int i = 0; i < count; i++) {
        setWord(vector, type, i, words[i]);
      }
      return;
    }
    while (vector.getValueCapacity() < count) {
      vector.reAlloc();
    }
    vector
        .getDataBuffer()
        .nioBuffer(0, count * Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(words, 0, count);
    MemoryUtil.setMemory(vector.getValidityBuffer().memoryAddress(), (count + 7L) / 8, (byte) 0xff);
  }

  /** Appends the bytes at {@code position}, which must not be null. */
  public static void appendBytes(FieldVector vector, DataType type, int position, ByteArena out) {
    switch (type.kind()) {
      case VARCHAR, VARBINARY -> {
        ArrowBuf offsets = vector.getOffsetBuffer();
        int from = offsets.getInt(4L * position);
        int count = offsets.getInt(4L * position + 4) - from;
        int at = out.reserve(count);
        MemoryUtil.copyFromMemory(
            vector.getDataBuffer().memoryAddress() + from, out.array(), at, count);
      }
      case DECIMAL -> {
        long at = vector.getDataBuffer().memoryAddress() + 16L * position;
        out.putLong(Long.reverseBytes(MemoryUtil.getLong(at + 8) ^ Long.MIN_VALUE));
        out.putLong(Long.reverseBytes(MemoryUtil.getLong(at)));
      }
      default -> appendNested(vector, type, position, out);
    }
  }

  private static void appendNested(FieldVector vector, DataType type, int position, ByteArena out) {
    if (type.kind() == Kind.ROW) {
      for (int i = 0; i < type.children().size(); i++) {
        FieldVector child = (FieldVector) ((StructVector) vector).getChildByOrdinal(i);
        appendNullable(child, type.children().get(i).type(), position, out);
      }
      return;
    }
    ListVector list = (ListVector) vector;
    int from = list.getElementStartIndex(position);
    int to = list.getElementEndIndex(position);
    out.putInt(to - from);
    for (int i = from; i < to; i++) {
      if (type.kind() == Kind.ARRAY) {
        appendNullable(list.getDataVector(), type.children().get(0).type(), i, out);
      } else {
        StructVector entries = (StructVector) list.getDataVector();
        for (int c = 0; c < 2; c++) {
          appendNullable(
              (FieldVector) entries.getChildByOrdinal(c), type.children().get(c).type(), i, out);
        }
      }
    }
  }

  /** Appends a null flag and the value, so that a sequence of values can be read back. */
  public static void appendNullable(
      FieldVector vector, DataType type, int position, ByteArena out) {
    if (type.kind() == Kind.NULL || vector.isNull(position)) {
      out.putByte(0);
      return;
    }
    out.putByte(1);
    if (isWord(type)) {
      out.putLong(word(vector, type, position));
      return;
    }
    int mark = out.reserve(Integer.BYTES);
    appendBytes(vector, type, position, out);
    int size = out.length() - mark - Integer.BYTES;
    out.truncate(mark);
    out.putInt(size);
    out.reserve(size);
  }

  /** Writes what {@link #appendNullable} appended; gives the place behind it. */
  public static int setNullable(
      FieldVector vector, DataType type, int position, byte[] source, int at) {
    if (source[at] == 0) {
      vector.setNull(position);
      return at + 1;
    }
    if (isWord(type)) {
      setWord(vector, type, position, ByteArena.longAt(source, at + 1));
      return at + 1 + Long.BYTES;
    }
    int size = ByteArena.intAt(source, at + 1);
    setBytes(vector, type, position, source, at + 1 + Integer.BYTES, size);
    return at + 1 + Integer.BYTES + size;
  }

  /** Writes bytes. Lists must be written in order of position. */
  public static void setBytes(
      FieldVector vector, DataType type, int position, byte[] source, int from, int count) {
    switch (type.kind()) {
      case VARCHAR -> ((VarCharVector) vector).setSafe(position, source, from, count);
      case VARBINARY -> ((VarBinaryVector) vector).setSafe(position, source, from, count);
      case DECIMAL -> {
        byte[] big = Arrays.copyOfRange(source, from, from + 16);
        big[0] ^= (byte) 0x80;
        ((DecimalVector) vector).setBigEndianSafe(position, big);
      }
      case ROW -> {
        StructVector struct = (StructVector) vector;
        struct.setIndexDefined(position);
        int at = from;
        for (int i = 0; i < type.children().size(); i++) {
          FieldVector child = (FieldVector) struct.getChildByOrdinal(i);
          at = setNullable(child, type.children().get(i).type(), position, source, at);
        }
      }
      default -> setList((ListVector) vector, type, position, source, from);
    }
  }

  private static void setList(
      ListVector list, DataType type, int position, byte[] source, int from) {
    int count = ByteArena.intAt(source, from);
    int at = from + Integer.BYTES;
    int start = list.startNewValue(position);
    for (int i = start; i < start + count; i++) {
      if (type.kind() == Kind.ARRAY) {
        at = setNullable(list.getDataVector(), type.children().get(0).type(), i, source, at);
      } else {
        StructVector entries = (StructVector) list.getDataVector();
        entries.setIndexDefined(i);
        for (int c = 0; c < 2; c++) {
          at =
              setNullable(
                  (FieldVector) entries.getChildByOrdinal(c),
                  type.children().get(c).type(),
                  i,
                  source,
                  at);
        }
      }
    }
    list.endValue(position, count);
  }

  /** A 128-bit two's complement number as BigInteger. */
  public static BigInteger int128(long high, long low) {
    BigInteger unsigned = new BigInteger(Long.toUnsignedString(low));
    return BigInteger.valueOf(high).shiftLeft(64).add(unsigned);
  }

  /** Writes a DECIMAL; its scale must be the type's. */
  public static void setDecimal(FieldVector vector, int position, BigDecimal value) {
    ((DecimalVector) vector).setSafe(position, value);
  }
}
