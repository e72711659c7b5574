package dev.sluice.plan;

import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans as text for people: the tree of EXPLAIN, its state, and DOT. Stateless; secrets are masked.
 */
public final class PlanPrinter {
  private PlanPrinter() {}

  /**
   * The tree, a node per line with what is true of its output; a node met again is referred to.
   *
   * @param remark what to add to a sink's line, for instance its delivery guarantee
   */
  public static String print(PhysicalPlan plan, Function<PlanNode.Sink, String> remark) {
    StringBuilder text = new StringBuilder();
    Map<PlanNode, Integer> ids = new HashMap<>();
    for (PlanNode.Sink sink : plan.sinks()) {
      tree(sink, 0, ids, remark, text);
    }
    plan.errorSinks()
        .forEach(
            (source, sink) ->
                text.append("malformed records of ")
                    .append(source)
                    .append(" -> ")
                    .append(sink.name())
                    .append('\n'));
    return text.toString();
  }

  private static void tree(
      PlanNode node,
      int depth,
      Map<PlanNode, Integer> ids,
      Function<PlanNode.Sink, String> remark,
      StringBuilder text) {
    text.append("  ".repeat(depth));
    Integer known = ids.get(node);
    if (known != null) {
      text.append('#')
          .append(known)
          .append(' ')
          .append(node.label())
          .append(" (shared, see above)\n");
      return;
    }
    int id = ids.size() + 1;
    ids.put(node, id);
    text.append('#').append(id).append(' ').append(head(node)).append("  {").append(traits(node));
    if (node instanceof PlanNode.Sink sink) {
      text.append(remark.apply(sink));
    }
    text.append("}\n");
    node.inputs().forEach(input -> tree(input, depth + 1, ids, remark, text));
  }

  private static String head(PlanNode node) {
    String details =
        node.details().entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(", ", "(", ")"));
    return node.label() + details;
  }

  private static String traits(PlanNode node) {
    PlanTraits traits = node.traits();
    List<String> parts = new ArrayList<>();
    parts.add(traits.changelog().toString());
    if (!(node instanceof PlanNode.Sink)) {
      parts.add("columns=" + traits.schema().names());
      if (!traits.uniqueKeys().isEmpty()) {
        parts.add("key=" + traits.uniqueKeys().stream().map(k -> names(node, k)).toList());
      }
      traits.time().ifPresent(t -> parts.add("time=" + names(traits.schema(), t)));
      if (!(traits.state() instanceof StateBound.Stateless)) {
        parts.add("state=" + traits.state());
      }
    }
    parts.add(traits.bounded() ? "bounded" : "unbounded");
    return String.join("; ", parts);
  }

  private static String names(Schema schema, TimeAttribute time) {
    List<String> all = new ArrayList<>(List.of(schema.field(time.column()).name()));
    time.others().forEach(other -> all.add(schema.field(other).name()));
    return String.join("|", all);
  }

  private static List<String> names(PlanNode node, List<Integer> columns) {
    return columns.stream().map(c -> node.schema().field(c).name()).toList();
  }

  /** One line per node that keeps state: what bounds it. */
  public static String state(PhysicalPlan plan) {
    Map<PlanNode, Integer> seen = new HashMap<>();
    StringBuilder text = new StringBuilder();
    plan.sinks().forEach(sink -> state(sink, seen, text));
    return text.isEmpty() ? "no node keeps state\n" : text.toString();
  }

  private static void state(PlanNode node, Map<PlanNode, Integer> seen, StringBuilder text) {
    if (seen.put(node, 1) != null) {
      return;
    }
    if (!(node.traits().state() instanceof StateBound.Stateless)) {
      text.append(head(node)).append(": ").append(node.traits().state()).append('\n');
    }
    node.inputs().forEach(input -> state(input, seen, text));
  }

  /** The graph in Graphviz's language. */
  public static String dot(PhysicalPlan plan) {
    StringBuilder text = new StringBuilder("digraph plan {\n  rankdir=BT;\n  node [shape=box];\n");
    Map<PlanNode, Integer> ids = new HashMap<>();
    plan.sinks().forEach(sink -> dot(sink, ids, text));
    return text.append("}\n").toString();
  }

  private static int dot(PlanNode node, Map<PlanNode, Integer> ids, StringBuilder text) {
    Integer known = ids.get(node);
    if (known != null) {
      return known;
    }
    int id = ids.size() + 1;
    ids.put(node, id);
    String label = head(node).replace("\\", "\\\\").replace("\"", "\\\"");
    text.append("  n").append(id).append(" [label=\"").append(label).append("\"];\n");
    for (PlanNode input : node.inputs()) {
      int from = dot(input, ids, text);
      text.append("  n").append(from).append(" -> n").append(id).append(";\n");
    }
    return id;
  }
}
