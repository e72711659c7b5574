package dev.sluice.batch;

import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Makes a batch row by row: from literals, or by copying rows of other batches. For edges and
 * results, not for inner loops. Single-threaded; close it, or {@link #build}.
 */
public final class BatchBuilder implements AutoCloseable {
  /**
   * Arrow would begin with room for thousands: a snapshot makes a batch for each of 256 key groups.
   */
  private static final int FIRST_ROWS = 32;

  private final Schema schema;
  private final FieldVector[] vectors;
  private byte[] kinds = new byte[16];
  private boolean updating;
  private int rows;
  private boolean built;

  public BatchBuilder(Schema schema, BufferAllocator allocator) {
    this.schema = schema;
    vectors = new FieldVector[schema.size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = ArrowTypes.vector(schema.field(i).name(), schema.type(i), allocator);
      vectors[i].setInitialCapacity(FIRST_ROWS);
    }
  }

  /** Constant rows as a batch. */
  public static RecordBatch ofLiterals(
      Schema schema, List<List<Expr.Literal>> rows, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (List<Expr.Literal> row : rows) {
        builder.add(RowKind.INSERT, row.stream().map(l -> l.value().orElse(null)).toArray());
      }
      return builder.build();
    }
  }

  public int rows() {
    return rows;
  }

  /** Makes room for that many rows at once; before the first row only. */
  public BatchBuilder reserve(int count) {
    for (FieldVector vector : vectors) {
      vector.setInitialCapacity(count);
      vector.allocateNew();
    }
    return this;
  }

  /** The vector of column {@code index}, for direct writing before {@link #advance}. */
  public FieldVector vector(int index) {
    return vectors[index];
  }

  /** How many columns. */
  public int width() {
    return vectors.length;
  }

  /** Makes column {@code index} of the next row NULL. */
  public void setNull(int index) {
    if (schema.type(index).kind() == Kind.NULL) {
      return;
    }
    while (vectors[index].getValueCapacity() <= rows) {
      vectors[index].reAlloc();
    }
    vectors[index].setNull(rows);
  }

  /** Counts {@code count} rows that were written to the vectors directly. */
  public void advance(int count) {
    rows += count;
  }

  /**
   * Adds a row of literal values, see {@link DataType}; Java null is NULL. Any {@link Number} will
   * do for a number; ARRAY and ROW are {@link List}s, MAP is a {@link Map}.
   */
  public BatchBuilder add(RowKind kind, Object... values) {
    if (values.length != vectors.length) {
      throw new IllegalArgumentException(values.length + " values for " + schema);
    }
    for (int i = 0; i < values.length; i++) {
      set(vectors[i], schema.type(i), rows, values[i]);
    }
    mark(kind);
    return this;
  }

  /**
   * Copies the row at {@code position} of {@code batch}, whose column types must be the same; a
   * column of NULLs alone may be a {@link NullVector}.
   */
  public void copy(RowKind kind, RecordBatch batch, int position) {
    for (int i = 0; i < vectors.length; i++) {
      FieldVector from = batch.vector(i);
      if (from instanceof NullVector) {
        setNull(i);
      } else {
        vectors[i].copyFromSafe(position, rows, from);
      }
    }
    mark(kind);
  }

  /** Counts one row of that kind that was written to the vectors directly. */
  public void mark(RowKind kind) {
    if (kinds.length <= rows) {
      kinds = Arrays.copyOf(kinds, 2 * rows);
    }
    kinds[rows++] = kind.code();
    updating |= kind != RowKind.INSERT;
  }

  /** The batch; this builder is used up. */
  public RecordBatch build() {
    for (FieldVector vector : vectors) {
      vector.setValueCount(rows);
    }
    built = true;
    Column[] columns = new Column[vectors.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = new Column(vectors[i]);
    }
    return RecordBatch.of(
        schema,
        columns,
        rows,
        Optional.empty(),
        updating ? Optional.of(Arrays.copyOf(kinds, rows)) : Optional.empty());
  }

  /** Releases the vectors unless they were built into a batch. */
  @Override
  public void close() {
    if (!built) {
      built = true;
      for (FieldVector vector : vectors) {
        vector.close();
      }
    }
  }

  private static void set(FieldVector vector, DataType type, int position, Object value) {
    if (value == null) {
      if (type.kind() != Kind.NULL) {
        vector.setNull(position);
      }
      return;
    }
    switch (type.kind()) {
      case BOOLEAN -> Cells.setWord(vector, type, position, (Boolean) value ? 1 : 0);
      case FLOAT, DOUBLE -> setDouble(vector, position, ((Number) value).doubleValue());
      case DECIMAL ->
          Cells.setDecimal(
              vector, position, new BigDecimal(value.toString()).setScale(type.scale()));
      case VARCHAR -> {
        byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
        Cells.setBytes(vector, type, position, text, 0, text.length);
      }
      case VARBINARY -> {
        byte[] bytes =
            value instanceof byte[] raw ? raw : HexFormat.of().parseHex(value.toString());
        Cells.setBytes(vector, type, position, bytes, 0, bytes.length);
      }
      case ARRAY -> setList((ListVector) vector, type, position, (List<?>) value);
      case MAP -> setMap((ListVector) vector, type, position, (Map<?, ?>) value);
      case ROW -> {
        StructVector struct = (StructVector) vector;
        struct.setIndexDefined(position);
        List<?> fields = (List<?>) value;
        for (int i = 0; i < fields.size(); i++) {
          set(
              (FieldVector) struct.getChildByOrdinal(i),
              type.children().get(i).type(),
              position,
              fields.get(i));
        }
      }
      default -> Cells.setWord(vector, type, position, ((Number) value).longValue());
    }
  }

  private static void setDouble(FieldVector vector, int position, double value) {
    if (vector instanceof org.apache.arrow.vector.Float8Vector wide) {
      wide.setSafe(position, value);
    } else {
      ((org.apache.arrow.vector.Float4Vector) vector).setSafe(position, (float) value);
    }
  }

  private static void setList(ListVector list, DataType type, int position, List<?> values) {
    int start = list.startNewValue(position);
    for (int i = 0; i < values.size(); i++) {
      set(list.getDataVector(), type.children().get(0).type(), start + i, values.get(i));
    }
    list.endValue(position, values.size());
  }

  private static void setMap(ListVector map, DataType type, int position, Map<?, ?> values) {
    int at = map.startNewValue(position);
    StructVector entries = (StructVector) map.getDataVector();
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      entries.setIndexDefined(at);
      set(
          (FieldVector) entries.getChildByOrdinal(0),
          type.children().get(0).type(),
          at,
          entry.getKey());
      set(
          (FieldVector) entries.getChildByOrdinal(1),
          type.children().get(1).type(),
          at,
          entry.getValue());
      at++;
    }
    map.endValue(position, values.size());
  }
}
