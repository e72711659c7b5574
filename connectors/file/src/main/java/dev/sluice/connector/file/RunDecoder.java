package dev.sluice.connector.file;

/** Decodes Parquet's hybrid of run lengths and bit-packed groups. One thread. */
final class RunDecoder {
  private final byte[] b;
  private final int to;
  private final int width;
  private int at;

  RunDecoder(byte[] b, int from, int to, int width) {
    this.b = b;
    this.at = from;
    this.to = to;
    this.width = width;
  }

  /** Whether the first {@code count} values are one run of {@code value}; moves nothing. */
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

  /** The next {@code count} values, into the start of {@code out}. */
  void read(int[] out, int count) {
    int n = 0;
    while (n < count) {
      int header = header();
      if ((header & 1) == 0) {
        int end = Math.min(count, n + (header >>> 1));
        java.util.Arrays.fill(out, n, end, repeated());
        n = end;
      } else {
        int groups = header >>> 1;
        int end = Math.min(count, n + groups * 8);
        unpack(out, n, end);
        at = Math.min(to, at + groups * width);
        n = end;
      }
    }
  }

  /** The entries that the next {@code count} values name, into the start of {@code out}. */
  void read(long[] entries, long[] out, int count) {
    int n = 0;
    while (n < count) {
      int header = header();
      if ((header & 1) == 0) {
        int end = Math.min(count, n + (header >>> 1));
        java.util.Arrays.fill(out, n, end, entries[repeated()]);
        n = end;
      } else {
        int groups = header >>> 1;
        int end = Math.min(count, n + groups * 8);
        unpack(entries, out, n, end);
        at = Math.min(to, at + groups * width);
        n = end;
      }
    }
  }

  private void unpack(int[] out, int from, int end) {
    long mask = (1L << width) - 1;
    long word = 0;
    int bits = 0;
    int next = at;
    for (int i = from; i < end; i++) {
      while (bits < width) {
        word |= (b[next++] & 0xffL) << bits;
        bits += 8;
      }
      out[i] = (int) (word & mask);
      word >>>= width;
      bits -= width;
    }
  }

  private void unpack(long[] entries, long[] out, int from, int end) {
    long mask = (1L << width) - 1;
    long word = 0;
    int bits = 0;
    int next = at;
    for (int i = from; i < end; i++) {
      while (bits < width) {
        word |= (b[next++] & 0xffL) << bits;
        bits += 8;
      }
      out[i] = entries[(int) (word & mask)];
      word >>>= width;
      bits -= width;
    }
  }
}
