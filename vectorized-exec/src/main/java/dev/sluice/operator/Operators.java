package dev.sluice.operator;

import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WindowSpec;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Which operator runs which plan node. Stateless; safe for use by any thread. */
public final class Operators {
  private static final Map<Class<? extends PlanNode>, Function<PlanNode, Operator>> BY_NODE =
      Map.of(
          PlanNode.FilterProject.class, node -> new FilterProject((PlanNode.FilterProject) node),
          PlanNode.WindowAggregate.class, node -> windowAggregate((PlanNode.WindowAggregate) node),
          PlanNode.WindowAssign.class, node -> windowAssign((PlanNode.WindowAssign) node),
          PlanNode.GroupAggregate.class, node -> new GroupAggregate((PlanNode.GroupAggregate) node),
          PlanNode.ProcessingTime.class, node -> new ProcessingTime((PlanNode.ProcessingTime) node),
          PlanNode.Sort.class, node -> new Sort((PlanNode.Sort) node),
          PlanNode.Limit.class, node -> new Limit((PlanNode.Limit) node),
          PlanNode.Union.class, node -> new Union((PlanNode.Union) node));

  private static final Set<Class<? extends PlanNode>> OF_THE_HOST =
      Set.of(
          PlanNode.Scan.class,
          PlanNode.Values.class,
          PlanNode.Exchange.class,
          PlanNode.Sink.class,
          PlanNode.StageInput.class);

  private Operators() {}

  private static Operator windowAggregate(PlanNode.WindowAggregate node) {
    return node.window() instanceof WindowSpec.Attached attached
        ? new AttachedWindowAggregate(node, attached)
        : new WindowAggregate(node);
  }

  private static Operator windowAssign(PlanNode.WindowAssign node) {
    return node.window() instanceof WindowSpec.Session session
        ? new SessionAssign(node, session)
        : new WindowAssign(node);
  }

  /**
   * Whether nodes of that class are the host's business (leaves, edges and sinks) and have no
   * operator.
   */
  public static boolean isOfTheHost(Class<? extends PlanNode> node) {
    return OF_THE_HOST.contains(node);
  }

  /**
   * A new operator for {@code node}, not opened yet.
   *
   * @throws dev.sluice.error.UserError if the node asks for something that is not supported
   */
  public static Operator create(PlanNode node) {
    Function<PlanNode, Operator> maker = BY_NODE.get(node.getClass());
    if (maker == null) {
      throw new IllegalArgumentException("no operator for plan node " + node.label());
    }
    return maker.apply(node);
  }

  /** Whether there is an operator for nodes of that class. */
  public static boolean covers(Class<? extends PlanNode> node) {
    return BY_NODE.containsKey(node);
  }
}
