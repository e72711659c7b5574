package dev.sluice.connector.file;

import java.util.Arrays;

/**
 * Decodes Parquet's hybrid of run lengths and bit-packed groups, as many values at a time as asked.
 * One thread.
 */
final class RunDecoder {
  private final byte[] b;
  private final int width;
  private int at;

  /** Values left in the current run. */
  private int left;

  private boolean packed;

  /** The value of a run that is not packed. */
  private int repeated;

  /** Bits of a packed run that have been taken from the bytes and not been given. */
  private long word;

  private int bits;

  RunDecoder(byte[] b, int from, int width) {
    this.b = b;
    this.at = from;
    this.width = width;
  }

  /** Whether the first {@code count} values are one run of {@code value}; only before any read. */
  boolean isConstant(int value, int count) {
    int start = at;
    int header = header();
    boolean constant = (header & 1) == 0 && header >>> 1 >= count && repeated() == value;
    at = start;
    return constant;
  }

  private int header() {
    int value = 0;
    int shift = 0;
    while (true) {
      byte next = b[at++];
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
      shift += 7;
    }
  }

  private int repeated() {
    int value = 0;
    for (int i = 0; i < (width + 7) / 8; i++) {
      value |= (b[at++] & 0xff) << 8 * i;
    }
    return value;
  }

  private void nextRun() {
    int header = header();
    packed = (header & 1) != 0;
    if (packed) {
      left = (header >>> 1) * 8;
      word = 0;
      bits = 0;
    } else {
      left = header >>> 1;
      repeated = repeated();
    }
  }

  /** The next {@code count} values, into the start of {@code out}. */
  void read(int[] out, int count) {
    for (int n = 0; n < count; ) {
      if (left == 0) {
        nextRun();
      }
      int end = n + Math.min(left, count - n);
      left -= end - n;
      if (packed) {
        unpack(out, n, end);
      } else {
        Arrays.fill(out, n, end, repeated);
      }
      n = end;
    }
  }

  /** The entries that the next {@code count} values name, into the start of {@code out}. */
  void read(long[] entries, long[] out, int count) {
    for (int n = 0; n < count; ) {
      if (left == 0) {
        nextRun();
      }
      int end = n + Math.min(left, count - n);
      left -= end - n;
      if (packed) {
        unpack(entries, out, n, end);
      } else {
        Arrays.fill(out, n, end, entries[repeated]);
      }
      n = end;
    }
  }

  private void unpack(int[] out, int from, int end) {
    long mask = (1L << width) - 1;
    long now = word;
    int have = bits;
    int next = at;
    for (int i = from; i < end; i++) {
      while (have < width) {
        now |= (b[next++] & 0xffL) << have;
        have += 8;
      }
      out[i] = (int) (now & mask);
      now >>>= width;
      have -= width;
    }
    word = now;
    bits = have;
    at = next;
  }

  private void unpack(long[] entries, long[] out, int from, int end) {
    long mask = (1L << width) - 1;
    long now = word;
    int have = bits;
    int next = at;
    for (int i = from; i < end; i++) {
      while (have < width) {
        now |= (b[next++] & 0xffL) << have;
        have += 8;
      }
      out[i] = entries[(int) (now & mask)];
      now >>>= width;
      have -= width;
    }
    word = now;
    bits = have;
    at = next;
  }
}
