package dev.sluice.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries of bytes that come and go, in pages: a page whose entries are all gone is freed, so that
 * state which ends in the order in which it began needs no cleaning up. An address is good until
 * {@link #release}. Single-threaded.
 */
final class BytePages {
  private static final int FIRST = 4096;
  private static final int LARGEST = 1 << 20;
  private static final byte[] NONE = new byte[0];

  private final List<byte[]> pages = new ArrayList<>();
  private int[] used = new int[4];
  private int[] live = new int[4];
  private int[] free = new int[4];
  private int frees;
  private int current = -1;
  private int nextSize = FIRST;
  private long capacity;
  private long liveBytes;

  /** Takes in {@code count} bytes; gives their address. */
  long add(byte[] source, int count) {
    if (current < 0 || pages.get(current).length - used[current] < count) {
      open(count);
    }
    int at = used[current];
    System.arraycopy(source, 0, pages.get(current), at, count);
    used[current] += count;
    live[current] += count;
    liveBytes += count;
    return (long) current << 32 | at;
  }

  private void open(int count) {
    int closing = current;
    byte[] page = new byte[Math.max(count, nextSize)];
    nextSize = Math.min(LARGEST, 2 * nextSize);
    capacity += page.length;
    if (frees > 0) {
      current = free[--frees];
      pages.set(current, page);
    } else {
      current = pages.size();
      pages.add(page);
      if (used.length < pages.size()) {
        used = Arrays.copyOf(used, 2 * pages.size());
        live = Arrays.copyOf(live, 2 * pages.size());
        free = Arrays.copyOf(free, 2 * pages.size());
      }
    }
    used[current] = 0;
    live[current] = 0;
    if (closing >= 0 && live[closing] == 0) {
      drop(closing);
    }
  }

  private void drop(int page) {
    capacity -= pages.get(page).length;
    pages.set(page, NONE);
    free[frees++] = page;
  }

  /** The page of an address; the entry begins at {@link #offset}. */
  byte[] page(long address) {
    return pages.get((int) (address >>> 32));
  }

  static int offset(long address) {
    return (int) address;
  }

  /** The entry at {@code address}, of {@code count} bytes, is gone. */
  void release(long address, int count) {
    int page = (int) (address >>> 32);
    live[page] -= count;
    liveBytes -= count;
    if (live[page] == 0 && page != current) {
      drop(page);
    }
  }

  /** Whether so much is garbage that it pays to move what lives elsewhere. */
  boolean isSparse() {
    return capacity > 4L * LARGEST && capacity > 3 * liveBytes;
  }

  long byteSize() {
    return capacity;
  }
}
