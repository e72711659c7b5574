package dev.sluice.engine;

import java.util.Arrays;

/** How long the last of many pauses were. One thread. */
final class Pauses {
  private static final int KEPT = 1000;

  private final long[] last = new long[KEPT];
  private int count;
  private long longest;

  void add(long nanos) {
    last[count++ % KEPT] = nanos;
    longest = Math.max(longest, nanos);
  }

  int count() {
    return count;
  }

  /** 99 of a hundred of the last thousand were no longer, in nanoseconds. */
  long percentile99() {
    if (count == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(last, Math.min(count, KEPT));
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(sorted.length * 0.99) - 1];
  }

  long longest() {
    return longest;
  }
}
