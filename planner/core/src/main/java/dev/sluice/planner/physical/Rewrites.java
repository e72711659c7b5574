package dev.sluice.planner.physical;

import java.util.List;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.sql2rel.RelFieldTrimmer;
import org.apache.calcite.tools.RelBuilder;

/**
 * Equivalent algebra that is cheaper to run: over joins, conditions go down to the input they are
 * about, and columns that nobody uses are left out. Stateless.
 */
final class Rewrites {
  private static final HepProgram PUSH_DOWN =
      HepProgram.builder()
          .addRuleCollection(
              List.of(
                  CoreRules.FILTER_INTO_JOIN,
                  CoreRules.JOIN_CONDITION_PUSH,
                  CoreRules.JOIN_PUSH_EXPRESSIONS,
                  CoreRules.FILTER_MERGE,
                  CoreRules.FILTER_PROJECT_TRANSPOSE))
          .build();

  private static final RelBuilder.Config AS_WRITTEN =
      RelBuilder.Config.DEFAULT
          .withSimplify(false)
          .withPruneInputOfAggregate(false)
          .withPushJoinCondition(false);

  private Rewrites() {}

  /** Leaves a query without joins as it is. */
  static RelNode optimized(RelNode rel) {
    if (!hasJoin(rel)) {
      return rel;
    }
    HepPlanner planner = new HepPlanner(PUSH_DOWN);
    planner.setRoot(rel);
    RelNode pushed = planner.findBestExp();
    RelBuilder builder =
        RelBuilder.proto(Contexts.of(RelFactories.DEFAULT_STRUCT, AS_WRITTEN))
            .create(rel.getCluster(), null);
    return new RelFieldTrimmer(null, builder).trim(pushed);
  }

  private static boolean hasJoin(RelNode rel) {
    return rel instanceof Join || rel.getInputs().stream().anyMatch(Rewrites::hasJoin);
  }
}
