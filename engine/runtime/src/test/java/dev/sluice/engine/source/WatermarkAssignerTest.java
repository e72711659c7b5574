package dev.sluice.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ReaderContext;
import dev.sluice.function.EvalContext;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.WatermarkSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** Watermarks and marks of late rows, against the rule written out row by row. */
class WatermarkAssignerTest {
  private static final DataType TIME = DataType.timestamp(3);
  private static final DataType INTERVAL = DataType.of(Kind.INTERVAL_DAY);
  private static final long DELAY = 5_000_000;
  private static final Schema OUTPUT =
      Schema.of(new Field("ts", TIME), new Field("$watermark", DataType.of(Kind.BIGINT)));
  private static final Expr COLUMN = new Expr.ColumnRef(0, TIME);

  private static Expr minus(Expr time, long micros) {
    return new Expr.Call("-", List.of(time, Expr.Literal.of(micros, INTERVAL)), TIME);
  }

  private static PlanNode.Scan scan(Expr watermark, long skew) {
    TableRef table =
        new TableRef(
            "t",
            "values",
            Map.of(),
            Set.of(),
            OUTPUT.project(List.of(0)),
            Map.of(),
            List.of(),
            List.of());
    return new PlanNode.Scan(
        table,
        List.of(0),
        Optional.empty(),
        OptionalInt.empty(),
        List.of(),
        Optional.of(new WatermarkSpec(0, 1000, watermark, 0, skew)),
        OptionalInt.of(1),
        PlanTraits.of(OUTPUT, true));
  }

  /** With a watermark five seconds behind. */
  static PlanNode.Scan scanDelayed() {
    return scan(minus(COLUMN, DELAY), 0);
  }

  /** Times in random order, some NULL; {@code null} in the list is NULL. */
  private static List<Long> times(Random random, int n, boolean nulls) {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean isNull = nulls && random.nextInt(8) == 0;
      times.add(isNull ? null : 1000L * (20 * i + random.nextInt(12_000)));
    }
    return times;
  }

  static RecordBatch batch(List<Long> times, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(OUTPUT.project(List.of(0)), allocator)) {
      times.forEach(t -> builder.add(RowKind.INSERT, t));
      return builder.build();
    }
  }

  /** The mark of each row, "-" for none, then the watermark. */
  private static List<String> marked(
      PlanNode.Scan scan, List<Long> times, int batchRows, BufferAllocator allocator) {
    List<String> marks = new ArrayList<>();
    try (WatermarkAssigner assigner =
        new WatermarkAssigner(scan, Long.MIN_VALUE, allocator, EvalContext.UTC, skewed(scan))) {
      for (int from = 0; from < times.size(); from += batchRows) {
        List<Long> some = times.subList(from, Math.min(times.size(), from + batchRows));
        try (RecordBatch out = assigner.assign(batch(some, allocator), 0)) {
          for (int i = 0; i < out.rowCount(); i++) {
            int at = out.position(i);
            marks.add(out.vector(1).isNull(at) ? "-" : String.valueOf(out.vector(1).getObject(at)));
          }
        }
      }
      marks.add("watermark " + assigner.watermark());
    }
    return marks;
  }

  private static List<String> rule(List<Long> times, long delay) {
    List<String> marks = new ArrayList<>();
    long watermark = Long.MIN_VALUE;
    for (Long time : times) {
      marks.add(time != null && time <= watermark ? "" + watermark : "-");
      watermark = time == null ? watermark : Math.max(watermark, time - delay);
    }
    marks.add("watermark " + watermark);
    return marks;
  }

  @Test
  void aConstantDelayAndAnExpressionMarkTheSameRows() {
    Random random = new Random(11);
    Expr twice = minus(minus(COLUMN, DELAY - 1000), 1000);
    try (BufferAllocator allocator = new RootAllocator()) {
      for (int round = 0; round < 40; round++) {
        List<Long> times = times(random, 300, round % 2 == 0);
        List<String> expected = rule(times, DELAY);
        assertThat(expected).anyMatch(mark -> !mark.equals("-") && !mark.startsWith("w"));
        for (int batchRows : new int[] {1, 7, 300}) {
          assertThat(marked(scan(minus(COLUMN, DELAY), 0), times, batchRows, allocator))
              .isEqualTo(expected);
          assertThat(marked(scan(twice, 0), times, batchRows, allocator)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void beforeTheBeginningOfTimeNothingIsPromised() {
    try (BufferAllocator allocator = new RootAllocator()) {
      List<Long> times = List.of(Long.MIN_VALUE + 1000, Long.MIN_VALUE);
      assertThat(marked(scan(minus(COLUMN, DELAY), 0), times, 2, allocator))
          .containsExactly("-", "" + Long.MIN_VALUE, "watermark " + Long.MIN_VALUE);
    }
  }

  /** Nobody keeps the rows. */
  private static SkewedRows skewed(PlanNode.Scan scan) {
    return new SkewedRows(
        scan,
        "split",
        new ReaderContext() {
          @Override
          public BufferAllocator allocator() {
            throw new IllegalStateException("no row is made");
          }

          @Override
          public void rejected(RejectedRow row) {
            throw new IllegalStateException("the row is not malformed");
          }

          @Override
          public void bytesRead(long bytes) {}
        });
  }

  @Test
  void rowsStampedTooFarAheadAreLeftOutAndCounted() {
    long hour = 3_600_000_000L;
    try (BufferAllocator allocator = new RootAllocator();
        WatermarkAssigner assigner =
            new WatermarkAssigner(
                scan(minus(COLUMN, DELAY), hour),
                Long.MIN_VALUE,
                allocator,
                EvalContext.UTC,
                skewed(scan(minus(COLUMN, DELAY), hour)));
        RecordBatch out =
            assigner.assign(batch(List.of(1000L, 2 * hour, 2000L, hour), allocator), 0)) {
      assertThat(out.rowCount()).isEqualTo(3);
      assertThat(assigner.skewedRows()).isEqualTo(1);
      assertThat(assigner.watermark()).isEqualTo(hour - DELAY);
    }
  }
}
