package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.RankNode.Arrival;
import dev.sluice.plan.RankNode.Function;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.WindowColumns;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RankTest {
  private static final Schema INPUT = schema("k", STRING, "n", BIGINT, "s", STRING);
  private static final SortKey BY_N = new SortKey(1, false, false);
  private static final SortKey BY_N_DESC = new SortKey(1, true, true);

  private record Numbering(Function function, long from, long to, boolean withRank) {}

  private static RankNode node(
      ChangelogMode mode, Numbering numbering, List<SortKey> order, Arrival arrival, Emit emit) {
    Schema output = numbering.withRank() ? INPUT.append(new Field("rn", BIGINT.notNull())) : INPUT;
    return new RankNode(
        Nodes.input(INPUT, mode, -1),
        List.of(0),
        order,
        arrival,
        numbering.function(),
        numbering.from(),
        numbering.to(),
        numbering.withRank(),
        emit,
        Optional.empty(),
        PlanTraits.of(output, true));
  }

  private static OperatorHarness harness(
      ChangelogMode mode, Numbering numbering, Emit emit, SortKey... order) {
    return OperatorHarness.of(
        node(mode, numbering, List.of(order), Arrival.NONE, emit), List.of(0));
  }

  @Test
  void givesTheFirstRowsOfEachKeyAtTheEnd() {
    harness(
            ChangelogMode.INSERT_ONLY,
            new Numbering(Function.ROW_NUMBER, 1, 2, true),
            Emit.ON_WINDOW_CLOSE,
            BY_N_DESC)
        .row("a", 1L, "x")
        .row("b", 7L, "x")
        .row("a", 3L, "y")
        .row("a", null, "z")
        .tick()
        .row("a", 2L, "w")
        .row(null, 5L, null)
        .expect()
        .finish()
        .expect("+I[a, null, z, 1]", "+I[a, 3, y, 2]", "+I[b, 7, x, 1]", "+I[null, 5, null, 1]")
        .unordered()
        .verify();
  }

  @Test
  void peersShareTheirRank() {
    Object[][] rows = {{"a", 1L, "x"}, {"a", 1L, "y"}, {"a", 2L, "z"}, {"a", 3L, "v"}};
    OperatorHarness rank =
        harness(
            ChangelogMode.INSERT_ONLY,
            new Numbering(Function.RANK, 1, 3, true),
            Emit.ON_WINDOW_CLOSE,
            BY_N);
    OperatorHarness dense =
        harness(
            ChangelogMode.INSERT_ONLY,
            new Numbering(Function.DENSE_RANK, 2, 2, true),
            Emit.ON_WINDOW_CLOSE,
            BY_N);
    for (int i = rows.length - 1; i >= 0; i--) {
      rank.row(rows[i]).tick();
      dense.row(rows[i]).tick();
    }
    rank.finish().expect("+I[a, 1, x, 1]", "+I[a, 1, y, 1]", "+I[a, 2, z, 3]").verify();
    dense.finish().expect("+I[a, 2, z, 2]").verify();
  }

  @Test
  void aNewFirstRowReplacesTheOldOne() {
    harness(
            ChangelogMode.INSERT_ONLY,
            new Numbering(Function.ROW_NUMBER, 1, 1, false),
            Emit.ON_UPDATE,
            BY_N_DESC)
        .row("a", 1L, "x")
        .tick()
        .expect("+I[a, 1, x]")
        .row("a", 0L, "late")
        .row("a", 3L, "y")
        .row("a", 2L, "z")
        .tick()
        .expect("-U[a, 1, x]", "+U[a, 3, y]")
        .row("a", 3L, "y")
        .finish()
        .expect()
        .verify();
  }

  @Test
  void numbersMoveDownOnlyIfTheyAreShown() {
    for (boolean shown : new boolean[] {true, false}) {
      OperatorHarness harness =
          harness(
                  ChangelogMode.INSERT_ONLY,
                  new Numbering(Function.ROW_NUMBER, 1, 2, shown),
                  Emit.ON_UPDATE,
                  BY_N)
              .row("a", 5L, "x")
              .row("a", 7L, "y")
              .tick();
      if (shown) {
        harness
            .expect("+I[a, 5, x, 1]", "+I[a, 7, y, 2]")
            .row("a", 1L, "z")
            .finish()
            .expect("-U[a, 5, x, 1]", "+U[a, 1, z, 1]", "-U[a, 7, y, 2]", "+U[a, 5, x, 2]");
      } else {
        harness
            .expect("+I[a, 5, x]", "+I[a, 7, y]")
            .row("a", 1L, "z")
            .finish()
            .expect("-D[a, 7, y]", "+I[a, 1, z]");
      }
      harness.verify();
    }
  }

  @Test
  void aRowTakenBackLetsTheNextOneIn() {
    harness(
            ChangelogMode.RETRACT,
            new Numbering(Function.ROW_NUMBER, 1, 1, false),
            Emit.ON_UPDATE,
            BY_N)
        .row("a", 1L, "x")
        .row("a", 2L, "y")
        .row("a", 2L, "y")
        .tick()
        .expect("+I[a, 1, x]")
        .change(RowKind.DELETE, "a", 1L, "x")
        .tick()
        .expect("-U[a, 1, x]", "+U[a, 2, y]")
        .change(RowKind.UPDATE_BEFORE, "a", 2L, "y")
        .change(RowKind.UPDATE_AFTER, "a", 9L, "y")
        .tick()
        .expect()
        .change(RowKind.DELETE, "a", 2L, "y")
        .change(RowKind.DELETE, "a", 9L, "y")
        .finish()
        .expect("-D[a, 2, y]")
        .verify();
  }

  @Test
  void aRowMayBeTakenBackBeforeItComes() {
    harness(
            ChangelogMode.RETRACT,
            new Numbering(Function.ROW_NUMBER, 1, 3, false),
            Emit.ON_WINDOW_CLOSE,
            BY_N)
        .change(RowKind.DELETE, "a", 1L, "x")
        .row("a", 2L, "y")
        .tick()
        .row("a", 1L, "x")
        .finish()
        .expect("+I[a, 2, y]")
        .verify();
  }

  @Test
  void equalRowsCountOneByOne() {
    harness(
            ChangelogMode.RETRACT,
            new Numbering(Function.ROW_NUMBER, 2, 3, true),
            Emit.ON_UPDATE,
            BY_N)
        .row("a", 1L, "x")
        .row("a", 1L, "x")
        .row("a", 1L, "x")
        .tick()
        .expect("+I[a, 1, x, 2]", "+I[a, 1, x, 3]")
        .change(RowKind.DELETE, "a", 1L, "x")
        .finish()
        .expect("-D[a, 1, x, 3]")
        .verify();
  }

  @Test
  void changesThatWaitForTheirTimeAreKept() {
    harness(
            ChangelogMode.RETRACT,
            new Numbering(Function.ROW_NUMBER, 1, 2, true),
            new Emit.Every(1_000_000),
            BY_N)
        .row("a", 1L, "x")
        .row("b", 3L, "y")
        .tick()
        .row("a", 2L, "z")
        .change(RowKind.DELETE, "b", 3L, "y")
        .tick()
        .expect()
        .finish()
        .expect("+I[a, 1, x, 1]", "+I[a, 2, z, 2]")
        .verify();
  }

  @Test
  void theFirstToArriveComesAtOnceAndTheLastReplaces() {
    Numbering second = new Numbering(Function.ROW_NUMBER, 2, 3, true);
    OperatorHarness.of(
            node(ChangelogMode.INSERT_ONLY, second, List.of(), Arrival.FIRST, Emit.ON_UPDATE),
            List.of(0))
        .row("a", 9L, "x")
        .row("a", 8L, "y")
        .row(null, 1L, "v")
        .row(null, 2L, "w")
        .expect("+I[a, 8, y, 2]", "+I[null, 2, w, 2]")
        .tick()
        .row("a", 7L, "z")
        .row("a", 6L, "u")
        .expect("+I[a, 7, z, 3]")
        .finish()
        .expect()
        .unordered()
        .verify();
    Numbering last = new Numbering(Function.ROW_NUMBER, 1, 1, false);
    OperatorHarness.of(
            node(ChangelogMode.INSERT_ONLY, last, List.of(), Arrival.LAST, Emit.ON_UPDATE),
            List.of(0))
        .row("a", 9L, "x")
        .row("a", 1L, "y")
        .tick()
        .expect("+I[a, 1, y]")
        .row("a", 5L, "z")
        .finish()
        .expect("-U[a, 1, y]", "+U[a, 5, z]")
        .verify();
  }

  @Test
  void aWindowGivesItsFirstRowsWhenItClosesAndForgetsThem() {
    Schema input = schema("s", TIMESTAMP, "e", TIMESTAMP, "n", BIGINT);
    PlanNode from = Nodes.input(input, ChangelogMode.INSERT_ONLY, -1);
    WindowColumns window = new WindowColumns(0, 1, Optional.empty(), 1000, false);
    OperatorHarness.of(
            new RankNode(
                from,
                List.of(0, 1),
                List.of(new SortKey(2, true, true)),
                Arrival.NONE,
                Function.ROW_NUMBER,
                1,
                2,
                true,
                Emit.ON_WINDOW_CLOSE,
                Optional.of(window),
                PlanTraits.of(input.append(new Field("rn", BIGINT.notNull())), false)),
            List.of(0, 1))
        .row(0L, 10_000L, 1L)
        .row(10_000L, 20_000L, 7L)
        .row(0L, 10_000L, 3L)
        .row(0L, 10_000L, 2L)
        .watermark(8_999)
        .expect()
        .watermark(9_000)
        .expect("+I[0, 10000, 3, 1]", "+I[0, 10000, 2, 2]")
        .row(0L, 10_000L, 9L)
        .row(10_000L, 20_000L, 8L)
        .finish()
        .expect("+I[10000, 20000, 8, 1]", "+I[10000, 20000, 7, 2]")
        .expectCount("rows.late", 1)
        .verify();
  }

  private static OperatorHarness byTime(Emit emit, ChangelogMode mode) {
    Schema input = schema("k", STRING, "ts", TIMESTAMP, "mark", BIGINT);
    return OperatorHarness.of(
        new RankNode(
            Nodes.input(input, ChangelogMode.INSERT_ONLY, 1),
            List.of(0),
            List.of(new SortKey(1, false, false)),
            Arrival.NONE,
            Function.ROW_NUMBER,
            1,
            2,
            false,
            emit,
            Optional.empty(),
            Optional.of(new OverNode.ByTime(1, OptionalInt.of(2))),
            PlanTraits.of(input, false).withChangelog(mode)),
        List.of(0));
  }

  @Test
  void byEventTimeARowComesForGoodWhenTheWatermarkPassesIt() {
    byTime(Emit.ON_WINDOW_CLOSE, ChangelogMode.INSERT_ONLY)
        .row("a", 5_000L, null)
        .row("a", 9_000L, null)
        .row("b", 7_000L, null)
        .row("c", null, null)
        .watermark(6_000)
        .expect("+I[a, 5000, null]")
        .row("a", 8_000L, null)
        .row("a", 4_000L, 6_000L)
        .row("b", 6_000L, 6_000L)
        .watermark(20_000)
        .expect("+I[a, 8000, null]", "+I[b, 7000, null]")
        .row("a", 21_000L, null)
        .row("b", 22_000L, null)
        .row("b", 23_000L, null)
        .finish()
        .expect("+I[b, 22000, null]")
        .expectCount("rows.late", 3)
        .expectCount("rows.null-time", 1)
        .unordered()
        .verify();
  }

  @Test
  void changesByEventTimeNeverTakeBackWhatTheWatermarkPassed() {
    byTime(Emit.ON_UPDATE, ChangelogMode.RETRACT)
        .row("a", 5_000L, null)
        .row("a", 9_000L, null)
        .tick()
        .expect("+I[a, 5000, null]", "+I[a, 9000, null]")
        .watermark(6_000)
        .row("a", 8_000L, null)
        .row("a", 4_000L, 6_000L)
        .tick()
        .expect("-D[a, 9000, null]", "+I[a, 8000, null]")
        .finish()
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void ordersByEveryKindOfValue() {
    Schema input =
        schema(
            "d",
            DataType.decimal(30, 2),
            "b",
            DataType.string(),
            "f",
            DataType.of(DataType.Kind.DOUBLE));
    for (int column = 0; column < 3; column++) {
      for (boolean descending : new boolean[] {false, true}) {
        int sign = descending ? -1 : 1;
        OperatorHarness harness =
            OperatorHarness.of(
                new RankNode(
                    Nodes.input(input, ChangelogMode.INSERT_ONLY, -1),
                    List.of(),
                    List.of(new SortKey(column, descending, descending)),
                    Arrival.NONE,
                    Function.ROW_NUMBER,
                    1,
                    5,
                    false,
                    Emit.ON_WINDOW_CLOSE,
                    Optional.empty(),
                    PlanTraits.of(input, true)),
                List.of());
        String[] expected = {
          "+I[-12345678901234567890.50, , -Infinity]",
          "+I[-0.01, a, -1.5]",
          "+I[0.00, a\u0000, 0.0]",
          "+I[99999999999999999999.00, ab, 7.25]",
          "+I[null, null, null]"
        };
        harness
            .row("0.00", "a\u0000", 0.0)
            .row(null, null, null)
            .row("-12345678901234567890.50", "", Double.NEGATIVE_INFINITY)
            .row("99999999999999999999.00", "ab", 7.25)
            .row("-0.01", "a", -1.5)
            .finish();
        String[] ordered = new String[5];
        for (int i = 0; i < 5; i++) {
          ordered[i] = expected[sign > 0 ? i : 4 - i];
        }
        harness.expect(ordered).verify();
      }
    }
  }

  @Test
  void refusesWhatHasNoOrder() {
    Schema nested = schema("k", STRING, "a", DataType.array(BIGINT));
    RankNode node =
        new RankNode(
            Nodes.input(nested, ChangelogMode.INSERT_ONLY, -1),
            List.of(0),
            List.of(new SortKey(1, false, false)),
            Arrival.NONE,
            Function.ROW_NUMBER,
            1,
            1,
            false,
            Emit.ON_UPDATE,
            Optional.empty(),
            PlanTraits.of(nested, true));
    assertThatThrownBy(() -> Operators.create(node))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot order by 'a'");
  }
}
