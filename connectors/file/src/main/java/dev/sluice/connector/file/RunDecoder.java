package dev.sluice.connector.file;

import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Decodes Parquet's hybrid of run lengths and bit-packed groups, as many values at a time as asked,
 * from memory that may be read {@link PageMemory#SLACK} bytes beyond its end. Bytes that make no
 * sense are told by an {@link IllegalStateException}. One thread.
 */
final class RunDecoder {
  private final int width;
  private final long end;
  private long at;

  /** Values left in the current run. */
  private int left;

  private boolean packed;

  /** The value of a run that is not packed. */
  private int repeated;

  /** Where the next value of a packed run begins, in bits from {@link #at}. */
  private long bit;

  private long runEnd;

  RunDecoder(long from, long end, int width) {
    if (width < 0 || width > Integer.SIZE) {
      throw new IllegalStateException("numbers of " + width + " bits");
    }
    this.at = from;
    this.end = end;
    this.width = width;
  }

  /** Whether the first {@code count} values are one run of {@code value}; only before any read. */
  boolean isConstant(int value, int count) {
    long start = at;
    int header = header();
    boolean constant = (header & 1) == 0 && header >>> 1 >= count && repeated() == value;
    at = start;
    return constant;
  }

  private int header() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = next();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalStateException("a run without a length");
  }

  private byte next() {
    if (at >= end) {
      throw new IllegalStateException("fewer values than there should be");
    }
    return MemoryUtil.getByte(at++);
  }

  private int repeated() {
    int value = 0;
    for (int i = 0; i < (width + 7) / 8; i++) {
      value |= (next() & 0xff) << 8 * i;
    }
    return value;
  }

  private void nextRun() {
    if (packed) {
      at = runEnd;
    }
    int header = header();
    packed = (header & 1) != 0;
    if (packed) {
      long values = (header >>> 1) * 8L;
      // the last group may be cut short
      runEnd = Math.min(end, at + values / 8 * width);
      left = (int) Math.min(values, width == 0 ? values : (runEnd - at) * 8 / width);
      bit = 0;
    } else {
      left = header >>> 1;
      repeated = repeated();
    }
    if (left <= 0) {
      throw new IllegalStateException("a run of no values");
    }
  }

  /** The next {@code count} values, into the start of {@code out}. */
  void read(int[] out, int count) {
    for (int n = 0; n < count; ) {
      if (left == 0) {
        nextRun();
      }
      int to = n + Math.min(left, count - n);
      left -= to - n;
      if (packed) {
        unpack(out, n, to);
      } else {
        Arrays.fill(out, n, to, repeated);
      }
      n = to;
    }
  }

  /** The entries that the next {@code count} values name, into the start of {@code out}. */
  void read(long[] entries, long[] out, int count) {
    for (int n = 0; n < count; ) {
      if (left == 0) {
        nextRun();
      }
      int to = n + Math.min(left, count - n);
      left -= to - n;
      if (packed) {
        unpack(entries, out, n, to);
      } else {
        Arrays.fill(out, n, to, entries[repeated]);
      }
      n = to;
    }
  }

  private void unpack(int[] out, int from, int to) {
    long mask = (1L << width) - 1;
    long next = bit;
    long base = at;
    int step = width;
    for (int i = from; i < to; i++) {
      out[i] = (int) (MemoryUtil.getLong(base + (next >>> 3)) >>> (next & 7) & mask);
      next += step;
    }
    bit = next;
  }

  private void unpack(long[] entries, long[] out, int from, int to) {
    long mask = (1L << width) - 1;
    long next = bit;
    long base = at;
    int step = width;
    for (int i = from; i < to; i++) {
      out[i] = entries[(int) (MemoryUtil.getLong(base + (next >>> 3)) >>> (next & 7) & mask)];
      next += step;
    }
    bit = next;
  }
}
