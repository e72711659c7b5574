package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.Column;
import dev.sluice.batch.Gather;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.ReplicateNode;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;

/** Gives rows several times. Stateless. */
final class Replicate implements Operator {
  private final Schema schema;
  private final int counts;
  private final DataType type;
  private Optional<OperatorContext> context = Optional.empty();

  Replicate(ReplicateNode node) {
    schema = node.schema();
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
    try (batch) {
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        long times = vector.isNull(position) ? 0 : Cells.word(vector, type, position);
        for (long t = 0; t < times; t++) {
          positions[n++] = position;
          if (n == most) {
            output.emit(copied(batch, positions, n));
            n = 0;
          }
        }
      }
      if (n > 0) {
        output.emit(copied(batch, positions, n));
      }
    }
  }

  /** Copies, for a selection has each position once. */
  private RecordBatch copied(RecordBatch batch, int[] positions, int count) {
    return RecordBatch.make(
        schema,
        c ->
            new Column(
                Gather.take(
                    schema.field(c).name(),
                    schema.type(c),
                    batch.vector(c),
                    positions,
                    count,
                    context.orElseThrow().allocator())),
        count,
        Optional.empty(),
        kinds(batch, positions, count));
  }

  private static Optional<byte[]> kinds(RecordBatch batch, int[] positions, int count) {
    return batch
        .kinds()
        .map(
            all -> {
              byte[] kinds = new byte[count];
              for (int i = 0; i < count; i++) {
                kinds[i] = all[positions[i]];
              }
              return kinds;
            });
  }

  @Override
  public void close() {}
}
