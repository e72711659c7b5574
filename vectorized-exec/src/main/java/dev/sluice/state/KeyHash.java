package dev.sluice.state;

import dev.sluice.batch.ByteArena;

/**
 * The hashes of key values; part of every snapshot, never changed. Stateless; safe for use by any
 * thread.
 */
final class KeyHash {
  static final long NULL = KeyGroups.mix(0x9e3779b97f4a7c15L);
  private static final long STEP = 0x9fb21c651e98df25L;

  private KeyHash() {}

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
    return KeyGroups.mix(hash ^ rest * STEP);
  }
}
