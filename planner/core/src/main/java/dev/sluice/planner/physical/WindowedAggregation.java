package dev.sluice.planner.physical;

import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.rel.core.Aggregate;

/** GROUP BY whose groups end with their window. Single-threaded. */
final class WindowedAggregation {
  private final RelTranslator rels;
  private final Windows windows;
  private final QueryOptions options;

  WindowedAggregation(RelTranslator rels, Windows windows, QueryOptions options) {
    this.rels = rels;
    this.windows = windows;
    this.options = options;
  }

  /** The plan node; its window is over panes, or named by the rows. */
  PlanNode node(
      Frame given, Aggregations.Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    Optional<Frame.Windowing> windowing = given.window();
    boolean ofSessions =
        windowing.filter(w -> w.spec() instanceof WindowSpec.Session && !w.group()).isPresent();
    if (!ofSessions) {
      return node(given, inputs, calls, Aggregations.callNames(aggregate));
    }
    Frame all = given.withoutCondition();
    Frame frame = windowing.get().before().map(all::withCondition).orElse(all);
    List<String> names = Aggregations.callNames(aggregate);
    return given
        .condition()
        .map(where -> ofSome(frame, where, inputs, calls, names))
        .orElseGet(() -> node(frame, inputs, calls, names));
  }

  /**
   * Sessions of all rows, with aggregates of those where the condition is true: a session without
   * any has no group.
   */
  private PlanNode ofSome(
      Frame frame,
      Expr where,
      Aggregations.Inputs inputs,
      List<AggregateCall> calls,
      List<String> names) {
    List<AggregateCall> filtered = new ArrayList<>();
    for (AggregateCall call : calls) {
      Expr filter =
          call.filter().isPresent()
              ? Exprs.and(List.of(inputs.columns.get(call.filter().getAsInt()), where))
                  .orElseThrow()
              : where;
      filtered.add(call.withFilter(inputs.argument(filter, "$where")));
    }
    DataType number = DataType.of(DataType.Kind.BIGINT).notNull();
    filtered.add(
        AggregateCall.of("COUNT", List.of(), number).withFilter(inputs.argument(where, "$where")));
    List<String> more = new ArrayList<>(names);
    more.add("$rows");
    PlanNode node = node(frame, inputs, filtered, more);
    int rows = inputs.keys + calls.size();
    Expr any =
        new Expr.Call(
            ">",
            List.of(new Expr.ColumnRef(rows, number), Expr.Literal.of(0L, number)),
            DataType.of(DataType.Kind.BOOLEAN).notNull());
    Frame made = RelTranslator.node(node);
    List<Expr> columns = new ArrayList<>(made.columns());
    columns.remove(rows);
    List<String> kept = new ArrayList<>(node.schema().names());
    kept.remove(rows);
    return rels.materialize(made.withCondition(any).withColumns(columns), kept);
  }

  private PlanNode node(
      Frame frame, Aggregations.Inputs inputs, List<AggregateCall> calls, List<String> names) {
    Optional<Frame.Windowing> windowing = frame.window();
    WindowSpec window =
        windowing
            .map(
                w ->
                    w.spec()
                        .withTimeColumn(
                            inputs.argument(
                                new Expr.ColumnRef(w.spec().timeColumn(), w.time()), "$time")))
            .orElseGet(() -> attached(frame, inputs));
    Optional<SideOutput> late =
        windowing.isPresent() ? windows.late(frame, e -> inputs.argument(e, "$late")) : noSide();
    RelTranslator.Built built =
        rels.materialize(
            new Frame(
                frame.table(),
                frame.node(),
                frame.width(),
                frame.condition(),
                inputs.columns,
                Optional.empty(),
                frame.time(),
                frame.rowWatermark()),
            inputs.names,
            windowing.isPresent());
    if (windowing.isPresent()) {
      QueryPlanner.requireInserts(built.node(), "a window");
    }
    PlanNode input = Aggregations.exchange(built.node(), inputs.keyColumns());
    boolean session = Windows.isOverSessions(built.node());
    Emit emit = options.emit().orElse(Emit.ON_WINDOW_CLOSE);
    return new PlanNode.WindowAggregate(
        input,
        window,
        inputs.keyColumns(),
        calls,
        emit,
        built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty(),
        session ? 0 : options.allowedLatenessMicros(),
        late,
        windowTraits(frame, window, inputs, input, resultSchema(input, inputs, calls, names)));
  }

  private static Optional<SideOutput> noSide() {
    return Optional.empty();
  }

  private static WindowSpec attached(Frame frame, Aggregations.Inputs inputs) {
    WindowColumns window = frame.attached().orElseThrow();
    Schema base = frame.node().orElseThrow().schema();
    int start =
        inputs.argument(new Expr.ColumnRef(window.start(), base.type(window.start())), "$start");
    int end = inputs.argument(new Expr.ColumnRef(window.end(), base.type(window.end())), "$end");
    return new WindowSpec.Attached(start, end, window.unitMicros(), window.local());
  }

  private PlanTraits windowTraits(
      Frame frame, WindowSpec window, Aggregations.Inputs inputs, PlanNode input, Schema results) {
    DataType bound;
    DataType timeType;
    long unit;
    if (window instanceof WindowSpec.Attached attached) {
      bound = input.schema().type(attached.timeColumn()).notNull();
      timeType =
          attached.local() ? DataType.of(DataType.Kind.TIMESTAMP_LTZ, bound.precision()) : bound;
      unit = attached.unitMicros();
    } else {
      bound = frame.window().orElseThrow().bound();
      timeType = frame.window().orElseThrow().time();
      unit = frame.time().orElseThrow().unitMicros();
    }
    Schema schema =
        results.append(
            new Field("window_start", bound),
            new Field("window_end", bound),
            new Field("window_time", timeType.notNull()));
    int start = results.size();
    boolean local =
        timeType.kind() == DataType.Kind.TIMESTAMP_LTZ
            && bound.kind() != DataType.Kind.TIMESTAMP_LTZ;
    return new PlanTraits(
        schema,
        options.emit().orElse(Emit.ON_WINDOW_CLOSE) instanceof Emit.OnWindowClose
            ? ChangelogMode.INSERT_ONLY
            : ChangelogMode.RETRACT,
        windowKeys(
            frame
                .node()
                .filter(PlanNode.WindowAssign.class::isInstance)
                .map(node -> ((PlanNode.WindowAssign) node).window())
                .filter(assigned -> window instanceof WindowSpec.Attached)
                .orElse(window),
            inputs.keyColumns(),
            start),
        Optional.of(new TimeAttribute(start + 2, unit)),
        Distribution.ANY,
        new StateBound.ByWatermark(
            window instanceof WindowSpec.Session
                ? "open sessions"
                : window.sizeMicros() > 0
                    ? "open windows of " + window.sizeMicros() / 1000 + " ms"
                    : "open windows"),
        input.traits().bounded(),
        Optional.of(new WindowColumns(start, start + 1, Optional.of(start + 2), unit, local)));
  }

  /** The sets of columns that name a row of a windowed aggregation. */
  private static List<List<Integer>> windowKeys(WindowSpec window, List<Integer> keys, int start) {
    List<List<Integer>> sets = new ArrayList<>();
    boolean oneSize =
        window instanceof WindowSpec.Tumble
            || window instanceof WindowSpec.Months
            || window instanceof WindowSpec.Hop;
    if (oneSize) {
      sets.add(with(keys, start));
    }
    if (oneSize || window instanceof WindowSpec.Cumulate) {
      sets.add(with(keys, start + 1));
    }
    sets.add(with(keys, start, start + 1));
    return sets;
  }

  private static List<Integer> with(List<Integer> keys, Integer... more) {
    List<Integer> all = new ArrayList<>(keys);
    all.addAll(List.of(more));
    return all;
  }

  private static Schema resultSchema(
      PlanNode input, Aggregations.Inputs inputs, List<AggregateCall> calls, List<String> names) {
    List<Field> fields = new ArrayList<>(input.schema().fields().subList(0, inputs.keys));
    for (int i = 0; i < calls.size(); i++) {
      fields.add(new Field(names.get(i), calls.get(i).type()));
    }
    return new Schema(fields);
  }
}
