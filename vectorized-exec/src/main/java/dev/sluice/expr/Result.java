package dev.sluice.expr;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.Cells;
import dev.sluice.function.Text;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/**
 * A vector being written by a generated loop, at ascending positions; positions not written are
 * null. Single-threaded.
 */
public final class Result {
  private final FieldVector vector;
  private final DataType type;
  private final long data;
  private final long validity;
  private final int length;
  private int last;
  private int end;

  /** Of a vector of texts: where its buffers are, and how many bytes there is room for. */
  private long bytes;

  private long room;
  private long offsets;
  private long bits;

  Result(String name, DataType type, int length, BufferAllocator allocator) {
    this.length = length;
    this.type = type;
    vector = ArrowTypes.vector(name, type, allocator);
    int capacity = Math.max(1, length);
    try {
      if (vector instanceof BaseFixedWidthVector fixed) {
        fixed.allocateNew(capacity);
      } else if (vector instanceof BaseVariableWidthVector varying) {
        varying.allocateNew(16L * capacity, capacity);
        addresses(varying);
      } else {
        vector.setInitialCapacity(capacity);
        vector.allocateNew();
      }
    } catch (RuntimeException e) {
      vector.close();
      throw e;
    }
    boolean fixed = vector instanceof BaseFixedWidthVector;
    data = fixed ? vector.getDataBuffer().memoryAddress() : 0;
    validity = fixed ? vector.getValidityBuffer().memoryAddress() : 0;
  }

  public long data() {
    return data;
  }

  /** Marks a position as not null. */
  public void valid(int p) {
    setBit(validity, p);
  }

  public static void setBit(long bits, int p) {
    long at = bits + (p >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | (1 << (p & 7))));
  }

  public static boolean bit(long bits, int p) {
    return (MemoryUtil.getByte(bits + (p >> 3)) >> (p & 7) & 1) != 0;
  }

  public static BigDecimal decimal(long base, int p, int scale) {
    long low = MemoryUtil.getLong(base + 16L * p);
    long high = MemoryUtil.getLong(base + 16L * p + 8);
    return high == low >> 63
        ? BigDecimal.valueOf(low, scale)
        : new BigDecimal(Cells.int128(high, low), scale);
  }

  public void decimal(int p, BigDecimal value) {
    java.math.BigInteger unscaled = value.unscaledValue();
    MemoryUtil.putLong(data + 16L * p, unscaled.longValue());
    MemoryUtil.putLong(data + 16L * p + 8, unscaled.shiftRight(64).longValue());
    valid(p);
  }

  public void text(int p, Text value) {
    int size = value.length();
    if ((long) end + size + Long.BYTES > room) {
      grow((long) end + size + Long.BYTES);
    }
    fill(p);
    value.copyTo(bytes + end);
    end += size;
    setBit(bits, p);
    MemoryUtil.putInt(offsets + 4L * p + 4, end);
    last = p + 1;
  }

  private void grow(long needed) {
    BaseVariableWidthVector varying = (BaseVariableWidthVector) vector;
    varying.reallocDataBuffer(2 * needed);
    addresses(varying);
  }

  private void addresses(BaseVariableWidthVector varying) {
    bytes = varying.getDataBuffer().memoryAddress();
    room = varying.getDataBuffer().capacity();
    offsets = varying.getOffsetBuffer().memoryAddress();
    bits = varying.getValidityBuffer().memoryAddress();
  }

  private void fill(int to) {
    for (int i = last; i <= to; i++) {
      MemoryUtil.putInt(offsets + 4L * i, end);
    }
  }

  /** Writes an array, map or row that an expression made. */
  public void nested(int p, Object value) {
    Nested.write(vector, type, p, value);
  }

  /** Copies a value of the same type. */
  public void copy(int p, FieldVector from, int at) {
    vector.copyFromSafe(at, p, from);
  }

  FieldVector finish() {
    if (vector instanceof BaseVariableWidthVector varying) {
      fill(length);
      varying.setLastSet(length - 1);
    }
    vector.setValueCount(length);
    return vector;
  }

  void abandon() {
    vector.close();
  }
}
