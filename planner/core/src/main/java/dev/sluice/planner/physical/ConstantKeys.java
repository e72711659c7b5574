package dev.sluice.planner.physical;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/**
 * Hides groupings by nothing but constants from Calcite's decorrelation, and shows them again.
 * GROUP BY TRUE, which an EXISTS becomes, gives no row for no rows; decorrelation leaves constants
 * out of the keys, and an aggregation without keys gives one. Single-threaded.
 */
final class ConstantKeys extends RelHomogeneousShuttle {
  private final boolean hides;

  ConstantKeys(boolean hides) {
    this.hides = hides;
  }

  @Override
  public RelNode visit(RelNode rel) {
    RelNode made = super.visit(rel);
    boolean grouped =
        made instanceof Aggregate aggregate
            && !aggregate.getGroupSet().isEmpty()
            && aggregate.getInput() instanceof Project;
    // what asks for the row around it gets that row's columns as keys
    if (hides && grouped && RelOptUtil.getVariablesUsed(made).isEmpty()) {
      return hidden((Aggregate) made, (Project) made.getInput(0));
    }
    return !hides && made instanceof Project project ? shown(project) : made;
  }

  private static RelNode hidden(Aggregate aggregate, Project input) {
    List<RexNode> projects = new ArrayList<>(input.getProjects());
    RexBuilder rexBuilder = input.getCluster().getRexBuilder();
    for (int key : aggregate.getGroupSet()) {
      if (!(projects.get(key) instanceof RexLiteral literal)) {
        return aggregate;
      }
      RexNode always = rexBuilder.makeLiteral(true);
      projects.set(
          key,
          rexBuilder.makeCall(
              literal.getType(), SqlStdOperatorTable.CASE, List.of(always, literal, literal)));
    }
    return aggregate.copy(aggregate.getTraitSet(), List.of(with(input, projects)));
  }

  private static RelNode shown(Project project) {
    List<RexNode> projects =
        project.getProjects().stream()
            .map(node -> isHidden(node) ? ((RexCall) node).getOperands().get(1) : node)
            .toList();
    return projects.equals(project.getProjects()) ? project : with(project, projects);
  }

  private static boolean isHidden(RexNode node) {
    return node.getKind() == SqlKind.CASE
        && node instanceof RexCall call
        && call.getOperands().size() == 3
        && call.getOperands().get(0).isAlwaysTrue()
        && call.getOperands().get(1).equals(call.getOperands().get(2));
  }

  private static RelNode with(Project project, List<RexNode> projects) {
    return project.copy(project.getTraitSet(), project.getInput(), projects, project.getRowType());
  }
}
