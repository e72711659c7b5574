package dev.sluice.batch;

import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Loops over plain arrays that several operators need. Each is a small method of its own on
 * purpose: a loop inside a long method is compiled together with everything around it, several
 * times over while the method's other paths are still being met. Stateless; safe for use by any
 * thread.
 */
public final class Loops {
  private Loops() {}

  /** The numbers 0 to {@code count} - 1. */
  public static int[] identity(int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  /** What {@code from} holds at {@code count} places, from index {@code first} of {@code at}. */
  public static long[] gather(long[] from, int[] at, int first, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = from[at[first + i]];
    }
    return values;
  }

  /** Adds {@code step} to the places named by the first {@code count} of {@code at}. */
  public static void addAt(long[] to, int[] at, int count, long step) {
    for (int i = 0; i < count; i++) {
      to[at[i]] += step;
    }
  }

  /**
   * Picks the first {@code count} rows whose bits are set in both bitmaps, by their addresses:
   * their positions come into {@code positions} and what {@code values} has for them into {@code
   * picked}, both as long as {@code count}. No branches: bits are hard to foretell.
   */
  public static int whereSet(
      long bits, long alsoBits, int count, int[] values, int[] positions, int[] picked) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      positions[kept] = i;
      picked[kept] = values[i];
      kept += bit(bits, i) & bit(alsoBits, i);
    }
    return kept;
  }

  /** The same of rows at {@code from}. */
  public static int whereSet(
      long bits,
      long alsoBits,
      int[] from,
      int count,
      int[] values,
      int[] positions,
      int[] picked) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int position = from[i];
      positions[kept] = position;
      picked[kept] = values[i];
      kept += bit(bits, position) & bit(alsoBits, position);
    }
    return kept;
  }

  private static int bit(long bits, int index) {
    return MemoryUtil.getByte(bits + (index >> 3)) >> (index & 7) & 1;
  }
}
