package dev.sluice.operator;

import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.DropUpdateBeforeNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.StageGraph;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.WindowSpec;
import java.util.List;
import java.util.Optional;

/**
 * How the state of a plan node is put on disk by key group. A value.
 *
 * @param keys per input the columns whose hash is the key group, as in the node's saved state
 * @param timed whether it matters which rows came before which watermark
 * @param holds whether what a group keeps may hold the watermark back though nothing is put off
 * @param deferred whether input for what is on disk may wait until all input has ended
 * @param together whether all changes that wait must be given in one tick: behind it changes are
 *     folded by a key that may be another than the node's, and a row that moves from one key group
 *     to another must not be taken back after it has come again
 */
record SpillPlan(
    List<List<Integer>> keys, boolean timed, boolean holds, boolean deferred, boolean together) {
  /** Empty if the node's state stays in memory: it has no keys, or waits for the clock. */
  static Optional<SpillPlan> of(StageGraph graph, StageGraph.Stage stage, int step) {
    PlanNode node = stage.steps().get(step).node();
    Optional<List<List<Integer>>> keys = keys(node);
    if (keys.isEmpty() || keys.get().stream().anyMatch(List::isEmpty)) {
      return Optional.empty();
    }
    boolean bounded = node.inputs().stream().allMatch(input -> input.traits().bounded());
    boolean updating = node.traits().changelog() != ChangelogMode.INSERT_ONLY;
    boolean movesRows = updating && !(node instanceof PlanNode.GroupAggregate);
    return Optional.of(
        new SpillPlan(
            keys.get(),
            isTimed(node),
            node instanceof MatchNode,
            bounded,
            movesRows && foldsBehind(graph, stage.id(), step)));
  }

  private static Optional<List<List<Integer>>> keys(PlanNode node) {
    if (node instanceof PlanNode.GroupAggregate group) {
      return unlessTimed(group.emit(), group.keys());
    }
    if (node instanceof PlanNode.WindowAggregate window) {
      // windows of a number of rows have keys of their own
      return window.window() instanceof WindowSpec.Count
          ? Optional.empty()
          : unlessTimed(window.emit(), window.keys());
    }
    if (node instanceof PlanNode.WindowAssign assign) {
      return assign.window() instanceof WindowSpec.Session
          ? Optional.of(List.of(assign.keys()))
          : Optional.empty();
    }
    if (node instanceof JoinNode join) {
      return join.emit() instanceof Emit.Every || join.broadcastSide().isPresent()
          ? Optional.empty()
          : Optional.of(List.of(join.leftKeys(), join.rightKeys()));
    }
    if (node instanceof RankNode rank) {
      return unlessTimed(rank.emit(), rank.keys());
    }
    if (node instanceof OverNode over) {
      return unlessTimed(over.emit(), over.keys());
    }
    if (node instanceof ChangelogNormalizeNode normalize) {
      return unlessTimed(normalize.emit(), normalize.keys());
    }
    if (node instanceof UpsertMaterializeNode upserts) {
      return Optional.of(List.of(upserts.keys()));
    }
    return keysOfOrdered(node);
  }

  /**
   * Of those whose rows wait for their turn. Windows of rows with a time to live are forgotten by
   * two operators in the same tick, which those on disk would miss.
   */
  private static Optional<List<List<Integer>>> keysOfOrdered(PlanNode node) {
    if (node.traits().state() instanceof StateBound.ByTime) {
      return Optional.empty();
    }
    if (node instanceof AsofJoinNode join) {
      return Optional.of(List.of(join.leftKeys(), join.rightKeys()));
    }
    if (node instanceof MatchNode match) {
      return Optional.of(List.of(match.keys()));
    }
    if (node instanceof CountWindowNode window) {
      return Optional.of(List.of(window.keys()));
    }
    if (node instanceof CountAggregateNode counted) {
      return unlessTimed(
          counted.emit(), counted.partition().stream().map(counted.keys()::get).toList());
    }
    return Optional.empty();
  }

  /** Results at intervals of the clock need every group in memory when their time comes. */
  private static Optional<List<List<Integer>>> unlessTimed(Emit emit, List<Integer> keys) {
    return emit instanceof Emit.Every ? Optional.empty() : Optional.of(List.of(keys));
  }

  private static boolean isTimed(PlanNode node) {
    return !(node instanceof PlanNode.GroupAggregate
        || node instanceof CountAggregateNode
        || node instanceof ChangelogNormalizeNode
        || node instanceof UpsertMaterializeNode
        || node instanceof JoinNode join && (join.build().isPresent() || !join.appends()));
  }

  /** Whether its changes are folded before a sink without having been grouped again. */
  private static boolean foldsBehind(StageGraph graph, int stage, int step) {
    List<StageGraph.Step> steps = graph.stages().get(stage).steps();
    for (int next = 0; next < steps.size(); next++) {
      if (steps.get(next).inputs().contains(step)
          && foldsAtOrBehind(graph, stage, next, steps.get(next).node())) {
        return true;
      }
    }
    for (StageGraph.Edge edge : graph.edgesOut(stage, step)) {
      if (!edge.to().isSink() && foldsBehind(graph, edge.to().stage(), edge.to().step())) {
        return true;
      }
    }
    return false;
  }

  private static boolean foldsAtOrBehind(StageGraph graph, int stage, int step, PlanNode node) {
    if (node instanceof DropUpdateBeforeNode) {
      return true;
    }
    boolean groupsAgain =
        node instanceof PlanNode.GroupAggregate || node instanceof UpsertMaterializeNode;
    return !groupsAgain && foldsBehind(graph, stage, step);
  }
}
