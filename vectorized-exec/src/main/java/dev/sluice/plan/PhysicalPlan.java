package dev.sluice.plan;

import java.util.List;
import java.util.Map;

/**
 * A whole file of statements, planned: one graph, shared scans included (equal sub-plans are one
 * node).
 *
 * @param sinks the roots
 * @param errorSinks for sources with {@code 'on-error' = 'to:x'}: source table name to the table of
 *     sink x, whose columns are a subset by name of {@code RejectedRows.SCHEMA}
 * @param settings the engine settings that SET gave, by key
 */
public record PhysicalPlan(
    List<PlanNode.Sink> sinks, Map<String, TableRef> errorSinks, Map<String, String> settings) {
  public PhysicalPlan {
    sinks = List.copyOf(sinks);
    errorSinks = Map.copyOf(errorSinks);
    settings = Map.copyOf(settings);
  }
}
