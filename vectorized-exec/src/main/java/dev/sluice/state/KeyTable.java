package dev.sluice.state;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.batch.Loops;
import dev.sluice.state.KeyColumns.Mode;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.arrow.vector.FieldVector;

/**
 * Keys to dense slots: the first key is slot 0, the next new one slot 1, and so on. Open addressing
 * with linear probing; a single word lies in the probed array itself, so that a hit costs one cache
 * line. Nothing is allocated per row. Single-threaded.
 */
public final class KeyTable {
  private static final int INITIAL = 64;

  private final DataType[] types;
  private final Mode mode;
  private final int stride;
  private int size;
  private int mask = INITIAL - 1;

  /** Mode WORD: pairs of key and slot + 1. */
  private long[] pairs = new long[0];

  /** Other modes: slot + 1. */
  private int[] places = new int[0];

  private int nullSlot = -1;
  private long[] hashBySlot = new long[INITIAL];
  private long[] words = new long[0];
  private final ByteArena arena;
  private int[] ends = new int[0];

  /** A table for keys as {@code like} makes them. */
  public KeyTable(KeyColumns like) {
    types = like.types();
    mode = like.mode();
    stride = like.stride();
    arena = new ByteArena(mode == Mode.BYTES || mode == Mode.ROW_BYTES ? 1024 : 0);
    switch (mode) {
      case WORD -> {
        pairs = new long[2 * INITIAL];
        words = new long[INITIAL];
      }
      case WORDS -> {
        places = new int[INITIAL];
        words = new long[INITIAL * stride];
      }
      case BYTES, ROW_BYTES -> {
        places = new int[INITIAL];
        ends = new int[INITIAL];
      }
      case NONE -> {
        // one key, no table
      }
    }
  }

  /** A table for keys of the same types, without any. */
  KeyTable empty() {
    return new KeyTable(new KeyColumns(types));
  }

  /** How many keys. */
  public int size() {
    return size;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return 8L * (pairs.length + hashBySlot.length + words.length)
        + 4L * (places.length + ends.length)
        + arena.capacity();
  }

  /** The key group of the key at {@code slot}. */
  public int keyGroup(int slot) {
    return KeyGroups.of(hashBySlot[slot]);
  }

  /** Whether keys are single words, none of them NULL. */
  boolean isOneWord() {
    return mode == Mode.WORD && nullSlot < 0;
  }

  /** Keys that are single words, by slot. */
  long[] words() {
    return words;
  }

  /** Finds or adds the keys; {@code out} gets the slot of each. */
  public void slots(KeyColumns keys, int[] out) {
    look(keys, true, out);
  }

  /** Finds the keys; {@code out} gets the slot of each, or -1 if there is no such key. */
  public void find(KeyColumns keys, int[] out) {
    look(keys, false, out);
  }

  private void look(KeyColumns keys, boolean add, int[] out) {
    switch (mode) {
      case NONE -> {
        if (add && size == 0 && keys.count() > 0) {
          newSlot(KeyHash.NULL);
        }
        Arrays.fill(out, 0, keys.count(), size - 1);
      }
      case WORD -> wordSlots(keys, add, out);
      case WORDS -> wordsSlots(keys, add, out);
      case BYTES, ROW_BYTES -> bytesSlots(keys, add, out);
    }
  }

  /**
   * This table with only the keys that are {@code live}, in the same order; {@code places} gets the
   * new slot of each old one, or -1.
   */
  public KeyTable retained(IntPredicate live, int[] places) {
    Lane[] lanes = new Lane[types.length];
    for (int c = 0; c < lanes.length; c++) {
      lanes[c] = new Lane();
    }
    int kept = 0;
    for (int slot = 0; slot < size; slot++) {
      boolean lives = live.test(slot);
      places[slot] = lives ? kept++ : -1;
      for (int c = 0; lives && c < lanes.length; c++) {
        addKey(slot, c, lanes[c]);
      }
    }
    KeyColumns keys = new KeyColumns(types);
    keys.load(lanes, kept);
    KeyTable table = new KeyTable(keys);
    table.reserve(kept);
    table.slots(keys, new int[kept]);
    return table;
  }

  /** Makes sure the one key of a table without key columns exists. */
  public void addGlobalKey() {
    if (size == 0) {
      newSlot(KeyHash.NULL);
    }
  }

  /**
   * Finds or adds every key of {@code other}; {@code out[i]} gets the slot here of slot {@code i}
   * there.
   */
  public void merge(KeyTable other, int[] out) {
    if (size == 0) {
      reserve(other.size);
    }
    slots(other.keys(), out);
  }

  /** Every key, by slot. */
  KeyColumns keys() {
    KeyColumns keys = new KeyColumns(types);
    Lane[] lanes = new Lane[types.length];
    for (int c = 0; c < lanes.length; c++) {
      lanes[c] = new Lane();
      keyLane(c, lanes[c]);
    }
    keys.load(lanes, size);
    return keys;
  }

  /**
   * Adds {@code count} keys of {@code other}, whose types are the same: to an empty table in that
   * order, so that they get the slots from 0 on.
   */
  public void addFrom(KeyTable other, int[] otherSlots, int count) {
    if (types.length == 0) {
      if (count > 0) {
        addGlobalKey();
      }
      return;
    }
    KeyColumns keys = new KeyColumns(types);
    Lane[] lanes = new Lane[types.length];
    Lane all = new Lane();
    for (int c = 0; c < lanes.length; c++) {
      other.keyLane(c, all);
      lanes[c] = new Lane();
      lanes[c].clear();
      for (int i = 0; i < count; i++) {
        lanes[c].addFrom(all, types[c], otherSlots[i]);
      }
    }
    keys.load(lanes, count);
    slots(keys, new int[count]);
  }

  private void wordSlots(KeyColumns keys, boolean add, int[] out) {
    long[] in = keys.words();
    long[] hashes = keys.hashes();
    boolean nulls = keys.hasNulls();
    int n = keys.count();
    long[] table = pairs;
    int m = mask;
    for (int i = 0; i < n; i++) {
      if (nulls && keys.isNull(i)) {
        out[i] = add ? nullSlot() : nullSlot;
        continue;
      }
      long key = in[i];
      int at = (int) hashes[i] & m;
      while (true) {
        long slot = table[2 * at + 1];
        if (slot == 0) {
          out[i] = add ? addWord(key, hashes[i], at) : -1;
          table = pairs;
          m = mask;
          break;
        }
        if (table[2 * at] == key) {
          out[i] = (int) slot - 1;
          break;
        }
        at = (at + 1) & m;
      }
    }
  }

  private int addWord(long key, long hash, int at) {
    int slot = newSlot(hash);
    if (words.length <= slot) {
      words = Arrays.copyOf(words, 2 * slot);
    }
    words[slot] = key;
    pairs[2 * at] = key;
    pairs[2 * at + 1] = slot + 1;
    if (2 * size > mask) {
      growPairs(2 * (mask + 1));
    }
    return slot;
  }

  /** Makes room for {@code keys} keys at once. */
  private void reserve(int keys) {
    int capacity = Integer.highestOneBit(Math.max(INITIAL, keys)) << 2;
    if (capacity <= mask + 1) {
      return;
    }
    if (mode == Mode.WORD) {
      growPairs(capacity);
    } else if (mode != Mode.NONE) {
      growPlaces(capacity);
    }
  }

  private void growPairs(int capacity) {
    pairs = new long[2 * capacity];
    mask = capacity - 1;
    int before = nullSlot < 0 ? size : nullSlot;
    placePairs(words, hashBySlot, 0, before, pairs);
    placePairs(words, hashBySlot, before + 1, size, pairs);
  }

  private static void placePairs(long[] words, long[] hashes, int from, int to, long[] table) {
    int m = table.length / 2 - 1;
    for (int slot = from; slot < to; slot++) {
      int at = (int) hashes[slot] & m;
      while (table[2 * at + 1] != 0) {
        at = (at + 1) & m;
      }
      table[2 * at] = words[slot];
      table[2 * at + 1] = slot + 1;
    }
  }

  private void wordsSlots(KeyColumns keys, boolean add, int[] out) {
    long[] in = keys.words();
    long[] hashes = keys.hashes();
    int n = keys.count();
    for (int i = 0; i < n; i++) {
      long hash = hashes[i];
      int at = (int) hash & mask;
      int found = places[at];
      while (found != 0
          && !(hashBySlot[found - 1] == hash && sameWords(in, i * stride, (found - 1) * stride))) {
        at = (at + 1) & mask;
        found = places[at];
      }
      if (found == 0 && add) {
        found = addWords(in, i * stride, hash, at) + 1;
      }
      out[i] = found - 1;
    }
  }

  private boolean sameWords(long[] in, int from, int mine) {
    for (int w = 0; w < stride; w++) {
      if (in[from + w] != words[mine + w]) {
        return false;
      }
    }
    return true;
  }

  private int addWords(long[] in, int from, long hash, int at) {
    int slot = newSlot(hash);
    if (words.length < (slot + 1) * stride) {
      words = Arrays.copyOf(words, 2 * (slot + 1) * stride);
    }
    System.arraycopy(in, from, words, slot * stride, stride);
    place(slot, at);
    return slot;
  }

  private void bytesSlots(KeyColumns keys, boolean add, int[] out) {
    byte[] in = keys.bytes();
    int[] from = keys.starts();
    int[] to = keys.ends();
    long[] hashes = keys.hashes();
    boolean nulls = keys.hasNulls();
    int n = keys.count();
    for (int i = 0; i < n; i++) {
      if (nulls && keys.isNull(i)) {
        out[i] = add ? nullSlot() : nullSlot;
        continue;
      }
      long hash = hashes[i];
      int at = (int) hash & mask;
      int found = places[at];
      while (found != 0
          && !(hashBySlot[found - 1] == hash && sameBytes(in, from[i], to[i], found - 1))) {
        at = (at + 1) & mask;
        found = places[at];
      }
      if (found == 0 && add) {
        found = addBytes(in, from[i], to[i], hash, at) + 1;
      }
      out[i] = found - 1;
    }
  }

  private boolean sameBytes(byte[] in, int from, int to, int slot) {
    return Arrays.equals(in, from, to, arena.array(), start(slot), ends[slot]);
  }

  private int start(int slot) {
    return slot == 0 ? 0 : ends[slot - 1];
  }

  private int addBytes(byte[] in, int from, int to, long hash, int at) {
    int slot = newSlot(hash);
    arena.putBytes(in, from, to - from);
    endBytes(slot);
    place(slot, at);
    return slot;
  }

  private void endBytes(int slot) {
    if (ends.length <= slot) {
      ends = Arrays.copyOf(ends, 2 * slot);
    }
    ends[slot] = arena.length();
  }

  private void place(int slot, int at) {
    places[at] = slot + 1;
    if (2 * size > mask) {
      growPlaces(2 * (mask + 1));
    }
  }

  private void growPlaces(int capacity) {
    int[] table = new int[capacity];
    mask = capacity - 1;
    for (int s = 0; s < size; s++) {
      if (s == nullSlot) {
        continue;
      }
      int to = (int) hashBySlot[s] & mask;
      while (table[to] != 0) {
        to = (to + 1) & mask;
      }
      table[to] = s + 1;
    }
    places = table;
  }

  /** The slot of the NULL key, which is not in the probed array. */
  private int nullSlot() {
    if (nullSlot < 0) {
      nullSlot = newSlot(KeyHash.NULL);
      if (mode == Mode.WORD) {
        if (words.length <= nullSlot) {
          words = Arrays.copyOf(words, 2 * nullSlot);
        }
        words[nullSlot] = 0;
      } else {
        endBytes(nullSlot);
      }
    }
    return nullSlot;
  }

  private int newSlot(long hash) {
    if (hashBySlot.length <= size) {
      hashBySlot = Arrays.copyOf(hashBySlot, 2 * size);
    }
    hashBySlot[size] = hash;
    return size++;
  }

  /** Fills {@code lane} with key column {@code column}, by slot. */
  public void keyLane(int column, Lane lane) {
    if (mode == Mode.WORD && nullSlot < 0) {
      lane.setWords(Arrays.copyOf(words, size), size);
      return;
    }
    lane.clear();
    for (int slot = 0; slot < size; slot++) {
      addKey(slot, column, lane);
    }
  }

  private void addKey(int slot, int column, Lane lane) {
    Form form = Lane.form(types[column]);
    switch (mode) {
      case WORD, BYTES -> {
        if (slot == nullSlot) {
          lane.addNull(form);
        } else if (mode == Mode.WORD) {
          lane.addWord(words[slot]);
        } else {
          lane.addBytes(arena.array(), start(slot), ends[slot] - start(slot));
        }
      }
      case WORDS -> {
        if (maskedNull(slot, column)) {
          lane.addNull(form);
        } else {
          lane.addWord(words[slot * stride + column]);
        }
      }
      default -> addFromRow(lane, form, field(slot, column));
    }
  }

  private void addFromRow(Lane lane, Form form, int at) {
    byte[] source = arena.array();
    if (source[at] == 0) {
      lane.addNull(form);
    } else if (form == Form.WORD) {
      lane.addWord(ByteArena.longAt(source, at + 1));
    } else {
      lane.addBytes(source, at + 1 + Integer.BYTES, ByteArena.intAt(source, at + 1));
    }
  }

  /** A column of a key that is a word, and not NULL. */
  public long word(int slot, int column) {
    return switch (mode) {
      case WORD -> words[slot];
      case WORDS -> words[slot * stride + column];
      case ROW_BYTES -> ByteArena.longAt(arena.array(), field(slot, column) + 1);
      default -> throw new IllegalStateException("a key without words");
    };
  }

  /** Appends the key's columns from {@code first} on, each as {@link Cells#appendNullable} does. */
  public void appendFields(int slot, int first, ByteArena out) {
    if (mode == Mode.ROW_BYTES) {
      int from = field(slot, first);
      out.putBytes(arena.array(), from, ends[slot] - from);
      return;
    }
    if (mode != Mode.WORDS) {
      throw new IllegalStateException("fields of a key with one column");
    }
    for (int c = first; c < types.length; c++) {
      if (maskedNull(slot, c)) {
        out.putByte(0);
      } else {
        out.putByte(1);
        out.putLong(words[slot * stride + c]);
      }
    }
  }

  private boolean maskedNull(int slot, int column) {
    return (words[slot * stride + stride - 1] >> column & 1) != 0;
  }

  /** Where field {@code column} of an encoded key begins. */
  private int field(int slot, int column) {
    byte[] source = arena.array();
    int at = start(slot);
    for (int c = 0; c < column; c++) {
      if (source[at] == 0) {
        at++;
      } else if (Cells.isWord(types[c])) {
        at += 1 + Long.BYTES;
      } else {
        at += 1 + Integer.BYTES + ByteArena.intAt(source, at + 1);
      }
    }
    return at;
  }

  /**
   * Writes key column {@code column} of {@code count} slots, from index {@code from} of {@code
   * slots}, to positions 0 and on of {@code out}.
   */
  public void writeKeys(int column, int[] slots, int from, int count, FieldVector out) {
    DataType type = types[column];
    if (mode == Mode.WORD && nullSlot < 0 && type.kind() != DataType.Kind.NULL) {
      Cells.setWords(out, type, Loops.gather(words, slots, from, count), count);
      return;
    }
    for (int i = 0; i < count; i++) {
      writeKey(column, slots[from + i], type, out, i);
    }
  }

  /** Writes key column {@code column} of some slots as rows {@code at} and on. */
  public void writeKeys(int column, int[] slots, int from, int count, FieldVector out, int at) {
    if (at == 0) {
      writeKeys(column, slots, from, count, out);
      return;
    }
    for (int i = 0; i < count; i++) {
      writeKey(column, slots[from + i], types[column], out, at + i);
    }
  }

  /** Appends a row of kind DELETE with the key of a slot in columns {@code columns}, else NULLs. */
  void writeGone(int slot, List<Integer> columns, BatchBuilder out) {
    for (int c = 0; c < out.width(); c++) {
      int column = columns.indexOf(c);
      if (column >= 0) {
        writeKey(column, slot, types[column], out.vector(c), out.rows());
      } else {
        out.setNull(c);
      }
    }
    out.mark(RowKind.DELETE);
  }

  private void writeKey(int column, int slot, DataType type, FieldVector out, int position) {
    switch (mode) {
      case WORD, BYTES -> {
        if (slot == nullSlot) {
          setNull(out, type, position);
        } else if (mode == Mode.WORD) {
          setWord(out, type, position, words[slot]);
        } else {
          Cells.setBytes(out, type, position, arena.array(), start(slot), ends[slot] - start(slot));
        }
      }
      case WORDS -> {
        if (maskedNull(slot, column)) {
          setNull(out, type, position);
        } else {
          setWord(out, type, position, words[slot * stride + column]);
        }
      }
      default -> Cells.setNullable(out, type, position, arena.array(), field(slot, column));
    }
  }

  private static void setWord(FieldVector out, DataType type, int position, long word) {
    if (type.kind() != DataType.Kind.NULL) {
      Cells.setWord(out, type, position, word);
    }
  }

  private static void setNull(FieldVector out, DataType type, int position) {
    if (type.kind() != DataType.Kind.NULL) {
      out.setNull(position);
    }
  }
}
