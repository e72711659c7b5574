package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.schema;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.OverNode.Bound;
import dev.sluice.plan.OverNode.Bound.Kind;
import dev.sluice.plan.OverNode.Call;
import dev.sluice.plan.OverNode.Frame;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.WindowColumns;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OverTest {
  private static final Schema INPUT = schema("k", STRING, "t", TIMESTAMP, "n", BIGINT);
  private static final SortKey BY_T = new SortKey(1, false, false);
  private static final Frame RUNNING =
      new Frame(false, Bound.of(Kind.UNBOUNDED_PRECEDING), Bound.of(Kind.CURRENT_ROW));

  private static Frame preceding(boolean rows, long offset) {
    return new Frame(rows, bound(Kind.PRECEDING, offset), Bound.of(Kind.CURRENT_ROW));
  }

  private static Bound bound(Kind kind, long offset) {
    return new Bound(kind, Optional.of(number(offset)));
  }

  private static Expr.Literal number(long value) {
    return Expr.Literal.of(value, BIGINT.notNull());
  }

  private static Call call(String function, Frame frame, DataType type, Integer... arguments) {
    return new Call(function, List.of(arguments), List.of(), false, false, frame, type);
  }

  private static Call lag(long rows) {
    return new Call("LAG", List.of(2), List.of(number(rows)), false, false, Frame.ALL, BIGINT);
  }

  private static Schema output(Call... calls) {
    List<Field> fields = new ArrayList<>(INPUT.fields());
    Arrays.stream(calls).forEach(c -> fields.add(new Field("o" + fields.size(), c.type())));
    return new Schema(fields);
  }

  private static OperatorHarness harness(ChangelogMode mode, Emit emit, Call... calls) {
    return OperatorHarness.of(
        new OverNode(
            Nodes.input(INPUT, mode, -1),
            List.of(0),
            List.of(BY_T),
            List.of(calls),
            emit,
            Optional.empty(),
            Optional.empty(),
            PlanTraits.of(output(calls), true)),
        List.of(0));
  }

  private static OperatorHarness byTime(Call... calls) {
    return OperatorHarness.of(
        new OverNode(
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, 1),
            List.of(0),
            List.of(BY_T),
            List.of(calls),
            Emit.ON_UPDATE,
            Optional.empty(),
            Optional.of(new OverNode.ByTime(1, OptionalInt.empty())),
            PlanTraits.of(output(calls), false)),
        List.of(0));
  }

  @Test
  void computesWholePartitionsAtTheEnd() {
    harness(
            ChangelogMode.INSERT_ONLY,
            Emit.ON_WINDOW_CLOSE,
            call("SUM", preceding(true, 1), BIGINT, 2),
            call("COUNT", Frame.ALL, BIGINT.notNull()),
            lag(1))
        .row("a", 3L, 30L)
        .row("b", 1L, 5L)
        .row("a", 1L, 10L)
        .tick()
        .row("a", 2L, null)
        .expect()
        .finish()
        .expect(
            "+I[a, 1, 10, 10, 3, null]",
            "+I[a, 2, null, 10, 3, 10]",
            "+I[a, 3, 30, 30, 3, null]",
            "+I[b, 1, 5, 5, 1, null]")
        .verify();
  }

  @Test
  void givesWhatATickHasChanged() {
    harness(ChangelogMode.RETRACT, Emit.ON_UPDATE, call("SUM", RUNNING, BIGINT, 2))
        .row("a", 1L, 1L)
        .row("a", 3L, 3L)
        .tick()
        .expect("+I[a, 1, 1, 1]", "+I[a, 3, 3, 4]")
        .row("a", 2L, 2L)
        .tick()
        .expect("-D[a, 3, 3, 4]", "+I[a, 2, 2, 3]", "+I[a, 3, 3, 6]")
        .change(RowKind.DELETE, "a", 1L, 1L)
        .change(RowKind.INSERT, "a", 1L, 1L)
        .tick()
        .expect()
        .change(RowKind.DELETE, "a", 3L, 3L)
        .tick()
        .expect("-D[a, 3, 3, 6]")
        .change(RowKind.DELETE, "a", 1L, 1L)
        .change(RowKind.DELETE, "a", 2L, 2L)
        .finish()
        .expect("-D[a, 1, 1, 1]", "-D[a, 2, 2, 3]")
        .verify();
  }

  @Test
  void changesThatWaitForTheirTimeAreKept() {
    harness(ChangelogMode.RETRACT, new Emit.Every(1_000_000), call("SUM", RUNNING, BIGINT, 2))
        .row("a", 1L, 1L)
        .tick()
        .row("a", 2L, 2L)
        .change(RowKind.DELETE, "a", 1L, 1L)
        .tick()
        .expect()
        .finish()
        .expect("+I[a, 2, 2, 2]")
        .verify();
  }

  @Test
  void equalRowsAreRowsOfTheirOwn() {
    harness(
            ChangelogMode.RETRACT,
            Emit.ON_WINDOW_CLOSE,
            call("ROW_NUMBER", Frame.ALL, BIGINT.notNull()))
        .row("a", 1L, 1L)
        .row("a", 1L, 1L)
        .change(RowKind.DELETE, "a", 9L, 9L)
        .tick()
        .row("a", 9L, 9L)
        .finish()
        .expect("+I[a, 1, 1, 1]", "+I[a, 1, 1, 2]")
        .verify();
  }

  @Test
  void rowsComeInOrderOfTimeAsTheWatermarkPassesThem() {
    byTime(
            call("SUM", RUNNING, BIGINT, 2),
            call("SUM", preceding(true, 1), BIGINT, 2),
            call("COUNT", preceding(false, 10), BIGINT.notNull()),
            call("ROW_NUMBER", Frame.ALL, BIGINT.notNull()),
            call("DENSE_RANK", Frame.ALL, BIGINT.notNull()),
            lag(2))
        .row("a", 20L, 2L)
        .row("a", 10L, 1L)
        .row("b", 15L, 7L)
        .watermark(9)
        .expect()
        .row("a", 20L, 3L)
        .watermark(20)
        .expect(
            "+I[a, 10, 1, 1, 1, 1, 1, 1, null]",
            "+I[a, 20, 2, 6, 3, 3, 2, 2, null]",
            "+I[a, 20, 3, 6, 5, 3, 3, 2, 1]",
            "+I[b, 15, 7, 7, 7, 1, 1, 1, null]")
        .row("a", 20L, 100L)
        .row("a", 25L, 4L)
        .row("a", 40L, 5L)
        .row("a", null, 5L)
        .watermark(30)
        .expect("+I[a, 25, 4, 10, 7, 3, 4, 3, 2]")
        .watermark(35)
        .finish()
        .expect("+I[a, 40, 5, 15, 9, 1, 5, 4, 3]")
        .expectCount("rows.late", 2)
        .expectCount("rows.null-time", 1)
        .verify();
  }

  @Test
  void aWindowGivesItsRowsWhenItCloses() {
    Call leads = new Call("LEAD", List.of(2), List.of(), false, false, Frame.ALL, BIGINT);
    OperatorHarness.of(
            new OverNode(
                Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
                List.of(1),
                List.of(new SortKey(2, false, false)),
                List.of(leads),
                Emit.ON_UPDATE,
                Optional.of(new WindowColumns(1, 1, Optional.empty(), 1000, false)),
                Optional.empty(),
                PlanTraits.of(output(leads), false)),
            List.of(1))
        .row("x", 10_000L, 2L)
        .row("y", 20_000L, 9L)
        .row("z", 10_000L, 1L)
        .watermark(9_000)
        .expect("+I[z, 10000, 1, 2]", "+I[x, 10000, 2, null]")
        .row("z", 10_000L, 1L)
        .finish()
        .expect("+I[y, 20000, 9, null]")
        .expectCount("rows.late", 1)
        .verify();
  }
}
