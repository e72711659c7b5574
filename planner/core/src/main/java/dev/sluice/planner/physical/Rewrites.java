package dev.sluice.planner.physical;

import dev.sluice.planner.validate.RandomFunctions;
import java.util.List;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.core.Snapshot;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql2rel.RelDecorrelator;
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

  /** Where something is random, conditions stay where they are: each row is asked once. */
  private static final HepProgram AS_PLACED =
      HepProgram.builder().addRuleInstance(CoreRules.JOIN_PUSH_EXPRESSIONS).build();

  private static final HepProgram SUBQUERIES =
      HepProgram.builder()
          .addRuleCollection(
              List.of(
                  CoreRules.FILTER_SUB_QUERY_TO_CORRELATE,
                  CoreRules.PROJECT_SUB_QUERY_TO_CORRELATE,
                  CoreRules.JOIN_SUB_QUERY_TO_CORRELATE))
          .build();

  private static final HepProgram SEMI_JOINS =
      HepProgram.builder()
          .addRuleCollection(List.of(CoreRules.PROJECT_TO_SEMI_JOIN, CoreRules.JOIN_TO_SEMI_JOIN))
          .build();

  private static final RelBuilder.Config AS_WRITTEN =
      RelBuilder.Config.DEFAULT
          .withSimplify(false)
          .withPruneInputOfAggregate(false)
          .withPushJoinCondition(false);

  private Rewrites() {}

  /** Leaves a query without joins and subqueries as it is. */
  static RelNode optimized(RelNode given) {
    RelNode rel = withoutSubqueries(given);
    if (!hasJoin(rel)) {
      return rel;
    }
    RelNode pushed = rewritten(rel, isRandom(rel) ? AS_PLACED : PUSH_DOWN);
    return new RelFieldTrimmer(null, builder(rel)).trim(pushed);
  }

  private static RelBuilder builder(RelNode rel) {
    RelBuilder.Config config = isRandom(rel) ? AS_WRITTEN.withBloat(-1) : AS_WRITTEN;
    return RelBuilder.proto(Contexts.of(RelFactories.DEFAULT_STRUCT, config))
        .create(rel.getCluster(), null);
  }

  /**
   * Subqueries of expressions as joins: IN and EXISTS, where nothing else is asked, as semi joins.
   */
  private static RelNode withoutSubqueries(RelNode rel) {
    if (!hasSubquery(rel)) {
      return hasCorrelate(rel) ? decorrelated(rel) : rel;
    }
    RelNode joined = decorrelated(rewritten(rel, SUBQUERIES));
    return rewritten(joined, SEMI_JOINS);
  }

  private static RelNode decorrelated(RelNode rel) {
    RelNode guarded = rel.accept(new ConstantKeys(true));
    try {
      return RelDecorrelator.decorrelateQuery(guarded, builder(rel))
          .accept(new ConstantKeys(false));
    } catch (IndexOutOfBoundsException e) {
      // CALCITE-7574: a condition on an aggregate's result, where Calcite looks for a group key
      throw UnsupportedRels.correlated().causedBy(e);
    }
  }

  private static RelNode rewritten(RelNode rel, HepProgram program) {
    HepPlanner planner = new HepPlanner(program);
    planner.setRoot(rel);
    return planner.findBestExp();
  }

  private static boolean hasSubquery(RelNode rel) {
    boolean here =
        rel instanceof Project project && RexUtil.SubQueryFinder.find(project.getProjects()) != null
            || rel instanceof Filter filter
                && RexUtil.SubQueryFinder.find(filter.getCondition()) != null
            || rel instanceof Join join && RexUtil.SubQueryFinder.find(join.getCondition()) != null;
    return here || rel.getInputs().stream().anyMatch(Rewrites::hasSubquery);
  }

  /** Whether the right side of a join asks for rows of the left one as only a join can give. */
  private static boolean hasCorrelate(RelNode rel) {
    return rel instanceof Correlate correlate && !isOwn(correlate.getRight())
        || rel.getInputs().stream().anyMatch(Rewrites::hasCorrelate);
  }

  /** Versions of a table, and elements of a collection, stay as they are: they are no joins. */
  private static boolean isOwn(RelNode rel) {
    return rel instanceof Snapshot
        || rel instanceof Uncollect
        || (rel instanceof Project || rel instanceof Filter) && isOwn(rel.getInput(0));
  }

  private static boolean isRandom(RelNode rel) {
    boolean here =
        rel instanceof Project project
                && project.getProjects().stream().anyMatch(Rewrites::callsRandom)
            || rel instanceof Filter filter && callsRandom(filter.getCondition());
    return here || rel.getInputs().stream().anyMatch(Rewrites::isRandom);
  }

  private static boolean callsRandom(RexNode node) {
    return node instanceof RexCall call
        && (RandomFunctions.NAMES.contains(call.getOperator().getName())
            || call.getOperands().stream().anyMatch(Rewrites::callsRandom));
  }

  private static boolean hasJoin(RelNode rel) {
    return rel instanceof Join || rel.getInputs().stream().anyMatch(Rewrites::hasJoin);
  }
}
