package dev.sluice.format;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * Grows one Arrow column by appending values through raw memory addresses, with bounds kept by its
 * own capacity. Validity is written only once a first NULL appears. A row that turns out to be
 * malformed half way is taken back with {@link #truncate}. Single-threaded; the builder owns its
 * buffers until {@link #finish} hands them over as a vector.
 */
public final class ColumnBuilder implements AutoCloseable {
  private static final int FIRST_CAPACITY = 1024;

  /** Bytes above which a copy of its own is faster than a loop over words. */
  private static final int LONG_TEXT = 160;

  private static final BigInteger LOW_MASK = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private enum Layout {
    BITS,
    FIXED,
    BYTES,
    LIST,
    STRUCT,
    NOTHING
  }

  private final String name;
  private final DataType type;
  private final BufferAllocator allocator;
  private final Kind kind;
  private final Layout layout;
  private final int width;
  private final ColumnBuilder[] children;

  private ArrowBuf validity;
  private ArrowBuf data;
  private ArrowBuf offsets;
  private long validityAt;
  private long dataAt;
  private long offsetsAt;
  private int size;
  private int capacity;
  private long dataCapacity;
  private int dataSize;
  private int nulls;
  private int rowsHint = FIRST_CAPACITY;
  private long bytesHint = FIRST_CAPACITY * 16L;

  public ColumnBuilder(String name, DataType type, BufferAllocator allocator) {
    this.name = name;
    this.type = type;
    this.allocator = allocator;
    this.kind = type.kind();
    this.layout = layout(kind);
    this.width = width(type.kind());
    List<ColumnBuilder> made = new ArrayList<>();
    type.children().forEach(f -> made.add(new ColumnBuilder(f.name(), f.type(), allocator)));
    this.children = made.toArray(ColumnBuilder[]::new);
  }

  private static Layout layout(Kind kind) {
    return switch (kind) {
      case NULL -> Layout.NOTHING;
      case BOOLEAN -> Layout.BITS;
      case VARCHAR, VARBINARY -> Layout.BYTES;
      case ARRAY, MAP -> Layout.LIST;
      case ROW -> Layout.STRUCT;
      default -> Layout.FIXED;
    };
  }

  private static int width(Kind kind) {
    return switch (kind) {
      case TINYINT -> 1;
      case SMALLINT -> 2;
      case INTEGER, FLOAT, DATE, TIME, INTERVAL_MONTH -> 4;
      case BIGINT, DOUBLE, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> 8;
      case DECIMAL -> 16;
      default -> 0;
    };
  }

  public String name() {
    return name;
  }

  public DataType type() {
    return type;
  }

  /** Shorthand for {@code type().kind()}. */
  public Kind kind() {
    return kind;
  }

  /** Values appended since the last {@link #finish}. */
  public int size() {
    return size;
  }

  /**
   * The builder of field {@code index} of a ROW, the key (0) or value (1) of a MAP, the element of
   * an ARRAY.
   */
  public ColumnBuilder child(int index) {
    return children[index];
  }

  public void appendNull() {
    if (layout == Layout.NOTHING) {
      size++;
      return;
    }
    ensureRow();
    if (nulls == 0) {
      startValidity();
    }
    clearBit(validityAt, size);
    nulls++;
    switch (layout) {
      case FIXED -> MemoryUtil.setMemory(dataAt + (long) size * width, width, (byte) 0);
      case BITS -> clearBit(dataAt, size);
      case BYTES -> MemoryUtil.putInt(offsetsAt + 4L * (size + 1), dataSize);
      case LIST -> MemoryUtil.putInt(offsetsAt + 4L * (size + 1), listEnd());
      case STRUCT -> {
        for (ColumnBuilder child : children) {
          child.appendNull();
        }
      }
      case NOTHING -> {
        // handled above
      }
    }
    size++;
  }

  /** Any kind held in 1, 2, 4 or 8 bytes, DOUBLE and FLOAT apart; the value must fit. */
  public void appendLong(long value) {
    ensureRow();
    long at = dataAt + (long) size * width;
    switch (width) {
      case 8 -> MemoryUtil.putLong(at, value);
      case 4 -> MemoryUtil.putInt(at, (int) value);
      case 2 -> MemoryUtil.putShort(at, (short) value);
      default -> MemoryUtil.putByte(at, (byte) value);
    }
    valid();
  }

  /** {@code count} values as {@link #appendLong} takes them; the fast way for whole pages. */
  public void appendLongs(long[] values, int from, int count) {
    if (width != Long.BYTES || count == 0) {
      for (int i = from; i < from + count; i++) {
        appendLong(values[i]);
      }
      return;
    }
    ensureRows(count);
    data.nioBuffer((long) size * Long.BYTES, count * Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(values, from, count);
    valid(count);
  }

  /** {@code count} values of a kind held in 8 bytes, DOUBLE included, as they lie in memory. */
  public void appendWords(long address, int count) {
    if (width != Long.BYTES) {
      for (int i = 0; i < count; i++) {
        appendLong(MemoryUtil.getLong(address + 8L * i));
      }
      return;
    }
    ensureRows(count);
    MemoryUtil.copyMemory(address, dataAt + 8L * size, 8L * count);
    valid(count);
  }

  /** FLOAT or DOUBLE. */
  public void appendDouble(double value) {
    ensureRow();
    if (width == 8) {
      MemoryUtil.putLong(dataAt + 8L * size, Double.doubleToRawLongBits(value));
    } else {
      MemoryUtil.putInt(dataAt + 4L * size, Float.floatToRawIntBits((float) value));
    }
    valid();
  }

  public void appendBoolean(boolean value) {
    ensureRow();
    if (value) {
      setBit(dataAt, size);
    } else {
      clearBit(dataAt, size);
    }
    valid();
  }

  /** DECIMAL whose unscaled value fits a long. */
  public void appendDecimal(long unscaled) {
    ensureRow();
    MemoryUtil.putLong(dataAt + 16L * size, unscaled);
    MemoryUtil.putLong(dataAt + 16L * size + 8, unscaled >> 63);
    valid();
  }

  /** DECIMAL by its unscaled value of at most 127 bits. */
  public void appendDecimal(BigInteger unscaled) {
    ensureRow();
    MemoryUtil.putLong(dataAt + 16L * size, unscaled.and(LOW_MASK).longValue());
    MemoryUtil.putLong(dataAt + 16L * size + 8, unscaled.shiftRight(64).longValue());
    valid();
  }

  /** DECIMAL; the value must have the column's scale and fit its precision. */
  public void appendDecimal(BigDecimal value) {
    appendDecimal(value.unscaledValue());
  }

  /** VARCHAR (UTF-8) or VARBINARY: {@code bytes[from, to)}. */
  public void appendBytes(byte[] bytes, int from, int to) {
    ensureRow();
    int length = to - from;
    ensureBytes(length);
    MemoryUtil.copyToMemory(bytes, from, dataAt + dataSize, length);
    dataSize += length;
    MemoryUtil.putInt(offsetsAt + 4L * (size + 1), dataSize);
    valid();
  }

  /** VARCHAR or VARBINARY from memory. */
  public void appendMemory(long address, int length) {
    ensureRow();
    ensureBytes(length);
    MemoryUtil.copyMemory(address, dataAt + dataSize, length);
    dataSize += length;
    MemoryUtil.putInt(offsetsAt + 4L * (size + 1), dataSize);
    valid();
  }

  /**
   * VARCHAR or VARBINARY: {@code count} values of {@code lengths} that begin at {@code starts} from
   * address {@code base}. Whole words are copied: 7 bytes behind each value must be readable.
   */
  public void appendTexts(long base, int[] starts, int[] lengths, int count) {
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += lengths[i];
    }
    ensureRows(count);
    ensureBytes(total + Long.BYTES);
    ends(lengths, count);
    copyWords(base, starts, lengths, count, dataAt + dataSize);
    dataSize += (int) total;
    valid(count);
  }

  private void ends(int[] lengths, int count) {
    long at = offsetsAt + 4L * (size + 1);
    int end = dataSize;
    for (int i = 0; i < count; i++) {
      end += lengths[i];
      MemoryUtil.putInt(at + 4L * i, end);
    }
  }

  /** A word beyond each value may be written: the next one, or nothing yet, lies there. */
  private static void copyWords(long base, int[] starts, int[] lengths, int count, long target) {
    long to = target;
    for (int i = 0; i < count; i++) {
      long from = base + starts[i];
      int length = lengths[i];
      if (length > LONG_TEXT) {
        MemoryUtil.copyMemory(from, to, length);
      } else {
        for (int k = 0; k < length; k += Long.BYTES) {
          MemoryUtil.putLong(to + k, MemoryUtil.getLong(from + k));
        }
      }
      to += length;
    }
  }

  /**
   * Ends an ARRAY or MAP whose elements have been appended to the children since the last value.
   */
  public void appendList() {
    ensureRow();
    MemoryUtil.putInt(offsetsAt + 4L * (size + 1), listEnd());
    valid();
  }

  /** Ends a ROW whose fields have been appended to the children. */
  public void appendStruct() {
    ensureRow();
    valid();
  }

  private int listEnd() {
    return children[0].size;
  }

  private void valid() {
    if (nulls > 0) {
      setBit(validityAt, size);
    }
    size++;
  }

  private void valid(int count) {
    if (nulls > 0) {
      for (int i = size; i < size + count; i++) {
        setBit(validityAt, i);
      }
    }
    size += count;
  }

  /** Takes back all but the first {@code rows} values. */
  public void truncate(int rows) {
    if (size < rows) {
      throw new IllegalStateException("column '" + name + "' has " + size + " rows, not " + rows);
    }
    if (nulls > 0) {
      for (int i = rows; i < size; i++) {
        if ((MemoryUtil.getByte(validityAt + (i >> 3)) >> (i & 7) & 1) == 0) {
          nulls--;
        }
      }
    }
    size = rows;
    if (layout == Layout.BYTES) {
      dataSize = rows == 0 ? 0 : MemoryUtil.getInt(offsetsAt + 4L * rows);
    } else if (layout == Layout.LIST) {
      int end = rows == 0 ? 0 : MemoryUtil.getInt(offsetsAt + 4L * rows);
      for (ColumnBuilder child : children) {
        child.truncate(end);
      }
    } else if (layout == Layout.STRUCT) {
      for (ColumnBuilder child : children) {
        child.truncate(rows);
      }
    }
  }

  /**
   * Makes the children of a half-built ROW or of half-built list elements equal to what is
   * complete.
   */
  public void discardIncomplete() {
    if (layout == Layout.LIST) {
      int end = size == 0 ? 0 : MemoryUtil.getInt(offsetsAt + 4L * size);
      for (ColumnBuilder child : children) {
        child.truncateDeep(end);
      }
    } else if (layout == Layout.STRUCT) {
      for (ColumnBuilder child : children) {
        child.truncateDeep(size);
      }
    }
  }

  /** {@link #truncate}, half-built children included. */
  public void truncateDeep(int rows) {
    if (size > rows) {
      truncate(rows);
    }
    discardIncomplete();
  }

  private void ensureRows(int count) {
    while (capacity < size + count) {
      growRows();
    }
  }

  private void ensureRow() {
    if (size == capacity) {
      growRows();
    }
  }

  private void growRows() {
    int target = capacity == 0 ? rowsHint : Math.multiplyExact(capacity, 2);
    long bits = ((long) target + 63) / 64 * 8;
    validity = resize(validity, bits, (capacity + 7L) / 8);
    validityAt = validity.memoryAddress();
    switch (layout) {
      case BITS -> {
        data = resize(data, bits, (capacity + 7L) / 8);
        dataAt = data.memoryAddress();
      }
      case FIXED -> {
        data = resize(data, (long) target * width, (long) capacity * width);
        dataAt = data.memoryAddress();
      }
      case BYTES, LIST -> {
        boolean first = offsets == null;
        offsets = resize(offsets, 4L * (target + 1L), first ? 0 : 4L * (capacity + 1L));
        offsetsAt = offsets.memoryAddress();
        if (first) {
          MemoryUtil.putInt(offsetsAt, 0);
        }
      }
      case STRUCT, NOTHING -> {
        // no memory of its own
      }
    }
    capacity = target;
  }

  private void ensureBytes(long more) {
    long needed = (long) dataSize + more;
    if (needed > dataCapacity || data == null) {
      if (needed > Integer.MAX_VALUE) {
        throw new IllegalStateException("column '" + name + "' has more than 2 GiB in one batch");
      }
      long target = Math.max(Math.max(bytesHint, dataCapacity * 2), needed);
      data = resize(data, target, dataSize);
      dataAt = data.memoryAddress();
      dataCapacity = data.capacity();
    }
  }

  private ArrowBuf resize(ArrowBuf old, long bytes, long used) {
    ArrowBuf fresh = allocator.buffer(Math.max(8, bytes));
    if (old != null) {
      MemoryUtil.copyMemory(old.memoryAddress(), fresh.memoryAddress(), used);
      old.close();
    }
    return fresh;
  }

  private void startValidity() {
    MemoryUtil.setMemory(validityAt, (capacity + 7L) / 8, (byte) 0xff);
  }

  private static void setBit(long address, int index) {
    long at = address + (index >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | 1 << (index & 7)));
  }

  private static void clearBit(long address, int index) {
    long at = address + (index >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) & ~(1 << (index & 7))));
  }

  /** The values appended so far as a vector the caller owns; the builder is empty again. */
  public FieldVector finish() {
    FieldVector vector = ArrowTypes.vector(name, type, allocator);
    try {
      load(vector);
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    }
    return vector;
  }

  private void load(FieldVector vector) {
    if (layout == Layout.NOTHING) {
      vector.setValueCount(size);
      size = 0;
      return;
    }
    if (capacity == 0) {
      growRows();
    }
    if (layout == Layout.BYTES) {
      ensureBytes(0);
    }
    int rows = size;
    loadChildren(vector);
    if (nulls == 0) {
      startValidity();
    }
    List<ArrowBuf> buffers = new ArrayList<>();
    validity.writerIndex((rows + 7L) / 8);
    buffers.add(validity);
    switch (layout) {
      case BITS -> buffers.add(data.writerIndex((rows + 7L) / 8));
      case FIXED -> buffers.add(data.writerIndex((long) rows * width));
      case BYTES -> {
        buffers.add(offsets.writerIndex(4L * (rows + 1)));
        buffers.add(data.writerIndex(dataSize));
      }
      case LIST -> buffers.add(offsets.writerIndex(4L * (rows + 1)));
      case STRUCT, NOTHING -> {
        // validity only
      }
    }
    vector.loadFieldBuffers(new ArrowFieldNode(rows, nulls), buffers);
    rowsHint = Math.max(64, rows);
    bytesHint = Math.max(64, dataSize);
    release();
  }

  private void loadChildren(FieldVector vector) {
    if (children.length == 0) {
      return;
    }
    List<FieldVector> inner = vector.getChildrenFromFields();
    if (type.kind() == Kind.MAP) {
      int entries = children[0].size;
      FieldVector struct = inner.get(0);
      for (int i = 0; i < children.length; i++) {
        children[i].load(struct.getChildrenFromFields().get(i));
      }
      long bytes = (entries + 7L) / 8;
      try (ArrowBuf all = allocator.buffer(Math.max(8, bytes))) {
        MemoryUtil.setMemory(all.memoryAddress(), bytes, (byte) 0xff);
        struct.loadFieldBuffers(new ArrowFieldNode(entries, 0), List.of(all.writerIndex(bytes)));
      }
    } else {
      for (int i = 0; i < children.length; i++) {
        children[i].load(inner.get(i));
      }
    }
  }

  private void release() {
    for (ArrowBuf buffer : new ArrowBuf[] {validity, data, offsets}) {
      if (buffer != null) {
        buffer.close();
      }
    }
    validity = null;
    data = null;
    offsets = null;
    size = 0;
    capacity = 0;
    dataCapacity = 0;
    dataSize = 0;
    nulls = 0;
  }

  /** Gives up what has been appended; idempotent. */
  @Override
  public void close() {
    release();
    for (ColumnBuilder child : children) {
      child.close();
    }
  }
}
