package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.Aggregates;
import dev.sluice.function.FunctionSpec;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.WindowFunctions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;

/** GROUP BY: over windows and without. Single-threaded. */
final class Aggregations {
  /** Aggregates that keep every value. */
  private static final Set<String> GROWING = Set.of("LISTAGG", "ARRAY_AGG");

  /** Aggregates that take a row back without having kept it. */
  private static final Set<String> INVERTIBLE =
      Set.of("COUNT", "SUM", "AVG", "VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP");

  private final RelTranslator rels;
  private final Windows windows;
  private final QueryOptions options;

  Aggregations(RelTranslator rels, Windows windows, QueryOptions options) {
    this.rels = rels;
    this.windows = windows;
    this.options = options;
  }

  Frame translate(Aggregate aggregate) {
    Frame input =
        pruned(
            windows.withGroupFunction(rels.translate(aggregate.getInput()), aggregate), aggregate);
    if (aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
      return new GroupingSets(rels, windows, this).translate(input, aggregate);
    }
    List<Integer> keys = aggregate.getGroupSet().asList();
    return aggregated(prepared(input, keys, aggregate), keys, aggregate, List.of());
  }

  /**
   * The input of an aggregation by {@code keys}, its window assigned to every row unless panes will
   * do.
   */
  Frame prepared(Frame input, List<Integer> keys, Aggregate aggregate) {
    if (input.window().isEmpty() || isDirect(input, keys, aggregate)) {
      return input;
    }
    return windows.assigned(input, isWindowed(input, keys));
  }

  private boolean isOverPanes(Frame input) {
    return !(input.window().orElseThrow().spec() instanceof WindowSpec.Session)
        && emit() instanceof Emit.OnWindowClose;
  }

  /** Whether the groups are the sessions themselves: each key of theirs a key of the grouping. */
  private static boolean isOverOwnSessions(Frame input, List<Integer> keys) {
    Frame.Windowing window = input.window().orElseThrow();
    Set<Expr> grouped = new HashSet<>();
    for (int key : keys) {
      Expr expr = input.columns().get(key);
      if (input.windowColumn(expr) < 0) {
        grouped.add(expr);
      }
    }
    return window.spec() instanceof WindowSpec.Session
        && grouped.equals(new HashSet<>(window.partition()));
  }

  /**
   * Whether each row counts once, in its pane or session, and nothing but the grouping asks for its
   * windows.
   */
  private boolean isDirect(Frame input, List<Integer> keys, Aggregate aggregate) {
    if (!isWindowed(input, keys)
        || !(isOverOwnSessions(input, keys) || isOverPanes(input))
        || !JavaAggregate.mergeable(aggregate)
        || rels.isUpdating(input.withoutCondition().withoutWindow())
        || input.condition().filter(input::mentionsWindow).isPresent()) {
      return false;
    }
    Set<Integer> others = usedByCalls(aggregate);
    for (int key : keys) {
      if (input.windowColumn(input.columns().get(key)) < 0) {
        others.add(key);
      }
    }
    return others.stream().noneMatch(o -> input.mentionsWindow(input.columns().get(o)));
  }

  /** The frame without the columns that the aggregation does not use: NULLs stand in for them. */
  private static Frame pruned(Frame input, Aggregate aggregate) {
    Set<Integer> used = usedByCalls(aggregate);
    aggregate.getGroupSet().forEach(used::add);
    List<Expr> columns = new ArrayList<>(input.columns());
    for (int i = 0; i < columns.size(); i++) {
      if (!used.contains(i)) {
        columns.set(i, Expr.Literal.nullOf(columns.get(i).type()));
      }
    }
    return input.withColumns(columns);
  }

  private static Set<Integer> usedByCalls(Aggregate aggregate) {
    Set<Integer> used = new TreeSet<>();
    for (org.apache.calcite.rel.core.AggregateCall call : aggregate.getAggCallList()) {
      used.addAll(call.getArgList());
      if (call.hasFilter()) {
        used.add(call.filterArg);
      }
      call.getCollation().getFieldCollations().forEach(f -> used.add(f.getFieldIndex()));
    }
    return used;
  }

  /** Whether a group never spans windows. */
  static boolean isWindowed(Frame input, List<Integer> keys) {
    if (CountWindows.isCount(input)) {
      return false;
    }
    Set<Integer> bounds = new TreeSet<>();
    keys.forEach(key -> bounds.add(input.windowColumn(input.columns().get(key))));
    bounds.remove(-1);
    if (bounds.contains(2)) {
      bounds.add(1);
    }
    boolean oneBound =
        input
            .window()
            .filter(
                w ->
                    w.spec() instanceof WindowSpec.Tumble
                        || w.spec() instanceof WindowSpec.Months
                        || w.spec() instanceof WindowSpec.Hop
                        || w.group()
                        || w.spec() instanceof WindowSpec.Cumulate && bounds.contains(1))
            .isPresent();
    return oneBound ? !bounds.isEmpty() : bounds.contains(0) && bounds.contains(1);
  }

  private Emit emit() {
    return options.emit().orElse(Emit.ON_WINDOW_CLOSE);
  }

  /**
   * Groups by {@code keys}; {@code extra} keys are no columns of Calcite's aggregation.
   *
   * @return the keys, the results of the calls, and the extra keys
   */
  Frame aggregated(Frame input, List<Integer> keys, Aggregate aggregate, List<Integer> extra) {
    Inputs inputs = new Inputs();
    List<Integer> windowColumns = new ArrayList<>();
    List<Integer> all = new ArrayList<>(keys);
    all.addAll(extra);
    boolean windowed =
        (input.window().isPresent() || input.attached().isPresent())
            && (input.window().isPresent() || isAttached(input, all));
    for (int key : all) {
      Expr expr = input.columns().get(key);
      int windowColumn = windowed ? input.windowColumn(expr) : -1;
      windowColumns.add(windowColumn);
      if (windowColumn < 0) {
        inputs.key(expr, keyName(aggregate, keys.indexOf(key)));
      }
    }
    boolean counted = CountWindows.isGrouped(input, inputs.columns);
    if (counted) {
      CountWindows.addEnd(input, inputs);
    }
    List<AggregateCall> calls = calls(aggregate, input, inputs);
    PlanNode node =
        windowed
            ? new WindowedAggregation(rels, windows, options).node(input, inputs, calls, aggregate)
            : counted
                ? new CountWindows(rels, options)
                    .node(input, inputs, calls, schemaOf(inputs, calls, aggregate))
                : groupNode(input, inputs, calls, schemaOf(inputs, calls, aggregate));
    if (node.inputs().get(0).traits().changelog() != ChangelogMode.INSERT_ONLY) {
      JavaAggregate.requireRetraction(aggregate, input);
    }
    List<Expr> outputs = new ArrayList<>();
    int keyPlace = 0;
    int windowPlace = inputs.keys + calls.size();
    List<Expr> keyOutputs = new ArrayList<>();
    for (int windowColumn : windowColumns) {
      int place = windowColumn >= 0 ? windowPlace + windowColumn : keyPlace++;
      keyOutputs.add(new Expr.ColumnRef(place, node.schema().type(place)));
    }
    outputs.addAll(keyOutputs.subList(0, keys.size()));
    int callPlace = inputs.keys;
    for (org.apache.calcite.rel.core.AggregateCall call : aggregate.getAggCallList()) {
      if (isLiteral(call)) {
        outputs.add(rels.expr(input, call.rexList.get(0), aggregate.getCluster().getRexBuilder()));
      } else if (!GroupingSets.isGrouping(call)) {
        int place = isWindowEnd(call) ? windowPlace + 1 : callPlace++;
        outputs.add(new Expr.ColumnRef(place, node.schema().type(place)));
      }
    }
    outputs.addAll(keyOutputs.subList(keys.size(), keyOutputs.size()));
    return RelTranslator.node(node).withColumns(outputs);
  }

  /** Whether a call is answered from the group's keys. */
  private static boolean isDerived(org.apache.calcite.rel.core.AggregateCall call) {
    return GroupingSets.isGrouping(call) || isWindowEnd(call) || isLiteral(call);
  }

  /** A constant beside the results: whether there was a group, once groups are outer-joined. */
  private static boolean isLiteral(org.apache.calcite.rel.core.AggregateCall call) {
    return call.getAggregation().getKind() == SqlKind.LITERAL_AGG;
  }

  private static boolean isWindowEnd(org.apache.calcite.rel.core.AggregateCall call) {
    return call.getAggregation() == WindowFunctions.WINDOW_END;
  }

  /** Whether rows that name their window are grouped by it: then a group ends with its window. */
  static boolean isAttached(Frame input, List<Integer> keys) {
    if (input.attached().isEmpty()) {
      return false;
    }
    List<Integer> bounds =
        keys.stream().map(key -> input.windowColumn(input.columns().get(key))).toList();
    return input.node().orElseThrow() instanceof PlanNode.WindowAssign assign && !bounds.isEmpty()
        ? assign.dropLate() && bounds.stream().anyMatch(b -> b >= 0)
        : bounds.contains(0) && (bounds.contains(1) || bounds.contains(2));
  }

  private static String keyName(Aggregate aggregate, int place) {
    return place < 0 ? "$set" : aggregate.getRowType().getFieldNames().get(place);
  }

  /** DISTINCT over all columns. */
  Frame distinct(Frame input, Schema schema) {
    Inputs inputs = new Inputs();
    for (int i = 0; i < schema.size(); i++) {
      inputs.key(input.columns().get(i), schema.field(i).name());
    }
    return RelTranslator.node(groupNode(input, inputs, List.of(), schema));
  }

  /**
   * Groups by the first columns of {@code input}, those of {@code keys}; for each of the {@code
   * flags} BOOLEAN columns behind them counts the rows where it is true.
   */
  Frame counted(Frame input, Schema keys, int flags) {
    Inputs inputs = new Inputs();
    List<Field> fields = new ArrayList<>(keys.fields());
    for (int i = 0; i < keys.size(); i++) {
      inputs.key(input.columns().get(i), keys.field(i).name());
    }
    List<AggregateCall> calls = new ArrayList<>();
    DataType count = DataType.of(DataType.Kind.BIGINT).notNull();
    for (int i = 0; i < flags; i++) {
      Expr flag = input.columns().get(keys.size() + i);
      calls.add(
          new AggregateCall(
              "COUNT",
              List.of(),
              List.of(),
              false,
              OptionalInt.of(inputs.argument(flag, "$" + i)),
              List.of(),
              count));
      fields.add(new Field("$" + i, count));
    }
    return RelTranslator.node(groupNode(input, inputs, calls, new Schema(fields)));
  }

  /** The columns an aggregation needs of its input: keys first, then arguments. */
  static final class Inputs {
    final List<Expr> columns = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    private final Map<Expr, Integer> places = new HashMap<>();
    int keys;

    void key(Expr expr, String name) {
      columns.add(expr);
      names.add(name);
      places.putIfAbsent(expr, keys);
      keys++;
    }

    int argument(Expr expr, String name) {
      Integer known = places.get(expr);
      if (known == null) {
        known = columns.size();
        places.put(expr, known);
        columns.add(expr);
        names.add(name);
      }
      return known;
    }

    List<Integer> keyColumns() {
      return IntStream.range(0, keys).boxed().toList();
    }
  }

  private List<AggregateCall> calls(Aggregate aggregate, Frame input, Inputs inputs) {
    List<AggregateCall> calls = new ArrayList<>();
    List<String> names = aggregate.getInput().getRowType().getFieldNames();
    for (org.apache.calcite.rel.core.AggregateCall call : aggregate.getAggCallList()) {
      if (isDerived(call)) {
        continue;
      }
      List<Integer> arguments = new ArrayList<>();
      List<Expr.Literal> constants = new ArrayList<>();
      Optional<JavaAggregate> java = JavaAggregate.of(call, input);
      for (int argument : call.getArgList()) {
        Expr expr = input.columns().get(argument);
        if (java.isPresent()) {
          Expr wanted = java.get().argument(arguments.size(), expr);
          arguments.add(inputs.argument(wanted, names.get(argument)));
        } else if (!arguments.isEmpty() && expr instanceof Expr.Literal literal) {
          constants.add(literal);
        } else {
          arguments.add(inputs.argument(expr, names.get(argument)));
        }
      }
      OptionalInt filter =
          call.hasFilter()
              ? OptionalInt.of(
                  inputs.argument(input.columns().get(call.filterArg), names.get(call.filterArg)))
              : OptionalInt.empty();
      List<SortKey> orderBy = new ArrayList<>();
      for (RelFieldCollation field : call.getCollation().getFieldCollations()) {
        int column =
            inputs.argument(
                input.columns().get(field.getFieldIndex()), names.get(field.getFieldIndex()));
        orderBy.add(RelTranslator.sortKey(column, field));
      }
      calls.add(
          new AggregateCall(
              java.map(JavaAggregate::id).orElseGet(() -> function(call.getAggregation())),
              arguments,
              constants,
              call.isDistinct(),
              filter,
              orderBy,
              SqlTypes.fromCalcite(call.getType())));
    }
    return calls;
  }

  /** The aggregate's own name, whatever alias the query uses. */
  static String function(SqlAggFunction aggregation) {
    String name = aggregation.getName().toUpperCase(Locale.ROOT);
    if (aggregation.getKind() == SqlKind.SINGLE_VALUE) {
      return name;
    }
    return Aggregates.specs().stream()
        .filter(s -> s.name().equals(name) || s.aliases().contains(name))
        .map(FunctionSpec::name)
        .findFirst()
        .orElseThrow(
            () ->
                UserError.of(ErrorCode.UNSUPPORTED, "aggregate " + name + " is not supported yet")
                    .withHint(
                        name.equals("COLLECT")
                            ? "use ARRAY_AGG: there are no multisets"
                            : "SHOW FUNCTIONS lists the aggregates there are; of your own they are"
                                + " Java classes"));
  }

  /** The names of the results, in order of the calls. */
  static List<String> callNames(Aggregate aggregate) {
    List<String> names = aggregate.getRowType().getFieldNames();
    return IntStream.range(0, aggregate.getAggCallList().size())
        .filter(i -> !isDerived(aggregate.getAggCallList().get(i)))
        .mapToObj(i -> names.get(aggregate.getGroupCount() + i))
        .toList();
  }

  private static Schema schemaOf(Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < inputs.keys; i++) {
      fields.add(new Field(inputs.names.get(i), inputs.columns.get(i).type()));
    }
    List<String> names = callNames(aggregate);
    for (int i = 0; i < calls.size(); i++) {
      fields.add(new Field(names.get(i), calls.get(i).type()));
    }
    return new Schema(fields);
  }

  private PlanNode groupNode(Frame frame, Inputs inputs, List<AggregateCall> calls, Schema schema) {
    PlanNode built =
        rels.materialize(
                new Frame(
                    frame.table(),
                    frame.node(),
                    frame.width(),
                    frame.condition(),
                    inputs.columns,
                    frame.window(),
                    frame.time()),
                inputs.names,
                false)
            .node();
    PlanNode input = exchange(built, inputs.keyColumns());
    boolean bounded = input.traits().bounded();
    Emit emit = options.emit().orElse(bounded ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    if (!bounded && emit instanceof Emit.OnWindowClose) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "a GROUP BY without a window over an unbounded input never has a final result")
          .withHint("use EMIT ON UPDATE, or group by a window");
    }
    boolean atEnd = emit instanceof Emit.OnWindowClose;
    PlanTraits traits =
        new PlanTraits(
            schema,
            atEnd ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT,
            List.of(inputs.keyColumns()),
            Optional.empty(),
            Distribution.ANY,
            bounded ? new StateBound.ByInput() : bound(input, inputs.keys, calls),
            bounded);
    long ttl = atEnd || inputs.keys == 0 ? 0 : rels.stateTtlMicros();
    return new PlanNode.GroupAggregate(input, inputs.keyColumns(), calls, emit, ttl, traits);
  }

  private StateBound bound(PlanNode input, int keys, List<AggregateCall> calls) {
    boolean updates = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    boolean values =
        calls.stream()
            .anyMatch(
                c ->
                    c.distinct()
                        || GROWING.contains(c.function())
                        || updates && !INVERTIBLE.contains(c.function()));
    if (keys == 0) {
      return values
          ? new StateBound.Unbounded("the values of one group, never freed")
          : new StateBound.Constant("one group");
    }
    String what = values ? "one group per key, with its values" : "one group per key";
    return rels.stateTtlMicros() > 0
        ? new StateBound.ByTime(rels.stateTtlMicros(), what)
        : new StateBound.Unbounded(what + ", never freed");
  }

  static PlanNode exchange(PlanNode input, List<Integer> keys) {
    Distribution distribution = keys.isEmpty() ? Distribution.SINGLE : new Distribution.Hash(keys);
    return new PlanNode.Exchange(
        input, distribution, input.traits().withDistribution(distribution));
  }
}
