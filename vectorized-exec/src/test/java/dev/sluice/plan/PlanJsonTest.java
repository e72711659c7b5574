package dev.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanJsonTest {
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);
  private static final DataType DOUBLE = DataType.of(Kind.DOUBLE);
  private static final DataType BOOLEAN = DataType.of(Kind.BOOLEAN);
  private static final Schema SCHEMA =
      Schema.of(
          new Field("k", DataType.string().notNull()),
          new Field("v", BIGINT),
          new Field("ts", DataType.timestamp(3)),
          new Field(
              "nested",
              DataType.map(
                  DataType.string(),
                  DataType.array(DataType.row(List.of(new Field("x", BIGINT)))))));

  private static TableRef table(String name) {
    return new TableRef(
        name,
        "jdbc",
        Map.of("url", "jdbc:h2:mem:x", "password", "${env:PW}", "token", "plain-secret"),
        Set.of("password", "token"),
        SCHEMA,
        Map.of("v", "offset"),
        List.of("k"),
        List.of("v"));
  }

  private static Expr literals() {
    List<Expr> all =
        List.of(
            Expr.Literal.of(1L, BIGINT),
            Expr.Literal.of(Long.MIN_VALUE, BIGINT),
            Expr.Literal.of(2.5, DOUBLE),
            Expr.Literal.of(3.0, DOUBLE),
            Expr.Literal.of(Double.NaN, DOUBLE),
            Expr.Literal.of(Double.NEGATIVE_INFINITY, DOUBLE),
            Expr.Literal.of(new BigDecimal("12345678901234567890.10"), DataType.decimal(22, 2)),
            Expr.Literal.of("it's \"so\"", DataType.string()),
            Expr.Literal.of(true, BOOLEAN),
            Expr.Literal.of("00ff", DataType.of(Kind.VARBINARY, 4)),
            Expr.Literal.of(3L, DataType.of(Kind.DATE)),
            Expr.Literal.of(5L, DataType.of(Kind.INTERVAL_DAY)),
            Expr.Literal.nullOf(BIGINT));
    return new Expr.Call("COALESCE", all, BIGINT);
  }

  private static PhysicalPlan plan() {
    PlanTraits traits =
        PlanTraits.of(SCHEMA, false)
            .withTime(Optional.of(new TimeAttribute(2, 1000)))
            .withKeys(List.of(List.of(0, 1)));
    Expr column = new Expr.ColumnRef(1, BIGINT);
    Expr condition =
        new Expr.Case(
            List.of(
                new Expr.Case.When(
                    new Expr.Call(">", List.of(column, literals()), BOOLEAN),
                    Expr.Literal.of(false, BOOLEAN))),
            new Expr.FieldAccess(
                new Expr.ColumnRef(3, DataType.row(List.of(new Field("b", BOOLEAN)))), 0, BOOLEAN),
            BOOLEAN);
    PlanNode scan =
        new PlanNode.Scan(
            table("src"),
            List.of(0, 1, 2, 3),
            Optional.of(condition),
            OptionalInt.of(10),
            List.of(new Expr.Cast(column, DataType.string(), true)),
            Optional.of(
                new WatermarkSpec(2, 1000, new Expr.ColumnRef(2, DataType.timestamp(3)), 7, 0)),
            OptionalInt.of(3),
            traits);
    PlanNode filter =
        new PlanNode.FilterProject(scan, Optional.of(condition), List.of(column), traits);
    PlanNode exchange =
        new PlanNode.Exchange(
            filter,
            new Distribution.Hash(List.of(0)),
            traits.withDistribution(new Distribution.Hash(List.of(0))));
    AggregateCall call =
        new AggregateCall(
            "LISTAGG",
            List.of(0),
            List.of(Expr.Literal.of(",", DataType.string())),
            true,
            OptionalInt.of(1),
            List.of(new SortKey(1, true, false)),
            DataType.string());
    List<WindowSpec> windows =
        List.of(
            new WindowSpec.Tumble(2, 10, 0),
            new WindowSpec.Hop(2, 5, 10, 1),
            new WindowSpec.Cumulate(2, 5, 10, 0));
    List<PlanNode> branches = new java.util.ArrayList<>();
    for (WindowSpec window : windows) {
      branches.add(
          new PlanNode.WindowAggregate(
              exchange,
              window,
              List.of(0),
              List.of(call),
              Emit.ON_WINDOW_CLOSE,
              OptionalInt.empty(),
              5,
              Optional.of(new SideOutput(table("late"), List.of(0, 1))),
              traits.withState(new StateBound.ByWatermark("two windows"))));
    }
    branches.add(
        new PlanNode.GroupAggregate(
            new PlanNode.Exchange(filter, Distribution.SINGLE, traits),
            List.of(),
            List.of(call),
            new Emit.Every(1000),
            86_400_000_000L,
            traits
                .withChangelog(ChangelogMode.RETRACT)
                .withState(new StateBound.Unbounded("no end"))));
    branches.add(
        new PlanNode.Values(
            List.of(List.of(Expr.Literal.of(1L, BIGINT))),
            traits.withState(new StateBound.ByInput())));
    PlanNode union = new PlanNode.Union(branches, traits);
    PlanNode sort =
        new PlanNode.Sort(union, List.of(new SortKey(0, false, true)), 1, Optional.of(5L), traits);
    PlanNode limit = new PlanNode.Limit(sort, 1, 2, traits);
    return new PhysicalPlan(
        List.of(
            new PlanNode.Sink(limit, table("dst"), traits),
            new PlanNode.Sink(filter, table("raw"), traits)),
        Map.of("src", table("bad")),
        Map.of("parallelism", "2", "batch.rows", "10"));
  }

  @Test
  void whatIsReadEqualsWhatWasWritten() {
    PhysicalPlan plan = plan();
    String json = PlanJson.write(plan);
    assertThat(PlanJson.read(json)).isEqualTo(plan);
    assertThat(PlanJson.write(PlanJson.read(json))).isEqualTo(json);
  }

  @Test
  void stagesSurviveTheRoundTripToo() {
    StageGraph graph = StageGraph.of(plan());
    assertThat(PlanJson.readStages(PlanJson.write(graph))).isEqualTo(graph);
  }

  @Test
  void thePrintedFormShowsNoSecret() {
    assertThat(PlanJson.print(plan()))
        .doesNotContain("plain-secret")
        .doesNotContain("${env:PW}")
        .contains("******")
        .contains("jdbc:h2:mem:x");
    assertThat(PlanJson.write(plan())).contains("plain-secret");
  }

  @Test
  void textThatIsNoPlanIsRefused() {
    assertThatThrownBy(() -> PlanJson.read("{\"sinks\": [{\"@type\": \"Nothing\"}]}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a plan");
  }
}
