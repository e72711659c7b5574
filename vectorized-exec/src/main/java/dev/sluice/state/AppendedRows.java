package dev.sluice.state;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Column;
import dev.sluice.batch.Gather;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/**
 * Rows that are only added, on the heap: the numbers of a row side by side, its bytes side by side
 * in pages, so that reading a row here and there meets few cache lines. The first row is number 0.
 * Single-threaded.
 */
public final class AppendedRows {
  private static final int SHIFT = 12;
  private static final int CHUNK = 1 << SHIFT;
  private static final int MASK = CHUNK - 1;

  private final Schema schema;
  private final Lane[] lanes;

  /** By column its place among the words of a row, or among the ends of its bytes. */
  private final int[] places;

  /** Words per row; the last is the address of its bytes, if there are any. */
  private final int stride;

  private final int wordColumns;
  private final int bytesColumns;
  private long[][] chunks = new long[4][];
  private final BitSet[] nulls;
  private final BytePages pages = new BytePages();
  private final ByteArena scratch = new ByteArena();
  private byte[] groups = new byte[64];
  private int rows;

  /** No rows of {@code schema} yet. */
  public AppendedRows(Schema schema) {
    this.schema = schema;
    int width = schema.size();
    lanes = new Lane[width];
    places = new int[width];
    nulls = new BitSet[width];
    int words = 0;
    int bytes = 0;
    for (int c = 0; c < width; c++) {
      lanes[c] = new Lane();
      nulls[c] = new BitSet();
      places[c] = isWord(c) ? words++ : bytes++;
    }
    wordColumns = words;
    bytesColumns = bytes;
    stride = words + (bytes > 0 ? 1 : 0);
  }

  private boolean isWord(int column) {
    return Cells.isWord(schema.type(column));
  }

  /** How many rows. */
  public int size() {
    return rows;
  }

  /** Adds rows of a batch; {@code hashes} of their keys say to which key group each belongs. */
  public void add(RecordBatch batch, Rows added, long[] hashes) {
    int n = added.count();
    ensure(rows + n);
    for (int i = 0; i < n; i++) {
      groups[rows + i] = (byte) KeyGroups.of(hashes[i]);
    }
    for (int c = 0; c < lanes.length; c++) {
      DataType type = schema.type(c);
      lanes[c].load(batch.vector(c), type, Lane.form(type), added);
      if (isWord(c)) {
        put(lanes[c].words(), n, rows, chunks, stride, places[c]);
      }
      if (lanes[c].hasNulls()) {
        putNulls(lanes[c].nulls(), n, rows, nulls[c]);
      }
    }
    if (bytesColumns > 0) {
      for (int i = 0; i < n; i++) {
        int row = rows + i;
        chunks[row >> SHIFT][(row & MASK) * stride + wordColumns] = addBytes(i);
      }
    }
    rows += n;
  }

  private static void put(long[] from, int n, int row, long[][] to, int stride, int place) {
    for (int i = 0; i < n; i++) {
      to[(row + i) >> SHIFT][((row + i) & MASK) * stride + place] = from[i];
    }
  }

  private static void putNulls(boolean[] flags, int n, int row, BitSet to) {
    for (int i = 0; i < n; i++) {
      if (flags[i]) {
        to.set(row + i);
      }
    }
  }

  /** Where each of the values ends, then the values. */
  private long addBytes(int index) {
    scratch.truncate(0);
    int end = 0;
    for (int c = 0; c < lanes.length; c++) {
      if (!isWord(c)) {
        end += lanes[c].ends()[index] - lanes[c].starts()[index];
        scratch.putInt(end);
      }
    }
    for (int c = 0; c < lanes.length; c++) {
      if (!isWord(c)) {
        int from = lanes[c].starts()[index];
        scratch.putBytes(lanes[c].bytes(), from, lanes[c].ends()[index] - from);
      }
    }
    return pages.add(scratch.array(), scratch.length());
  }

  private void ensure(int capacity) {
    if (groups.length < capacity) {
      groups = Arrays.copyOf(groups, Math.max(capacity, 2 * groups.length));
    }
    int wanted = (capacity + MASK) >> SHIFT;
    if (chunks.length < wanted) {
      chunks = Arrays.copyOf(chunks, Math.max(wanted, 2 * chunks.length));
    }
    for (int i = wanted - 1; i >= 0 && chunks[i] == null; i--) {
      chunks[i] = new long[CHUNK * stride];
    }
  }

  /**
   * A new vector of {@code length} values, of which those at the first {@code count} of {@code at},
   * ascending, are column {@code column} of the rows; what is between means nothing. The caller
   * owns it.
   */
  public FieldVector vector(
      int column, String name, int[] some, int[] at, int count, int length, BufferAllocator of) {
    DataType type = schema.type(column);
    FieldVector to = ArrowTypes.vector(name, type, of);
    boolean done = false;
    try {
      write(column, type, some, at, count, length, to);
      to.setValueCount(length);
      done = true;
      return to;
    } finally {
      if (!done) {
        to.close();
      }
    }
  }

  /** Rows as a batch. */
  public RecordBatch batch(int[] some, BufferAllocator allocator) {
    int n = some.length;
    int[] at = Loops.identity(n);
    return RecordBatch.make(
        schema,
        c -> new Column(vector(c, schema.field(c).name(), some, at, n, n, allocator)),
        n,
        Optional.empty(),
        Optional.empty());
  }

  private void write(
      int column, DataType type, int[] some, int[] at, int count, int length, FieldVector to) {
    switch (type.kind()) {
      case NULL -> {
        return;
      }
      case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> {
        ((BaseFixedWidthVector) to).allocateNew(length);
        longs(chunks, stride, places[column], some, at, count, to.getDataBuffer().memoryAddress());
      }
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> {
        ((BaseFixedWidthVector) to).allocateNew(length);
        ints(chunks, stride, places[column], some, at, count, to.getDataBuffer().memoryAddress());
      }
      case DOUBLE -> {
        ((BaseFixedWidthVector) to).allocateNew(length);
        doubles(
            chunks, stride, places[column], some, at, count, to.getDataBuffer().memoryAddress());
      }
      case VARCHAR, VARBINARY ->
          varying(column, some, at, count, length, (BaseVariableWidthVector) to);
      default -> {
        cells(column, type, some, at, count, length, to);
        return;
      }
    }
    long validity = to.getValidityBuffer().memoryAddress();
    MemoryUtil.setMemory(validity, (length + 7L) / 8, (byte) 0xff);
    if (!nulls[column].isEmpty()) {
      clear(nulls[column], some, at, count, validity);
    }
  }

  private static void clear(BitSet nulls, int[] some, int[] at, int count, long validity) {
    for (int i = 0; i < count; i++) {
      if (nulls.get(some[i])) {
        Gather.setNull(validity, at[i]);
      }
    }
  }

  private static void longs(
      long[][] from, int stride, int place, int[] some, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putLong(to + 8L * at[i], word(from, stride, place, some[i]));
    }
  }

  private static void ints(
      long[][] from, int stride, int place, int[] some, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putInt(to + 4L * at[i], (int) word(from, stride, place, some[i]));
    }
  }

  private static void doubles(
      long[][] from, int stride, int place, int[] some, int[] at, int count, long to) {
    for (int i = 0; i < count; i++) {
      MemoryUtil.putLong(
          to + 8L * at[i],
          Double.doubleToRawLongBits(Cells.toDouble(word(from, stride, place, some[i]))));
    }
  }

  private void varying(
      int column, int[] some, int[] at, int count, int length, BaseVariableWidthVector to) {
    int place = places[column];
    long size = 0;
    for (int i = 0; i < count; i++) {
      long address = address(some[i]);
      byte[] page = pages.page(address);
      size += end(page, address, place) - start(page, address, place);
    }
    to.allocateNew(size, length);
    long bounds = to.getOffsetBuffer().memoryAddress();
    long data = to.getDataBuffer().memoryAddress();
    int end = 0;
    int next = 0;
    for (int i = 0; i < count; i++) {
      for (; next <= at[i]; next++) {
        MemoryUtil.putInt(bounds + 4L * next, end);
      }
      long address = address(some[i]);
      byte[] page = pages.page(address);
      int from = start(page, address, place);
      int bytes = end(page, address, place) - from;
      MemoryUtil.copyToMemory(page, (long) from, data + end, bytes);
      end += bytes;
    }
    for (; next <= length; next++) {
      MemoryUtil.putInt(bounds + 4L * next, end);
    }
    to.setLastSet(length - 1);
  }

  private static long word(long[][] chunks, int stride, int place, int row) {
    return chunks[row >> SHIFT][(row & MASK) * stride + place];
  }

  private long address(int row) {
    return chunks[row >> SHIFT][(row & MASK) * stride + wordColumns];
  }

  /** Where a value begins in its page. */
  private int start(byte[] page, long address, int place) {
    int values = BytePages.offset(address) + Integer.BYTES * bytesColumns;
    return place == 0 ? values : end(page, address, place - 1);
  }

  private int end(byte[] page, long address, int place) {
    int head = BytePages.offset(address);
    int values = head + Integer.BYTES * bytesColumns;
    return values + ByteArena.intAt(page, head + Integer.BYTES * place);
  }

  /** One by one, for types that are rare. */
  private void cells(
      int column, DataType type, int[] some, int[] at, int count, int length, FieldVector to) {
    to.setInitialCapacity(length);
    to.allocateNew();
    boolean word = isWord(column);
    for (int i = 0; i < count; i++) {
      int row = some[i];
      if (nulls[column].get(row)) {
        to.setNull(at[i]);
      } else if (word) {
        Cells.setWord(to, type, at[i], word(chunks, stride, places[column], row));
      } else {
        byte[] page = pages.page(address(row));
        int from = start(page, address(row), places[column]);
        int bytes = end(page, address(row), places[column]) - from;
        Cells.setBytes(to, type, at[i], page, from, bytes);
      }
    }
  }

  /** Whether every type can be written to places with gaps between them. */
  public boolean takesGaps() {
    return schema.fields().stream()
        .map(f -> f.type().kind())
        .noneMatch(kind -> kind == Kind.ARRAY || kind == Kind.MAP || kind == Kind.ROW);
  }

  /** All rows by key group, those of a group in their order. */
  public int[][] rowsByGroup() {
    return KeyGroups.byGroup(groups, rows);
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    long used = (rows + (long) MASK) >> SHIFT;
    long sum = groups.length + used * CHUNK * stride * Long.BYTES + pages.byteSize();
    for (BitSet some : nulls) {
      sum += some.size() / 8;
    }
    return sum;
  }
}
