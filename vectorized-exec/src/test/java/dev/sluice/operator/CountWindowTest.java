package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.schema;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CountWindowTest {
  private static final long S = 1_000_000;
  private static final DataType NUMBER = BIGINT.notNull();
  private static final DataType FLAG = DataType.of(Kind.BOOLEAN).notNull();
  private static final Schema INPUT =
      schema("k", STRING, "v", BIGINT, "ts", TIMESTAMP, "wm", BIGINT);
  private static final Schema COUNTED =
      schema("k", STRING, "v", BIGINT, "window_end", NUMBER, "last", FLAG, "where", FLAG);

  private static OperatorHarness windows(long slide, long size, boolean timed, boolean bounded) {
    PlanTraits traits =
        PlanTraits.of(INPUT, bounded).withTime(Optional.of(new TimeAttribute(2, 1000)));
    PlanNode input = new PlanNode.StageInput(0, traits);
    Schema schema =
        INPUT.append(
            new Field("window_start", NUMBER),
            new Field("window_end", NUMBER),
            new Field("$last", FLAG));
    return OperatorHarness.of(
        new CountWindowNode(
            input,
            List.of(0),
            slide,
            size,
            timed ? Optional.of(new OverNode.ByTime(2, OptionalInt.of(3))) : Optional.empty(),
            PlanTraits.of(schema, bounded)),
        List.of(0));
  }

  private static OperatorHarness aggregate(Emit emit) {
    Schema schema = schema("k", STRING, "window_end", NUMBER, "n", NUMBER, "s", BIGINT);
    return OperatorHarness.of(
        new CountAggregateNode(
            Nodes.input(COUNTED, ChangelogMode.INSERT_ONLY, -1),
            List.of(0, 2),
            List.of(call("COUNT", NUMBER), call("SUM", BIGINT, 1)),
            List.of(0),
            1,
            3,
            OptionalInt.of(4),
            emit,
            PlanTraits.of(schema, true)
                .withChangelog(
                    emit == Emit.ON_WINDOW_CLOSE
                        ? ChangelogMode.INSERT_ONLY
                        : ChangelogMode.RETRACT)),
        List.of(0));
  }

  @Test
  void countsEachKeyByArrival() {
    windows(2, 2, false, false)
        .row("a", 1L, 9 * S, null)
        .row("b", 2L, null, null)
        .row("a", 3L, 1 * S, null)
        .row("a", 4L, 2 * S, null)
        .row(null, 5L, 2 * S, null)
        .expect(
            "+I[a, 1, 9000000, null, 0, 2, false]",
            "+I[b, 2, null, null, 0, 2, false]",
            "+I[a, 3, 1000000, null, 0, 2, true]",
            "+I[a, 4, 2000000, null, 2, 4, false]",
            "+I[null, 5, 2000000, null, 0, 2, false]")
        .verify();
  }

  @Test
  void aRowLiesInAllWindowsThatReachIt() {
    windows(1, 2, false, false)
        .unordered()
        .row("a", 1L, null, null)
        .row("a", 2L, null, null)
        .expect(
            "+I[a, 1, null, null, -1, 1, true]",
            "+I[a, 1, null, null, 0, 2, false]",
            "+I[a, 2, null, null, 0, 2, true]",
            "+I[a, 2, null, null, 1, 3, false]")
        .verify();
  }

  @Test
  void rowsAreCountedInOrderOfTimeOnceTheWatermarkHasPassedThem() {
    windows(2, 2, true, false)
        .row("a", 1L, 9 * S, null)
        .row("a", 2L, 3 * S, null)
        .row("a", 3L, null, null)
        .watermark(3 * S)
        .expect("+I[a, 2, 3000000, null, 0, 2, false]")
        .row("a", 4L, 2 * S, null)
        .row("a", 5L, 8 * S, 8 * S)
        .row("a", 6L, 5 * S, null)
        .finish()
        .expect("+I[a, 6, 5000000, null, 0, 2, true]", "+I[a, 1, 9000000, null, 2, 4, false]")
        .expectCount("rows.null-time", 1)
        .expectCount("rows.late", 3)
        .verify();
  }

  @Test
  void noneIsLateWhereAllWaitForTheEnd() {
    windows(2, 2, true, true)
        .row("a", 1L, 9 * S, null)
        .watermark(9 * S)
        .expect()
        .row("a", 2L, 3 * S, null)
        .finish()
        .expect("+I[a, 2, 3000000, null, 0, 2, false]", "+I[a, 1, 9000000, null, 0, 2, true]")
        .verify();
  }

  @Test
  void rowsThatAreTakenBackAreNotCountedAtTheEnd() {
    PlanTraits traits = PlanTraits.of(INPUT, true).withChangelog(ChangelogMode.RETRACT);
    Schema schema =
        INPUT.append(
            new Field("window_start", NUMBER),
            new Field("window_end", NUMBER),
            new Field("$last", FLAG));
    OperatorHarness.of(
            new CountWindowNode(
                new PlanNode.StageInput(0, traits),
                List.of(0),
                2,
                2,
                Optional.empty(),
                true,
                PlanTraits.of(schema, true)),
            List.of(0))
        .change(RowKind.DELETE, "a", 2L, 3 * S, null)
        .row("a", 3L, 9 * S, null)
        .row("a", 1L, 5 * S, null)
        .row("a", 1L, 5 * S, null)
        .watermark(9 * S)
        .row("a", 2L, 3 * S, null)
        .change(RowKind.UPDATE_BEFORE, "a", 3L, 9 * S, null)
        .change(RowKind.UPDATE_AFTER, "a", 4L, 9 * S, null)
        .expect()
        .finish()
        .expect(
            "+I[a, 1, 5000000, null, 0, 2, false]",
            "+I[a, 1, 5000000, null, 0, 2, true]",
            "+I[a, 4, 9000000, null, 2, 4, false]")
        .verify();
  }

  @Test
  void aWindowComesOutWithItsLastRow() {
    aggregate(Emit.ON_WINDOW_CLOSE)
        .unordered()
        .row("a", 1L, 2L, false, true)
        .row("b", 2L, 2L, false, true)
        .row("a", 3L, 2L, true, true)
        .row("a", 4L, 4L, false, true)
        .tick()
        .expect("+I[a, 2, 2, 4]")
        .row("a", 5L, 4L, true, false)
        .row("b", 6L, 2L, true, false)
        .row("a", 7L, 6L, false, false)
        .row("a", 8L, 6L, true, false)
        .row("b", 9L, 4L, false, true)
        .finish()
        .expect("+I[a, 4, 1, 4]", "+I[b, 2, 1, 2]", "+I[b, 4, 1, 9]")
        .verify();
  }

  @Test
  void changesComeAfterEachTick() {
    aggregate(Emit.ON_UPDATE)
        .row("a", 1L, 2L, false, true)
        .tick()
        .expect("+I[a, 2, 1, 1]")
        .row("a", 3L, 2L, true, true)
        .row("a", 4L, 4L, false, true)
        .tick()
        .expect("-U[a, 2, 1, 1]", "+U[a, 2, 2, 4]", "+I[a, 4, 1, 4]")
        .finish()
        .verifyTicks();
  }

  @Test
  void fullWindowsAreForgotten() {
    OperatorHarness harness = aggregate(Emit.ON_WINDOW_CLOSE).unordered();
    harness.row("open", 1L, 2L, false, true);
    for (int i = 0; i < 3000; i++) {
      harness.row("k" + i, 1L, 2L, false, true).row("k" + i, 2L, 2L, true, true);
      if (i % 100 == 99) {
        harness.tick();
      }
    }
    String[] rows = new String[3000];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = "+I[k" + i + ", 2, 2, 3]";
    }
    harness
        .expect(rows)
        .row("open", 4L, 2L, true, true)
        .expect("+I[open, 2, 2, 5]")
        .finish()
        .expectCount("windows.open", 0)
        .verifyOnce();
  }
}
