package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;

/** Stamps rows with the time of the tick, which also is the watermark. Stateless. */
final class ProcessingTime implements Operator {
  private static final long UNIT = 1000;

  private final Schema schema;
  private Optional<OperatorContext> context = Optional.empty();
  private long now = Long.MIN_VALUE;

  ProcessingTime(PlanNode.ProcessingTime node) {
    schema = node.schema();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public boolean wantsProcessingTime() {
    return true;
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    now = Math.max(now, Math.floorDiv(nowMicros, UNIT) * UNIT);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Field field = schema.field(schema.size() - 1);
      BufferAllocator allocator = context.orElseThrow().allocator();
      try (BatchBuilder times = new BatchBuilder(Schema.of(field), allocator)) {
        for (int i = 0; i < batch.rowCount(); i++) {
          Cells.setWord(times.vector(0), field.type(), batch.position(i), now);
        }
        times.advance(batch.length());
        RecordBatch built = times.build();
        output.emit(batch.share().beside(schema, built));
      }
    }
  }

  /** Rows' own time means nothing here; only the end of the input goes on. */
  @Override
  public long onWatermark(long watermark, Output output) {
    return watermark == Long.MAX_VALUE ? watermark : Long.MIN_VALUE;
  }

  @Override
  public OptionalLong ownWatermark() {
    return now == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(now - UNIT);
  }

  @Override
  public void close() {}
}
