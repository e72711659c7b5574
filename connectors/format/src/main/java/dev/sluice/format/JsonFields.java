package dev.sluice.format;

import dev.sluice.batch.Bytes;
import dev.sluice.state.KeyGroups;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds a field by the bytes of its name: open addressing over hashes made in advance, behind a
 * guess that the names stand where they stood in the last object. One decoder, one thread.
 */
final class JsonFields {
  private static final int MOST_SEEN = 32;

  private final byte[][] names;
  private final long[] hashes;
  private final int[] slots;
  private final int mask;

  /**
   * What stood where in the last object, as {@code "name":} with nothing between: the writers of
   * records seldom change the order of their keys, and comparing two words is all it takes then.
   */
  private final byte[][] seen = new byte[MOST_SEEN][];

  private final long[] seenHeads = new long[MOST_SEEN];
  private final long[] seenTails = new long[MOST_SEEN];
  private final int[] seenFields = new int[MOST_SEEN];

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

  /**
   * The length of member {@code member}'s name with its quotes and colon if it is what stood there
   * in the last object, else 0.
   */
  int expected(int member, byte[] b, int at, int end) {
    if (member >= MOST_SEEN) {
      return 0;
    }
    byte[] name = seen[member];
    if (name == null || name.length > end - at || b[at + name.length - 1] != ':') {
      return 0;
    }
    int length = name.length;
    boolean same =
        length >= 8 && length <= 16
            ? Bytes.longAt(b, at) == seenHeads[member]
                && Bytes.longAt(b, at + length - 8) == seenTails[member]
            : Arrays.equals(name, 0, length, b, at, at + length);
    return same ? length : 0;
  }

  /** The field that {@link #expected} matched, or -1 if no column has that name. */
  int expectedField(int member) {
    return seenFields[member];
  }

  /** Remembers {@code b[from, to)}, a name with its quotes and colon, for the next object. */
  void remember(int member, byte[] b, int from, int to, int field) {
    if (member >= MOST_SEEN) {
      return;
    }
    seen[member] = Arrays.copyOfRange(b, from, to);
    seenFields[member] = field;
    if (to - from >= 8) {
      seenHeads[member] = Bytes.longAt(b, from);
      seenTails[member] = Bytes.longAt(b, to - 8);
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
