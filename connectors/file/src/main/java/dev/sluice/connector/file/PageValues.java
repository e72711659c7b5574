package dev.sluice.connector.file;

import dev.sluice.format.ColumnBuilder;

/**
 * The values of one page, NULLs left out, in order. Bytes that make no sense are told by a {@link
 * RuntimeException}. One thread, and only while the page is there.
 */
interface PageValues {
  /** How many values loops put together at a time: few enough to stay in the processor's cache. */
  int CHUNK = 4096;

  /** Appends the next {@code count} values, which must be there, to {@code out}. */
  void append(ColumnBuilder out, int count);

  /** Decodes numbers held in longs, booleans and the halves of decimals included. */
  interface Longs {
    /** Decodes the next {@code count} into the start of {@code out}. */
    void next(long[] out, int count);
  }

  /** Numbers that are decoded chunk by chunk. */
  static PageValues of(Longs numbers) {
    long[] chunk = new long[CHUNK];
    return (out, count) -> {
      for (int done = 0; done < count; ) {
        int n = Math.min(CHUNK, count - done);
        numbers.next(chunk, n);
        append(out, chunk, n);
        done += n;
      }
    };
  }

  private static void append(ColumnBuilder out, long[] values, int count) {
    switch (out.kind()) {
      case BOOLEAN -> {
        for (int i = 0; i < count; i++) {
          out.appendBoolean(values[i] != 0);
        }
      }
      case DECIMAL -> {
        for (int i = 0; i < count; i++) {
          out.appendDecimal(values[i]);
        }
      }
      default -> out.appendLongs(values, 0, count);
    }
  }
}
