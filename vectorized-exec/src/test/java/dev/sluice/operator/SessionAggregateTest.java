package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.schema;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sessions with a gap of five seconds. */
class SessionAggregateTest {
  private static final long S = 1_000_000;
  private static final Schema INPUT =
      schema("k", STRING, "v", BIGINT, "ts", TIMESTAMP, "wm", BIGINT);
  private static final DataType BOUND = TIMESTAMP.notNull();

  private static OperatorHarness harness(Emit emit, long lateness) {
    Schema schema =
        schema(
            "k",
            STRING,
            "n",
            BIGINT.notNull(),
            "s",
            BIGINT,
            "newest",
            BIGINT,
            "window_start",
            BOUND,
            "window_end",
            BOUND,
            "window_time",
            BOUND);
    TableRef sink =
        new TableRef(
            "late", "any", Map.of(), Set.of(), schema("v", BIGINT), Map.of(), List.of(), List.of());
    return OperatorHarness.of(
        new PlanNode.WindowAggregate(
            Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, 2),
            new WindowSpec.Session(2, 5 * S),
            List.of(0),
            List.of(
                call("COUNT", BIGINT.notNull()),
                call("SUM", BIGINT, 1),
                call("LAST_VALUE", BIGINT, 1)),
            emit,
            OptionalInt.of(3),
            lateness,
            Optional.of(new SideOutput(sink, List.of(1))),
            PlanTraits.of(schema, true)
                .withChangelog(
                    emit == Emit.ON_WINDOW_CLOSE
                        ? ChangelogMode.INSERT_ONLY
                        : ChangelogMode.RETRACT)),
        List.of(0));
  }

  private static String row(String kind, String values, long start, long end) {
    return "%s[%s, %d, %d, %d]".formatted(kind, values, start * S, end * S, end * S - 1000);
  }

  @Test
  void sessionsJoinWhenARowClosesTheGap() {
    harness(Emit.ON_WINDOW_CLOSE, 0)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 9 * S, null)
        .row("b", 3L, 2 * S, null)
        .row("a", 4L, 5 * S, null)
        .watermark(6 * S)
        .expect()
        .watermark(7 * S)
        .expect(row("+I", "b, 1, 3, 3", 2, 7))
        .row("b", 5L, 7 * S + 1000, null)
        .finish()
        .expect("+I[b, 1, 5, 5, 7001000, 12001000, 12000000]", row("+I", "a, 3, 7, 4", 1, 14))
        .verify();
  }

  @Test
  void aRowAsFarAwayAsTheGapStillJoins() {
    harness(Emit.ON_WINDOW_CLOSE, 0)
        .row("a", 1L, 2 * S, null)
        .watermark(7 * S - 1000)
        .expect()
        .row("a", 2L, 7 * S, null)
        .finish()
        .expect(row("+I", "a, 2, 3, 2", 2, 12))
        .verify();
  }

  /**
   * The row of 19 s came behind 23 s, when a session that ends at 19 s was over by its own split;
   * so it joins none before, whichever is read first; the row of 18 s came behind 24 s.
   */
  @Test
  void theOrderInWhichSplitsAreReadDoesNotMatter() {
    Object[][] rows = {
      {"a", 1L, 1 * S, null},
      {"a", 2L, 9 * S, 9 * S},
      {"a", 4L, 5 * S, null},
      {"a", 8L, 14 * S, null},
      {"a", 16L, 19 * S, 23 * S},
      {"a", 32L, 18 * S, 24 * S}
    };
    int[][] orders = {
      {0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {4, 2, 0, 5, 1, 3}, {3, 4, 1, 0, 5, 2}
    };
    for (int[] order : orders) {
      OperatorHarness harness = harness(Emit.ON_WINDOW_CLOSE, 0);
      long newest = 0;
      for (int i : order) {
        harness.row(rows[i]);
        newest = i < 4 ? (Long) rows[i][1] : newest;
      }
      harness
          .finish()
          .expect(row("+I", "a, 4, 15, " + newest, 1, 19), row("+I", "a, 1, 16, 16", 19, 24))
          .expectSide("+I[32]")
          .verify();
    }
  }

  @Test
  void rowsOfNoOpenSessionAreLate() {
    harness(Emit.ON_WINDOW_CLOSE, 0)
        .row("a", 1L, 20 * S, null)
        .watermark(17 * S)
        .row("a", 2L, 11 * S, null)
        .row("a", 3L, 16 * S, null)
        .row("a", 4L, 13 * S, 19 * S)
        .row(null, 5L, null, null)
        .row(null, 6L, 18 * S, null)
        .finish()
        .expect(row("+I", "null, 1, 6, 6", 18, 23), row("+I", "a, 2, 4, 3", 16, 25))
        .expectSide("+I[2]", "+I[4]", "+I[5]")
        .expectCount("rows.late", 3)
        .expectCount("rows.null-time", 1)
        .verify();
  }

  @Test
  void latenessKeepsASessionOpen() {
    harness(Emit.ON_WINDOW_CLOSE, 10 * S)
        .row("a", 1L, 1 * S, null)
        .watermark(15 * S)
        .expect()
        .row("a", 2L, 3 * S, 14 * S)
        .watermark(18 * S)
        .expect(row("+I", "a, 2, 3, 2", 1, 8))
        .row("a", 3L, 3 * S, null)
        .finish()
        .expectSide("+I[3]")
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void changesComeAfterEachTick() {
    harness(Emit.ON_UPDATE, 0)
        .unordered()
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 9 * S, null)
        .tick()
        .expect(row("+I", "a, 1, 1, 1", 1, 6), row("+I", "a, 1, 2, 2", 9, 14))
        .row("a", 3L, 5 * S, null)
        .tick()
        .expect(
            row("-D", "a, 1, 1, 1", 1, 6),
            row("-U", "a, 1, 2, 2", 9, 14),
            row("+U", "a, 3, 6, 3", 1, 14))
        .watermark(14 * S)
        .expect()
        .row("a", 4L, 15 * S, null)
        .tick()
        .expect(row("+I", "a, 1, 4, 4", 15, 20))
        .finish()
        .expect()
        .verifyTicks();
  }

  @Test
  void changesThatWaitAreKeptOverARestart() {
    harness(new Emit.Every(10 * S), 0)
        .unordered()
        .clock(1 * S)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 9 * S, null)
        .row("b", 2L, 9 * S, null)
        .clock(12 * S)
        .tick()
        .expect(
            row("+I", "a, 1, 1, 1", 1, 6),
            row("+I", "a, 1, 2, 2", 9, 14),
            row("+I", "b, 1, 2, 2", 9, 14))
        .row("a", 3L, 5 * S, null)
        .row("b", 4L, 1 * S, null)
        .restart()
        .row("a", 5L, 7 * S, null)
        .clock(23 * S)
        .tick()
        .expect(
            row("-D", "a, 1, 1, 1", 1, 6),
            row("-U", "a, 1, 2, 2", 9, 14),
            row("+U", "a, 4, 11, 5", 1, 14),
            row("+I", "b, 1, 4, 4", 1, 6))
        .finish()
        .verifyOnce();
  }

  @Test
  void numbersOfClosedSessionsAreUsedAgain() {
    OperatorHarness harness = harness(Emit.ON_WINDOW_CLOSE, 0).unordered();
    harness.row("open", 1L, 0L, null);
    for (int i = 0; i < 4000; i++) {
      harness.row("k" + i, 1L, i * S, null).row("open", 1L, i * S, null);
      if (i % 100 == 99) {
        harness.watermark((i - 10) * S).tick();
      }
    }
    String[] rows = new String[4001];
    for (int i = 0; i < 4000; i++) {
      rows[i] = row("+I", "k" + i + ", 1, 1, 1", i, i + 5);
    }
    rows[4000] = row("+I", "open, 4001, 4001, 1", 0, 4004);
    harness.finish().expect(rows).expectCount("panes.open", 0).verifyOnce();
  }
}
