package dev.sluice.engine.source;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WatermarkSpec;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;

/**
 * Makes the watermark of one sequence of splits: the running maximum of the watermark expression
 * over its rows, in order. A row at or before the maximum of the rows ahead of it is marked in the
 * hidden row-watermark column, so that lateness is a matter of the row's own sequence and not of
 * how the rows were cut into batches. Single-threaded.
 */
final class WatermarkAssigner implements AutoCloseable {
  private final WatermarkSpec spec;
  private final boolean marksRows;
  private final Schema output;
  private final BatchProgram program;
  private final BufferAllocator allocator;
  private long running;
  private long maxTime = Long.MIN_VALUE;
  private long skewed;

  WatermarkAssigner(
      PlanNode.Scan scan, long initial, BufferAllocator allocator, EvalContext context) {
    spec = scan.watermark().orElseThrow();
    marksRows = scan.rowWatermark().isPresent();
    output = scan.schema();
    Schema input = marksRows ? output.project(range(output.size() - 1)) : output;
    program =
        ExprCompiler.compile(
            input,
            Optional.empty(),
            List.of(spec.expression()),
            Schema.of(new Field("watermark", spec.expression().type())),
            context);
    this.allocator = allocator;
    running = initial;
  }

  private static List<Integer> range(int end) {
    return java.util.stream.IntStream.range(0, end).boxed().toList();
  }

  /** The watermark so far; {@link Long#MIN_VALUE} before the first row. */
  long watermark() {
    return running;
  }

  /** The largest event time of the last batch; {@link Long#MIN_VALUE} if it had none. */
  long maxTimeOfBatch() {
    return maxTime;
  }

  /** Rows rejected so far for a time stamp too far ahead of the clock. */
  long skewedRows() {
    return skewed;
  }

  /**
   * Takes note of a batch's rows; consumes it and gives it back, with the row-watermark column if
   * the plan wants one. {@code nowMicros} is the wall clock, for the guard against stamps from the
   * future.
   */
  RecordBatch assign(RecordBatch input, long nowMicros) {
    maxTime = Long.MIN_VALUE;
    RecordBatch guarded = spec.maxFutureSkewMicros() > 0 ? dropSkewed(input, nowMicros) : input;
    int[] positions = guarded.selection().map(Selection::positions).orElse(null);
    int count = guarded.rowCount();
    FieldVector times = guarded.vector(spec.timeColumn());
    Optional<BigIntVector> marks = Optional.empty();
    try (RecordBatch computed = watermarks(guarded)) {
      if (computed != null) {
        FieldVector watermarks = computed.vector(0);
        long timeData = times.getDataBufferAddress();
        long watermarkData = watermarks.getDataBufferAddress();
        boolean timeNulls = times.getNullCount() > 0;
        boolean watermarkNulls = watermarks.getNullCount() > 0;
        long largest = running;
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
          int row = positions == null ? i : positions[i];
          if (!timeNulls || !times.isNull(row)) {
            long time = MemoryUtil.getLong(timeData + 8L * row);
            latest = Math.max(latest, time);
            if (time <= largest && marksRows) {
              marks = Optional.of(mark(marks, guarded.length(), row, largest));
            }
          }
          if (!watermarkNulls || !watermarks.isNull(row)) {
            largest = Math.max(largest, MemoryUtil.getLong(watermarkData + 8L * row));
          }
        }
        running = largest;
        maxTime = latest;
      }
    }
    return marksRows ? append(guarded, marks) : guarded;
  }

  private RecordBatch watermarks(RecordBatch batch) {
    return program.run(batch.share(), allocator).orElse(null);
  }

  private BigIntVector mark(Optional<BigIntVector> marks, int length, int row, long watermark) {
    BigIntVector vector = marks.orElseGet(() -> emptyMarks(length));
    vector.set(row, watermark);
    return vector;
  }

  /** A column of {@code length} NULLs. */
  private BigIntVector emptyMarks(int length) {
    BigIntVector vector = new BigIntVector("$watermark", allocator);
    vector.allocateNew(length);
    BitVectorHelper.setValidityBit(vector.getValidityBuffer(), 0, 0);
    vector.getValidityBuffer().setZero(0, vector.getValidityBuffer().capacity());
    vector.setValueCount(length);
    return vector;
  }

  private RecordBatch append(RecordBatch batch, Optional<BigIntVector> marks) {
    int size = batch.schema().size();
    Column[] columns = new Column[size + 1];
    for (int i = 0; i < size; i++) {
      columns[i] = batch.retainColumn(i);
    }
    // nearly every batch has no late row: no memory is spent on saying so
    columns[size] =
        new Column(marks.isPresent() ? marks.get() : new NullVector("$watermark", batch.length()));
    RecordBatch made =
        RecordBatch.of(output, columns, batch.length(), batch.selection(), batch.kinds());
    batch.close();
    return made;
  }

  private RecordBatch dropSkewed(RecordBatch batch, long nowMicros) {
    long limit = nowMicros + spec.maxFutureSkewMicros();
    FieldVector times = batch.vector(spec.timeColumn());
    int count = batch.rowCount();
    int[] kept = new int[count];
    int n = 0;
    for (int i = 0; i < count; i++) {
      int row = batch.position(i);
      if (times.isNull(row)
          || MemoryUtil.getLong(times.getDataBufferAddress() + 8L * row) <= limit) {
        kept[n++] = row;
      }
    }
    if (n == count) {
      return batch;
    }
    skewed += count - n;
    return batch.select(new Selection(kept, n));
  }

  @Override
  public void close() {
    program.close();
  }
}
