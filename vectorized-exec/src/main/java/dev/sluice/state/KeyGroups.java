package dev.sluice.state;

import java.util.function.IntUnaryOperator;

/**
 * Key groups: the unit in which keyed state is addressed, so that a snapshot restores at any
 * parallelism. The number is fixed; a task owns a contiguous range. Stateless; safe for use by any
 * thread.
 */
public final class KeyGroups {
  /** The number of key groups; part of every snapshot, never changed (Flink: max parallelism). */
  public static final int COUNT = 256;

  private KeyGroups() {}

  /** The key group of a 64-bit key hash. */
  public static int of(long hash) {
    return (int) (hash >>> 56);
  }

  /** The task of {@code parallelism} that owns {@code keyGroup}. */
  public static int task(int keyGroup, int parallelism) {
    return keyGroup * parallelism / COUNT;
  }

  /** First key group of {@code task}. */
  public static int first(int task, int parallelism) {
    return (task * COUNT + parallelism - 1) / parallelism;
  }

  /** The slots of a table by key group, for snapshots. */
  public static int[][] slotsByGroup(KeyTable table) {
    return byGroup(table::keyGroup, table.size());
  }

  /** The numbers 0 to {@code count} - 1 by the key group that {@code groups} has for each. */
  static int[][] byGroup(byte[] groups, int count) {
    return byGroup(i -> groups[i] & 0xff, count);
  }

  private static int[][] byGroup(IntUnaryOperator groupOf, int count) {
    int[] counts = new int[COUNT];
    for (int i = 0; i < count; i++) {
      counts[groupOf.applyAsInt(i)]++;
    }
    int[][] numbers = new int[COUNT][];
    for (int group = 0; group < COUNT; group++) {
      numbers[group] = new int[counts[group]];
    }
    for (int i = count - 1; i >= 0; i--) {
      int group = groupOf.applyAsInt(i);
      numbers[group][--counts[group]] = i;
    }
    return numbers;
  }

  /**
   * Finalizer of MurmurHash3 (Austin Appleby, public domain): spreads the bits of {@code value}.
   */
  public static long mix(long value) {
    long h = value;
    h ^= h >>> 33;
    h *= 0xff51afd7ed558ccdL;
    h ^= h >>> 33;
    h *= 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return h;
  }
}
