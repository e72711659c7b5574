package dev.sluice.engine.checkpoint;

import dev.sluice.plan.PlanJson;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.StageGraph;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which state belongs to which operator of a plan. Operators are known by fingerprints of their
 * nodes as text, with column names for numbers, so that a column more in a scan changes nothing. An
 * exact fingerprint covers everything below a node; the shape covers the node and the tables it
 * reads, and finds its state again when, say, a filter has been added on the way. Single-threaded.
 */
public final class StatePlan {
  private static final Pattern COLUMN = Pattern.compile("\\$(\\d+)|([A-Za-z]*[cC]olumn)=(\\d+)");

  /**
   * An operator of the plan.
   *
   * @param id unique in the plan and the same for equal plans
   * @param core of an aggregation whose calls may be others: the rest of it; else empty
   * @param calls its calls
   */
  public record Slot(
      int stage,
      int step,
      PlanNode node,
      String id,
      String shape,
      String head,
      String core,
      List<String> calls) {}

  /**
   * What becomes of the state of a checkpoint.
   *
   * @param found state by slot
   * @param changed slots whose input is not what it was, or whose calls are not
   * @param calls aggregations whose calls are others, and which of them they had
   * @param lost state that no slot takes
   */
  public record Match(
      Map<Slot, Manifest.OperatorState> found,
      List<Slot> changed,
      Map<Slot, CallChange> calls,
      List<Manifest.OperatorState> lost) {}

  private final Map<PlanNode, String> exact = new IdentityHashMap<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<String> sources = new ArrayList<>();

  public StatePlan(StageGraph graph) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (StageGraph.Stage stage : graph.stages()) {
      for (int step = 0; step < stage.steps().size(); step++) {
        PlanNode node = stage.steps().get(step).node();
        if (!(node instanceof PlanNode.StageInput)) {
          String id = numbered(seen, exact(node));
          slots.add(
              new Slot(
                  stage.id(),
                  step,
                  node,
                  id,
                  shape(node),
                  head(node),
                  CallChange.mayChange(node) ? core(node) : "",
                  CallChange.mayChange(node) ? calls(node) : List.of()));
        }
      }
    }
    Map<String, Integer> tables = new LinkedHashMap<>();
    for (StageGraph.Source source : graph.sources()) {
      String name =
          source.leaf() instanceof PlanNode.Scan scan
              ? scan.table().name()
              : "values " + exact(source.leaf());
      sources.add(numbered(tables, name));
    }
  }

  private static String numbered(Map<String, Integer> seen, String name) {
    int times = seen.merge(name, 1, Integer::sum);
    return times == 1 ? name : name + "#" + times;
  }

  public List<Slot> slots() {
    return List.copyOf(slots);
  }

  /** The name of source {@code id} in checkpoints. */
  public String source(int id) {
    return sources.get(id);
  }

  /** Names where an edge starts. */
  public String from(StageGraph graph, StageGraph.Edge edge) {
    return edge.fromSource()
        ? "source " + source(edge.from().source())
        : exact(graph.stages().get(edge.from().stage()).steps().get(edge.from().step()).node());
  }

  /** Looks for the state of every slot. */
  public Match match(List<Manifest.OperatorState> saved) {
    List<Manifest.OperatorState> left = new ArrayList<>(saved);
    Map<Slot, Manifest.OperatorState> found = new LinkedHashMap<>();
    for (Slot slot : slots) {
      take(left, s -> s.exact().equals(slot.id())).ifPresent(s -> found.put(slot, s));
    }
    List<Slot> changed = new ArrayList<>();
    for (Slot slot : slots) {
      if (!found.containsKey(slot)) {
        take(left, s -> s.shape().equals(slot.shape()))
            .ifPresent(
                s -> {
                  found.put(slot, s);
                  changed.add(slot);
                });
      }
    }
    Map<Slot, CallChange> calls = new LinkedHashMap<>();
    for (Slot slot : slots) {
      if (!found.containsKey(slot) && !slot.core().isEmpty()) {
        take(left, s -> s.core().equals(slot.core()))
            .ifPresent(
                s -> {
                  found.put(slot, s);
                  changed.add(slot);
                  calls.put(slot, CallChange.of(s.calls(), slot.calls()));
                });
      }
    }
    left.removeIf(s -> s.parts().isEmpty());
    return new Match(found, changed, calls, left);
  }

  private static Optional<Manifest.OperatorState> take(
      List<Manifest.OperatorState> left,
      java.util.function.Predicate<Manifest.OperatorState> which) {
    Optional<Manifest.OperatorState> first = left.stream().filter(which).findFirst();
    first.ifPresent(left::remove);
    return first;
  }

  /** Whether rows saved in one layout can be read as another: names and NOT NULL do not matter. */
  public static boolean fits(String saved, Schema wanted) {
    return types(PlanJson.readSchema(saved)).equals(types(wanted));
  }

  private static List<DataType> types(Schema schema) {
    return schema.fields().stream().map(f -> f.type().withNullable(true)).toList();
  }

  private String exact(PlanNode node) {
    String known = exact.get(node);
    if (known == null) {
      known =
          hash(
              head(node)
                  + node.inputs().stream()
                      .map(this::exact)
                      .collect(Collectors.joining("\n", "\n", "")));
      exact.put(node, known);
    }
    return known;
  }

  private static String shape(PlanNode node) {
    TreeSet<String> tables = new TreeSet<>();
    tables(node, tables);
    return hash(head(node) + "\n" + tables);
  }

  /** An aggregation without its calls: its keys, as they are computed, and the tables it reads. */
  private static String core(PlanNode node) {
    TreeSet<String> tables = new TreeSet<>();
    tables(node, tables);
    List<String> columns = computed(node.inputs().get(0));
    List<String> keys = CallChange.keys(node).stream().map(columns::get).toList();
    Map<String, Object> rest = new LinkedHashMap<>(node.details());
    rest.remove("calls");
    rest.remove("keys");
    List<String> names = node.inputs().get(0).schema().names();
    return hash(node.label() + keys + named(rest.toString(), names) + "\n" + tables);
  }

  private static List<String> calls(PlanNode node) {
    List<String> columns = computed(node.inputs().get(0));
    return CallChange.calls(node).stream().map(call -> named(call.toString(), columns)).toList();
  }

  /** The columns of a node as what they are computed from: names that are made up say nothing. */
  private static List<String> computed(PlanNode node) {
    if (node instanceof PlanNode.Exchange exchange) {
      return computed(exchange.input());
    }
    if (!(node instanceof PlanNode.FilterProject project)) {
      return node.schema().names();
    }
    List<String> below = computed(project.input());
    return project.projections().stream()
        .map(expression -> named(expression.toString(), below))
        .toList();
  }

  private static void tables(PlanNode node, TreeSet<String> tables) {
    if (node instanceof PlanNode.Scan scan) {
      tables.add(scan.table().name());
    }
    node.inputs().forEach(input -> tables(input, tables));
  }

  /** A node as text that does not depend on where columns stand. */
  private static String head(PlanNode node) {
    if (node instanceof PlanNode.Scan scan) {
      return "Scan("
          + scan.table().name()
          + scan.watermark()
              .map(w -> ", watermark " + named(w.expression().toString(), scan.schema().names()))
              .orElse("")
          + (scan.limit().isPresent() ? ", limit " + scan.limit().getAsInt() : "")
          + ")";
    }
    if (node instanceof PlanNode.Values values) {
      return "Values" + hash(values.rows().toString());
    }
    List<String> columns = new ArrayList<>();
    node.inputs().forEach(input -> columns.addAll(input.schema().names()));
    return node.label()
        + node.details().entrySet().stream()
            .map(e -> e.getKey() + "=" + named(String.valueOf(e.getValue()), columns))
            .sorted()
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String named(String text, List<String> columns) {
    Matcher matcher = COLUMN.matcher(text);
    return matcher.replaceAll(
        found -> {
          int column = Integer.parseInt(found.group(1) != null ? found.group(1) : found.group(3));
          String name = column < columns.size() ? columns.get(column) : "$" + column;
          String before = found.group(1) != null ? "" : found.group(2) + "=";
          return Matcher.quoteReplacement(before + name);
        });
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
