package dev.sluice.connector;

import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TableRef;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a plan's sinks may truly be promised: the least of what the sink can, what its sources can
 * repeat, and what is kept over a restart. Stateless; safe for use by any thread.
 */
public final class Guarantees {
  private Guarantees() {}

  /**
   * In words, the reason included where less is promised than the sink could.
   *
   * @param checkpointed whether the run keeps checkpoints
   */
  public static String of(
      PhysicalPlan plan, TableRef sink, ConnectorRegistry connectors, boolean checkpointed) {
    DeliveryGuarantee able =
        connectors.connector(sink.connector()).sinkCapabilities(sink).guarantee();
    if (able == DeliveryGuarantee.NONE) {
      return able.toString();
    }
    Optional<String> once = unrepeatable(plan, sink, connectors);
    if (checkpointed && once.isPresent()) {
      return DeliveryGuarantee.NONE
          + " ('"
          + once.get()
          + "' cannot be read again from where a checkpoint left it)";
    }
    if (able == DeliveryGuarantee.EXACTLY_ONCE && !checkpointed) {
      return DeliveryGuarantee.AT_LEAST_ONCE + " (exactly-once with checkpoints)";
    }
    return able.toString();
  }

  /** The first source below the sink that does not give the same rows from an earlier offset. */
  private static Optional<String> unrepeatable(
      PhysicalPlan plan, TableRef sink, ConnectorRegistry connectors) {
    TreeSet<String> names = new TreeSet<>();
    for (PlanNode.Sink target : plan.sinks()) {
      if (target.table().equals(sink)) {
        collect(target, connectors, names);
      }
    }
    return names.stream().findFirst();
  }

  private static void collect(PlanNode node, ConnectorRegistry connectors, TreeSet<String> names) {
    if (node instanceof PlanNode.Scan scan
        && !connectors
            .connector(scan.table().connector())
            .sourceCapabilities(scan.table())
            .replayable()) {
      names.add(scan.table().name());
    }
    node.inputs().forEach(input -> collect(input, connectors, names));
  }
}
