package dev.sluice.connector.file;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Plain numbers of every width. One thread. */
final class PageNumbers {
  private static final int INT96_BYTES = 12;

  private PageNumbers() {}

  /** The values of a plain page of {@code physical}, not of bytes, for a column of {@code type}. */
  static PageValues plain(
      PrimitiveTypeName physical,
      ParquetConversion conversion,
      DataType type,
      long at,
      long end,
      int count) {
    require(physical, at, end, count);
    boolean same = conversion.isNone();
    return switch (physical) {
      case INT64 ->
          same && type.kind() != Kind.BOOLEAN && type.kind() != Kind.DECIMAL
              ? words(at)
              : PageValues.of(integers(physical, conversion, at, end, count));
      case DOUBLE -> words(at);
      case FLOAT -> floats(at);
      default -> PageValues.of(integers(physical, conversion, at, end, count));
    };
  }

  private static void require(PrimitiveTypeName physical, long at, long end, int count) {
    long bits =
        switch (physical) {
          case BOOLEAN -> 1;
          case INT32, FLOAT -> Integer.SIZE;
          case INT96 -> INT96_BYTES * Byte.SIZE;
          default -> Long.SIZE;
        };
    if ((bits * count + 7) / 8 > end - at) {
      throw new IllegalStateException("fewer values than there should be");
    }
  }

  /** Values that the file holds as Arrow does. */
  private static PageValues words(long at) {
    long[] next = {at};
    return (out, count) -> {
      out.appendWords(next[0], count);
      next[0] += (long) Long.BYTES * count;
    };
  }

  private static PageValues floats(long at) {
    long[] next = {at};
    return (out, count) -> {
      for (int i = 0; i < count; i++) {
        out.appendDouble(Float.intBitsToFloat(MemoryUtil.getInt(next[0] + 4L * i)));
      }
      next[0] += 4L * count;
    };
  }

  /** The values of a plain page or dictionary of integers, booleans or INT96 time stamps. */
  static PageValues.Longs integers(
      PrimitiveTypeName physical, ParquetConversion conversion, long at, long end, int count) {
    require(physical, at, end, count);
    long[] next = {at};
    return switch (physical) {
      case INT64 -> {
        LongBuffer values =
            MemoryUtil.directBuffer(at, count * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer();
        yield (out, n) -> {
          values.get(out, 0, n);
          conversion.integers(out, n);
        };
      }
      case INT32 ->
          (out, n) -> {
            ints(next[0], out, n);
            next[0] += 4L * n;
            conversion.integers(out, n);
          };
      case INT96 ->
          (out, n) -> {
            byte[] bytes = new byte[INT96_BYTES];
            for (int i = 0; i < n; i++) {
              MemoryUtil.copyFromMemory(next[0], bytes, 0, INT96_BYTES);
              out[i] = conversion.int96(bytes, 0);
              next[0] += INT96_BYTES;
            }
          };
      case BOOLEAN -> new Bits(at);
      default -> throw new IllegalStateException("not integers: " + physical);
    };
  }

  private static void ints(long at, long[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = MemoryUtil.getInt(at + 4L * i);
    }
  }

  /** The doubles of a dictionary, read once. */
  static double[] doubles(PrimitiveTypeName physical, long at, long end, int count) {
    require(physical, at, end, count);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          physical == PrimitiveTypeName.FLOAT
              ? Float.intBitsToFloat(MemoryUtil.getInt(at + 4L * i))
              : Double.longBitsToDouble(MemoryUtil.getLong(at + 8L * i));
    }
    return values;
  }

  /** Plain booleans, a bit each. */
  private static final class Bits implements PageValues.Longs {
    private final long at;
    private int next;

    Bits(long at) {
      this.at = at;
    }

    @Override
    public void next(long[] out, int count) {
      for (int i = 0; i < count; i++, next++) {
        out[i] = MemoryUtil.getByte(at + (next >> 3)) >> (next & 7) & 1;
      }
    }
  }
}
