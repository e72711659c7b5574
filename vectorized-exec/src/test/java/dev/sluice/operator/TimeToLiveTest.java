package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.schema;

import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.RankNode.Arrival;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.UpsertMaterializeNode.Conflict;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Keys that are forgotten ten seconds after their last row. */
class TimeToLiveTest {
  private static final long S = 1_000_000;
  private static final Schema INPUT = schema("k", STRING, "n", BIGINT);
  private static final SortKey BY_N = new SortKey(1, false, false);

  private static PlanTraits traits(Schema schema, ChangelogMode mode) {
    return PlanTraits.of(schema, false)
        .withChangelog(mode)
        .withState(new StateBound.ByTime(10 * S, "rows"));
  }

  private static OperatorHarness rank(ChangelogMode mode, Arrival arrival) {
    boolean first = arrival == Arrival.FIRST;
    return OperatorHarness.of(
        new RankNode(
            Nodes.input(INPUT, mode, -1),
            List.of(0),
            first ? List.of() : List.of(BY_N),
            arrival,
            RankNode.Function.ROW_NUMBER,
            1,
            1,
            false,
            Emit.ON_UPDATE,
            Optional.empty(),
            traits(INPUT, first ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT)),
        List.of(0));
  }

  @Test
  void rankings() {
    rank(ChangelogMode.RETRACT, Arrival.NONE)
        .clock(1 * S)
        .row("a", 5L)
        .row("b", 5L)
        .tick()
        .expect("+I[a, 5]", "+I[b, 5]")
        .clock(8 * S)
        .row("b", 6L)
        .tick()
        .expect()
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .change(RowKind.DELETE, "a", 5L)
        .row("b", 4L)
        .tick()
        .expect("-U[b, 5]", "+U[b, 4]")
        .row("a", 7L)
        .row("a", 5L)
        .tick()
        .expect("+I[a, 5]")
        .finish()
        .verifyOnce();
  }

  @Test
  void firstRowsToArrive() {
    rank(ChangelogMode.INSERT_ONLY, Arrival.FIRST)
        .clock(1 * S)
        .row("a", 5L)
        .row("b", 5L)
        .tick()
        .clock(8 * S)
        .row("b", 6L)
        .tick()
        .expect("+I[a, 5]", "+I[b, 5]")
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .row("a", 1L)
        .row("b", 1L)
        .expect("+I[a, 1]")
        .finish()
        .verifyOnce();
  }

  @Test
  void windowsOfANumberOfRowsBeginAnew() {
    DataType number = BIGINT.notNull();
    Schema output =
        INPUT.append(
            new Field("window_start", number),
            new Field("window_end", number),
            new Field("$last", DataType.of(DataType.Kind.BOOLEAN).notNull()));
    OperatorHarness.of(
            new CountWindowNode(
                Nodes.input(INPUT, ChangelogMode.INSERT_ONLY, -1),
                List.of(0),
                3,
                3,
                Optional.empty(),
                traits(output, ChangelogMode.INSERT_ONLY)),
            List.of(0))
        .clock(1 * S)
        .row("a", 1L)
        .row("b", 2L)
        .tick()
        .clock(8 * S)
        .row("b", 3L)
        .tick()
        .expect("+I[a, 1, 0, 3, false]", "+I[b, 2, 0, 3, false]", "+I[b, 3, 0, 3, false]")
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .row("a", 4L)
        .row("b", 5L)
        .expect("+I[a, 4, 0, 3, false]", "+I[b, 5, 0, 3, true]")
        .finish()
        .verifyOnce();
  }

  @Test
  void windowsOfANumberOfRowsComeOutAsTheyAre() {
    DataType number = BIGINT.notNull();
    Schema counted =
        schema(
            "k",
            STRING,
            "window_end",
            number,
            "$last",
            DataType.of(DataType.Kind.BOOLEAN).notNull());
    Schema output = schema("k", STRING, "window_end", number, "n", number);
    OperatorHarness.of(
            new CountAggregateNode(
                Nodes.input(counted, ChangelogMode.INSERT_ONLY, -1),
                List.of(0, 1),
                List.of(Nodes.call("COUNT", number)),
                List.of(0),
                1,
                2,
                OptionalInt.empty(),
                Emit.ON_WINDOW_CLOSE,
                traits(output, ChangelogMode.INSERT_ONLY)),
            List.of(0))
        .clock(1 * S)
        .row("a", 3L, false)
        .row("b", 3L, false)
        .tick()
        .clock(8 * S)
        .row("b", 3L, false)
        .tick()
        .expect()
        .clock(12 * S)
        .tick()
        .expect("+I[a, 3, 1]")
        .expectCount("groups.released", 1)
        .row("a", 3L, false)
        .row("b", 3L, true)
        .expect("+I[b, 3, 3]")
        .finish()
        .expect("+I[a, 3, 1]")
        .verifyOnce();
  }

  @Test
  void functionsOverWindows() {
    Schema output = INPUT.append(new Field("c", BIGINT.notNull()));
    OperatorHarness.of(
            new OverNode(
                Nodes.input(INPUT, ChangelogMode.RETRACT, -1),
                List.of(0),
                List.of(BY_N),
                List.of(
                    new OverNode.Call(
                        "COUNT",
                        List.of(),
                        List.of(),
                        false,
                        false,
                        OverNode.Frame.ALL,
                        BIGINT.notNull())),
                Emit.ON_UPDATE,
                Optional.empty(),
                Optional.empty(),
                traits(output, ChangelogMode.RETRACT)),
            List.of(0))
        .clock(1 * S)
        .row("a", 5L)
        .tick()
        .expect("+I[a, 5, 1]")
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .change(RowKind.DELETE, "a", 5L)
        .tick()
        .expect()
        .row("a", 6L)
        .row("a", 5L)
        .tick()
        .expect("+I[a, 5, 2]", "+I[a, 6, 2]")
        .finish()
        .verifyOnce();
  }

  @Test
  void lastRowsOfKeys() {
    OperatorHarness.of(
            new ChangelogNormalizeNode(
                Nodes.input(INPUT, ChangelogMode.UPSERT, -1),
                List.of(0),
                Emit.ON_UPDATE,
                traits(INPUT, ChangelogMode.RETRACT)),
            List.of(0))
        .clock(1 * S)
        .row("a", 5L)
        .row("b", 5L)
        .tick()
        .expect("+I[a, 5]", "+I[b, 5]")
        .clock(8 * S)
        .row("b", 6L)
        .tick()
        .expect("-U[b, 5]", "+U[b, 6]")
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .change(RowKind.DELETE, "a", 5L)
        .change(RowKind.DELETE, "b", 6L)
        .tick()
        .expect("-D[b, 6]")
        .row("a", 7L)
        .tick()
        .expect("+I[a, 7]")
        .finish()
        .verifyOnce();
  }

  @Test
  void conflictsOfASink() {
    OperatorHarness.of(
            new UpsertMaterializeNode(
                Nodes.input(INPUT, ChangelogMode.RETRACT, -1),
                List.of(0),
                Conflict.DEDUPLICATE,
                traits(INPUT, ChangelogMode.UPSERT)),
            List.of(0))
        .clock(1 * S)
        .row("a", 5L)
        .tick()
        .expect("+I[a, 5]")
        .clock(12 * S)
        .tick()
        .expectCount("groups.released", 1)
        .change(RowKind.DELETE, "a", 5L)
        .tick()
        .expect()
        .row("a", 5L)
        .tick()
        .expect("+I[a, 5]")
        .finish()
        .verifyOnce();
  }
}
