package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;

/**
 * Copies chosen values of vectors into new ones, by plain loops over memory where the type allows.
 * Stateless; safe for use by any thread.
 */
public final class Gather {
  private Gather() {}

  /**
   * A new vector with the values of {@code from} at the first {@code count} of {@code positions};
   * the caller owns it. A column of NULLs alone may come as a {@link NullVector}.
   */
  public static FieldVector take(
      String name,
      DataType type,
      FieldVector from,
      int[] positions,
      int count,
      BufferAllocator allocator) {
    FieldVector to = ArrowTypes.vector(name, type, allocator);
    boolean done = false;
    try {
      fill(to, type, from, positions, count);
      done = true;
      return to;
    } finally {
      if (!done) {
        to.close();
      }
    }
  }

  /** A new vector of {@code count} NULLs. */
  public static FieldVector nulls(
      String name, DataType type, int count, BufferAllocator allocator) {
    FieldVector to = ArrowTypes.vector(name, type.withNullable(true), allocator);
    boolean done = false;
    try {
      to.setInitialCapacity(count);
      to.allocateNew();
      to.setValueCount(count);
      done = true;
      return to;
    } finally {
      if (!done) {
        to.close();
      }
    }
  }

  private static void fill(
      FieldVector to, DataType type, FieldVector from, int[] positions, int count) {
    int width = type.kind() == Kind.DECIMAL ? 16 : width(type.kind());
    if (from instanceof NullVector) {
      to.setInitialCapacity(count);
      to.allocateNew();
    } else if (width > 0) {
      ((BaseFixedWidthVector) to).allocateNew(count);
      long source = from.getDataBuffer().memoryAddress();
      long target = to.getDataBuffer().memoryAddress();
      switch (width) {
        case 8 -> longs(source, positions, count, target);
        case 4 -> ints(source, positions, count, target);
        default -> wide(source, positions, count, target);
      }
      validity(from, positions, count, to);
    } else if (to instanceof BaseVariableWidthVector varying) {
      varying((BaseVariableWidthVector) from, positions, count, varying);
      validity(from, positions, count, to);
      varying.setLastSet(count - 1);
    } else {
      to.setInitialCapacity(count);
      for (int i = 0; i < count; i++) {
        to.copyFromSafe(positions[i], i, from);
      }
    }
    to.setValueCount(count);
  }

  /** Bytes of a value that is copied as a whole; 0 if it cannot be. */
  private static int width(Kind kind) {
    return switch (kind) {
      case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY, DOUBLE -> Long.BYTES;
      case INTEGER, DATE, TIME, INTERVAL_MONTH, FLOAT -> Integer.BYTES;
      default -> 0;
    };
  }

  private static void longs(long from, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putLong(to + 8L * i, MemoryUtil.getLong(from + 8L * at[i]));
    }
  }

  private static void ints(long from, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putInt(to + 4L * i, MemoryUtil.getInt(from + 4L * at[i]));
    }
  }

  private static void wide(long from, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putLong(to + 16L * i, MemoryUtil.getLong(from + 16L * at[i]));
      MemoryUtil.putLong(to + 16L * i + 8, MemoryUtil.getLong(from + 16L * at[i] + 8));
    }
  }

  /** Runs of neighbours are copied at once. */
  private static void varying(
      BaseVariableWidthVector from, int[] at, int count, BaseVariableWidthVector to) {
    long source = from.getOffsetBuffer().memoryAddress();
    to.allocateNew(size(source, at, count), count);
    long bounds = to.getOffsetBuffer().memoryAddress();
    long data = from.getDataBuffer().memoryAddress();
    long target = to.getDataBuffer().memoryAddress();
    int end = 0;
    MemoryUtil.putInt(bounds, 0);
    for (int i = 0; i < count; ) {
      int start = MemoryUtil.getInt(source + 4L * at[i]);
      int shift = end - start;
      int run = i;
      do {
        end = MemoryUtil.getInt(source + 4L * at[run] + 4) + shift;
        MemoryUtil.putInt(bounds + 4L * run + 4, end);
        run++;
      } while (run < count && at[run] == at[run - 1] + 1);
      if (end - shift > start) {
        MemoryUtil.copyMemory(data + start, target + start + shift, end - shift - start);
      }
      i = run;
    }
  }

  private static long size(long offsets, int[] at, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long bounds = offsets + 4L * at[i];
      sum += MemoryUtil.getInt(bounds + 4) - MemoryUtil.getInt(bounds);
    }
    return sum;
  }

  private static void validity(FieldVector from, int[] at, int count, FieldVector to) {
    long target = to.getValidityBuffer().memoryAddress();
    MemoryUtil.setMemory(target, (count + 7L) / 8, (byte) 0xff);
    if (from.getNullCount() == 0) {
      return;
    }
    long source = from.getValidityBuffer().memoryAddress();
    for (int i = 0; i < count; i++) {
      if ((MemoryUtil.getByte(source + (at[i] >> 3)) >> (at[i] & 7) & 1) == 0) {
        setNull(target, i);
      }
    }
  }

  /** Clears a bit of a validity buffer. */
  public static void setNull(long validity, int position) {
    long at = validity + (position >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) & ~(1 << (position & 7))));
  }
}
