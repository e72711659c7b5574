package dev.sluice.planner.physical;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JavaFunction;
import dev.sluice.plan.PlanNode;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks of a plan what its operators would ask when they open, so that a cast or aggregate that
 * cannot be computed is refused before anything runs. Stateless.
 */
final class PlanChecks {
  private PlanChecks() {}

  static void check(PlanNode root) {
    check(root, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void check(PlanNode node, Set<PlanNode> seen) {
    if (!seen.add(node)) {
      return;
    }
    node.inputs().forEach(input -> check(input, seen));
    if (node instanceof PlanNode.FilterProject project) {
      expressions(project.condition(), project.projections(), project.schema());
    } else if (node instanceof ConstraintEnforcerNode enforcer) {
      expressions(Optional.empty(), enforcer.projections(), enforcer.schema());
    } else if (node instanceof PlanNode.GroupAggregate aggregate) {
      aggregates(aggregate.calls(), aggregate.input());
    } else if (node instanceof PlanNode.WindowAggregate aggregate) {
      aggregates(aggregate.calls(), aggregate.input());
    }
  }

  private static void expressions(Optional<Expr> condition, List<Expr> projections, Schema schema) {
    List<Expr> known = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < projections.size(); i++) {
      if (!callsJava(projections.get(i))) {
        known.add(projections.get(i));
        fields.add(schema.field(i));
      }
    }
    ExprCompiler.check(condition.filter(c -> !callsJava(c)), known, new Schema(fields));
  }

  /** Whether there is code of users in it, which only a run may load. */
  private static boolean callsJava(Expr expr) {
    return expr instanceof Expr.Call call && JavaFunction.of(call.function()).isPresent()
        || expr.operands().stream().anyMatch(PlanChecks::callsJava);
  }

  private static void aggregates(List<AggregateCall> all, PlanNode input) {
    List<AggregateCall> calls =
        all.stream().filter(call -> JavaFunction.of(call.function()).isEmpty()).toList();
    boolean updates = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    // refuses what it cannot compute
    new AccumulatorSet(
        calls, input.schema(), updates ? AccumulatorSet.Use.RETRACTED : AccumulatorSet.Use.ADDED);
  }
}
