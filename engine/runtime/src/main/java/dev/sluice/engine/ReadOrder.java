package dev.sluice.engine;

import dev.sluice.engine.source.SourceFeed;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.StageGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which sources wait until others have ended: those that a join lets pass by the rows it keeps. A
 * wish, not a promise: a source that feeds both sides of a join waits for none of its own, and two
 * joins that ask for opposite orders get that of the first. A value.
 *
 * @param before by source those that must have ended before it is read
 */
record ReadOrder(Map<Integer, Set<Integer>> before) {
  static ReadOrder of(StageGraph graph) {
    ReadOrder order = new ReadOrder(new TreeMap<>());
    for (StageGraph.Stage stage : graph.stages()) {
      for (StageGraph.Step step : stage.steps()) {
        if (step.node() instanceof JoinNode join && join.build().isPresent()) {
          int build = join.build().getAsInt();
          Set<Integer> first = sources(graph, stage.id(), step.inputs().get(build));
          Set<Integer> then = sources(graph, stage.id(), step.inputs().get(1 - build));
          then.removeAll(first);
          then.forEach(source -> order.wait(source, first));
        }
      }
    }
    return order;
  }

  /** The sources from which rows come to a step. */
  private static Set<Integer> sources(StageGraph graph, int stage, int step) {
    Set<Integer> found = new TreeSet<>();
    for (int input : graph.stages().get(stage).steps().get(step).inputs()) {
      found.addAll(sources(graph, stage, input));
    }
    for (StageGraph.Edge edge : graph.edgesIn(stage)) {
      if (edge.to().step() == step) {
        if (edge.fromSource()) {
          found.add(edge.from().source());
        } else {
          found.addAll(sources(graph, edge.from().stage(), edge.from().step()));
        }
      }
    }
    return found;
  }

  private void wait(int source, Set<Integer> first) {
    for (int other : first) {
      if (!isBefore(source, other)) {
        before.computeIfAbsent(source, s -> new TreeSet<>()).add(other);
      }
    }
  }

  /** Whether {@code later} waits for {@code source}, directly or not. */
  private boolean isBefore(int source, int later) {
    for (int one : before.getOrDefault(later, Set.of())) {
      if (one == source || isBefore(source, one)) {
        return true;
      }
    }
    return false;
  }

  /** The sources for which {@code source} waits. */
  Set<Integer> before(int source) {
    return before.getOrDefault(source, Set.of());
  }

  /** Those of the sources that are to be read now: they do not wait, or for none any longer. */
  List<TickLoop.Source> readable(List<TickLoop.Source> sources) {
    List<TickLoop.Source> free = new ArrayList<>();
    for (TickLoop.Source source : sources) {
      Set<Integer> first = before(source.spec().id());
      boolean waits =
          sources.stream().anyMatch(s -> first.contains(s.spec().id()) && !s.isFinished());
      if (!waits) {
        source.feed().ifPresent(SourceFeed::release);
        free.add(source);
      }
    }
    return free;
  }
}
