package dev.sluice.state;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Numbers by hash: open addressing with linear probing, from which numbers can be taken. Whoever
 * uses it says which of several with one hash is meant. Single-threaded.
 */
final class RowIndex {
  private static final int INITIAL = 64;

  /** Number + 1. */
  private int[] places = new int[INITIAL];

  /** By number. */
  private long[] hashes = new long[INITIAL];

  private int size;

  /** The number with that hash that {@code matches}; -1 if there is none. */
  int find(long hash, IntPredicate matches) {
    int mask = places.length - 1;
    for (int at = (int) hash & mask; places[at] != 0; at = (at + 1) & mask) {
      int number = places[at] - 1;
      if (hashes[number] == hash && matches.test(number)) {
        return number;
      }
    }
    return -1;
  }

  /** Adds a number that is not there. */
  void add(int number, long hash) {
    if (hashes.length <= number) {
      hashes = Arrays.copyOf(hashes, Math.max(number + 1, 2 * hashes.length));
    }
    hashes[number] = hash;
    size++;
    if (2 * size > places.length) {
      grow();
    }
    place(number);
  }

  private void place(int number) {
    int mask = places.length - 1;
    int at = (int) hashes[number] & mask;
    while (places[at] != 0) {
      at = (at + 1) & mask;
    }
    places[at] = number + 1;
  }

  private void grow() {
    int[] old = places;
    places = new int[2 * old.length];
    for (int entry : old) {
      if (entry != 0) {
        place(entry - 1);
      }
    }
  }

  /** Takes a number out and moves those behind it up, so that no probe stops short. */
  void remove(int number) {
    int mask = places.length - 1;
    int hole = (int) hashes[number] & mask;
    while (places[hole] != number + 1) {
      hole = (hole + 1) & mask;
    }
    size--;
    for (int at = (hole + 1) & mask; places[at] != 0; at = (at + 1) & mask) {
      int home = (int) hashes[places[at] - 1] & mask;
      boolean between = hole <= at ? hole < home && home <= at : hole < home || home <= at;
      if (!between) {
        places[hole] = places[at];
        hole = at;
      }
    }
    places[hole] = 0;
  }

  long byteSize() {
    return 4L * places.length + 8L * hashes.length;
  }
}
