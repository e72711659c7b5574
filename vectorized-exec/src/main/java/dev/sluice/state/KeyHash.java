package dev.sluice.state;

import dev.sluice.batch.ByteArena;

/**
 * The hashes of key values; part of every snapshot, never changed. Stateless; safe for use by any
 * thread.
 */
final class KeyHash {
  static final long NULL = KeyGroups.mix(0x9e3779b97f4a7c15L);
  private static final long STEP = 0x9fb21c651e98df25L;

  static final boolean MAY_BE_WEAK = WeakHashes.allowed();

  private KeyHash() {}

  static long word(long word) {
    return told(KeyGroups.mix(word));
  }

  private static long told(long hash) {
    return MAY_BE_WEAK ? WeakHashes.weakened(hash) : hash;
  }

  /** The last step of a hash of several words. */
  static long combined(long hash, long nulls) {
    return told(KeyGroups.mix(hash ^ nulls));
  }

  static long combine(long hash, long word) {
    return Long.rotateLeft(hash ^ KeyGroups.mix(word), 23) * STEP;
  }

  static long bytes(byte[] source, int from, int to) {
    long hash = (to - from) * STEP;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = Long.rotateLeft((hash ^ ByteArena.longAt(source, at)) * STEP, 29);
    }
    long rest = 0;
    for (; at < to; at++) {
      rest = rest << 8 | source[at] & 0xff;
    }
    return told(KeyGroups.mix(hash ^ rest * STEP));
  }
}
