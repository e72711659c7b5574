package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/**
 * Many rows as {@link RowEncoder} made them back into vectors, column by column: each loop knows
 * its type, and vectors are made as large as they have to be. Single-threaded.
 */
public final class RowDecoder {
  private final DataType[] types;

  /** A decoder of rows of {@code schema}. */
  public RowDecoder(Schema schema) {
    types = new DataType[schema.size()];
    for (int c = 0; c < types.length; c++) {
      types[c] = schema.type(c);
    }
  }

  /**
   * Writes columns {@code columns}, ascending, of rows to positions 0 and on of fresh vectors,
   * which get no value count.
   *
   * @param pages by row the array in which it lies
   * @param at by row where it begins; moved on
   */
  public void write(byte[][] pages, int[] at, int count, int[] columns, FieldVector[] to) {
    int column = 0;
    for (int i = 0; i < columns.length; i++) {
      while (column < columns[i]) {
        skip(types[column++], pages, at, count);
      }
      write(types[column++], pages, at, count, to[i]);
    }
  }

  private static void skip(DataType type, byte[][] pages, int[] at, int count) {
    boolean word = Cells.isWord(type);
    for (int i = 0; i < count; i++) {
      byte[] page = pages[i];
      int from = at[i];
      if (page[from] == 0) {
        at[i] = from + 1;
      } else {
        at[i] =
            word
                ? from + 1 + Long.BYTES
                : from + 1 + Integer.BYTES + ByteArena.intAt(page, from + 1);
      }
    }
  }

  private static void write(DataType type, byte[][] pages, int[] at, int count, FieldVector to) {
    switch (type.kind()) {
      case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> {
        ((BaseFixedWidthVector) to).allocateNew(count);
        longs(pages, at, count, to.getDataBuffer().memoryAddress(), valid(to, count));
      }
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> {
        ((BaseFixedWidthVector) to).allocateNew(count);
        ints(pages, at, count, to.getDataBuffer().memoryAddress(), valid(to, count));
      }
      case VARCHAR, VARBINARY -> {
        BaseVariableWidthVector varying = (BaseVariableWidthVector) to;
        varying.allocateNew(size(pages, at, count), count);
        bytes(
            pages,
            at,
            count,
            to.getOffsetBuffer().memoryAddress(),
            to.getDataBuffer().memoryAddress(),
            valid(to, count));
        varying.setLastSet(count - 1);
      }
      default -> {
        for (int i = 0; i < count; i++) {
          at[i] =
              type.kind() == Kind.NULL
                  ? at[i] + 1
                  : Cells.setNullable(to, type, i, pages[i], at[i]);
        }
      }
    }
  }

  /** Makes all values not NULL; gives where that is written. */
  private static long valid(FieldVector to, int count) {
    long validity = to.getValidityBuffer().memoryAddress();
    MemoryUtil.setMemory(validity, (count + 7L) / 8, (byte) 0xff);
    return validity;
  }

  private static void longs(byte[][] pages, int[] at, int count, long data, long validity) {
    for (int i = 0; i < count; i++) {
      byte[] page = pages[i];
      int from = at[i];
      if (page[from] == 0) {
        Gather.setNull(validity, i);
        at[i] = from + 1;
      } else {
        MemoryUtil.putLong(data + 8L * i, ByteArena.longAt(page, from + 1));
        at[i] = from + 1 + Long.BYTES;
      }
    }
  }

  private static void ints(byte[][] pages, int[] at, int count, long data, long validity) {
    for (int i = 0; i < count; i++) {
      byte[] page = pages[i];
      int from = at[i];
      if (page[from] == 0) {
        Gather.setNull(validity, i);
        at[i] = from + 1;
      } else {
        MemoryUtil.putInt(data + 4L * i, (int) ByteArena.longAt(page, from + 1));
        at[i] = from + 1 + Long.BYTES;
      }
    }
  }

  private static long size(byte[][] pages, int[] at, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += pages[i][at[i]] == 0 ? 0 : ByteArena.intAt(pages[i], at[i] + 1);
    }
    return sum;
  }

  private static void bytes(
      byte[][] pages, int[] at, int count, long bounds, long data, long validity) {
    int end = 0;
    MemoryUtil.putInt(bounds, 0);
    for (int i = 0; i < count; i++) {
      byte[] page = pages[i];
      int from = at[i];
      if (page[from] == 0) {
        Gather.setNull(validity, i);
        at[i] = from + 1;
      } else {
        int length = ByteArena.intAt(page, from + 1);
        int start = from + 1 + Integer.BYTES;
        if (length > 0) {
          MemoryUtil.copyToMemory(page, start, data + end, length);
        }
        end += length;
        at[i] = start + length;
      }
      MemoryUtil.putInt(bounds + 4L * i + 4, end);
    }
  }
}
