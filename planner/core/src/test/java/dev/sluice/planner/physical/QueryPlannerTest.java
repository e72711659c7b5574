package dev.sluice.planner.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class QueryPlannerTest {
  private final Fixture fixture = new Fixture();

  @Test
  void allFormsOfATumblingWindowGiveOnePlan() {
    String select = "SELECT window_start, bidder, COUNT(*) AS n FROM ";
    String group = " GROUP BY window_start, window_end, bidder";
    List<PhysicalPlan> plans =
        Stream.of(
                "TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))",
                "TABLE(TUMBLE(DATA => TABLE bid, TIMECOL => DESCRIPTOR(`dateTime`), SIZE =>"
                    + " INTERVAL '10' SECOND))",
                "TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)",
                "TUMBLE(bid, `dateTime`, INTERVAL '10' SECOND)")
            .map(from -> fixture.plan(select + from + group))
            .toList();
    PhysicalPlan grouped =
        fixture.plan(
            "SELECT TUMBLE_START(`dateTime`, INTERVAL '10' SECOND) AS window_start, bidder,"
                + " COUNT(*) AS n FROM bid GROUP BY TUMBLE(`dateTime`, INTERVAL '10' SECOND),"
                + " bidder");
    assertThat(plans).containsOnly(grouped);
  }

  @Test
  void insertsThatReadOneTableShareItsScan() {
    PhysicalPlan plan =
        fixture.plan(
            Fixture.insert("any_sink", "SELECT auction FROM bid"),
            Fixture.insert("totals", "SELECT bidder, price FROM bid_file"),
            Fixture.insert("totals", "SELECT bidder, auction FROM bid"));
    assertThat(scan(plan.sinks().get(0))).isEqualTo(scan(plan.sinks().get(2)));
    assertThat(scan(plan.sinks().get(0))).isNotEqualTo(scan(plan.sinks().get(1)));
  }

  @Test
  void anUpdatingQueryNeedsASinkThatTakesUpdates() {
    String totals = "SELECT bidder, SUM(price) FROM bid GROUP BY bidder";
    assertRefused(ErrorCode.CHANGELOG, () -> fixture.plan(Fixture.insert("any_sink", totals)));
    PlanNode.Sink upserts = fixture.plan(Fixture.insert("totals", totals)).sinks().get(0);
    assertThat(upserts.traits().changelog()).isEqualTo(ChangelogMode.UPSERT);
    String bounded = "SELECT bidder, SUM(price) FROM bid_file GROUP BY bidder";
    PlanNode.Sink finals = fixture.plan(Fixture.insert("any_sink", bounded)).sinks().get(0);
    assertThat(finals.traits().changelog()).isEqualTo(ChangelogMode.INSERT_ONLY);
  }

  @Test
  void thePrimaryKeyOfTheSinkIsTheKeyOfTheRows() {
    assertRefused(
        ErrorCode.CHANGELOG,
        () ->
            fixture.plan(
                Fixture.insert("totals", "SELECT COUNT(*), auction FROM bid GROUP BY auction")));
  }

  @Test
  void insertConvertsNumbersButNotText() {
    PlanNode.Sink sink =
        fixture
            .plan(
                Fixture.insert(
                    "windows",
                    "SELECT price, `dateTime`, auction FROM bid",
                    "n",
                    "window_start",
                    "bidder"))
            .sinks()
            .get(0);
    assertThat(sink.input().toString()).contains("INTEGER");
    assertRefused(
        ErrorCode.SINK_SCHEMA,
        () -> fixture.plan(Fixture.insert("totals", "SELECT bidder, channel FROM bid")));
    assertRefused(
        ErrorCode.SINK_SCHEMA,
        () -> fixture.plan(Fixture.insert("totals", "SELECT bidder FROM bid")));
  }

  @Test
  void streamsAndViewsAreNoTargets() {
    assertRefused(
        ErrorCode.NOT_A_SINK, () -> fixture.plan(Fixture.insert("bid", "SELECT * FROM bid")));
    assertRefused(
        ErrorCode.NOT_A_SINK, () -> fixture.plan(Fixture.insert("cheap", "SELECT * FROM bid")));
    assertRefused(
        ErrorCode.UNKNOWN_OBJECT, () -> fixture.plan(Fixture.insert("total", "SELECT 1, 2")));
  }

  private static PlanNode scan(PlanNode node) {
    return node.inputs().isEmpty() ? node : scan(node.inputs().get(0));
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable work) {
    assertThatExceptionOfType(UserError.class)
        .isThrownBy(work)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> assertThat(e.position()).isPresent());
  }
}
