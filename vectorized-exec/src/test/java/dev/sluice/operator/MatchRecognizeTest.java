package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Expr;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.MatchNode.Skip;
import dev.sluice.plan.MatchPattern;
import dev.sluice.plan.MatchPattern.Repeat;
import dev.sluice.plan.MatchPattern.Sequence;
import dev.sluice.plan.MatchPattern.Variable;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * When matches come out as time goes on, what is kept meanwhile, and that it survives a restart at
 * another parallelism. Which matches there are is RandomMatchTest's business.
 */
class MatchRecognizeTest {
  private static final DataType TRUTH = DataType.of(Kind.BOOLEAN);
  private static final Schema INPUT =
      Nodes.schema("k", STRING, "v", BIGINT, "ts", TIMESTAMP, "$watermark", BIGINT);

  /** START DOWN+ UP, over v; gives key, number, the times of first and last row, and the bottom. */
  private static MatchNode node(Skip.To skip, Optional<Long> within) {
    return node(skip, within, 1);
  }

  /** {@code shift} 0 has conditions that nothing fulfils and no row looks back. */
  private static MatchNode node(Skip.To skip, Optional<Long> within, int shift) {
    List<MatchNode.Navigation> navigations =
        List.of(
            value(List.of(), false, 0, 0),
            new MatchNode.MatchNumber(BIGINT),
            value(List.of(), true, 2, 0),
            value(List.of(), false, 2, 0),
            value(List.of(1), false, 1, 0),
            value(List.of(), false, 1, 0),
            value(List.of(), false, 1, shift));
    Expr current = new Expr.ColumnRef(5, BIGINT);
    Expr before = new Expr.ColumnRef(6, BIGINT);
    Schema output =
        Nodes.schema(
            "k", STRING, "n", BIGINT, "first", TIMESTAMP, "last", TIMESTAMP, "bottom", BIGINT);
    PlanTraits traits =
        PlanTraits.of(output, true).withTime(Optional.of(new TimeAttribute(3, 1000)));
    MatchPattern pattern =
        new Sequence(
            List.of(new Variable(0), new Repeat(new Variable(1), 1, -1, false), new Variable(2)));
    return new MatchNode(
        Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, 2),
        List.of(0),
        List.of(new SortKey(2, false, false)),
        true,
        OptionalInt.of(3),
        List.of("START", "DOWN", "UP"),
        pattern,
        navigations,
        Map.of(
            1, new Expr.Call("<", List.of(current, before), TRUTH),
            2, new Expr.Call(">", List.of(current, before), TRUTH)),
        List.of(
            new Expr.ColumnRef(0, STRING),
            new Expr.ColumnRef(1, BIGINT),
            new Expr.ColumnRef(2, TIMESTAMP),
            new Expr.ColumnRef(3, TIMESTAMP),
            new Expr.ColumnRef(4, BIGINT)),
        false,
        false,
        false,
        new Skip(skip, List.of()),
        within,
        Optional.empty(),
        traits);
  }

  private static MatchNode.RowValue value(
      List<Integer> variables, boolean first, int column, int shift) {
    return new MatchNode.RowValue(
        variables, first, 0, shift, column, true, INPUT.type(column).withNullable(true));
  }

  private static long second(long seconds) {
    return seconds * 1_000_000;
  }

  @Test
  void rowsAreOrderedAndMatchedWhenTheWatermarkHasPassedThem() {
    OperatorHarness.of(node(Skip.To.PAST_LAST_ROW, Optional.empty()), List.of(0))
        .row("a", 3L, second(3), 0L)
        .row("a", 9L, second(1), 0L)
        .row("b", 2L, second(2), 0L)
        .watermark(second(2))
        .expect()
        .row("a", 5L, second(4), 0L)
        .row("b", 1L, second(3), 0L)
        .watermark(second(3))
        .expect()
        .watermark(second(4))
        .expect("+I[a, 1, 1000000, 4000000, 3]")
        .row("b", 0L, second(5), 0L)
        .row("b", 7L, second(6), 0L)
        .row("a", 1L, second(7), 0L)
        .watermark(second(7))
        .expect("+I[b, 1, 2000000, 6000000, 0]")
        .row("a", 0L, second(8), 0L)
        .row("a", 1L, second(9), 0L)
        .finish()
        .expect("+I[a, 2, 7000000, 9000000, 0]")
        .verify();
  }

  @Test
  void lateRowsAreCountedAndLeftOut() {
    OperatorHarness.of(node(Skip.To.PAST_LAST_ROW, Optional.empty()), List.of(0))
        .row("a", 9L, second(1), 0L)
        .row("a", 3L, second(2), 0L)
        .watermark(second(2))
        .row("a", 8L, second(2), 0L)
        .row("a", 7L, second(5), second(6))
        .row("a", 7L, null, 0L)
        .row("a", 4L, second(3), second(2))
        .finish()
        .expect("+I[a, 1, 1000000, 3000000, 3]")
        .expectCount("rows.late", 3)
        .expectCount("rows.null-time", 1)
        .verify();
  }

  @Test
  void withinEndsASearchWithoutFurtherRows() {
    OperatorHarness.of(node(Skip.To.NEXT_ROW, Optional.of(second(10))), List.of(0))
        .row("a", 9L, second(1), 0L)
        .row("a", 5L, second(6), 0L)
        .row("a", 4L, second(9), 0L)
        .row("a", 6L, second(11), 0L)
        .watermark(second(11))
        .expect("+I[a, 1, 6000000, 11000000, 4]")
        .finish()
        .expect()
        .verify();
  }

  @Test
  void theWatermarkWaitsForTheOldestOpenSearchAndStateIsFreed() {
    try (MatchRecognize operator =
            new MatchRecognize(node(Skip.To.PAST_LAST_ROW, Optional.of(second(100)), 0));
        org.apache.arrow.memory.RootAllocator root = new org.apache.arrow.memory.RootAllocator()) {
      operator.open(context(root));
      Output output = batch -> batch.close();
      feed(operator, root, output, "a", 9L, second(5));
      feed(operator, root, output, "b", 9L, second(3));
      assertThat(operator.onWatermark(second(4), output)).isEqualTo(second(3) - 1);
      assertThat(operator.onWatermark(second(50), output)).isEqualTo(second(3) - 1);
      assertThat(operator.onWatermark(second(103), output)).isEqualTo(second(5) - 1);
      assertThat(operator.onWatermark(second(200), output)).isEqualTo(second(200));
      long empty = operator.stateBytes();
      for (int i = 0; i < 5000; i++) {
        feed(operator, root, output, "k" + i, 9L, second(300 + i));
      }
      assertThat(operator.stateBytes()).isGreaterThan(empty + 5000 * 100);
      assertThat(operator.onWatermark(second(9000), output)).isEqualTo(second(9000));
      assertThat(operator.stateBytes()).isLessThan(empty + 5000 * 20);
      operator.close();
    }
  }

  private static void feed(
      MatchRecognize operator,
      org.apache.arrow.memory.BufferAllocator allocator,
      Output output,
      Object... values) {
    try (dev.sluice.batch.BatchBuilder builder =
        new dev.sluice.batch.BatchBuilder(INPUT, allocator)) {
      builder.add(dev.sluice.type.RowKind.INSERT, values[0], values[1], values[2], 0L);
      operator.process(0, builder.build(), output);
    }
  }

  private static OperatorContext context(org.apache.arrow.memory.BufferAllocator allocator) {
    return new OperatorContext() {
      @Override
      public org.apache.arrow.memory.BufferAllocator allocator() {
        return allocator;
      }

      @Override
      public int batchRows() {
        return 100;
      }

      @Override
      public dev.sluice.function.EvalContext evalContext() {
        return dev.sluice.function.EvalContext.UTC;
      }

      @Override
      public void count(String metric, long delta) {}

      @Override
      public void emitSide(dev.sluice.batch.RecordBatch batch) {
        batch.close();
      }
    };
  }
}
