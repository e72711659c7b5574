package dev.sluice.operator;

import java.util.Arrays;

/**
 * Rows of a store by the time at which they end: a binary heap. A row may be in it several times;
 * whoever takes one out checks whether it is still meant. Single-threaded.
 */
final class ExpiryQueue {
  private long[] times = new long[64];
  private int[] rows = new int[64];
  private int size;

  void add(long time, int row) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      rows = Arrays.copyOf(rows, 2 * size);
    }
    int at = size++;
    while (at > 0 && times[(at - 1) / 2] > time) {
      times[at] = times[(at - 1) / 2];
      rows[at] = rows[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    times[at] = time;
    rows[at] = row;
  }

  /** Whether a row ends at or before {@code time}. */
  boolean hasUntil(long time) {
    return size > 0 && times[0] <= time;
  }

  long firstTime() {
    return times[0];
  }

  /** The row that ends first. */
  int first() {
    return rows[0];
  }

  /** Takes out the row that ends first. */
  int take() {
    int row = rows[0];
    size--;
    long time = times[size];
    int last = rows[size];
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && times[child + 1] < times[child]) {
        child++;
      }
      if (times[child] >= time) {
        break;
      }
      times[at] = times[child];
      rows[at] = rows[child];
      at = child;
    }
    times[at] = time;
    rows[at] = last;
    return row;
  }

  void clear() {
    size = 0;
  }

  long byteSize() {
    return 12L * times.length;
  }
}
