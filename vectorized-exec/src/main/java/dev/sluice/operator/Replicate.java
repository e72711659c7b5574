package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.ReplicateNode;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;

/** Gives rows several times, by positions that repeat: no value is copied. Stateless. */
final class Replicate implements Operator {
  private final Schema schema;
  private final int[] columns;
  private final int counts;
  private final DataType type;
  private Optional<OperatorContext> context = Optional.empty();

  Replicate(ReplicateNode node) {
    schema = node.schema();
    columns = IntStream.range(0, schema.size()).toArray();
    counts = node.input().schema().size() - 1;
    type = node.input().schema().type(counts);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    Rows rows = Rows.of(batch);
    FieldVector vector = batch.vector(counts);
    int most = Math.max(1, context.orElseThrow().batchRows());
    int[] positions = new int[most];
    int n = 0;
    try (batch;
        RecordBatch kept = batch.share().project(schema, columns)) {
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        long times = vector.isNull(position) ? 0 : Cells.word(vector, type, position);
        for (long t = 0; t < times; t++) {
          positions[n++] = position;
          if (n == most) {
            output.emit(kept.share().select(new Selection(positions.clone(), n)));
            n = 0;
          }
        }
      }
      if (n > 0) {
        output.emit(kept.share().select(new Selection(Arrays.copyOf(positions, n), n)));
      }
    }
  }

  @Override
  public void close() {}
}
