package dev.sluice.operator;

import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.RankNode;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.stream.Collectors;

/** What operators keep, in words for messages. Stateless. */
final class Kept {
  private Kept() {}

  static String by(PlanNode node) {
    if (node instanceof PlanNode.GroupAggregate group) {
      return group.keys().isEmpty()
          ? "the values of its aggregates"
          : "one group for each distinct " + names(group.input().schema(), group.keys());
    }
    if (node instanceof PlanNode.WindowAggregate window) {
      return window.keys().isEmpty()
          ? "the open windows"
          : "one group for each distinct "
              + names(window.input().schema(), window.keys())
              + " in every open window";
    }
    if (node instanceof JoinNode join && join.build().isPresent()) {
      int kept = join.build().getAsInt();
      return "rows of its "
          + (kept == 0 ? "left" : "right")
          + " input by "
          + names(join.inputs().get(kept).schema(), join.keys(kept));
    }
    if (node instanceof JoinNode join) {
      return "rows of its inputs by "
          + names(join.left().schema(), join.leftKeys())
          + " and "
          + names(join.right().schema(), join.rightKeys());
    }
    if (node instanceof RankNode rank) {
      return "the first rows for each distinct " + names(rank.input().schema(), rank.keys());
    }
    if (node instanceof LookupJoinNode lookup) {
      return "rows of '" + lookup.table().name() + "' that were looked up";
    }
    if (node instanceof PlanNode.Sort) {
      return "all rows, to sort them";
    }
    boolean rows =
        node instanceof OverNode || node instanceof AsofJoinNode || node instanceof MatchNode;
    return rows ? "rows that others may refer to" : "rows of its input";
  }

  private static String names(Schema schema, List<Integer> columns) {
    return columns.stream()
        .map(c -> schema.field(c).name())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
