package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * GROUPING SETS, CUBE and ROLLUP: every row goes once into each grouping set, with the columns that
 * the set leaves out as NULL and the set's number as one more key.
 *
 * <pre>
 * Aggregate(GROUP BY ROLLUP(a), SUM(x))
 *   input                                    Aggregate(GROUP BY a', set, SUM(x))
 *                                      ──►     Union
 *                                                Project(a, x, a AS a', 0 AS set)    input
 *                                                Project(a, x, NULL AS a', 1 AS set) input (shared)
 * </pre>
 */
final class GroupingSets {
  private static final DataType SET = DataType.of(Kind.INTEGER).notNull();

  private final RelTranslator rels;
  private final Windows windows;
  private final Aggregations aggregations;

  GroupingSets(RelTranslator rels, Windows windows, Aggregations aggregations) {
    this.rels = rels;
    this.windows = windows;
    this.aggregations = aggregations;
  }

  /** Whether a call asks which columns the row is grouped by. */
  static boolean isGrouping(org.apache.calcite.rel.core.AggregateCall call) {
    SqlKind kind = call.getAggregation().getKind();
    return kind == SqlKind.GROUPING || kind == SqlKind.GROUPING_ID || kind == SqlKind.GROUP_ID;
  }

  Frame translate(Frame given, Aggregate aggregate) {
    List<ImmutableBitSet> sets = aggregate.getGroupSets();
    boolean everyWindowed =
        sets.stream().allMatch(set -> Aggregations.isWindowed(given, set.asList()));
    boolean group = given.window().filter(Frame.Windowing::group).isPresent();
    if (group && (!everyWindowed || isOfSessions(given))) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "GROUPING SETS, CUBE and ROLLUP with this group window function are not supported")
          .withHint("use the window table function: FROM TABLE(TUMBLE(TABLE t, …))");
    }
    Frame input =
        everyWindowed && mayExpandFirst(given, sets.size())
            ? aggregations.prepared(given, aggregate.getGroupSet().asList(), aggregate)
            : given.window().isPresent() ? windows.assigned(given, everyWindowed) : given;
    boolean empty = sets.stream().anyMatch(ImmutableBitSet::isEmpty);
    List<ImmutableBitSet> grouped = sets.stream().filter(set -> !set.isEmpty()).toList();
    List<Frame> parts = new ArrayList<>();
    if (!grouped.isEmpty()) {
      boolean named = group && input.window().isEmpty();
      parts.add(grouped(input, aggregate, grouped, everyWindowed, named));
    }
    if (empty) {
      parts.add(whole(input, aggregate, sets.indexOf(ImmutableBitSet.of())));
    }
    if (parts.size() == 1) {
      return parts.get(0).withColumns(outputs(parts.get(0).columns(), aggregate));
    }
    List<Field> fields = new ArrayList<>();
    for (Expr column : parts.get(0).columns()) {
      fields.add(new Field("$" + fields.size(), column.type().withNullable(true)));
    }
    Schema schema = new Schema(fields);
    Frame all =
        rels.unionAll(parts.stream().map(p -> RelTranslator.converted(p, schema)).toList(), schema);
    return all.withColumns(outputs(all.columns(), aggregate));
  }

  /**
   * Whether rows may go into the sets before they have their windows: sessions are not made by a
   * set's keys, and a late row is to be told once.
   */
  private static boolean mayExpandFirst(Frame frame, int sets) {
    return frame.window().filter(w -> w.spec() instanceof WindowSpec.Session || sets > 1).isEmpty();
  }

  private static boolean isOfSessions(Frame frame) {
    return frame.window().filter(w -> w.spec() instanceof WindowSpec.Session).isPresent();
  }

  /**
   * The results of the sets that have columns: keys, calls, number of the set.
   *
   * @param named whether the rows name their window, of a group function, by its start among the
   *     keys: its end becomes one, too
   */
  private Frame grouped(
      Frame given,
      Aggregate aggregate,
      List<ImmutableBitSet> sets,
      boolean everyWindowed,
      boolean named) {
    Frame input = named ? withEnd(given) : given;
    List<Integer> spread = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      if (!everyWindowed || input.windowColumn(input.columns().get(key)) < 0) {
        spread.add(key);
      }
    }
    Frame expanded = expand(input, spread, sets, aggregate.getGroupSets());
    int width = input.columns().size();
    List<Integer> keys =
        aggregate.getGroupSet().asList().stream()
            .map(key -> spread.contains(key) ? width + spread.indexOf(key) : key)
            .toList();
    int set = width + spread.size();
    return aggregations.aggregated(
        expanded, keys, aggregate, named ? List.of(width - 1, set) : List.of(set));
  }

  private static Frame withEnd(Frame frame) {
    int end = frame.attached().orElseThrow().end();
    List<Expr> columns = new ArrayList<>(frame.columns());
    columns.add(new Expr.ColumnRef(end, frame.node().orElseThrow().schema().type(end)));
    return frame.withColumns(columns);
  }

  /** The one result of the set without columns, there even if there are no rows. */
  private Frame whole(Frame input, Aggregate aggregate, int number) {
    Frame made = aggregations.aggregated(input, List.of(), aggregate, List.of());
    List<Expr> columns = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      columns.add(Expr.Literal.nullOf(input.columns().get(key).type()));
    }
    columns.addAll(made.columns());
    columns.add(Expr.Literal.of((long) number, SET));
    return made.withColumns(columns);
  }

  /** The rows once per set: the input's columns, the keys of the set, the set's number. */
  private Frame expand(
      Frame input, List<Integer> spread, List<ImmutableBitSet> sets, List<ImmutableBitSet> all) {
    Optional<Frame.Windowing> windowing = input.window();
    List<Expr> columns = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (Expr column : input.columns()) {
      boolean ofWindow = windowing.isPresent() && input.windowColumn(column) >= 0;
      places.add(ofWindow ? -1 - input.windowColumn(column) : columns.size());
      if (!ofWindow) {
        columns.add(column);
      }
    }
    int time = columns.size();
    windowing.ifPresent(w -> columns.add(new Expr.ColumnRef(w.spec().timeColumn(), w.time())));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      names.add("$" + i);
    }
    RelTranslator.Built built =
        rels.materialize(
            new Frame(
                input.table(),
                input.node(),
                input.width(),
                input.condition(),
                columns,
                Optional.empty(),
                input.time(),
                input.rowWatermark()),
            names,
            windowing.isPresent());
    PlanNode base = built.node();
    List<PlanNode> inputs = new ArrayList<>();
    for (ImmutableBitSet set : sets) {
      inputs.add(project(base, spread, places, set, all.indexOf(set)));
    }
    PlanNode union =
        inputs.size() == 1 ? inputs.get(0) : RelTranslator.union(inputs, inputs.get(0).schema());
    return frame(union, windowing, places, base.schema().size(), spread.size(), time)
        .withRowWatermark(
            built.rowWatermark() < 0 ? Optional.empty() : Optional.of(built.rowWatermark()));
  }

  private static Frame frame(
      PlanNode union,
      Optional<Frame.Windowing> windowing,
      List<Integer> places,
      int baseWidth,
      int keys,
      int time) {
    Schema schema = union.schema();
    List<Expr> columns = new ArrayList<>();
    for (int place : places) {
      columns.add(
          place < 0
              ? new Expr.ColumnRef(
                  schema.size() - 1 - place, windowing.orElseThrow().type(-1 - place))
              : new Expr.ColumnRef(place, schema.type(place)));
    }
    for (int i = baseWidth; i <= baseWidth + keys; i++) {
      columns.add(new Expr.ColumnRef(i, schema.type(i)));
    }
    Frame frame = RelTranslator.node(union).withColumns(columns);
    return windowing
        .map(
            w ->
                frame.withWindow(
                    new Frame.Windowing(
                        w.spec().withTimeColumn(time), List.of(), w.bound(), w.time(), w.group()),
                    columns))
        .orElse(frame);
  }

  private static PlanNode project(
      PlanNode base, List<Integer> spread, List<Integer> places, ImmutableBitSet set, int number) {
    List<Expr> projections = new ArrayList<>();
    List<Field> fields = new ArrayList<>(base.schema().fields());
    for (int i = 0; i < base.schema().size(); i++) {
      projections.add(new Expr.ColumnRef(i, base.schema().type(i)));
    }
    for (int key : spread) {
      int place = places.get(key);
      DataType type = base.schema().type(place).withNullable(true);
      projections.add(set.get(key) ? new Expr.ColumnRef(place, type) : Expr.Literal.nullOf(type));
      fields.add(new Field("$key" + key, type));
    }
    projections.add(Expr.Literal.of((long) number, SET));
    fields.add(new Field("$set", SET));
    PlanTraits from = base.traits();
    return new PlanNode.FilterProject(
        base,
        Optional.empty(),
        projections,
        new PlanTraits(
            new Schema(fields),
            from.changelog(),
            List.of(),
            from.time(),
            Distribution.ANY,
            StateBound.NONE,
            from.bounded(),
            from.window()));
  }

  /** Calcite's columns: keys, then calls, those about the grouping computed from the set. */
  private static List<Expr> outputs(List<Expr> columns, Aggregate aggregate) {
    int keys = aggregate.getGroupCount();
    List<Expr> outputs = new ArrayList<>(columns.subList(0, keys));
    Expr set = columns.get(columns.size() - 1);
    int next = keys;
    for (org.apache.calcite.rel.core.AggregateCall call : aggregate.getAggCallList()) {
      outputs.add(isGrouping(call) ? grouping(set, call, aggregate) : columns.get(next++));
    }
    return outputs;
  }

  private static Expr grouping(
      Expr set, org.apache.calcite.rel.core.AggregateCall call, Aggregate aggregate) {
    DataType type = SqlTypes.fromCalcite(call.getType());
    List<Expr.Case.When> whens = new ArrayList<>();
    for (int i = 0; i < aggregate.getGroupSets().size(); i++) {
      long bits = 0;
      for (int column : call.getArgList()) {
        bits = bits << 1 | (aggregate.getGroupSets().get(i).get(column) ? 0 : 1);
      }
      whens.add(
          new Expr.Case.When(
              new Expr.Call(
                  "=",
                  List.of(set, Expr.Literal.of((long) i, SET)),
                  DataType.of(Kind.BOOLEAN).notNull()),
              Expr.Literal.of(bits, type.notNull())));
    }
    return new Expr.Case(whens, Expr.Literal.of(0L, type.notNull()), type);
  }
}
