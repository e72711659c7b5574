package dev.sluice.state;

import dev.sluice.batch.ByteArena;
import java.util.Arrays;

/**
 * The first few rows of each slot in an order of words, which compare as signed numbers; rows whose
 * words are equal follow each other by their bytes. No object is made for a row or a slot: entries
 * lie in one array, the bytes of rows in pages. A row that is overtaken within its batch is never
 * encoded. Single-threaded.
 */
public final class BestRows {
  /** Writes rows of the batch at hand. */
  @FunctionalInterface
  public interface Encoder {
    /** Appends the row at {@code position}. */
    void encode(int position, ByteArena out);
  }

  private final int most;
  private final int words;

  /** Longs of an entry: the words, then where the row lies. */
  private final int width;

  /**
   * Entries. The last long of each is 0 for none, address + 1 of a stored row, or -1 - position of
   * a row of the batch at hand.
   */
  private long[] entries = new long[0];

  private int[] starts = new int[0];
  private int[] counts = new int[0];

  /**
   * First entry of the first free block of each capacity 2^i; the next one is in its first long.
   */
  private final int[] free = new int[Integer.SIZE];

  private int end;
  private int slots;
  private int[] pending = new int[64];
  private int pendings;
  private BytePages pages = new BytePages();
  private final ByteArena scratch = new ByteArena(256);
  private final ByteArena other = new ByteArena(256);

  /** Keeps {@code most} rows of each slot, in the order of {@code words} words. */
  public BestRows(int most, int words) {
    this.most = most;
    this.words = words;
    this.width = words + 1;
    Arrays.fill(free, -1);
  }

  /** Makes slots up to {@code count}. */
  public void ensure(int count) {
    if (counts.length < count) {
      int capacity = Math.max(count, 2 * counts.length);
      counts = Arrays.copyOf(counts, capacity);
      starts = Arrays.copyOf(starts, capacity);
    }
    slots = Math.max(slots, count);
  }

  /** How many rows slot {@code slot} has. */
  public int count(int slot) {
    return counts[slot];
  }

  /** Word {@code word} of row {@code index} of a slot. */
  public long word(int slot, int index, int word) {
    return entries[(starts[slot] + index) * width + word];
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return pages.byteSize() + 8L * entries.length + 8L * counts.length;
  }

  /**
   * Offers the row at {@code position} of the batch at hand, whose words begin at {@code at} of
   * {@code key}. To be followed by {@link #settle} before the batch goes.
   */
  public void offer(int slot, long[] key, int at, int position, Encoder encoder) {
    int count = counts[slot];
    int start = starts[slot];
    if (count == most) {
      if (!isBefore(key, at, position, start + count - 1, encoder)) {
        return;
      }
      count--;
      release(start + count);
    }
    if (isPowerOfTwo(count)) {
      start = grown(slot, count);
    }
    int place = count;
    while (place > 0 && isBefore(key, at, position, start + place - 1, encoder)) {
      place--;
    }
    int to = (start + place) * width;
    System.arraycopy(entries, to, entries, to + width, (count - place) * width);
    System.arraycopy(key, at, entries, to, words);
    entries[to + words] = -1L - position;
    counts[slot] = count + 1;
    if (pendings == pending.length) {
      pending = Arrays.copyOf(pending, 2 * pendings);
    }
    pending[pendings++] = slot;
  }

  private static boolean isPowerOfTwo(int count) {
    return (count & count - 1) == 0;
  }

  private boolean isBefore(long[] key, int at, int position, int entry, Encoder encoder) {
    int from = entry * width;
    for (int w = 0; w < words; w++) {
      if (key[at + w] != entries[from + w]) {
        return key[at + w] < entries[from + w];
      }
    }
    return compareBytes(position, entries[from + words], encoder) < 0;
  }

  private int compareBytes(int position, long ref, Encoder encoder) {
    scratch.truncate(0);
    encoder.encode(position, scratch);
    if (ref < 0) {
      other.truncate(0);
      encoder.encode((int) (-1 - ref), other);
      return Arrays.compareUnsigned(
          scratch.array(), 0, scratch.length(), other.array(), 0, other.length());
    }
    byte[] page = pages.page(ref - 1);
    int from = BytePages.offset(ref - 1) + Integer.BYTES;
    int length = ByteArena.intAt(page, from - Integer.BYTES);
    return Arrays.compareUnsigned(scratch.array(), 0, scratch.length(), page, from, from + length);
  }

  /** Room for one more entry behind {@code count}, which fill their block or are none. */
  private int grown(int slot, int count) {
    int old = starts[slot];
    if (count == 0 && counts[slot] > 0) {
      return old; // its only row has just been overtaken
    }
    if (count == most - 1 && counts[slot] == most) {
      return old; // as above: the block is big enough
    }
    int capacity = Math.max(1, 2 * count);
    int start = block(capacity);
    System.arraycopy(entries, old * width, entries, start * width, count * width);
    if (count > 0) {
      entries[old * width] = free[log(count)];
      free[log(count)] = old;
    }
    starts[slot] = start;
    return start;
  }

  private static int log(int powerOfTwo) {
    return Integer.numberOfTrailingZeros(powerOfTwo);
  }

  private int block(int capacity) {
    int known = free[log(capacity)];
    if (known >= 0) {
      free[log(capacity)] = (int) entries[known * width];
      return known;
    }
    int start = end;
    end = Math.addExact(end, capacity);
    int needed = Math.multiplyExact(end, width);
    if (entries.length < needed) {
      entries =
          Arrays.copyOf(
              entries,
              (int)
                  Math.max(needed, Math.min(Integer.MAX_VALUE - 16, entries.length * 3L / 2 + 64)));
    }
    return start;
  }

  private void release(int entry) {
    long ref = entries[entry * width + words];
    if (ref > 0) {
      byte[] page = pages.page(ref - 1);
      int length = ByteArena.intAt(page, BytePages.offset(ref - 1));
      pages.release(ref - 1, Integer.BYTES + length);
    }
  }

  /** Encodes the rows of the batch at hand that are kept. */
  public void settle(Encoder encoder) {
    for (int i = 0; i < pendings; i++) {
      int slot = pending[i];
      int to = (starts[slot] + counts[slot]) * width;
      for (int ref = starts[slot] * width + words; ref < to; ref += width) {
        if (entries[ref] < 0) {
          entries[ref] = 1 + store((int) (-1 - entries[ref]), encoder);
        }
      }
    }
    pendings = 0;
    if (pages.isSparse()) {
      compact();
    }
  }

  private long store(int position, Encoder encoder) {
    scratch.truncate(0);
    scratch.reserve(Integer.BYTES);
    encoder.encode(position, scratch);
    int length = scratch.length() - Integer.BYTES;
    scratch.truncate(0);
    scratch.putInt(length);
    return pages.add(scratch.array(), Integer.BYTES + length);
  }

  private void compact() {
    BytePages fresh = new BytePages();
    for (int slot = 0; slot < slots; slot++) {
      int to = (starts[slot] + counts[slot]) * width;
      for (int ref = starts[slot] * width + words; ref < to; ref += width) {
        byte[] page = pages.page(entries[ref] - 1);
        int at = BytePages.offset(entries[ref] - 1);
        int length = Integer.BYTES + ByteArena.intAt(page, at);
        scratch.truncate(0);
        scratch.putBytes(page, at, length);
        entries[ref] = 1 + fresh.add(scratch.array(), length);
      }
    }
    pages = fresh;
  }

  /**
   * Notes where the rows of a slot lie, in order; only between batches.
   *
   * @param pages gets, from index {@code to} on, the arrays in which they lie
   * @param at gets where they begin in them
   * @return how many there are
   */
  public int locate(int slot, byte[][] pages, int[] at, int to) {
    int n = counts[slot];
    for (int i = 0; i < n; i++) {
      long address = entries[(starts[slot] + i) * width + words] - 1;
      pages[to + i] = this.pages.page(address);
      at[to + i] = BytePages.offset(address) + Integer.BYTES;
    }
    return n;
  }
}
