package dev.sluice.operator;

import java.util.Arrays;

/**
 * Rows of a store by the time at which they end. Rows mostly come in the order of their time, a few
 * such orders side by side, one for each split that is read: these are kept as queues, and only a
 * row that fits behind none of them goes into a binary heap. A row may be in it several times;
 * whoever takes one out checks whether it is still meant. Single-threaded.
 */
final class ExpiryQueue {
  private static final int RUNS = 4;

  private final Run[] runs = new Run[RUNS];
  private final Heap heap = new Heap();

  ExpiryQueue() {
    Arrays.setAll(runs, i -> new Run());
  }

  void add(long time, int row) {
    Run best = null;
    for (Run run : runs) {
      boolean fits = run.size == 0 || run.lastTime <= time;
      if (fits
          && (best == null || best.size == 0 || run.size > 0 && run.lastTime > best.lastTime)) {
        best = run;
      }
    }
    if (best == null) {
      heap.add(time, row);
    } else {
      best.add(time, row);
    }
  }

  /** Whether a row ends at or before {@code time}. */
  boolean hasUntil(long time) {
    if (heap.size > 0 && heap.times[0] <= time) {
      return true;
    }
    for (Run run : runs) {
      if (run.size > 0 && run.firstTime() <= time) {
        return true;
      }
    }
    return false;
  }

  long firstTime() {
    Run run = firstRun();
    return run == null ? heap.times[0] : run.firstTime();
  }

  /** The row that ends first. */
  int first() {
    Run run = firstRun();
    return run == null ? heap.rows[0] : run.rows[run.head];
  }

  /** Takes out the row that ends first. */
  int take() {
    Run run = firstRun();
    return run == null ? heap.take() : run.take();
  }

  /** The queue whose first row ends first; null if that is the heap's. */
  private Run firstRun() {
    long least = heap.size > 0 ? heap.times[0] : Long.MAX_VALUE;
    Run found = null;
    for (Run run : runs) {
      if (run.size > 0 && (run.firstTime() < least || found == null && heap.size == 0)) {
        least = run.firstTime();
        found = run;
      }
    }
    return found;
  }

  void clear() {
    heap.size = 0;
    for (Run run : runs) {
      run.size = 0;
    }
  }

  long byteSize() {
    long entries = heap.times.length;
    for (Run run : runs) {
      entries += run.times.length;
    }
    return 12 * entries;
  }

  /** Rows in order, in a ring whose length is a power of two. */
  private static final class Run {
    private long[] times = new long[64];
    private int[] rows = new int[64];
    private int head;
    private int size;
    private long lastTime;

    private void add(long time, int row) {
      if (size == times.length) {
        times = unrolled(times);
        rows = unrolled(rows);
        head = 0;
      }
      int at = head + size++ & times.length - 1;
      times[at] = time;
      rows[at] = row;
      lastTime = time;
    }

    private long[] unrolled(long[] ring) {
      long[] wider = new long[2 * ring.length];
      System.arraycopy(ring, head, wider, 0, ring.length - head);
      System.arraycopy(ring, 0, wider, ring.length - head, head);
      return wider;
    }

    private int[] unrolled(int[] ring) {
      int[] wider = new int[2 * ring.length];
      System.arraycopy(ring, head, wider, 0, ring.length - head);
      System.arraycopy(ring, 0, wider, ring.length - head, head);
      return wider;
    }

    private long firstTime() {
      return times[head];
    }

    private int take() {
      int row = rows[head];
      head = head + 1 & times.length - 1;
      size--;
      return row;
    }
  }

  private static final class Heap {
    private long[] times = new long[64];
    private int[] rows = new int[64];
    private int size;

    private void add(long time, int row) {
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

    private int take() {
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
  }
}
