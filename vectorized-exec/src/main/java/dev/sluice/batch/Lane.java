package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;

/**
 * One column of a batch as plain Java arrays, in one of a few forms, whatever its type and
 * selection: row {@code i} of the {@link Rows} is index {@code i}. Operators loop over lanes, so
 * that the type of a column matters only while loading. Arrays are reused from batch to batch.
 * Single-threaded.
 */
public final class Lane {
  /** How values lie in the lane. */
  public enum Form {
    /** {@link #words}, see {@link Cells}. */
    WORD,
    /** {@link #bytes} from {@link #starts} to {@link #ends}. */
    BYTES,
    /** {@link #doubles}: any number converted. */
    DOUBLE,
    /** {@link #words} (low half) and {@link #high}: an integer or unscaled DECIMAL. */
    INT128
  }

  private int count;
  private boolean hasNulls;
  private boolean[] nulls = new boolean[0];
  private long[] words = new long[0];
  private long[] high = new long[0];
  private double[] doubles = new double[0];
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private ByteArena arena = new ByteArena();

  /** The form in which values of {@code type} are kept. */
  public static Form form(DataType type) {
    return Cells.isWord(type) ? Form.WORD : Form.BYTES;
  }

  /** Fills the lane. A column without any value may come as a {@link NullVector}. */
  public void load(FieldVector vector, DataType type, Form form, Rows rows) {
    count = rows.count();
    if (vector instanceof NullVector && type.kind() != Kind.NULL) {
      load(vector, DataType.of(Kind.NULL), form, rows);
      return;
    }
    loadNulls(vector, type, rows);
    switch (form) {
      case WORD -> loadWords(vector, type, rows);
      case BYTES -> loadBytes(vector, type, rows);
      case DOUBLE -> loadDoubles(vector, type, rows);
      case INT128 -> loadInt128(vector, type, rows);
    }
  }

  public int count() {
    return count;
  }

  /** Whether {@link #nulls} must be looked at. */
  public boolean hasNulls() {
    return hasNulls;
  }

  public boolean[] nulls() {
    return nulls;
  }

  public boolean isNull(int row) {
    return hasNulls && nulls[row];
  }

  /** Words, or low halves; 0 for nulls. */
  public long[] words() {
    return words;
  }

  public long[] high() {
    return high;
  }

  public double[] doubles() {
    return doubles;
  }

  public byte[] bytes() {
    return arena.array();
  }

  public int[] starts() {
    return starts;
  }

  public int[] ends() {
    return ends;
  }

  private void loadNulls(FieldVector vector, DataType type, Rows rows) {
    hasNulls = type.kind() == Kind.NULL || vector.getNullCount() > 0;
    if (!hasNulls) {
      return;
    }
    if (nulls.length < count) {
      nulls = new boolean[capacity(count)];
    }
    if (type.kind() == Kind.NULL) {
      java.util.Arrays.fill(nulls, 0, count, true);
      return;
    }
    long validity = vector.getValidityBuffer().memoryAddress();
    for (int i = 0; i < count; i++) {
      int p = rows.position(i);
      nulls[i] = (MemoryUtil.getByte(validity + (p >> 3)) >> (p & 7) & 1) == 0;
    }
  }

  private static int capacity(int count) {
    return Math.max(64, Integer.highestOneBit(Math.max(1, count - 1)) << 1);
  }

  private void growWords() {
    if (words.length < count) {
      words = new long[capacity(count)];
    }
  }

  private void loadWords(FieldVector vector, DataType type, Rows rows) {
    growWords();
    Kind kind = type.kind();
    long[] to = words;
    int n = count;
    if (kind == Kind.NULL) {
      java.util.Arrays.fill(to, 0, n, 0);
      return;
    }
    long base = vector.getDataBuffer().memoryAddress();
    boolean dense = rows.isDense();
    int[] at = rows.positions();
    switch (kind) {
      case BIGINT, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> {
        if (dense) {
          vector
              .getDataBuffer()
              .nioBuffer(0, n * Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asLongBuffer()
              .get(to, 0, n);
        } else {
          gatherLongs(base, at, n, to);
        }
      }
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> {
        for (int i = 0; i < n; i++) {
          to[i] = MemoryUtil.getInt(base + 4L * (dense ? i : at[i]));
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < n; i++) {
          to[i] =
              Cells.ofDouble(
                  Double.longBitsToDouble(MemoryUtil.getLong(base + 8L * (dense ? i : at[i]))));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          to[i] = Cells.word(vector, type, dense ? i : at[i]);
        }
      }
    }
    if (hasNulls) {
      for (int i = 0; i < n; i++) {
        to[i] = nulls[i] ? 0 : to[i];
      }
    }
  }

  private static void gatherLongs(long base, int[] at, int n, long[] to) {
    for (int i = 0; i < n; i++) {
      to[i] = MemoryUtil.getLong(base + 8L * at[i]);
    }
  }

  private void loadDoubles(FieldVector vector, DataType type, Rows rows) {
    growDoubles();
    double[] to = doubles;
    int n = count;
    switch (type.kind()) {
      case DOUBLE -> {
        long base = vector.getDataBuffer().memoryAddress();
        for (int i = 0; i < n; i++) {
          to[i] = Double.longBitsToDouble(MemoryUtil.getLong(base + 8L * rows.position(i)));
        }
      }
      case FLOAT -> {
        long base = vector.getDataBuffer().memoryAddress();
        for (int i = 0; i < n; i++) {
          to[i] = Float.intBitsToFloat(MemoryUtil.getInt(base + 4L * rows.position(i)));
        }
      }
      case DECIMAL -> {
        loadInt128(vector, type, rows);
        for (int i = 0; i < n; i++) {
          to[i] = decimal(i, type.scale());
        }
      }
      default -> {
        loadWords(vector, type, rows);
        for (int i = 0; i < n; i++) {
          to[i] = words[i];
        }
      }
    }
  }

  private void loadInt128(FieldVector vector, DataType type, Rows rows) {
    growWide();
    growWords();
    if (type.kind() == Kind.DECIMAL) {
      long base = vector.getDataBuffer().memoryAddress();
      for (int i = 0; i < count; i++) {
        long at = base + 16L * rows.position(i);
        words[i] = MemoryUtil.getLong(at);
        high[i] = MemoryUtil.getLong(at + 8);
      }
    } else {
      loadWords(vector, type, rows);
      for (int i = 0; i < count; i++) {
        high[i] = words[i] >> 63;
      }
    }
  }

  private void loadBytes(FieldVector vector, DataType type, Rows rows) {
    growBounds();
    arena.truncate(0);
    if (rows.isDense()
        && (type.kind() == Kind.VARCHAR || type.kind() == Kind.VARBINARY)
        && count > 0) {
      loadAllBytes(vector);
      return;
    }
    for (int i = 0; i < count; i++) {
      starts[i] = arena.length();
      if (!hasNulls || !nulls[i]) {
        Cells.appendBytes(vector, type, rows.position(i), arena);
      }
      ends[i] = arena.length();
    }
  }

  private void loadAllBytes(FieldVector vector) {
    long offsets = vector.getOffsetBuffer().memoryAddress();
    int first = MemoryUtil.getInt(offsets);
    int size = MemoryUtil.getInt(offsets + 4L * count) - first;
    arena.reserve(size);
    if (size > 0) {
      MemoryUtil.copyFromMemory(
          vector.getDataBuffer().memoryAddress() + first, arena.array(), 0, size);
    }
    int start = 0;
    for (int i = 0; i < count; i++) {
      int end = MemoryUtil.getInt(offsets + 4L * i + 4) - first;
      starts[i] = start;
      ends[i] = hasNulls && nulls[i] ? start : end;
      start = end;
    }
  }

  private void growBounds() {
    if (starts.length < count) {
      starts = new int[capacity(count)];
      ends = new int[capacity(count)];
    }
  }

  // --- lanes made from state instead of from vectors ---

  /** Makes this a lane of {@code rows} words without nulls, taking over the array. */
  public void setWords(long[] values, int rows) {
    words = values;
    count = rows;
    hasNulls = false;
  }

  /** Starts a lane to be filled by the {@code add} methods, in the form they imply. */
  public void clear() {
    count = 0;
    hasNulls = false;
    arena.truncate(0);
  }

  /** Adds a word. */
  public void addWord(long word) {
    int row = count++;
    if (words.length < count) {
      words = java.util.Arrays.copyOf(words, capacity(count));
    }
    words[row] = word;
    setNull(row, false);
  }

  /** Adds bytes. */
  public void addBytes(byte[] source, int from, int size) {
    int row = count++;
    if (starts.length < count) {
      starts = java.util.Arrays.copyOf(starts, capacity(count));
      ends = java.util.Arrays.copyOf(ends, capacity(count));
    }
    starts[row] = arena.length();
    arena.putBytes(source, from, size);
    ends[row] = arena.length();
    setNull(row, false);
  }

  /** Adds row {@code row} of a lane that holds values of {@code type} as {@link #form} says. */
  public void addFrom(Lane other, DataType type, int row) {
    Form form = form(type);
    if (other.isNull(row)) {
      addNull(form);
    } else if (form == Form.WORD) {
      addWord(other.words[row]);
    } else {
      addBytes(other.bytes(), other.starts[row], other.ends[row] - other.starts[row]);
    }
  }

  /** Adds what {@link Cells#appendNullable} appended; gives the place behind it. */
  public int addNullable(DataType type, byte[] source, int at) {
    if (source[at] == 0) {
      addNull(form(type));
      return at + 1;
    }
    if (form(type) == Form.WORD) {
      addWord(ByteArena.longAt(source, at + 1));
      return at + 1 + Long.BYTES;
    }
    int size = ByteArena.intAt(source, at + 1);
    addBytes(source, at + 1 + Integer.BYTES, size);
    return at + 1 + Integer.BYTES + size;
  }

  /**
   * Adds form {@code to} to a lane that holds values of {@code type} as {@link #form(DataType)}
   * says.
   */
  public void convert(DataType type, Form to) {
    if (to == form(type)) {
      return;
    }
    boolean wide = type.kind() == Kind.DECIMAL && form(type) == Form.BYTES;
    growWide();
    if (wide) {
      growWords();
    }
    for (int i = 0; i < count; i++) {
      if (wide && !isNull(i)) {
        high[i] = Long.reverseBytes(ByteArena.longAt(bytes(), starts[i])) ^ Long.MIN_VALUE;
        words[i] = Long.reverseBytes(ByteArena.longAt(bytes(), starts[i] + Long.BYTES));
      } else {
        high[i] = words[i] >> 63;
      }
    }
    if (to == Form.DOUBLE) {
      growDoubles();
      for (int i = 0; i < count; i++) {
        doubles[i] =
            switch (type.kind()) {
              case FLOAT, DOUBLE -> Cells.toDouble(words[i]);
              case DECIMAL -> decimal(i, type.scale());
              default -> words[i];
            };
      }
    }
  }

  private double decimal(int i, int scale) {
    boolean small = high[i] == words[i] >> 63;
    BigDecimal value =
        small
            ? BigDecimal.valueOf(words[i], scale)
            : new BigDecimal(Cells.int128(high[i], words[i]), scale);
    return value.doubleValue();
  }

  private void growWide() {
    if (high.length < count) {
      high = new long[capacity(count)];
    }
  }

  private void growDoubles() {
    if (doubles.length < count) {
      doubles = new double[capacity(count)];
    }
  }

  /** Adds a NULL to a lane of that form. */
  public void addNull(Form form) {
    int row = count;
    if (form == Form.BYTES) {
      addBytes(arena.array(), 0, 0);
    } else {
      addWord(0);
    }
    if (!hasNulls) {
      hasNulls = true;
      java.util.Arrays.fill(nulls, false);
    }
    setNull(row, true);
  }

  private void setNull(int row, boolean value) {
    if (nulls.length <= row) {
      nulls = java.util.Arrays.copyOf(nulls, capacity(row + 1));
    }
    nulls[row] = value;
  }
}
