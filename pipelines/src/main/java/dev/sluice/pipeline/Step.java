package dev.sluice.pipeline;

import dev.sluice.plan.PhysicalPlan;
import dev.sluice.planner.Planner.TextTable;
import dev.sluice.planner.Statement;

/** Something a script does, checked and planned; nothing of it has touched data yet. Values. */
public sealed interface Step {
  /** Several INSERTs run as one graph. */
  record Pipeline(PhysicalPlan plan) implements Step {}

  /** A query whose rows go to the caller; the plan's only sink is the result. */
  record Query(PhysicalPlan plan, Statement.Query statement) implements Step {}

  /** A table of text: the answer to DESCRIBE, SHOW or a bare SET. */
  record Answer(TextTable table) implements Step {}

  /** Text to print as it is: EXPLAIN. */
  record Text(String text) implements Step {}

  /** A definition or setting that has taken effect; {@code what} says so in a few words. */
  record Done(String what) implements Step {}
}
