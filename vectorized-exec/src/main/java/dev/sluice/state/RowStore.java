package dev.sluice.state;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.RowDecoder;
import dev.sluice.batch.RowEncoder;
import dev.sluice.batch.Rows;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows by key, in order of arrival per key, as bytes on the heap. A row is a number that stays its
 * own until {@link #remove}; with it go a count and some words of the user's. A <em>counted</em>
 * store is a multiset: equal rows are one row, whose count may pass below zero, so that a
 * retraction may come before what it retracts. Keys are slots, good until {@link #trim}.
 * Single-threaded.
 */
public final class RowStore {
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();
  private static final int SAVED_ROWS = 8192;

  /** In place of a row: there is none. */
  public static final int NONE = -1;

  private final Schema schema;
  private final KeyColumns keys;
  private final int[] all;
  private final BytePages pages = new BytePages();
  private final ByteArena scratch = new ByteArena(256);
  private final RowEncoder encoder;
  private final RowDecoder decoder;
  private final RowIndex index;
  private final boolean counted;
  private KeyTable table;
  private int[] slots = new int[0];

  /** Per key. */
  private int[] firsts = new int[64];

  private int[] lasts = new int[64];
  private int knownKeys;
  private int emptyKeys;

  /** Per row; of a free one {@code nexts} leads to the next free one. */
  private int[] nexts = new int[64];

  private int[] previous = new int[64];
  private int[] keyOf = new int[64];
  private int[] sizes = new int[64];
  private long[] addresses = new long[64];
  private long[] counts = new long[64];
  private final long[][] words;
  private int end;
  private int firstFree = NONE;
  private int rows;
  private final int[] keyColumns;
  private final SlotChanges changes = new SlotChanges(new Keys());

  /**
   * An empty store of rows of {@code schema} by its columns {@code keyColumns}.
   *
   * @param words how many words of the user's go with each row; zero at first
   * @param counted whether equal rows are one row
   */
  public RowStore(Schema schema, List<Integer> keyColumns, int words, boolean counted) {
    this.schema = schema;
    this.counted = counted;
    encoder = new RowEncoder(schema);
    decoder = new RowDecoder(schema);
    keys = new KeyColumns(schema, keyColumns);
    this.keyColumns = keyColumns.stream().mapToInt(c -> c).toArray();
    table = new KeyTable(keys);
    all = java.util.stream.IntStream.range(0, schema.size()).toArray();
    this.words = new long[words][64];
    index = new RowIndex();
  }

  public Schema schema() {
    return schema;
  }

  /** How many rows, equal ones of a counted store taken as one. */
  public int size() {
    return rows;
  }

  /** How many keys, those without rows included: slots are below. */
  public int keys() {
    return table.size();
  }

  /** The keys as they were loaded last by {@link #keySlots}. */
  public KeyColumns lastKeys() {
    return keys;
  }

  /**
   * Finds or adds the key of each of the rows; the array is good until the next call.
   *
   * @return slot by index in {@code batchRows}
   */
  public int[] keySlots(RecordBatch batch, Rows batchRows) {
    keys.load(batch, batchRows);
    return slots(keys);
  }

  /**
   * Finds or adds keys, which may be of another store with key columns of the same types; the array
   * is good until the next call.
   */
  public int[] slots(KeyColumns wanted) {
    if (slots.length < wanted.count()) {
      slots = new int[Math.max(1024, wanted.count())];
    }
    table.slots(wanted, slots);
    if (firsts.length < table.size()) {
      int capacity = Math.max(table.size(), 2 * firsts.length);
      firsts = Arrays.copyOf(firsts, capacity);
      lasts = Arrays.copyOf(lasts, capacity);
    }
    for (; knownKeys < table.size(); knownKeys++) {
      firsts[knownKeys] = NONE;
      lasts[knownKeys] = NONE;
      emptyKeys++;
    }
    return slots;
  }

  /** Finds keys, which may be of another store with key columns of the same types; -1 if absent. */
  public void find(KeyColumns wanted, int[] out) {
    table.find(wanted, out);
  }

  /** By key of this store the same key of another, or {@link #NONE}. */
  public int[] keysIn(RowStore other) {
    int[] out = new int[Math.max(64, table.size())];
    other.table.find(table.keys(), out);
    return out;
  }

  /** The key group of a key. */
  public int keyGroup(int key) {
    return table.keyGroup(key);
  }

  /** The first row of a key, or {@link #NONE}. */
  public int first(int key) {
    return firsts[key];
  }

  /** The last row of a key, or {@link #NONE}. */
  public int last(int key) {
    return lasts[key];
  }

  /** The row after {@code row} of the same key, or {@link #NONE}. */
  public int next(int row) {
    return nexts[row];
  }

  /** The row before {@code row} of the same key, or {@link #NONE}. */
  public int before(int row) {
    return previous[row];
  }

  /** The key of a row. */
  public int key(int row) {
    return keyOf[row];
  }

  /** One more than the greatest row: for arrays by row. */
  public int limit() {
    return end;
  }

  /** Whether there is such a row now. */
  public boolean isLive(int row) {
    return row < end && keyOf[row] != NONE;
  }

  /** How often the row is there. */
  public long count(int row) {
    return counts[row];
  }

  public void setCount(int row, long count) {
    changes.touch(keyOf[row]);
    counts[row] = count;
  }

  /** The user's word number {@code word} of a row. */
  public long word(int word, int row) {
    return words[word][row];
  }

  public void setWord(int word, int row, long value) {
    changes.touch(keyOf[row]);
    words[word][row] = value;
  }

  /**
   * Adds the row at {@code position} of {@code batch} to a key; a new one has count 0. A counted
   * store gives the row that is equal if there is one.
   */
  public int add(int key, RecordBatch batch, int position) {
    encode(batch, position);
    if (!counted) {
      return append(key);
    }
    long hash = KeyHash.bytes(scratch.array(), 0, scratch.length());
    int known = index.find(hash, this::isScratch);
    if (known != NONE) {
      return known;
    }
    int row = append(key);
    index.add(row, hash);
    return row;
  }

  /** The first row of a key that equals the row at {@code position}, or {@link #NONE}. */
  public int firstLike(int key, RecordBatch batch, int position) {
    encode(batch, position);
    int row = firsts[key];
    while (row != NONE && !isScratch(row)) {
      row = nexts[row];
    }
    return row;
  }

  private void encode(RecordBatch batch, int position) {
    scratch.truncate(0);
    encoder.append(batch, position, scratch);
  }

  private boolean isScratch(int row) {
    int from = BytePages.offset(addresses[row]);
    return sizes[row] == scratch.length()
        && Arrays.equals(
            scratch.array(),
            0,
            scratch.length(),
            pages.page(addresses[row]),
            from,
            from + sizes[row]);
  }

  private int append(int key) {
    changes.touch(key);
    int row = firstFree;
    if (row == NONE) {
      row = end++;
      ensure(end);
    } else {
      firstFree = nexts[row];
    }
    rows++;
    keyOf[row] = key;
    counts[row] = 0;
    for (long[] word : words) {
      word[row] = 0;
    }
    addresses[row] = pages.add(scratch.array(), scratch.length());
    sizes[row] = scratch.length();
    nexts[row] = NONE;
    previous[row] = lasts[key];
    if (lasts[key] == NONE) {
      firsts[key] = row;
      emptyKeys--;
    } else {
      nexts[lasts[key]] = row;
    }
    lasts[key] = row;
    return row;
  }

  private void ensure(int capacity) {
    if (nexts.length < capacity) {
      int larger = 2 * nexts.length;
      nexts = Arrays.copyOf(nexts, larger);
      previous = Arrays.copyOf(previous, larger);
      keyOf = Arrays.copyOf(keyOf, larger);
      sizes = Arrays.copyOf(sizes, larger);
      addresses = Arrays.copyOf(addresses, larger);
      counts = Arrays.copyOf(counts, larger);
      for (int w = 0; w < words.length; w++) {
        words[w] = Arrays.copyOf(words[w], larger);
      }
    }
  }

  /** Forgets a row; its number may be given to another one. */
  public void remove(int row) {
    int key = keyOf[row];
    changes.touch(key);
    if (counted) {
      index.remove(row);
    }
    if (previous[row] == NONE) {
      firsts[key] = nexts[row];
    } else {
      nexts[previous[row]] = nexts[row];
    }
    if (nexts[row] == NONE) {
      lasts[key] = previous[row];
    } else {
      previous[nexts[row]] = previous[row];
    }
    emptyKeys += firsts[key] == NONE ? 1 : 0;
    pages.release(addresses[row], sizes[row]);
    keyOf[row] = NONE;
    nexts[row] = firstFree;
    firstFree = row;
    rows--;
  }

  /**
   * Writes columns {@code columns}, ascending, of a row to position {@code position} of {@code to}.
   */
  public void write(int row, int[] columns, FieldVector[] to, int position) {
    byte[] source = pages.page(addresses[row]);
    int at = BytePages.offset(addresses[row]);
    int column = 0;
    for (int i = 0; i < columns.length; i++) {
      while (column < columns[i]) {
        at = behind(source, at, schema.type(column++));
      }
      DataType type = schema.type(column++);
      if (type.kind() == Kind.NULL) {
        at++;
      } else {
        at = Cells.setNullable(to[i], type, position, source, at);
      }
    }
  }

  /**
   * Writes columns {@code columns}, ascending, of {@code count} rows from index {@code from} of
   * {@code some} to positions 0 and on of fresh vectors.
   */
  public void write(int[] some, int from, int count, int[] columns, FieldVector[] to) {
    byte[][] rowPages = new byte[count][];
    int[] at = new int[count];
    for (int i = 0; i < count; i++) {
      long address = addresses[some[from + i]];
      rowPages[i] = pages.page(address);
      at[i] = BytePages.offset(address);
    }
    decoder.write(rowPages, at, count, columns, to);
  }

  /** Whether a column of a row is NULL. */
  public boolean isNull(int row, int column) {
    byte[] source = pages.page(addresses[row]);
    int at = BytePages.offset(addresses[row]);
    for (int c = 0; c < column; c++) {
      at = behind(source, at, schema.type(c));
    }
    return source[at] == 0;
  }

  private static int behind(byte[] source, int at, DataType type) {
    if (source[at] == 0) {
      return at + 1;
    }
    return Cells.isWord(type)
        ? at + 1 + Long.BYTES
        : at + 1 + Integer.BYTES + ByteArena.intAt(source, at + 1);
  }

  /**
   * Gives back memory: keys without rows go once they are many.
   *
   * @return if the slots of keys changed: by old slot the new one, -1 for a key that is gone
   */
  public Optional<int[]> trim() {
    if (pages.isSparse()) {
      compact();
    }
    if (emptyKeys < 1024 || 2 * emptyKeys < table.size() || changes.isCopying()) {
      return Optional.empty();
    }
    int[] places = new int[table.size()];
    KeyTable fewer = table.retained(key -> firsts[key] != NONE, places);
    changes.move(places);
    table = fewer;
    for (int key = 0; key < places.length; key++) {
      if (places[key] != NONE) {
        firsts[places[key]] = firsts[key];
        lasts[places[key]] = lasts[key];
      }
    }
    knownKeys = table.size();
    emptyKeys = 0;
    for (int row = 0; row < end; row++) {
      keyOf[row] = keyOf[row] == NONE ? NONE : places[keyOf[row]];
    }
    return Optional.of(places);
  }

  /** Moves every row to fresh pages. */
  private void compact() {
    for (int row = 0; row < end; row++) {
      if (keyOf[row] != NONE) {
        int from = BytePages.offset(addresses[row]);
        byte[] bytes = Arrays.copyOfRange(pages.page(addresses[row]), from, from + sizes[row]);
        long moved = pages.add(bytes, bytes.length);
        pages.release(addresses[row], sizes[row]);
        addresses[row] = moved;
      }
    }
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return table.byteSize()
        + pages.byteSize()
        + index.byteSize()
        + 8L * firsts.length
        + nexts.length * (32L + 8L * words.length);
  }

  /** The columns of the saved state: the row's, its count, its words. */
  public Schema layout() {
    Field[] more = new Field[1 + words.length];
    for (int i = 0; i < more.length; i++) {
      more[i] = new Field("$" + i, WORD);
    }
    return schema.append(more);
  }

  /** Writes every row as part {@code name}, by key group, the rows of a key in their order. */
  public void save(StateWriter state, String name, int version, BufferAllocator allocator) {
    StateWriter.Part part = state.part(name, version, layout());
    int[][] byGroup = keysByGroup();
    for (int group = 0; group < byGroup.length; group++) {
      if (byGroup[group].length > 0 && state.wants(group)) {
        save(byGroup[group], group, part, allocator);
      }
    }
  }

  /**
   * Begins to write what has changed since the snapshot before, or everything, as part {@code
   * name}.
   */
  public StateCopy beginSave(
      StateWriter state, String name, int version, BufferAllocator allocator) {
    return changes.begin(state, name, version, layout(), allocator);
  }

  /** The keys as what is saved: a key that has changed is saved with all its rows. */
  private final class Keys implements SlotChanges.Table {
    @Override
    public int size() {
      return table.size();
    }

    @Override
    public KeyTable keys() {
      return table;
    }

    @Override
    public List<Integer> identity() {
      return Arrays.stream(keyColumns).boxed().toList();
    }

    @Override
    public void append(int[] some, int count, SlotChanges.Staged to) {
      BatchBuilder builder = to.builder();
      for (int i = 0; i < count; i++) {
        int before = builder.rows();
        for (int row = first(some[i]); row != NONE; row = nexts[row]) {
          saveRow(row, builder);
        }
        to.are(table.keyGroup(some[i]), builder.rows(), builder.rows() - before);
      }
    }

    @Override
    public boolean isEmpty(int key) {
      return first(key) == NONE;
    }
  }

  private int[][] keysByGroup() {
    int[] sums = new int[KeyGroups.COUNT];
    for (int key = 0; key < table.size(); key++) {
      sums[table.keyGroup(key)]++;
    }
    int[][] byGroup = new int[KeyGroups.COUNT][];
    for (int group = 0; group < byGroup.length; group++) {
      byGroup[group] = new int[sums[group]];
    }
    for (int key = table.size() - 1; key >= 0; key--) {
      int group = table.keyGroup(key);
      byGroup[group][--sums[group]] = key;
    }
    return byGroup;
  }

  private void save(int[] some, int group, StateWriter.Part part, BufferAllocator allocator) {
    BatchBuilder builder = new BatchBuilder(layout(), allocator);
    try {
      for (int key : some) {
        for (int row = firsts[key]; row != NONE; row = nexts[row]) {
          if (builder.rows() == SAVED_ROWS) {
            part.write(group, builder.build());
            builder = new BatchBuilder(layout(), allocator);
          }
          saveRow(row, builder);
        }
      }
      if (builder.rows() > 0) {
        part.write(group, builder.build());
      }
    } finally {
      builder.close();
    }
  }

  private void saveRow(int row, BatchBuilder builder) {
    int position = builder.rows();
    FieldVector[] to = new FieldVector[all.length];
    for (int c = 0; c < to.length; c++) {
      to[c] = builder.vector(c);
    }
    write(row, all, to, position);
    Cells.setWord(builder.vector(all.length), WORD, position, counts[row]);
    for (int w = 0; w < words.length; w++) {
      Cells.setWord(builder.vector(all.length + 1 + w), WORD, position, words[w][row]);
    }
    builder.advance(1);
  }

  /** Adds the rows that {@link #save} wrote; gives the version, empty if there was nothing. */
  public OptionalInt restore(StateReader state, String name) {
    OptionalInt version = state.version(name);
    if (version.isPresent()) {
      state.read(
          name,
          (batch, group) -> {
            try (batch) {
              restore(batch);
            }
          });
    }
    changes.restored();
    return version;
  }

  private void restore(RecordBatch saved) {
    try (RecordBatch batch = saved.share().project(schema, all)) {
      Rows batchRows = Rows.of(batch);
      int[] found = keySlots(batch, batchRows);
      for (int i = 0; i < batchRows.count(); i++) {
        int position = batchRows.position(i);
        int row = add(found[i], batch, position);
        counts[row] = Cells.word(saved.vector(all.length), WORD, position);
        for (int w = 0; w < words.length; w++) {
          words[w][row] = Cells.word(saved.vector(all.length + 1 + w), WORD, position);
        }
      }
    }
  }
}
