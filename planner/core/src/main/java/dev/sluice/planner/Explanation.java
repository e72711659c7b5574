package dev.sluice.planner;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Guarantees;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanJson;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanPrinter;
import java.util.ArrayList;
import java.util.List;

/** The text of EXPLAIN. Single-threaded. */
final class Explanation {
  private static final String CHECKPOINT_DIR = dev.sluice.connector.Settings.CHECKPOINT_DIR.key();

  private final Planner planner;
  private final ConnectorRegistry connectors;
  private final boolean checkpointed;

  Explanation(Planner planner, ConnectorRegistry connectors, boolean checkpointed) {
    this.planner = planner;
    this.connectors = connectors;
    this.checkpointed = checkpointed || planner.settings().containsKey(CHECKPOINT_DIR);
  }

  String of(Statement.Explain.Format format, List<? extends Statement> targets) {
    if (format == Statement.Explain.Format.LOGICAL) {
      StringBuilder text = new StringBuilder();
      targets.forEach(target -> text.append(logical(target)));
      return text.toString();
    }
    List<String> texts = new ArrayList<>();
    List<Statement.Insert> inserts = new ArrayList<>();
    for (Statement target : targets) {
      if (target instanceof Statement.Insert insert) {
        inserts.add(insert);
      } else if (target instanceof Statement.Query query) {
        texts.add(text(format, planner.planQuery(query)));
      }
    }
    if (!inserts.isEmpty()) {
      texts.add(text(format, planner.plan(inserts)));
    }
    return String.join("", texts);
  }

  private String logical(Statement target) {
    if (target instanceof Statement.Insert insert) {
      return planner.logical(insert.ast());
    }
    return target instanceof Statement.Query query ? planner.logical(query.ast()) : "";
  }

  private String text(Statement.Explain.Format format, PhysicalPlan plan) {
    return switch (format) {
      case STATE -> PlanPrinter.state(plan);
      case JSON -> PlanJson.print(plan) + "\n";
      case DOT -> PlanPrinter.dot(plan);
      case LOGICAL, PHYSICAL -> PlanPrinter.print(plan, sink -> guarantee(plan, sink));
    };
  }

  private String guarantee(PhysicalPlan plan, PlanNode.Sink sink) {
    return sink.table().connector().equals(Planner.RESULT_CONNECTOR)
        ? ""
        : "; delivery=" + Guarantees.of(plan, sink.table(), connectors, checkpointed);
  }
}
