package dev.sluice.operator;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/** Orders rows of a store. Stateless. */
final class RowOrder {
  private RowOrder() {}

  /** The first {@code count} of {@code rows} by a word of theirs, stably: merge sort. */
  static int[] by(int[] rows, int count, IntToLongFunction word) {
    int[] from = Arrays.copyOf(rows, Math.max(64, count));
    int[] to = new int[from.length];
    for (int width = 1; width > 0 && width < count; width *= 2) {
      for (long low = 0; low < count; low += 2L * width) {
        int middle = (int) Math.min(count, low + width);
        merge(from, to, (int) low, middle, (int) Math.min(count, low + 2L * width), word);
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  private static void merge(
      int[] from, int[] to, int low, int middle, int high, IntToLongFunction word) {
    int left = low;
    int right = middle;
    for (int i = low; i < high; i++) {
      boolean takesLeft =
          left < middle
              && (right >= high || word.applyAsLong(from[left]) <= word.applyAsLong(from[right]));
      to[i] = takesLeft ? from[left++] : from[right++];
    }
  }
}
