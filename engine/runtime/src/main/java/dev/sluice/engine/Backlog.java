package dev.sluice.engine;

import dev.sluice.plan.StageGraph;
import java.util.List;
import java.util.stream.Stream;

/**
 * What tasks have taken in and not dealt with: put off, or waiting for answers from outside. The
 * job's thread, between runs of tasks.
 */
final class Backlog {
  private final TickLoop.Parts parts;

  Backlog(TickLoop.Parts parts) {
    this.parts = parts;
  }

  /** Whether a task has put input off. */
  boolean owes() {
    return tasks().anyMatch(host -> host.task().owes());
  }

  /** Whether rows wait in a task for an answer from outside. */
  boolean awaits() {
    return tasks().anyMatch(host -> host.task().awaits());
  }

  private Stream<TaskHost> tasks() {
    return parts.tasks().stream().flatMap(List::stream);
  }

  /**
   * Whether a task there, or one that its rows go on to, should get no more rows for now.
   *
   * @param clearing whether it is enough that rows wait for answers
   */
  boolean holdsUp(int stage, boolean clearing) {
    for (TaskHost host : parts.tasks().get(stage)) {
      if (host.task().isFull() || clearing && host.task().awaits()) {
        return true;
      }
    }
    for (StageGraph.Edge edge : parts.graph().edges()) {
      boolean leads = !edge.fromSource() && edge.from().stage() == stage;
      if (leads && !edge.to().isSink() && holdsUp(edge.to().stage(), clearing)) {
        return true;
      }
    }
    return false;
  }
}
