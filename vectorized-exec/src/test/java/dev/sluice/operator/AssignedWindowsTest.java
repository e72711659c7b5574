package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Windows given to rows, sessions, and aggregation over windows that rows name. */
class AssignedWindowsTest {
  private static final long S = 1_000_000;
  private static final Schema INPUT =
      schema("k", STRING, "v", BIGINT, "ts", TIMESTAMP, "wm", BIGINT);
  private static final DataType BOUND = TIMESTAMP.notNull();
  private static final Schema NAMED =
      schema("k", STRING, "v", BIGINT, "window_start", BOUND, "window_end", BOUND);

  private static PlanNode.WindowAssign assign(WindowSpec window, boolean dropLate, long lateness) {
    return assign(ChangelogMode.INSERT_ONLY, window, dropLate, lateness);
  }

  private static PlanNode.WindowAssign assign(
      ChangelogMode mode, WindowSpec window, boolean dropLate, long lateness) {
    Schema schema =
        INPUT.append(
            new Field("window_start", BOUND),
            new Field("window_end", BOUND),
            new Field("window_time", BOUND));
    TableRef sink =
        new TableRef(
            "late", "any", Map.of(), Set.of(), schema("v", BIGINT), Map.of(), List.of(), List.of());
    return new PlanNode.WindowAssign(
        Nodes.input(INPUT, mode, 2),
        window,
        window instanceof WindowSpec.Session ? List.of(0) : List.of(),
        OptionalInt.of(3),
        dropLate,
        lateness,
        Optional.of(new SideOutput(sink, List.of(1))),
        PlanTraits.of(schema, true));
  }

  private static PlanNode.WindowAggregate aggregate(Emit emit, long lateness) {
    return aggregate(ChangelogMode.INSERT_ONLY, emit, lateness);
  }

  private static PlanNode.WindowAggregate aggregate(ChangelogMode input, Emit emit, long lateness) {
    Schema schema =
        schema(
            "k",
            STRING,
            "n",
            BIGINT.notNull(),
            "s",
            BIGINT,
            "window_start",
            BOUND,
            "window_end",
            BOUND,
            "window_time",
            BOUND);
    return new PlanNode.WindowAggregate(
        Nodes.input(NAMED, input, -1),
        new WindowSpec.Attached(2, 3, 1000, false),
        List.of(0),
        List.of(call("COUNT", BIGINT.notNull()), call("SUM", BIGINT, 1)),
        emit,
        OptionalInt.empty(),
        lateness,
        Optional.empty(),
        PlanTraits.of(schema, true)
            .withChangelog(
                emit == Emit.ON_WINDOW_CLOSE ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT));
  }

  private static String row(String values, long start, long end) {
    return bounds("+I[" + values, start, end);
  }

  private static String bounds(String head, long start, long end) {
    return head + ", " + start * S + ", " + end * S + ", " + (end * S - 1000) + "]";
  }

  @Test
  void everyWindowOfAHopGetsTheRow() {
    OperatorHarness.of(assign(new WindowSpec.Hop(2, 5 * S, 10 * S, 0), false, 0), List.of(0))
        .unordered()
        .row("a", 1L, 12 * S, null)
        .row("b", 2L, null, null)
        .watermark(30 * S)
        .row("a", 3L, 1 * S, 30 * S)
        .expect(
            row("a, 1, 12000000, null", 5, 15),
            row("a, 1, 12000000, null", 10, 20),
            row("a, 3, 1000000, 30000000", -5, 5),
            row("a, 3, 1000000, 30000000", 0, 10))
        .expectCount("rows.null-time", 1)
        .verify();
  }

  @Test
  void lateRowsMissTheWindowsThatAreClosed() {
    OperatorHarness.of(assign(new WindowSpec.Hop(2, 5 * S, 10 * S, 0), true, 0), List.of(0))
        .unordered()
        .row("a", 1L, 8 * S, 11 * S)
        .row("a", 2L, 2 * S, 11 * S)
        .expect(row("a, 1, 8000000, 11000000", 5, 15))
        .expectSide("+I[2]")
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void sessionsJoinWhenARowClosesTheGap() {
    OperatorHarness.of(assign(new WindowSpec.Session(2, 5 * S), true, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 9 * S, null)
        .row("b", 3L, 2 * S, null)
        .row("a", 4L, 5 * S, null)
        .watermark(6 * S)
        .expect()
        .watermark(7 * S)
        .expect(row("b, 3, 2000000, null", 2, 7))
        .row("b", 5L, 7 * S, null)
        .finish()
        .expect(
            row("b, 5, 7000000, null", 7, 12),
            row("a, 1, 1000000, null", 1, 14),
            row("a, 2, 9000000, null", 1, 14),
            row("a, 4, 5000000, null", 1, 14))
        .verify();
  }

  @Test
  void aRowJoinsOnlySessionsThatWereOpenWhenItCame() {
    OperatorHarness.of(assign(new WindowSpec.Session(2, 5 * S), true, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 30 * S, null)
        .row("a", 3L, 4 * S, 25 * S)
        .row("a", 4L, 24 * S, 25 * S)
        .finish()
        .expect(
            row("a, 1, 1000000, null", 1, 6),
            row("a, 4, 24000000, 25000000", 24, 29),
            row("a, 2, 30000000, null", 30, 35))
        .expectSide("+I[3]")
        .verify();
  }

  @Test
  void sessionsWaitForTheAllowedLateness() {
    OperatorHarness.of(assign(new WindowSpec.Session(2, 5 * S), true, 10 * S), List.of(0))
        .row("a", 1L, 1 * S, null)
        .watermark(10 * S)
        .row("a", 2L, 4 * S, 10 * S)
        .watermark(20 * S)
        .expect(row("a, 1, 1000000, null", 1, 9), row("a, 2, 4000000, 10000000", 1, 9))
        .verify();
  }

  @Test
  void windowsThatRowsNameCloseInOrderOfTheirEnd() {
    OperatorHarness.of(aggregate(Emit.ON_WINDOW_CLOSE, 0), List.of(0))
        .row("a", 1L, 0L, 20 * S)
        .row("a", 2L, 0L, 10 * S)
        .row("a", 3L, 5 * S, 10 * S)
        .row("a", 4L, 0L, 10 * S)
        .watermark(10 * S - 1000)
        .expect(row("a, 2, 6", 0, 10), row("a, 1, 3", 5, 10))
        .row("a", 5L, 0L, 10 * S)
        .finish()
        .expect(row("a, 1, 1", 0, 20))
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void updatesComeAfterEachTickUntilTheWindowCloses() {
    OperatorHarness.of(aggregate(Emit.ON_UPDATE, 0), List.of(0))
        .row("a", 1L, 0L, 10 * S)
        .tick()
        .expect(row("a, 1, 1", 0, 10))
        .row("a", 2L, 0L, 10 * S)
        .row("b", 7L, 0L, 10 * S)
        .tick()
        .expect(bounds("-U[a, 1, 1", 0, 10), bounds("+U[a, 2, 3", 0, 10), row("b, 1, 7", 0, 10))
        .watermark(10 * S)
        .expect()
        .finish()
        .expect()
        .verify();
  }

  @Test
  void changesWaitForTheIntervalAndForTheClose() {
    EmitTimer timer = new EmitTimer(new Emit.Every(10 * S));
    assertThat(timer.isWanted()).isTrue();
    assertThat(timer.isDue()).isFalse();
    timer.advance(100 * S);
    assertThat(timer.isDue()).isFalse();
    timer.advance(110 * S);
    assertThat(timer.isDue()).isTrue();
    assertThat(timer.isDue()).isFalse();
    EmitTimer always = new EmitTimer(Emit.ON_UPDATE);
    assertThat(always.isWanted()).isFalse();
    assertThat(always.isDue()).isTrue();
  }

  @Test
  void processingTimeStampsRowsAndIsTheWatermark() {
    Schema schema =
        INPUT.append(new Field("$proctime", DataType.of(DataType.Kind.TIMESTAMP_LTZ, 3)));
    PlanNode node =
        new PlanNode.ProcessingTime(
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1), PlanTraits.of(schema, true));
    try (Operator operator = Operators.create(node)) {
      assertThat(operator.wantsProcessingTime()).isTrue();
      assertThat(operator.ownWatermark()).isEmpty();
      operator.onProcessingTime(5 * S + 999, batch -> {});
      assertThat(operator.ownWatermark()).hasValue(5 * S - 1000);
      operator.onProcessingTime(4 * S, batch -> {});
      assertThat(operator.ownWatermark()).hasValue(5 * S - 1000);
      assertThat(operator.onWatermark(9 * S, batch -> {})).isEqualTo(Long.MIN_VALUE);
      assertThat(operator.onWatermark(Long.MAX_VALUE, batch -> {})).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void rowsAreTakenBackFromTheirWindow() {
    OperatorHarness.of(aggregate(ChangelogMode.RETRACT, Emit.ON_WINDOW_CLOSE, 0), List.of(0))
        .unordered()
        .row("a", 1L, 0L, 10 * S)
        .row("a", 2L, 0L, 10 * S)
        .row("b", 3L, 0L, 10 * S)
        .change(RowKind.DELETE, "c", 4L, 0L, 10 * S)
        .change(RowKind.UPDATE_BEFORE, "a", 1L, 0L, 10 * S)
        .change(RowKind.UPDATE_AFTER, "a", 5L, 10 * S, 20 * S)
        .change(RowKind.DELETE, "b", 3L, 0L, 10 * S)
        .watermark(10 * S)
        .expect(row("a, 1, 2", 0, 10))
        .change(RowKind.DELETE, "a", 2L, 0L, 10 * S)
        .row("c", 4L, 10 * S, 20 * S)
        .finish()
        .expect(row("a, 1, 5", 10, 20), row("c, 1, 4", 10, 20))
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void changesOfRowsThatAreTakenBack() {
    OperatorHarness.of(aggregate(ChangelogMode.RETRACT, Emit.ON_UPDATE, 0), List.of(0))
        .unordered()
        .row("a", 1L, 0L, 10 * S)
        .row("b", 3L, 0L, 10 * S)
        .tick()
        .expect(row("a, 1, 1", 0, 10), row("b, 1, 3", 0, 10))
        .change(RowKind.UPDATE_BEFORE, "a", 1L, 0L, 10 * S)
        .change(RowKind.UPDATE_AFTER, "a", 2L, 0L, 10 * S)
        .change(RowKind.DELETE, "b", 3L, 0L, 10 * S)
        .tick()
        .expect(
            bounds("-U[a, 1, 1", 0, 10), bounds("+U[a, 1, 2", 0, 10), bounds("-D[b, 1, 3", 0, 10))
        .finish()
        .verifyTicks();
  }

  private static OperatorHarness changingSessions(long lateness) {
    return OperatorHarness.of(
        assign(ChangelogMode.RETRACT, new WindowSpec.Session(2, 5 * S), true, lateness),
        List.of(0));
  }

  @Test
  void aRowThatIsTakenBackSplitsItsSession() {
    changingSessions(0)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 5 * S, null)
        .row("a", 3L, 9 * S, null)
        .row("b", 4L, 2 * S, null)
        .watermark(6 * S)
        .expect()
        .change(RowKind.DELETE, "a", 2L, 5 * S, null)
        .change(RowKind.DELETE, "b", 4L, 2 * S, null)
        .watermark(7 * S)
        .expect(row("a, 1, 1000000, null", 1, 6))
        .row("a", 5L, 14 * S, null)
        .finish()
        .expect(row("a, 3, 9000000, null", 9, 19), row("a, 5, 14000000, null", 9, 19))
        .verify();
  }

  @Test
  void anUpdateInTheMiddleOfALongSessionIsInTime() {
    changingSessions(0)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 5 * S, null)
        .row("a", 3L, 10 * S, null)
        .watermark(12 * S)
        .expect()
        .change(RowKind.UPDATE_BEFORE, "a", 2L, 5 * S, null)
        .change(RowKind.UPDATE_AFTER, "a", 7L, 5 * S, null)
        .watermark(15 * S)
        .expect(
            row("a, 1, 1000000, null", 1, 15),
            row("a, 7, 5000000, null", 1, 15),
            row("a, 3, 10000000, null", 1, 15))
        .change(RowKind.DELETE, "a", 3L, 10 * S, null)
        .row("a", 9L, 10 * S, null)
        .finish()
        .expectCount("rows.late", 2)
        .verify();
  }

  @Test
  void aRowMayBeTakenBackBeforeItComes() {
    changingSessions(0)
        .change(RowKind.DELETE, "a", 1L, 1 * S, null)
        .row("a", 2L, 3 * S, null)
        .watermark(4 * S)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 3 * S, null)
        .row("a", 3L, null, null)
        .finish()
        .expect(row("a, 2, 3000000, null", 3, 8), row("a, 2, 3000000, null", 3, 8))
        .expectCount("rows.null-time", 1)
        .verify();
  }

  private static OperatorHarness updatingSessions() {
    PlanNode.WindowAssign node = assign(new WindowSpec.Session(2, 5 * S), true, 0);
    return OperatorHarness.of(
        new PlanNode.WindowAssign(
            node.input(),
            node.window(),
            node.keys(),
            node.rowWatermark(),
            node.dropLate(),
            node.allowedLatenessMicros(),
            node.late(),
            node.traits().withChangelog(ChangelogMode.RETRACT)),
        List.of(0));
  }

  @Test
  void rowsOfSessionsThatAreJoinedComeAgain() {
    updatingSessions()
        .unordered()
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 9 * S, null)
        .tick()
        .expect(row("a, 1, 1000000, null", 1, 6), row("a, 2, 9000000, null", 9, 14))
        .row("a", 4L, 5 * S, null)
        .tick()
        .expect(
            bounds("-D[a, 1, 1000000, null", 1, 6),
            bounds("-D[a, 2, 9000000, null", 9, 14),
            row("a, 1, 1000000, null", 1, 14),
            row("a, 4, 5000000, null", 1, 14),
            row("a, 2, 9000000, null", 1, 14))
        .watermark(14 * S)
        .expect()
        .row("a", 9L, 10 * S, 14 * S)
        .tick()
        .expect(row("a, 9, 10000000, 14000000", 10, 15))
        .finish()
        .verifyTicks();
  }

  @Test
  void sessionsThatUpdateTakeNoLateRows() {
    updatingSessions()
        .unordered()
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 30 * S, null)
        .tick()
        .expect(row("a, 1, 1000000, null", 1, 6), row("a, 2, 30000000, null", 30, 35))
        .row("a", 3L, 4 * S, 25 * S)
        .row("a", 4L, 24 * S, 25 * S)
        .tick()
        .expect(row("a, 4, 24000000, 25000000", 24, 29))
        .expectSide("+I[3]")
        .finish()
        .verifyTicks();
  }
}
