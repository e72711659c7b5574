package dev.sluice.engine;

import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.StageGraph;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.WindowSpec;

/**
 * How long a row of a source may matter to state behind it, in event time: the sum of window widths
 * and lateness on the widest way to a sink.
 *
 * @param micros negative if some state behind the source is never settled
 * @param windowed whether a window lies behind the source
 */
record Horizon(long micros, boolean windowed) {
  private static final long NEVER = -1;

  static Horizon of(StageGraph graph, StageGraph.Source source) {
    Horizon widest = new Horizon(0, false);
    for (StageGraph.Edge edge : graph.sourceEdges(source.id())) {
      widest = widest.max(ofStage(graph, edge.to().stage()));
    }
    return widest;
  }

  private static Horizon ofStage(StageGraph graph, int stage) {
    Horizon own = new Horizon(0, false);
    for (StageGraph.Step step : graph.stages().get(stage).steps()) {
      own = own.plus(ofNode(step.node()));
    }
    Horizon beyond = new Horizon(0, false);
    for (StageGraph.Edge edge : graph.edges()) {
      if (!edge.fromSource() && edge.from().stage() == stage && !edge.to().isSink()) {
        beyond = beyond.max(ofStage(graph, edge.to().stage()));
      }
    }
    return own.plus(beyond);
  }

  private static Horizon ofNode(PlanNode node) {
    if (node instanceof PlanNode.WindowAggregate window) {
      boolean session = window.window() instanceof WindowSpec.Session;
      return new Horizon(
          session ? NEVER : window.window().sizeMicros() + window.allowedLatenessMicros(), true);
    }
    if (node instanceof PlanNode.WindowAssign assign) {
      boolean session = assign.window() instanceof WindowSpec.Session;
      return new Horizon(
          session ? NEVER : assign.window().sizeMicros() + assign.allowedLatenessMicros(), true);
    }
    boolean unsettled =
        node instanceof PlanNode.GroupAggregate
            || node instanceof ChangelogNormalizeNode
            || node instanceof CountWindowNode
            || node instanceof JoinNode
            || node instanceof RankNode
            || node instanceof UpsertMaterializeNode
            || node instanceof AsofJoinNode
            || node instanceof MatchNode
            || node instanceof PlanNode.Sort
            || node instanceof PlanNode.Limit;
    return new Horizon(unsettled ? NEVER : 0, false);
  }

  private Horizon plus(Horizon other) {
    long sum = micros == NEVER || other.micros == NEVER ? NEVER : micros + other.micros;
    return new Horizon(sum, windowed || other.windowed);
  }

  private Horizon max(Horizon other) {
    long most = micros == NEVER || other.micros == NEVER ? NEVER : Math.max(micros, other.micros);
    return new Horizon(most, windowed || other.windowed);
  }
}
