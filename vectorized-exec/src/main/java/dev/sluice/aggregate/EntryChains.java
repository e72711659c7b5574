package dev.sluice.aggregate;

import dev.sluice.state.KeyTable;
import java.util.Arrays;

/**
 * The entries of a table whose first key column is a slot, by that slot and in order. Only those
 * that have come since it was last asked are put in their place, so that state can be copied in
 * slices while the table grows. Single-threaded.
 */
final class EntryChains {
  /** By slot its first and last entry + 1. */
  private int[] firsts = new int[0];

  private int[] lasts = new int[0];

  /** By entry the next one of its slot + 1. */
  private int[] nexts = new int[0];

  private int known;

  /** Takes over the entries that are new, of slots below {@code slots}. */
  void extend(KeyTable entries, int slots) {
    int n = entries.size();
    if (firsts.length < slots) {
      firsts = Arrays.copyOf(firsts, slots);
      lasts = Arrays.copyOf(lasts, slots);
    }
    if (nexts.length < n) {
      nexts = Arrays.copyOf(nexts, Math.max(n, 2 * nexts.length));
    }
    for (; known < n; known++) {
      int slot = (int) entries.word(known, 0);
      if (lasts[slot] == 0) {
        firsts[slot] = known + 1;
      } else {
        nexts[lasts[slot] - 1] = known + 1;
      }
      lasts[slot] = known + 1;
    }
  }

  /** The first entry of a slot, or -1. */
  int first(int slot) {
    return slot < firsts.length ? firsts[slot] - 1 : -1;
  }

  /** The entry behind another of its slot, or -1. */
  int next(int entry) {
    return nexts[entry] - 1;
  }

  /** The entries have other places now. */
  void clear() {
    firsts = new int[0];
    lasts = new int[0];
    nexts = new int[0];
    known = 0;
  }

  /** Bytes on the heap, about. */
  long byteSize() {
    return 8L * firsts.length + 4L * nexts.length;
  }
}
