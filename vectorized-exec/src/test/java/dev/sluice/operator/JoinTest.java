package dev.sluice.operator;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JoinTest {
  private static final Schema LEFT = Nodes.schema("k", Nodes.BIGINT, "a", Nodes.STRING);
  private static final Schema RIGHT = Nodes.schema("k", Nodes.BIGINT, "b", Nodes.STRING);

  private static JoinNode join(
      JoinKind kind, ChangelogMode mode, Optional<Expr> condition, Emit emit) {
    return join(
        Nodes.input(LEFT, mode, -1),
        Nodes.input(RIGHT, mode, -1),
        kind,
        condition,
        JoinRetention.FOREVER,
        emit);
  }

  private static JoinNode join(
      PlanNode left,
      PlanNode right,
      JoinKind kind,
      Optional<Expr> condition,
      JoinRetention retention,
      Emit emit) {
    List<Field> fields = new ArrayList<>(left.schema().fields());
    if (kind.givesPairs()) {
      fields.addAll(right.schema().fields());
    }
    return new JoinNode(
        left,
        right,
        kind,
        List.of(0),
        List.of(0),
        List.of(false),
        condition,
        IntStream.range(0, fields.size()).boxed().toList(),
        retention,
        OptionalInt.empty(),
        emit,
        PlanTraits.of(new Schema(fields), true));
  }

  private static OperatorHarness script(JoinKind kind, ChangelogMode mode, Emit emit) {
    return OperatorHarness.of(join(kind, mode, Optional.empty(), emit), List.of(0), List.of(0));
  }

  /** a < b, over both inputs side by side. */
  private static Expr condition() {
    return new Expr.Call(
        "<",
        List.of(new Expr.ColumnRef(1, Nodes.STRING), new Expr.ColumnRef(3, Nodes.STRING)),
        DataType.of(Kind.BOOLEAN));
  }

  private static OperatorHarness rows(OperatorHarness script) {
    return script
        .unordered()
        .row(1, "x")
        .row(1, "y")
        .row(null, "n")
        .input(1)
        .row(1, "p")
        .row(2, "q")
        .row(null, "m")
        .input(0)
        .row(2, "z")
        .row(3, "w");
  }

  @Test
  void givesPairsAtOnceAndLonelyRowsAtTheEnd() {
    String[] pairs = {"+I[1, x, 1, p]", "+I[1, y, 1, p]", "+I[2, z, 2, q]"};
    rows(script(JoinKind.INNER, ChangelogMode.INSERT_ONLY, Emit.ON_UPDATE))
        .expect(pairs)
        .finish()
        .expect()
        .verify();
    rows(script(JoinKind.LEFT, ChangelogMode.INSERT_ONLY, Emit.ON_WINDOW_CLOSE))
        .expect(pairs[0], pairs[1], pairs[2], "+I[null, n, null, null]")
        .finish()
        .expect("+I[3, w, null, null]")
        .verify();
    rows(script(JoinKind.RIGHT, ChangelogMode.INSERT_ONLY, Emit.ON_WINDOW_CLOSE))
        .expect(pairs[0], pairs[1], pairs[2], "+I[null, null, null, m]")
        .finish()
        .expect()
        .verify();
    rows(script(JoinKind.FULL, ChangelogMode.INSERT_ONLY, Emit.ON_WINDOW_CLOSE))
        .input(1)
        .row(9, "r")
        .finish()
        .expect(
            pairs[0],
            pairs[1],
            pairs[2],
            "+I[null, n, null, null]",
            "+I[null, null, null, m]",
            "+I[3, w, null, null]",
            "+I[null, null, 9, r]")
        .verify();
  }

  @Test
  void leftRowsWithAndWithoutPartnerComeOnce() {
    rows(script(JoinKind.SEMI, ChangelogMode.INSERT_ONLY, Emit.ON_UPDATE))
        .input(1)
        .row(1, "p")
        .row(1, "other")
        .finish()
        .expect("+I[1, x]", "+I[1, y]", "+I[2, z]")
        .verify();
    rows(script(JoinKind.ANTI, ChangelogMode.INSERT_ONLY, Emit.ON_WINDOW_CLOSE))
        .expect("+I[null, n]")
        .finish()
        .expect("+I[3, w]")
        .verify();
  }

  @Test
  void aConditionDecidesBesidesTheKeys() {
    for (boolean changes : new boolean[] {false, true}) {
      ChangelogMode mode = changes ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY;
      for (JoinKind kind : JoinKind.values()) {
        List<String> expected = new ArrayList<>();
        if (kind.givesPairs()) {
          expected.add("+I[1, m, 1, z]");
        }
        if (kind == JoinKind.SEMI) {
          expected.add("+I[1, m]");
        }
        if (kind.keeps(0)) {
          String nulls = kind.givesPairs() ? ", null, null]" : "]";
          expected.add("+I[1, z" + nulls);
          expected.add("+I[1, null" + nulls);
        }
        if (kind.keeps(1)) {
          expected.add("+I[null, null, 1, a]");
        }
        OperatorHarness.of(
                join(kind, mode, Optional.of(condition()), Emit.ON_WINDOW_CLOSE),
                List.of(0),
                List.of(0))
            .unordered()
            .row(1, "m")
            .input(1)
            .row(1, "a")
            .row(1, "z")
            .input(0)
            .row(1, "z")
            .row(1, null)
            .finish()
            .expect(expected.toArray(new String[0]))
            .verify();
      }
    }
  }

  @Test
  void anInputThatHasEndedLetsTheOtherOneGo() {
    script(JoinKind.LEFT, ChangelogMode.INSERT_ONLY, Emit.ON_WINDOW_CLOSE)
        .row(1, "x")
        .row(2, "y")
        .input(1)
        .row(1, "p")
        .finish(1)
        .expect("+I[1, x, 1, p]", "+I[2, y, null, null]")
        .input(0)
        .row(3, "z")
        .expect("+I[3, z, null, null]")
        .row(1, "w")
        .expect("+I[1, w, 1, p]")
        .finish(0)
        .expect()
        .unordered()
        .verify();
  }

  @Test
  void changesOfOneTickAreFolded() {
    script(JoinKind.LEFT, ChangelogMode.RETRACT, Emit.ON_UPDATE)
        .unordered()
        .row(1, "x")
        .tick()
        .expect("+I[1, x, null, null]")
        .input(1)
        .row(1, "p")
        .row(1, "q")
        .change(RowKind.DELETE, 1, "p")
        .tick()
        .expect("-D[1, x, null, null]", "+I[1, x, 1, q]")
        .change(RowKind.UPDATE_BEFORE, 1, "q")
        .change(RowKind.UPDATE_AFTER, 1, "r")
        .tick()
        .expect("-D[1, x, 1, q]", "+I[1, x, 1, r]")
        .change(RowKind.DELETE, 1, "r")
        .row(1, "r")
        .tick()
        .expect()
        .input(0)
        .row(1, "x")
        .tick()
        .expect("+I[1, x, 1, r]")
        .input(1)
        .change(RowKind.DELETE, 1, "r")
        .tick()
        .expect("-D[1, x, 1, r]", "-D[1, x, 1, r]", "+I[1, x, null, null]", "+I[1, x, null, null]")
        .input(0)
        .change(RowKind.DELETE, 1, "x")
        .tick()
        .expect("-D[1, x, null, null]")
        .finish()
        .expect()
        .verifyTicks();
  }

  @Test
  void rowsThatUpdateComeAndGoWithTheirPartners() {
    script(JoinKind.ANTI, ChangelogMode.INSERT_ONLY, Emit.ON_UPDATE)
        .unordered()
        .row(1, "x")
        .row(null, "n")
        .tick()
        .expect("+I[1, x]", "+I[null, n]")
        .input(1)
        .row(1, "p")
        .row(null, "q")
        .tick()
        .expect("-D[1, x]")
        .finish()
        .expect()
        .verifyTicks();
    script(JoinKind.SEMI, ChangelogMode.RETRACT, Emit.ON_UPDATE)
        .unordered()
        .row(1, "x")
        .tick()
        .expect()
        .input(1)
        .row(1, "p")
        .row(1, "q")
        .tick()
        .expect("+I[1, x]")
        .change(RowKind.DELETE, 1, "q")
        .tick()
        .expect()
        .change(RowKind.DELETE, 1, "p")
        .tick()
        .expect("-D[1, x]")
        .finish()
        .expect()
        .verifyTicks();
    script(JoinKind.FULL, ChangelogMode.RETRACT, Emit.ON_UPDATE)
        .unordered()
        .input(1)
        .row(1, "p")
        .tick()
        .expect("+I[null, null, 1, p]")
        .input(0)
        .row(1, "x")
        .tick()
        .expect("-D[null, null, 1, p]", "+I[1, x, 1, p]")
        .change(RowKind.DELETE, 1, "x")
        .tick()
        .expect("-D[1, x, 1, p]", "+I[null, null, 1, p]")
        .finish()
        .expect()
        .verifyTicks();
  }

  @Test
  void aRetractionMayComeBeforeItsRow() {
    script(JoinKind.LEFT, ChangelogMode.RETRACT, Emit.ON_WINDOW_CLOSE)
        .unordered()
        .change(RowKind.DELETE, 1, "x")
        .input(1)
        .change(RowKind.DELETE, 1, "p")
        .input(0)
        .row(1, "x")
        .row(1, "y")
        .input(1)
        .row(1, "p")
        .finish()
        .expect("+I[1, y, null, null]")
        .verify();
  }

  /** Left rows live for 100 microseconds, right rows for good. */
  private static OperatorHarness living(JoinKind kind, ChangelogMode mode) {
    JoinRetention.Side left =
        new JoinRetention.Side(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(100));
    return OperatorHarness.of(
            join(
                Nodes.input(LEFT, mode, -1),
                Nodes.input(RIGHT, mode, -1),
                kind,
                Optional.empty(),
                new JoinRetention(left, JoinRetention.Side.FOREVER, 0, false),
                Emit.ON_UPDATE),
            List.of(0),
            List.of(0))
        .unordered();
  }

  @Test
  void rowsAreForgottenSomeTimeAfterTheyCame() {
    for (ChangelogMode mode : List.of(ChangelogMode.INSERT_ONLY, ChangelogMode.RETRACT)) {
      living(JoinKind.INNER, mode)
          .clock(1000)
          .row(1, "x")
          .tick()
          .clock(1050)
          .row(1, "y")
          .tick()
          .clock(1100)
          .input(1)
          .row(1, "p")
          .tick()
          .expect("+I[1, y, 1, p]")
          .clock(1150)
          .row(1, "q")
          .tick()
          .expect()
          .input(0)
          .row(1, "z")
          .tick()
          .expect("+I[1, z, 1, p]", "+I[1, z, 1, q]")
          .verifyTicks();
    }
    living(JoinKind.LEFT, ChangelogMode.RETRACT)
        .clock(1000)
        .row(1, "x")
        .tick()
        .expect("+I[1, x, null, null]")
        .clock(1100)
        .input(1)
        .row(1, "p")
        .tick()
        .expect()
        .verifyTicks();
  }

  private static final Schema TIMED_LEFT =
      Nodes.schema(
          "k", Nodes.BIGINT, "t", Nodes.TIMESTAMP, "e", Nodes.TIMESTAMP, "m", Nodes.BIGINT);
  private static final Schema TIMED_RIGHT =
      Nodes.schema(
          "k", Nodes.BIGINT, "rt", Nodes.TIMESTAMP, "re", Nodes.TIMESTAMP, "rm", Nodes.BIGINT);

  /** Left rows end 10 ms after their time, right rows at theirs: t <= rt <= t + 10. */
  private static OperatorHarness interval(JoinKind kind) {
    Expr time = new Expr.ColumnRef(1, Nodes.TIMESTAMP);
    Expr end = new Expr.ColumnRef(2, Nodes.TIMESTAMP);
    Expr right = new Expr.ColumnRef(5, Nodes.TIMESTAMP);
    DataType truth = DataType.of(Kind.BOOLEAN);
    Expr between =
        new Expr.Call(
            "AND",
            List.of(
                new Expr.Call("<=", List.of(time, right), truth),
                new Expr.Call("<=", List.of(right, end), truth)),
            truth);
    JoinRetention.Side side =
        new JoinRetention.Side(OptionalInt.of(2), OptionalInt.of(3), OptionalLong.empty());
    return OperatorHarness.of(
            join(
                Nodes.input(TIMED_LEFT, ChangelogMode.INSERT_ONLY, 1),
                Nodes.input(TIMED_RIGHT, ChangelogMode.INSERT_ONLY, 1),
                kind,
                Optional.of(between),
                new JoinRetention(side, side, 10_000, false),
                Emit.ON_UPDATE),
            List.of(0),
            List.of(0))
        .unordered();
  }

  private static void left(OperatorHarness to, long key, long time, Long mark) {
    to.input(0).row(key, 1000 * time, 1000 * (time + 10), mark);
  }

  private static void right(OperatorHarness to, long key, long time, Long mark) {
    to.input(1).row(key, 1000 * time, 1000 * time, mark);
  }

  @Test
  void rowsLeaveWhenNoPartnerCanFollow() {
    OperatorHarness script = interval(JoinKind.FULL);
    left(script, 1, 5, null);
    left(script, 2, 5, null);
    right(script, 1, 7, null);
    right(script, 1, 3, null);
    script.expect("+I[1, 5000, 15000, null, 1, 7000, 7000, null]").watermark(4000);
    script.expect("+I[null, null, null, null, 1, 3000, 3000, null]").watermark(14_999).expect();
    right(script, 1, 15, null);
    script.expect("+I[1, 5000, 15000, null, 1, 15000, 15000, null]").watermark(15_000);
    script.expect("+I[2, 5000, 15000, null, null, null, null, null]");
    left(script, 3, 20, null);
    script.finish();
    script.expect("+I[3, 20000, 30000, null, null, null, null, null]").verify();
  }

  @Test
  void rowsThatWaitAreFoundHoweverOftenOthersWereLookedFor() {
    OperatorHarness script = interval(JoinKind.INNER);
    for (long key = 1; key <= 4; key++) {
      left(script, key, 5, null);
    }
    for (long time = 6; time < 12; time++) {
      right(script, 9, time, null);
      right(script, time == 8 ? 2 : 8, time, null);
    }
    script.expect("+I[2, 5000, 15000, null, 2, 8000, 8000, null]");
    left(script, 9, 10, null);
    script
        .expect(
            "+I[9, 10000, 20000, null, 9, 10000, 10000, null]",
            "+I[9, 10000, 20000, null, 9, 11000, 11000, null]")
        .watermark(12_000);
    right(script, 2, 14, null);
    right(script, 3, 15, null);
    script
        .expect(
            "+I[2, 5000, 15000, null, 2, 14000, 14000, null]",
            "+I[3, 5000, 15000, null, 3, 15000, 15000, null]")
        .watermark(15_000);
    right(script, 4, 16, null);
    left(script, 9, 16, null);
    right(script, 9, 26, null);
    script.finish();
    script.expect("+I[9, 16000, 26000, null, 9, 26000, 26000, null]").verify();
  }

  @Test
  void aLateRowFindsWhatHadNotEndedBeforeIt() {
    OperatorHarness script = interval(JoinKind.LEFT);
    left(script, 1, 5, null);
    left(script, 2, 5, null);
    left(script, 1, 8, null);
    // behind a watermark of 16 ms, at which the left row of 5 ms had ended
    right(script, 1, 14, 16_000L);
    script.expect("+I[1, 8000, 18000, null, 1, 14000, 14000, 16000]");
    // late as it is, it waits like any other: its partner may be read later
    left(script, 4, 5, 16_000L);
    script.finish();
    script.expectCount("rows.late", 2);
    script
        .expect(
            "+I[1, 5000, 15000, null, null, null, null, null]",
            "+I[2, 5000, 15000, null, null, null, null, null]",
            "+I[4, 5000, 15000, 16000, null, null, null, null]")
        .verify();
  }
}
