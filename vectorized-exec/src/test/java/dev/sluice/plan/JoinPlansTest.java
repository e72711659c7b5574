package dev.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinPlansTest {
  private static final Schema SCHEMA =
      Schema.of(new Field("k", DataType.of(Kind.BIGINT)), new Field("t", DataType.timestamp(3)));
  private static final PlanTraits TRAITS = PlanTraits.of(SCHEMA, true);
  private static final TableRef TABLE =
      new TableRef("t", "values", Map.of(), Set.of(), SCHEMA, Map.of(), List.of("k"), List.of());

  @Test
  void joinsSurviveTheRoundTrip() {
    PlanNode values = new PlanNode.Values(List.of(), TRAITS);
    Expr condition = Expr.Literal.of(true, DataType.of(Kind.BOOLEAN));
    PlanNode join =
        new JoinNode(
            values,
            new PlanNode.Exchange(values, Distribution.SINGLE, TRAITS),
            JoinKind.SEMI,
            List.of(0),
            List.of(0),
            List.of(true),
            Optional.of(condition),
            List.of(0, 1),
            new JoinRetention(
                new JoinRetention.Side(
                    OptionalInt.of(1), OptionalInt.empty(), OptionalLong.empty()),
                new JoinRetention.Side(OptionalInt.empty(), OptionalInt.of(1), OptionalLong.of(5)),
                7,
                false),
            OptionalInt.of(1),
            Emit.ON_UPDATE,
            TRAITS);
    PlanNode nearest =
        new AsofJoinNode(
            join,
            values,
            JoinKind.LEFT,
            List.of(0),
            List.of(0),
            1,
            1,
            AsofJoinNode.Match.LESS_OR_EQUAL,
            true,
            Optional.of(condition),
            true,
            OptionalInt.of(1),
            OptionalInt.empty(),
            List.of(0, 1),
            TRAITS);
    PlanNode lookup =
        new LookupJoinNode(
            nearest,
            TABLE,
            List.of(0, 1),
            JoinKind.INNER,
            List.of(0),
            List.of(0),
            Optional.empty(),
            List.of(0, 1),
            new LookupCache(LookupCache.Mode.PARTIAL, 1, 2, 3, true, 0),
            new LookupRequests(2, false, 5),
            List.of(0),
            TRAITS);
    PhysicalPlan plan =
        new PhysicalPlan(List.of(new PlanNode.Sink(lookup, TABLE, TRAITS)), Map.of(), Map.of());
    assertThat(PlanJson.read(PlanJson.write(plan))).isEqualTo(plan);
    StageGraph graph = StageGraph.of(plan);
    assertThat(PlanJson.readStages(PlanJson.write(graph))).isEqualTo(graph);
    assertThat(nearest.withInputs(nearest.inputs())).isEqualTo(nearest);
    assertThat(join.withInputs(join.inputs())).isEqualTo(join);
    assertThat(lookup.withInputs(lookup.inputs())).isEqualTo(lookup);
  }
}
