package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.UnnestNode;
import dev.sluice.type.DataType;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** A row for each element of a collection. Keeps nothing. */
final class Unnest implements Operator {
  private static final int NONE = -1;

  private final UnnestNode node;
  private final boolean map;
  private Optional<OperatorContext> context = Optional.empty();

  Unnest(UnnestNode node) {
    this.node = node;
    map = node.input().schema().type(node.collection()).kind() == DataType.Kind.MAP;
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch;
        Expansion expansion = new Expansion(batch, output)) {
      FieldVector collections = batch.vector(node.collection());
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        int from = 0;
        int to = 0;
        if (!collections.isNull(position)) {
          from = ((ListVector) collections).getElementStartIndex(position);
          to = ((ListVector) collections).getElementEndIndex(position);
        }
        for (int element = from; element < to; element++) {
          expansion.row(position, element, element - from + 1);
        }
        if (from == to && node.outer()) {
          expansion.row(position, NONE, NONE);
        }
      }
      expansion.flush();
    }
  }

  /** Makes batches of the rows. */
  private final class Expansion implements AutoCloseable {
    private final RecordBatch batch;
    private final Output output;
    private final int most = Math.max(1, context.orElseThrow().batchRows());
    private BatchBuilder builder = fresh();

    Expansion(RecordBatch batch, Output output) {
      this.batch = batch;
      this.output = output;
    }

    private BatchBuilder fresh() {
      return new BatchBuilder(node.schema(), context.orElseThrow().allocator());
    }

    void row(int position, int element, int number) {
      if (builder.rows() >= most) {
        flush();
      }
      int column = 0;
      for (int kept : node.kept()) {
        copy(batch.vector(kept), position, column++);
      }
      if (element == NONE) {
        builder.vector(column++).setNull(builder.rows());
        if (map) {
          builder.vector(column++).setNull(builder.rows());
        }
      } else {
        FieldVector data = ((ListVector) batch.vector(node.collection())).getDataVector();
        if (map) {
          copy((FieldVector) ((StructVector) data).getChildByOrdinal(0), element, column++);
          copy((FieldVector) ((StructVector) data).getChildByOrdinal(1), element, column++);
        } else {
          copy(data, element, column++);
        }
      }
      if (node.withOrdinality()) {
        if (number == NONE) {
          builder.vector(column).setNull(builder.rows());
        } else {
          Cells.setWord(builder.vector(column), node.schema().type(column), builder.rows(), number);
        }
      }
      builder.mark(batch.kind(position));
    }

    private void copy(FieldVector values, int from, int column) {
      if (node.schema().type(column).kind() == DataType.Kind.NULL) {
        return;
      }
      if (values.isNull(from)) {
        builder.vector(column).setNull(builder.rows());
      } else {
        builder.vector(column).copyFromSafe(from, builder.rows(), values);
      }
    }

    void flush() {
      if (builder.rows() > 0) {
        RecordBatch made = builder.build();
        builder = fresh();
        output.emit(made);
      }
    }

    @Override
    public void close() {
      builder.close();
    }
  }

  @Override
  public void close() {}
}
