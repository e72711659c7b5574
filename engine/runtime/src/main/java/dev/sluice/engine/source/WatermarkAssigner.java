package dev.sluice.engine.source;

import dev.sluice.batch.Column;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WatermarkSpec;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
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
  private final OptionalLong delay;
  private final Lane times = new Lane();
  private final Supplier<BatchProgram> compiler;
  private Optional<BatchProgram> program = Optional.empty();
  private final BufferAllocator allocator;
  private long running;
  private long maxTime = Long.MIN_VALUE;
  private final SkewedRows skewedRows;
  private long skewed;

  /** The row watermarks of the batch that is being worked on, if any row is late. */
  private Optional<BigIntVector> marks = Optional.empty();

  WatermarkAssigner(
      PlanNode.Scan scan,
      long initial,
      BufferAllocator allocator,
      EvalContext context,
      SkewedRows skewedRows) {
    this.skewedRows = skewedRows;
    spec = scan.watermark().orElseThrow();
    marksRows = scan.rowWatermark().isPresent();
    output = scan.schema();
    Schema input = marksRows ? output.project(range(output.size() - 1)) : output;
    delay = delay(spec);
    compiler =
        () ->
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
    boolean done = false;
    RecordBatch guarded = input;
    marks = Optional.empty();
    try {
      guarded = spec.maxFutureSkewMicros() > 0 ? dropSkewed(input, nowMicros) : input;
      FieldVector column = guarded.vector(spec.timeColumn());
      boolean plain =
          delay.isPresent() && guarded.selection().isEmpty() && column.getNullCount() == 0;
      if (plain) {
        delayed(guarded, column);
      } else {
        computed(guarded, column);
      }
      RecordBatch assigned = marksRows ? append(guarded) : guarded;
      done = true;
      return assigned;
    } finally {
      if (!done) {
        guarded.close();
        marks.ifPresent(BigIntVector::close);
      }
    }
  }

  /** {@code ts - INTERVAL} as nearly every watermark is, over rows that all have a time. */
  private void delayed(RecordBatch batch, FieldVector column) {
    times.load(column, output.type(spec.timeColumn()), Lane.Form.WORD, Rows.of(batch));
    long[] time = times.words();
    int count = batch.rowCount();
    long behind = delay.getAsLong();
    long largest = running;
    long latest = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      if (time[i] <= largest && marksRows) {
        mark(batch.length(), i, largest);
      }
      if (time[i] > latest) {
        latest = time[i];
        // before the beginning of time nothing is promised
        long promised = latest < Long.MIN_VALUE + behind ? Long.MIN_VALUE : latest - behind;
        largest = Math.max(largest, promised);
      }
    }
    running = largest;
    maxTime = latest;
  }

  /** The microseconds of a watermark that is the event time less a constant. */
  private static OptionalLong delay(WatermarkSpec spec) {
    boolean fits =
        spec.expression() instanceof Expr.Call call
            && call.function().equals("-")
            && call.operands().size() == 2
            && call.operands().get(0) instanceof Expr.ColumnRef time
            && time.index() == spec.timeColumn()
            && call.operands().get(1) instanceof Expr.Literal literal
            && literal.type().kind() == Kind.INTERVAL_DAY
            && literal.value().isPresent()
            && literal.value().get() instanceof Long micros
            && micros >= 0
            && micros % spec.unitMicros() == 0;
    return fits
        ? OptionalLong.of(
            (Long) ((Expr.Literal) spec.expression().operands().get(1)).value().orElseThrow())
        : OptionalLong.empty();
  }

  private void computed(RecordBatch guarded, FieldVector times) {
    int[] positions = guarded.selection().map(Selection::positions).orElse(null);
    int count = guarded.rowCount();
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
              mark(guarded.length(), row, largest);
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
  }

  private RecordBatch watermarks(RecordBatch batch) {
    if (program.isEmpty()) {
      program = Optional.of(compiler.get());
    }
    return program.get().run(batch.share(), allocator).orElse(null);
  }

  private void mark(int length, int row, long watermark) {
    if (marks.isEmpty()) {
      marks = Optional.of(emptyMarks(length));
    }
    marks.get().set(row, watermark);
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

  private RecordBatch append(RecordBatch batch) {
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
      } else {
        skewedRows.add(batch, row);
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
    program.ifPresent(BatchProgram::close);
  }
}
