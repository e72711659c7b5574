package dev.sluice.operator;

import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.DropUpdateBeforeNode;
import dev.sluice.plan.FromChangelogNode;
import dev.sluice.plan.HoldTimeNode;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.ReplicateNode;
import dev.sluice.plan.ToChangelogNode;
import dev.sluice.plan.UnnestNode;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.WindowSpec;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Which operator runs which plan node. Stateless; safe for use by any thread. */
public final class Operators {
  private static final Map<Class<? extends PlanNode>, Function<PlanNode, Operator>> BY_NODE =
      Map.ofEntries(
          entry(PlanNode.FilterProject.class, FilterProject::new),
          entry(PlanNode.WindowAggregate.class, Operators::windowAggregate),
          entry(PlanNode.WindowAssign.class, Operators::windowAssign),
          entry(PlanNode.GroupAggregate.class, GroupAggregate::new),
          entry(PlanNode.ProcessingTime.class, ProcessingTime::new),
          entry(PlanNode.Sort.class, Sort::new),
          entry(PlanNode.Limit.class, Limit::new),
          entry(PlanNode.Union.class, Union::new),
          entry(ChangelogNormalizeNode.class, ChangelogNormalize::new),
          entry(ConstraintEnforcerNode.class, ConstraintEnforcer::new),
          entry(CountAggregateNode.class, CountAggregate::new),
          entry(CountWindowNode.class, CountWindow::new),
          entry(DropUpdateBeforeNode.class, DropUpdateBefore::new),
          entry(FromChangelogNode.class, FromChangelog::new),
          entry(HoldTimeNode.class, node -> new HoldTime()),
          entry(ToChangelogNode.class, ToChangelog::new),
          entry(JoinNode.class, Operators::join),
          entry(AsofJoinNode.class, AsofJoin::new),
          entry(OverNode.class, Operators::over),
          entry(LookupJoinNode.class, LookupJoin::new),
          entry(MatchNode.class, MatchRecognize::new),
          entry(RankNode.class, Operators::rank),
          entry(ReplicateNode.class, Replicate::new),
          entry(UnnestNode.class, Unnest::new),
          entry(UpsertMaterializeNode.class, UpsertMaterialize::new));

  private static final Set<Class<? extends PlanNode>> OF_THE_HOST =
      Set.of(
          PlanNode.Scan.class,
          PlanNode.Values.class,
          PlanNode.Exchange.class,
          PlanNode.Sink.class,
          PlanNode.StageInput.class);

  private Operators() {}

  private static <N extends PlanNode>
      Map.Entry<Class<? extends PlanNode>, Function<PlanNode, Operator>> entry(
          Class<N> type, Function<N, Operator> maker) {
    return Map.entry(type, node -> maker.apply(type.cast(node)));
  }

  private static Operator over(OverNode node) {
    return node.time().isPresent() ? new OverByTime(node) : new Over(node);
  }

  private static Operator rank(RankNode node) {
    if (node.isFinalAtOnce()) {
      return new KeepFirst(node);
    }
    return TopRows.takes(node) ? new TopRows(node) : new Rank(node);
  }

  private static Operator windowAggregate(PlanNode.WindowAggregate node) {
    if (node.window() instanceof WindowSpec.Session session) {
      return new SessionAggregate(node, session);
    }
    return node.window() instanceof WindowSpec.Attached attached
        ? new AttachedWindowAggregate(node, attached)
        : new WindowAggregate(node);
  }

  private static Operator join(JoinNode node) {
    if (node.build().isPresent()) {
      return new HashJoin(node);
    }
    return node.appends() ? new AppendJoin(node) : new ChangeJoin(node);
  }

  private static Operator windowAssign(PlanNode.WindowAssign node) {
    if (!(node.window() instanceof WindowSpec.Session session)) {
      return new WindowAssign(node);
    }
    boolean changes =
        node.input().traits().changelog() != ChangelogMode.INSERT_ONLY
            || node.traits().changelog() != ChangelogMode.INSERT_ONLY;
    return changes ? new SessionChanges(node, session) : new SessionAssign(node, session);
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
