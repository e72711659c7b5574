package dev.sluice.state;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Lane.Form;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.List;

/**
 * The key of every row of a batch, with its hash, in the form the key's types allow: one word,
 * several words, or bytes. Equal keys have equal forms whatever the batch, so that a hash made for
 * an exchange addresses the state behind it. NULLs are equal to each other. Reused from batch to
 * batch; single-threaded.
 */
public final class KeyColumns {
  /** How a key is held. */
  enum Mode {
    /** No columns: one key. */
    NONE,
    /** One column of words; a NULL is told by {@link #isNull}. */
    WORD,
    /** Several columns of words, followed by a mask of the NULL ones. */
    WORDS,
    /** One column of bytes; a NULL is told by {@link #isNull}. */
    BYTES,
    /** Several columns, encoded as {@link Cells#appendNullable} does. */
    ROW_BYTES
  }

  private final int[] columns;
  private final DataType[] types;
  private final Mode mode;
  private final Lane[] lanes;
  private int count;
  private long[] hashes = new long[0];
  private long[] words = new long[0];
  private final ByteArena arena = new ByteArena();
  private int[] starts = new int[0];
  private int[] ends = new int[0];

  /** Keys of {@code columns} of batches with {@code schema}. */
  public KeyColumns(Schema schema, List<Integer> columns) {
    this(
        columns.stream().map(schema::type).toArray(DataType[]::new),
        columns.stream().mapToInt(c -> c).toArray());
  }

  /** Keys of those types, loaded from lanes. */
  public KeyColumns(DataType... types) {
    this(types.clone(), java.util.stream.IntStream.range(0, types.length).toArray());
  }

  private KeyColumns(DataType[] types, int[] columns) {
    this.types = types;
    this.columns = columns;
    this.mode = mode(types);
    lanes = new Lane[types.length];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane();
    }
  }

  private static Mode mode(DataType[] types) {
    if (types.length == 0) {
      return Mode.NONE;
    }
    boolean words =
        java.util.Arrays.stream(types).allMatch(Cells::isWord) && types.length < Long.SIZE;
    if (types.length == 1) {
      return words ? Mode.WORD : Mode.BYTES;
    }
    return words ? Mode.WORDS : Mode.ROW_BYTES;
  }

  /** Takes the keys of {@code rows}. */
  public void load(RecordBatch batch, Rows rows) {
    for (int c = 0; c < lanes.length; c++) {
      lanes[c].load(batch.vector(columns[c]), types[c], Lane.form(types[c]), rows);
    }
    prepare(lanes, rows.count());
  }

  /**
   * Takes keys from lanes in the forms of the types; a single column's lane must not change while
   * in use.
   */
  public void load(Lane[] from, int rows) {
    System.arraycopy(from, 0, lanes, 0, lanes.length);
    prepare(lanes, rows);
  }

  /** How many keys. */
  public int count() {
    return count;
  }

  /** The hash of each key. */
  public long[] hashes() {
    return hashes;
  }

  Mode mode() {
    return mode;
  }

  DataType[] types() {
    return types;
  }

  /** Words per key. */
  int stride() {
    return mode == Mode.WORD ? 1 : types.length + 1;
  }

  boolean hasNulls() {
    return (mode == Mode.WORD || mode == Mode.BYTES) && lanes[0].hasNulls();
  }

  boolean isNull(int row) {
    return lanes[0].isNull(row);
  }

  long[] words() {
    return mode == Mode.WORD ? lanes[0].words() : words;
  }

  byte[] bytes() {
    return mode == Mode.BYTES ? lanes[0].bytes() : arena.array();
  }

  int[] starts() {
    return mode == Mode.BYTES ? lanes[0].starts() : starts;
  }

  int[] ends() {
    return mode == Mode.BYTES ? lanes[0].ends() : ends;
  }

  private void prepare(Lane[] from, int rows) {
    count = rows;
    if (hashes.length < rows) {
      hashes = new long[Math.max(1024, rows)];
    }
    switch (mode) {
      case NONE -> java.util.Arrays.fill(hashes, 0, rows, KeyHash.NULL);
      case WORD -> hashWord(from[0].words());
      case WORDS -> composeWords(from);
      case BYTES -> hashBytes(from[0].bytes(), from[0].starts(), from[0].ends());
      case ROW_BYTES -> composeBytes(from);
    }
    if (hasNulls()) {
      for (int i = 0; i < rows; i++) {
        if (lanes[0].isNull(i)) {
          hashes[i] = KeyHash.NULL;
        }
      }
    }
  }

  private void hashWord(long[] keys) {
    long[] to = hashes;
    for (int i = 0; i < count; i++) {
      to[i] = KeyHash.word(keys[i]);
    }
  }

  private void hashBytes(byte[] source, int[] from, int[] to) {
    for (int i = 0; i < count; i++) {
      hashes[i] = KeyHash.bytes(source, from[i], to[i]);
    }
  }

  private void composeWords(Lane[] from) {
    int stride = from.length + 1;
    if (words.length < count * stride) {
      words = new long[Math.max(1024, count * stride)];
    }
    for (int i = 0; i < count; i++) {
      words[i * stride + stride - 1] = 0;
      hashes[i] = 0;
    }
    for (int c = 0; c < from.length; c++) {
      long[] column = from[c].words();
      boolean nullable = from[c].hasNulls();
      for (int i = 0; i < count; i++) {
        words[i * stride + c] = column[i];
        hashes[i] = KeyHash.combine(hashes[i], column[i]);
        if (nullable && from[c].isNull(i)) {
          words[i * stride + stride - 1] |= 1L << c;
        }
      }
    }
    for (int i = 0; i < count; i++) {
      hashes[i] = KeyHash.combined(hashes[i], words[i * stride + stride - 1]);
    }
  }

  private void composeBytes(Lane[] from) {
    arena.truncate(0);
    if (starts.length < count) {
      starts = new int[Math.max(1024, count)];
      ends = new int[Math.max(1024, count)];
    }
    long length = 0;
    java.util.Arrays.fill(starts, 0, count, 0);
    for (int c = 0; c < from.length; c++) {
      addLengths(from[c], Lane.form(types[c]) == Form.WORD);
    }
    for (int i = 0; i < count; i++) {
      int size = starts[i];
      starts[i] = (int) length;
      ends[i] = (int) length;
      length += size;
    }
    arena.reserve(Math.toIntExact(length));
    for (int c = 0; c < from.length; c++) {
      if (Lane.form(types[c]) == Form.WORD) {
        putWords(from[c], arena.array());
      } else {
        putTexts(from[c], arena.array());
      }
    }
    hashBytes(arena.array(), starts, ends);
  }

  /** Adds to {@link #starts} what a column's cells take. */
  private void addLengths(Lane lane, boolean words) {
    boolean nullable = lane.hasNulls();
    for (int i = 0; i < count; i++) {
      int size = words ? Long.BYTES : Integer.BYTES + lane.ends()[i] - lane.starts()[i];
      starts[i] += nullable && lane.isNull(i) ? 1 : 1 + size;
    }
  }

  /** Appends each row's word at its end. */
  private void putWords(Lane lane, byte[] to) {
    long[] column = lane.words();
    boolean nullable = lane.hasNulls();
    for (int i = 0; i < count; i++) {
      int at = ends[i];
      if (nullable && lane.isNull(i)) {
        to[at] = 0;
        ends[i] = at + 1;
      } else {
        to[at] = 1;
        ByteArena.setLong(to, at + 1, column[i]);
        ends[i] = at + 1 + Long.BYTES;
      }
    }
  }

  /** Appends each row's bytes, behind their length, at its end. */
  private void putTexts(Lane lane, byte[] to) {
    byte[] source = lane.bytes();
    int[] first = lane.starts();
    int[] last = lane.ends();
    boolean nullable = lane.hasNulls();
    for (int i = 0; i < count; i++) {
      int at = ends[i];
      if (nullable && lane.isNull(i)) {
        to[at] = 0;
        ends[i] = at + 1;
      } else {
        int size = last[i] - first[i];
        to[at] = 1;
        ByteArena.setInt(to, at + 1, size);
        System.arraycopy(source, first[i], to, at + 1 + Integer.BYTES, size);
        ends[i] = at + 1 + Integer.BYTES + size;
      }
    }
  }
}
