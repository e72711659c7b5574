package dev.sluice.engine;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Faults;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.StageGraph;
import java.util.LinkedHashSet;
import java.util.Set;

/** Says which failures of a pipeline may pass: its connectors know. Immutable. */
final class FaultJudge {
  private final Set<Connector> connectors = new LinkedHashSet<>();

  FaultJudge(PhysicalPlan plan, ConnectorRegistry registry) {
    StageGraph graph = StageGraph.of(plan);
    Set<String> names = new LinkedHashSet<>();
    graph.sinks().forEach(sink -> names.add(sink.table().connector()));
    plan.errorSinks().values().forEach(table -> names.add(table.connector()));
    for (StageGraph.Source source : graph.sources()) {
      if (source.leaf() instanceof PlanNode.Scan scan) {
        names.add(scan.table().connector());
      }
    }
    for (StageGraph.Stage stage : graph.stages()) {
      for (StageGraph.Step step : stage.steps()) {
        if (step.node() instanceof LookupJoinNode lookup) {
          names.add(lookup.table().connector());
        }
      }
    }
    names.forEach(name -> connectors.add(registry.connector(name)));
  }

  /** Whether to start again may help. */
  boolean isTransient(Throwable failure) {
    boolean ours =
        failure instanceof UserError error
            && (error.code() == ErrorCode.FENCED || error.code() == ErrorCode.INTERRUPTED);
    return !ours
        && !(failure instanceof Error)
        && (Faults.isTransient(failure)
            || connectors.stream().anyMatch(connector -> connector.isTransient(failure)));
  }
}
