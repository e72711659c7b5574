package dev.sluice.format;

import dev.sluice.state.KeyGroups;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds a field by the bytes of its name: open addressing over hashes made in advance. Immutable.
 */
final class JsonFields {
  private final byte[][] names;
  private final long[] hashes;
  private final int[] slots;
  private final int mask;

  JsonFields(List<String> fields) {
    names = new byte[fields.size()][];
    hashes = new long[fields.size()];
    int size = Integer.highestOneBit(Math.max(4, fields.size() * 4) - 1) << 1;
    mask = size - 1;
    slots = new int[size];
    Arrays.fill(slots, -1);
    for (int i = 0; i < names.length; i++) {
      names[i] = fields.get(i).getBytes(StandardCharsets.UTF_8);
      hashes[i] = hash(names[i], 0, names[i].length);
      int slot = (int) hashes[i] & mask;
      while (slots[slot] >= 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = i;
    }
  }

  /** The index of the field named {@code b[from, to)}, or -1. */
  int find(byte[] b, int from, int to) {
    long hash = hash(b, from, to);
    int slot = (int) hash & mask;
    while (slots[slot] >= 0) {
      int field = slots[slot];
      if (hashes[field] == hash
          && Arrays.equals(names[field], 0, names[field].length, b, from, to)) {
        return field;
      }
      slot = slot + 1 & mask;
    }
    return -1;
  }

  private static long hash(byte[] b, int from, int to) {
    int length = to - from;
    if (length >= 8) {
      return KeyGroups.mix(Bytes.longAt(b, from) * 31 + Bytes.longAt(b, to - 8) + length);
    }
    long word = 0;
    for (int i = from; i < to; i++) {
      word = word << 8 | b[i] & 0xff;
    }
    return KeyGroups.mix(word * 31 + length);
  }
}
