package dev.sluice.batch;

import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import org.apache.arrow.vector.FieldVector;

/**
 * A micro-batch: columns of equal length, an optional selection of the positions that count, and
 * optional row kinds. Single-threaded, exactly one owner at a time: handing a batch over is moving
 * it, and the new owner closes it. Columns may be shared between batches (see {@link Column});
 * their contents never change.
 *
 * <p>A list of vectors rather than a {@code VectorSchemaRoot}: a root is a container meant to be
 * refilled, so two batches in flight would alias.
 */
public final class RecordBatch implements AutoCloseable {
  private final Schema schema;
  private final Column[] columns;
  private final int length;
  private final Optional<Selection> selection;
  private final Optional<byte[]> kinds;
  private boolean closed;

  private RecordBatch(
      Schema schema,
      Column[] columns,
      int length,
      Optional<Selection> selection,
      Optional<byte[]> kinds) {
    if (columns.length != schema.size()) {
      throw new IllegalArgumentException(columns.length + " columns for schema " + schema);
    }
    this.schema = schema;
    this.columns = columns;
    this.length = length;
    this.selection = selection;
    this.kinds = kinds;
  }

  /**
   * A dense insert-only batch of {@code length} rows; takes over the caller's hold on each column.
   */
  public static RecordBatch of(Schema schema, Column[] columns, int length) {
    return new RecordBatch(schema, columns, length, Optional.empty(), Optional.empty());
  }

  /**
   * A batch; takes over the caller's hold on each column. {@code kinds} is by position, before
   * selection.
   */
  public static RecordBatch of(
      Schema schema,
      Column[] columns,
      int length,
      Optional<Selection> selection,
      Optional<byte[]> kinds) {
    return new RecordBatch(schema, columns, length, selection, kinds);
  }

  /**
   * A batch of columns that {@code maker} gives by index; if one cannot be made, those before it
   * are released. {@code kinds} as above.
   */
  public static RecordBatch make(
      Schema schema,
      IntFunction<Column> maker,
      int length,
      Optional<Selection> selection,
      Optional<byte[]> kinds) {
    Column[] columns = new Column[schema.size()];
    int made = 0;
    try {
      while (made < columns.length) {
        columns[made] = maker.apply(made);
        made++;
      }
      return of(schema, columns, length, selection, kinds);
    } finally {
      if (made < columns.length) {
        for (int i = 0; i < made; i++) {
          columns[i].release();
        }
      }
    }
  }

  /** A dense insert-only batch that owns freshly made vectors. */
  public static RecordBatch ofVectors(Schema schema, FieldVector[] vectors, int length) {
    Column[] columns = new Column[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      columns[i] = new Column(vectors[i]);
    }
    return of(schema, columns, length);
  }

  public Schema schema() {
    return schema;
  }

  /** Rows that count, after selection. */
  public int rowCount() {
    return selection.map(Selection::count).orElse(length);
  }

  /** Positions in the vectors, before selection. */
  public int length() {
    return length;
  }

  /** Absent: every position counts. */
  public Optional<Selection> selection() {
    return selection;
  }

  /**
   * {@link RowKind#code} by position, before selection; absent: every row is +I. Not to be changed.
   */
  public Optional<byte[]> kinds() {
    return kinds;
  }

  /** The kind of the row at {@code position}. */
  public RowKind kind(int position) {
    return kinds.map(k -> RowKind.of(k[position])).orElse(RowKind.INSERT);
  }

  /** The position of the {@code row}-th row that counts. */
  public int position(int row) {
    return selection.isPresent() ? selection.get().positions()[row] : row;
  }

  /** The vector of column {@code index}, by position; borrowed, valid while this batch is open. */
  public FieldVector vector(int index) {
    return columns[index].vector();
  }

  /**
   * Column {@code index} with one more owner, for use in another batch; the caller must see to its
   * release.
   */
  public Column retainColumn(int index) {
    return columns[index].retain();
  }

  /** The same rows owned once more; both batches must be closed. */
  public RecordBatch share() {
    for (Column column : columns) {
      column.retain();
    }
    return new RecordBatch(schema, columns.clone(), length, selection, kinds);
  }

  /**
   * Consumes this batch; its heir has only the selected positions, which are positions of the
   * vectors.
   */
  public RecordBatch select(Selection newSelection) {
    closed = true;
    return new RecordBatch(schema, columns, length, Optional.of(newSelection), kinds);
  }

  /** Consumes this batch; its heir is the same rows with other row kinds. */
  public RecordBatch withKinds(Optional<byte[]> newKinds) {
    closed = true;
    return new RecordBatch(schema, columns, length, selection, newKinds);
  }

  /**
   * Consumes this batch; its heir has columns {@code indices} in that order, under {@code
   * newSchema}.
   */
  public RecordBatch project(Schema newSchema, int... indices) {
    Column[] kept = new Column[indices.length];
    for (int i = 0; i < indices.length; i++) {
      kept[i] = columns[indices[i]].retain();
    }
    close();
    return new RecordBatch(newSchema, kept, length, selection, kinds);
  }

  /**
   * Consumes this batch and {@code more}, which has as many positions; their heir has the columns
   * of both, this one's first, under {@code newSchema}, and this one's selection and row kinds.
   */
  public RecordBatch beside(Schema newSchema, RecordBatch more) {
    Column[] both = Arrays.copyOf(columns, columns.length + more.columns.length);
    System.arraycopy(more.columns, 0, both, columns.length, more.columns.length);
    closed = true;
    more.closed = true;
    return new RecordBatch(newSchema, both, length, selection, kinds);
  }

  /** Bytes of the buffers, shared ones counted in full. */
  public long byteSize() {
    long sum = 0;
    for (Column column : columns) {
      sum += column.vector().getBufferSize();
    }
    return sum;
  }

  /** Gives up the columns; idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (Column column : columns) {
        column.release();
      }
    }
  }
}
