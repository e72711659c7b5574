package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Projections with functions over windows: one operator for each partition and order, behind each
 * other, each adding its results to the rows. Single-threaded.
 */
final class Overs {
  private final RelTranslator rels;
  private final Windows windows;
  private final QueryOptions options;

  Overs(RelTranslator rels, Windows windows, QueryOptions options) {
    this.rels = rels;
    this.windows = windows;
    this.options = options;
  }

  /** Functions that share an operator. */
  private record Partitioning(List<RexNode> keys, List<RexFieldCollation> order) {
    static Partitioning of(RexOver over) {
      return new Partitioning(over.getWindow().partitionKeys, over.getWindow().orderKeys);
    }
  }

  /** The frame of a projection whose input is {@code given}. */
  Frame translate(Project project, Frame given) {
    RexBuilder rexBuilder = project.getCluster().getRexBuilder();
    List<RexNode> items =
        project.getProjects().stream().map(p -> OverCalls.simplified(p, rexBuilder)).toList();
    Map<Partitioning, List<RexOver>> groups = new LinkedHashMap<>();
    for (RexOver over : Ranks.oversOf(items)) {
      List<RexOver> group = groups.computeIfAbsent(Partitioning.of(over), p -> new ArrayList<>());
      if (!group.contains(over)) {
        group.add(over);
      }
    }
    ImmutableBitSet used = RelOptUtil.InputFinder.bits(items, null);
    List<String> names = new ArrayList<>(RelTranslator.names(project.getInput()));
    Map<RexOver, Integer> results = new HashMap<>();
    Frame frame = given;
    for (List<RexOver> group : groups.values()) {
      frame = added(frame, names, group, used, rexBuilder);
      for (RexOver over : group) {
        used = used.set(names.size());
        results.put(over, names.size());
        names.add("$over" + results.size());
      }
    }
    Frame made = frame;
    ExprTranslator translator =
        new ExprTranslator(
            rexBuilder, made.columns()::get, over -> made.columns().get(results.get(over)));
    return made.withColumns(items.stream().map(translator::translate).toList());
  }

  /** The frame with the results of a group behind its columns; those not used are NULL. */
  private Frame added(
      Frame frame,
      List<String> names,
      List<RexOver> group,
      ImmutableBitSet used,
      RexBuilder rexBuilder) {
    OverInput input = new OverInput(frame, names, rexBuilder);
    List<Integer> keys = input.expressions(group.get(0).getWindow().partitionKeys);
    List<SortKey> order = new ArrayList<>();
    for (RexFieldCollation collation : group.get(0).getWindow().orderKeys) {
      order.add(input.sortKey(collation));
    }
    List<OverNode.Call> calls = group.stream().map(over -> OverCalls.call(over, input)).toList();
    used.forEach(input::column);
    boolean endless = !isBounded(frame) && options.emit().isEmpty();
    boolean windowed =
        endless && input.assignWindow(keys, windows, options.allowedLatenessMicros());
    RelTranslator.Built built =
        rels.materialize(input.frame(), input.names(), endless && !windowed);
    PlanNode node = node(built, keys, order, calls, windowed);
    Frame made = RelTranslator.node(node);
    int width = node.schema().size() - calls.size();
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < frame.columns().size(); i++) {
      columns.add(
          used.get(i) ? input.place(i) : Expr.Literal.nullOf(frame.columns().get(i).type()));
    }
    columns.addAll(made.columns().subList(width, width + calls.size()));
    return made.withColumns(columns);
  }

  private boolean isBounded(Frame frame) {
    return rels.materialize(frame.withColumns(List.of()), List.of()).traits().bounded();
  }

  private PlanNode node(
      RelTranslator.Built built,
      List<Integer> keys,
      List<SortKey> order,
      List<OverNode.Call> calls,
      boolean windowed) {
    PlanNode input = Aggregations.exchange(built.node(), keys);
    PlanTraits traits = input.traits();
    boolean retracting = traits.changelog() != ChangelogMode.INSERT_ONLY;
    Optional<WindowColumns> window = windowed && !retracting ? traits.window() : Optional.empty();
    Optional<OverNode.ByTime> time = Optional.empty();
    Emit emit = options.emit().orElse(traits.bounded() ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    if (window.isEmpty() && !traits.bounded() && !retracting && !isUpdate()) {
      requireByTime(traits, order, calls);
      OptionalInt mark =
          built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty();
      time = Optional.of(new OverNode.ByTime(order.get(0).column(), mark));
    } else if (!traits.bounded() && emit instanceof Emit.OnWindowClose && window.isEmpty()) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "OVER a result that updates and never ends has no final result")
          .withHint("use EMIT ON UPDATE");
    }
    boolean inserts = time.isPresent() || window.isPresent() || emit instanceof Emit.OnWindowClose;
    OverNode made = new OverNode(input, keys, order, calls, emit, window, time, traits);
    return new OverNode(input, keys, order, calls, emit, window, time, traits(made, inserts));
  }

  private boolean isUpdate() {
    return options.emit().filter(e -> !(e instanceof Emit.OnWindowClose)).isPresent();
  }

  private static void requireByTime(
      PlanTraits traits, List<SortKey> order, List<OverNode.Call> calls) {
    boolean byTime =
        traits.time().isPresent()
            && !order.isEmpty()
            && order.get(0).column() == traits.time().get().column()
            && !order.get(0).descending();
    Optional<String> problem =
        byTime
            ? calls.stream()
                .flatMap(c -> OverCalls.needsMoreThanThePast(c, order).stream())
                .findFirst()
            : Optional.of("its ORDER BY does not begin with the event time, ascending");
    if (problem.isPresent()) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "OVER an input that never ends cannot give final rows: " + problem.get())
          .withHint(
              "ORDER BY the watermark's column with a frame that ends at CURRENT ROW, PARTITION BY"
                  + " window_start and window_end of a window, or take changes: EMIT ON UPDATE");
    }
  }

  private PlanTraits traits(OverNode node, boolean inserts) {
    PlanTraits input = node.input().traits();
    List<Field> fields = new ArrayList<>(input.schema().fields());
    for (OverNode.Call call : node.calls()) {
      String name = "$over" + (fields.size() - input.schema().size() + 1);
      while (input.schema().names().contains(name)) {
        name = name + "_";
      }
      fields.add(new Field(name, call.type()));
    }
    Optional<TimeAttribute> time =
        node.time().isPresent()
            ? input.time().map(TimeAttribute::alone)
            : node.window()
                .flatMap(WindowColumns::time)
                .map(t -> new TimeAttribute(t, node.window().get().unitMicros()));
    return new PlanTraits(
        new Schema(fields),
        inserts ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT,
        input.uniqueKeys(),
        time,
        Distribution.ANY,
        state(node),
        input.bounded(),
        node.window().isPresent() || node.time().isPresent() ? input.window() : Optional.empty());
  }

  private StateBound state(OverNode node) {
    if (node.window().isPresent()) {
      return new StateBound.ByWatermark("rows of open windows");
    }
    if (node.time().isPresent()) {
      return new StateBound.ByWatermark("rows ahead of the watermark, and those that frames reach");
    }
    return node.input().traits().bounded()
        ? new StateBound.ByInput()
        : rels.keyed(node.keys(), "all rows", "all rows, never freed");
  }
}
