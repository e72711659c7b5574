package dev.sluice.engine;

import dev.sluice.engine.RunReport.Flow;
import dev.sluice.operator.StageTask;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.StageGraph;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Accounts for every row that was read: follows each source, over filters and exchanges, to the
 * first operators that do more than that, or to sinks. What is read, what goes through each step
 * and what arrives are counted in different places, so that a row lost on the way shows. The job's
 * thread, between two ticks.
 */
final class Conservation {
  private static final String REJECTED = "rows.rejected";
  private final StageGraph graph;
  private final List<List<TaskHost>> tasks;
  private final Counters counters;
  private final Map<Integer, Long> sinkRows;
  private final List<Flow> flows = new ArrayList<>();

  private Conservation(
      StageGraph graph,
      List<List<TaskHost>> tasks,
      Counters counters,
      Map<Integer, Long> sinkRows) {
    this.graph = graph;
    this.tasks = tasks;
    this.counters = counters;
    this.sinkRows = sinkRows;
  }

  /**
   * The flows of a job.
   *
   * @param sinkRows rows that came to a sink, by the edge they came on
   */
  static List<Flow> of(TickLoop.Parts parts, Map<Integer, Long> sinkRows) {
    Conservation sum = new Conservation(parts.graph(), parts.tasks(), parts.counters(), sinkRows);
    for (TickLoop.Source source : parts.sources()) {
      if (source.spec().leaf() instanceof PlanNode.Scan scan) {
        Way begin = new Way(scan.table().name(), source.rows(), 0, 0);
        sum.graph.sourceEdges(source.spec().id()).forEach(edge -> sum.follow(begin, edge));
      }
    }
    return List.copyOf(sum.flows);
  }

  /** How far a source has been followed. */
  private record Way(String source, long read, long filtered, long rejected) {
    Way without(long more) {
      return new Way(source, read, filtered + more, rejected);
    }

    Way rejecting(long more) {
      return new Way(source, read, filtered, rejected + more);
    }

    Flow to(String target, long used, long late) {
      return new Flow(source, target, read, filtered, late, rejected, used);
    }
  }

  private void follow(Way way, StageGraph.Edge edge) {
    if (edge.to().isSink()) {
      String sink = graph.sinks().get(edge.to().sink()).table().name();
      flows.add(way.to("'" + sink + "'", sinkRows.getOrDefault(edge.id(), 0L), 0));
    } else {
      leave(way, edge.to().stage(), edge.to().step());
    }
  }

  /** Goes on behind a step. */
  private void leave(Way way, int stage, int step) {
    List<StageGraph.Step> steps = graph.stages().get(stage).steps();
    for (int next = 0; next < steps.size(); next++) {
      if (steps.get(next).inputs().contains(step)) {
        enter(way, stage, step, next);
      }
    }
    graph.edgesOut(stage, step).forEach(edge -> follow(way, edge));
  }

  private void enter(Way way, int stage, int from, int step) {
    long came = rows(stage, from) / copies(stage, from);
    PlanNode node = graph.stages().get(stage).steps().get(step).node();
    if (node instanceof PlanNode.FilterProject filter) {
      Optional<?> condition = filter.condition();
      // a projection may drop nothing
      long dropped = condition.isPresent() ? came - rows(stage, step) : 0;
      leave(way.without(dropped), stage, step);
    } else if (node instanceof ConstraintEnforcerNode) {
      long rejected = counters.get(name(stage, step) + REJECTED);
      leave(way.rejecting(rejected), stage, step);
    } else {
      // rows without a time among them
      long late = counters.get(name(stage, step) + "rows.late");
      flows.add(way.to(node.label(), came - late, late));
    }
  }

  /** How many changes did not fit the columns of a sink. */
  static long rejected(TickLoop.Parts parts, TableRef sink) {
    long sum = 0;
    for (StageGraph.Stage stage : parts.graph().stages()) {
      for (int step = 0; step < stage.steps().size(); step++) {
        if (stage.steps().get(step).node() instanceof ConstraintEnforcerNode enforcer
            && enforcer.sink().equals(sink.name())) {
          sum += parts.counters().get(name(stage.id(), step) + REJECTED);
        }
      }
    }
    return sum;
  }

  private static String name(int stage, int step) {
    return stage + "." + step + ".";
  }

  /** In how many tasks each row comes in at an entrance. */
  private int copies(int stage, int entrance) {
    boolean broadcast =
        graph.edgesIn(stage).stream()
            .anyMatch(
                edge ->
                    edge.to().step() == entrance
                        && edge.distribution() instanceof Distribution.Broadcast);
    return broadcast ? tasks.get(stage).size() : 1;
  }

  private long rows(int stage, int step) {
    return tasks.get(stage).stream()
        .map(TaskHost::task)
        .mapToLong((StageTask task) -> task.rowsOf(step))
        .sum();
  }
}
