package dev.sluice.operator;

import static dev.sluice.operator.Nodes.BIGINT;
import static dev.sluice.operator.Nodes.STRING;
import static dev.sluice.operator.Nodes.TIMESTAMP;
import static dev.sluice.operator.Nodes.call;
import static dev.sluice.operator.Nodes.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.PlanNode;
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

class WindowAggregateTest {
  private static final long S = 1_000_000;
  private static final Schema INPUT =
      schema("k", STRING, "v", BIGINT, "ts", TIMESTAMP, "wm", BIGINT);
  private static final List<AggregateCall> CALLS =
      List.of(
          call("COUNT", BIGINT.notNull()),
          call("SUM", BIGINT, 1),
          call("MIN", BIGINT, 1),
          call("MAX", BIGINT, 1),
          call("AVG", BIGINT, 1));
  private static final List<AggregateCall> COUNT = List.of(call("COUNT", BIGINT.notNull()));

  private static PlanNode.WindowAggregate node(
      WindowSpec window, List<AggregateCall> calls, long lateness) {
    return Nodes.window(
        INPUT, window, List.of(0), calls, OptionalInt.of(3), lateness, Optional.empty());
  }

  private static WindowSpec tumble() {
    return new WindowSpec.Tumble(2, 10 * S, 0);
  }

  private static WindowSpec hop() {
    return new WindowSpec.Hop(2, 5 * S, 10 * S, 0);
  }

  private static String row(String key, String values, long start, long end) {
    return "+I["
        + key
        + ", "
        + values
        + ", "
        + start * S
        + ", "
        + end * S
        + ", "
        + (end * S - 1000)
        + "]";
  }

  @Test
  void firesPaneWhenWatermarkPassesItsEnd() {
    OperatorHarness.of(node(tumble(), CALLS, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("b", 5L, 2 * S, null)
        .row("a", 4L, 9 * S, null)
        .row("a", null, 12 * S, null)
        .row(null, 7L, 3 * S, null)
        .watermark(10 * S - 1001)
        .expect()
        .watermark(10 * S - 1000)
        .expect(
            row("a", "2, 5, 1, 4, 2", 0, 10),
            row("b", "1, 5, 5, 5, 5", 0, 10),
            row("null", "1, 7, 7, 7, 7", 0, 10))
        .finish()
        .expect(row("a", "1, null, null, null, null", 10, 20))
        .verify();
  }

  @Test
  void neverFiresAWindowTwiceNorAnEmptyOne() {
    OperatorHarness.of(node(tumble(), COUNT, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .watermark(100 * S)
        .expect(row("a", "1", 0, 10))
        .row("a", 1L, 1 * S, null)
        .row("a", 1L, 99 * S, null)
        .watermark(101 * S)
        .expect()
        .finish()
        .expect()
        .expectCount("rows.late", 2)
        .expectCount("panes.open", 0)
        .verify();
  }

  @Test
  void mergesThePanesOfOverlappingWindows() {
    OperatorHarness.of(node(hop(), CALLS, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 3L, 6 * S, null)
        .row("b", 10L, 7 * S, null)
        .watermark(5 * S)
        .expect(row("a", "1, 1, 1, 1, 1", -5, 5))
        .row("a", 8L, 11 * S, null)
        .finish()
        .expect(
            row("a", "2, 4, 1, 3, 2", 0, 10),
            row("b", "1, 10, 10, 10, 10", 0, 10),
            row("a", "2, 11, 3, 8, 5", 5, 15),
            row("b", "1, 10, 10, 10, 10", 5, 15),
            row("a", "1, 8, 8, 8, 8", 10, 20))
        .verify();
  }

  @Test
  void growsCumulativeWindowsByStep() {
    OperatorHarness.of(node(new WindowSpec.Cumulate(2, 5 * S, 15 * S, 0), COUNT, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 1L, 6 * S, null)
        .row("a", 1L, 16 * S, null)
        .finish()
        .expect(
            row("a", "1", 0, 5),
            row("a", "2", 0, 10),
            row("a", "2", 0, 15),
            row("a", "1", 15, 20),
            row("a", "1", 15, 25),
            row("a", "1", 15, 30))
        .verify();
  }

  @Test
  void countsARowLateForSomeWindowsOnlyInTheOthers() {
    OperatorHarness.of(node(hop(), COUNT, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 1L, 7 * S, null)
        .row("a", 1L, 2 * S, 5 * S)
        .row("b", 1L, 2 * S, 10 * S)
        .finish()
        .expect(row("a", "1", -5, 5), row("a", "3", 0, 10), row("a", "1", 5, 15))
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void judgesLatenessByTheOperatorsWatermarkToo() {
    OperatorHarness.of(node(hop(), COUNT, 0), List.of(0))
        .row("a", 1L, 6 * S, null)
        .watermark(10 * S - 1000)
        .expect(row("a", "1", 0, 10))
        .row("a", 1L, 7 * S, null)
        .row("a", 1L, 2 * S, null)
        .finish()
        .expect(row("a", "2", 5, 15))
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void holdsAWindowOpenForTheAllowedLateness() {
    OperatorHarness.of(node(tumble(), COUNT, 3 * S), List.of(0))
        .row("a", 1L, 1 * S, null)
        .watermark(12 * S)
        .expect()
        .row("a", 1L, 2 * S, 12 * S)
        .watermark(13 * S - 1000)
        .expect(row("a", "2", 0, 10))
        .row("a", 1L, 2 * S, null)
        .finish()
        .expect()
        .expectCount("rows.late", 1)
        .verify();
  }

  @Test
  void givesLateRowsAndRowsWithoutTimeToTheSideOutput() {
    TableRef sink =
        new TableRef(
            "late",
            "print",
            Map.of(),
            Set.of(),
            schema("v", BIGINT, "k", STRING),
            Map.of(),
            List.of(),
            List.of());
    PlanNode node =
        Nodes.window(
            INPUT,
            tumble(),
            List.of(0),
            COUNT,
            OptionalInt.of(3),
            0,
            Optional.of(new SideOutput(sink, List.of(1, 0))));
    OperatorHarness.of(node, List.of())
        .row("a", 1L, 15 * S, null)
        .row("b", 2L, null, null)
        .row("c", 3L, 9 * S, 10 * S)
        .row("d", 4L, Long.MAX_VALUE, null)
        .row("e", 5L, Long.MIN_VALUE, null)
        .finish()
        .expectSide("+I[2, b]", "+I[3, c]", "+I[4, d]", "+I[5, e]")
        .expect(row("a", "1", 10, 20))
        .expectCount("rows.late", 4)
        .expectCount("rows.null-time", 3)
        .verify();
  }

  @Test
  void leavesOutRowsBetweenWindowsThatDoNotTouch() {
    OperatorHarness.of(node(new WindowSpec.Hop(2, 10 * S, 5 * S, 0), COUNT, 0), List.of(0))
        .row("a", 1L, 4 * S, null)
        .row("a", 1L, 7 * S, null)
        .row("a", 1L, 10 * S, null)
        .finish()
        .expect(row("a", "1", 0, 5), row("a", "1", 10, 15))
        .expectCount("rows.late", 0)
        .verify();
  }

  @Test
  void sharesPanesOfUnevenHops() {
    OperatorHarness.of(node(new WindowSpec.Hop(2, 4 * S, 10 * S, 1 * S), COUNT, 0), List.of(0))
        .row("a", 1L, 1 * S, null)
        .row("a", 1L, 4 * S, null)
        .finish()
        .expect(row("a", "1", -7, 3), row("a", "2", -3, 7), row("a", "2", 1, 11))
        .verify();
  }

  @Test
  void aggregatesWithoutKeys() {
    PlanNode node =
        Nodes.window(INPUT, tumble(), List.of(), CALLS, OptionalInt.empty(), 0, Optional.empty());
    OperatorHarness.of(node, List.of())
        .row("a", 1L, 1 * S, null)
        .row("b", 3L, 2 * S, null)
        .finish()
        .expect("+I[2, 4, 1, 3, 2, 0, 10000000, 9999000]")
        .verify();
  }

  @Test
  void windowsOfTimesBeforeTheEpoch() {
    assertThat(new WindowGrid(tumble(), 1000, 0, Nodes.TIMESTAMP).paneStart(-1)).isEqualTo(-10 * S);
    OperatorHarness.of(node(tumble(), COUNT, 0), List.of(0))
        .row("a", 1L, -1L, null)
        .finish()
        .expect(row("a", "1", -10, 0))
        .verify();
  }

  @Test
  void ordersValuesByArrivalWhateverTheirPane() {
    List<AggregateCall> calls =
        List.of(
            call("FIRST_VALUE", BIGINT, 1),
            call("LAST_VALUE", BIGINT, 1),
            call("ARRAY_AGG", DataType.array(BIGINT), 1),
            Nodes.distinct(call("COUNT", BIGINT, 1)));
    OperatorHarness.of(node(hop(), calls, 0), List.of(0))
        .row("a", 3L, 7 * S, null)
        .row("a", 1L, 1 * S, null)
        .row("a", 2L, 8 * S, null)
        .row("a", 3L, 2 * S, null)
        .watermark(5 * S)
        .expect(row("a", "1, 3, [1,3], 2", -5, 5))
        .finish()
        .expect(row("a", "3, 3, [3,1,2,3], 3", 0, 10), row("a", "3, 2, [3,2], 2", 5, 15))
        .verify();
  }

  @Test
  void keepsItsClockWhenRestored() {
    OperatorHarness.of(node(hop(), COUNT, 0), List.of(0))
        .row("a", 1L, 7 * S, null)
        .watermark(10 * S)
        .expect(row("a", "1", 0, 10))
        .tick()
        .row("a", 1L, 1 * S, null)
        .row("a", 1L, 6 * S, null)
        .tick()
        .finish()
        .expect(row("a", "2", 5, 15))
        .verify();
  }
}
