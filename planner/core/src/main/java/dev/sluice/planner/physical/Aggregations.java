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
import dev.sluice.plan.SideOutput;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.core.Aggregate;

/** GROUP BY: over windows and without. Single-threaded. */
final class Aggregations {
  /** Aggregates that can take a row back. */
  private static final Set<String> RETRACTABLE = Set.of("COUNT", "SUM", "AVG");

  private final RelTranslator rels;
  private final QueryOptions options;
  private final Optional<RelTranslator.LateTarget> late;

  Aggregations(RelTranslator rels, QueryOptions options, Optional<RelTranslator.LateTarget> late) {
    this.rels = rels;
    this.options = options;
    this.late = late;
  }

  Frame translate(Aggregate aggregate) {
    if (aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED, "GROUPING SETS, CUBE and ROLLUP are not supported yet");
    }
    Frame input = withGroupFunction(rels.translate(aggregate.getInput()), aggregate);
    Inputs inputs = new Inputs(input);
    List<Expr> outputs = new ArrayList<>();
    List<Integer> windowColumns = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      Expr expr = input.columns().get(key);
      int windowColumn = input.windowColumn(expr);
      windowColumns.add(windowColumn);
      if (windowColumn < 0) {
        if (input.mentionsWindow(expr)) {
          throw UserError.of(
                  ErrorCode.UNSUPPORTED,
                  "grouping by an expression over the window's bounds is not supported")
              .withHint("GROUP BY window_start, window_end and compute the expression outside");
        }
        inputs.key(expr, aggregate.getInput().getRowType().getFieldNames().get(key));
      }
    }
    List<AggregateCall> calls = calls(aggregate, input, inputs);
    boolean windowed = windowColumns.stream().anyMatch(w -> w >= 0);
    if (input.window().isPresent() && !windowed) {
      throw UserError.of(ErrorCode.WINDOW, "the query reads a window but does not group by it")
          .withHint("add window_start, window_end to GROUP BY");
    }
    PlanNode node =
        windowed
            ? windowAggregate(input, inputs, calls, aggregate)
            : groupAggregate(input, inputs, calls, aggregate);
    int keyPlace = 0;
    int windowPlace = inputs.keys + calls.size();
    for (int windowColumn : windowColumns) {
      int place = windowColumn >= 0 ? windowPlace + windowColumn : keyPlace++;
      outputs.add(new Expr.ColumnRef(place, node.schema().type(place)));
    }
    for (int i = 0; i < calls.size(); i++) {
      int place = inputs.keys + i;
      outputs.add(new Expr.ColumnRef(place, node.schema().type(place)));
    }
    return RelTranslator.node(node).withColumns(outputs);
  }

  /** DISTINCT over all columns. */
  Frame distinct(Frame input, Schema schema) {
    Inputs inputs = new Inputs(input);
    for (int i = 0; i < schema.size(); i++) {
      inputs.key(input.columns().get(i), schema.field(i).name());
    }
    return RelTranslator.node(groupNode(input, inputs, List.of(), schema));
  }

  /** Turns {@code GROUP BY TUMBLE(ts, …)} into a window over the frame. */
  private static Frame withGroupFunction(Frame input, Aggregate aggregate) {
    for (int key : aggregate.getGroupSet()) {
      if (input.columns().get(key) instanceof Expr.Call call && call.function().startsWith("$")) {
        String function = call.function().substring(1);
        int time = RelTranslator.requireTime(input, call.operands().get(0), function);
        List<Long> durations = new ArrayList<>();
        for (Expr operand : call.operands().subList(1, call.operands().size())) {
          if (!(operand instanceof Expr.Literal literal)
              || operand.type().kind() != DataType.Kind.INTERVAL_DAY) {
            throw UserError.of(ErrorCode.WINDOW, function + " takes constant intervals");
          }
          durations.add((Long) literal.value().orElseThrow());
        }
        WindowSpec spec = RelTranslator.spec(function, time, durations);
        List<Expr> columns = new ArrayList<>(input.columns());
        columns.set(
            key, new Expr.ColumnRef(input.width(), call.operands().get(0).type().notNull()));
        return input.withWindow(spec, columns);
      }
    }
    return input;
  }

  /** The columns an aggregation needs of its input: keys first, then arguments. */
  private static final class Inputs {
    private final Frame frame;
    private final List<Expr> columns = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<Expr, Integer> places = new HashMap<>();
    private int keys;

    Inputs(Frame frame) {
      this.frame = frame;
    }

    void key(Expr expr, String name) {
      columns.add(expr);
      names.add(name);
      places.putIfAbsent(expr, keys);
      keys++;
    }

    int argument(Expr expr, String name) {
      if (frame.mentionsWindow(expr)) {
        throw UserError.of(
            ErrorCode.UNSUPPORTED, "aggregating the window's own bounds is not supported");
      }
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
      List<Integer> arguments = new ArrayList<>();
      List<Expr.Literal> constants = new ArrayList<>();
      for (int argument : call.getArgList()) {
        Expr expr = input.columns().get(argument);
        if (!arguments.isEmpty() && expr instanceof Expr.Literal literal) {
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
              function(call.getAggregation().getName().toUpperCase(Locale.ROOT)),
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
  private static String function(String name) {
    return Aggregates.specs().stream()
        .filter(s -> s.name().equals(name) || s.aliases().contains(name))
        .map(FunctionSpec::name)
        .findFirst()
        .orElseThrow(
            () ->
                UserError.of(ErrorCode.UNSUPPORTED, "aggregate " + name + " is not supported yet"));
  }

  private static Schema resultSchema(
      PlanNode input, Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    List<Field> fields = new ArrayList<>(input.schema().fields().subList(0, inputs.keys));
    List<String> names = aggregate.getRowType().getFieldNames();
    for (int i = 0; i < calls.size(); i++) {
      fields.add(new Field(names.get(aggregate.getGroupCount() + i), calls.get(i).type()));
    }
    return new Schema(fields);
  }

  private PlanNode windowAggregate(
      Frame frame, Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    Emit emit = options.emit().orElse(Emit.ON_WINDOW_CLOSE);
    if (!(emit instanceof Emit.OnWindowClose)) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "windows give their result when they close; EMIT " + emit + " is not supported yet")
          .withHint("use EMIT ON WINDOW CLOSE, or leave the clause out");
    }
    WindowSpec window = frame.window().orElseThrow();
    TimeAttribute time = frame.time().orElseThrow();
    Expr timeExpr = new Expr.ColumnRef(time.column(), timeType(frame, time.column()));
    int timePlace = inputs.argument(timeExpr, "$time");
    Optional<LateColumns> lateColumns = late.map(target -> lateColumns(target, frame, inputs));
    RelTranslator.Built built =
        rels.materialize(
            new Frame(
                frame.table(),
                frame.node(),
                frame.width(),
                frame.condition(),
                inputs.columns,
                Optional.empty(),
                frame.time()),
            inputs.names,
            true);
    QueryPlanner.requireInserts(built.node(), "a window");
    PlanNode input = exchange(built.node(), inputs.keyColumns());
    DataType bound = timeExpr.type().notNull();
    Schema results = resultSchema(input, inputs, calls, aggregate);
    Schema schema =
        results.append(
            new Field("window_start", bound),
            new Field("window_end", bound),
            new Field("window_time", bound));
    List<Integer> key = new ArrayList<>(inputs.keyColumns());
    key.add(results.size());
    PlanTraits traits =
        new PlanTraits(
            schema,
            ChangelogMode.INSERT_ONLY,
            List.of(List.copyOf(key)),
            Optional.of(new TimeAttribute(schema.size() - 1, time.unitMicros())),
            Distribution.ANY,
            new StateBound.ByWatermark("open windows of " + window.sizeMicros() / 1000 + " ms"),
            input.traits().bounded());
    return new PlanNode.WindowAggregate(
        input,
        window.withTimeColumn(timePlace),
        inputs.keyColumns(),
        calls,
        emit,
        built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty(),
        options.allowedLatenessMicros(),
        lateColumns.map(c -> new SideOutput(late.orElseThrow().sink().sinkRef(), c.columns())),
        traits);
  }

  private record LateColumns(List<Integer> columns) {}

  /** The columns of the LATE ROWS TO sink, by name, among the windowed input's. */
  private static LateColumns lateColumns(
      RelTranslator.LateTarget target, Frame frame, Inputs inputs) {
    List<Integer> columns = new ArrayList<>();
    if (frame.table().isEmpty()) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED, "LATE ROWS TO works for windows directly over a stream");
    }
    List<String> names = frame.table().get().columns().stream().map(c -> c.name()).toList();
    for (Field field : target.sink().sinkRef().schema().fields()) {
      int index = -1;
      for (int i = 0; i < names.size(); i++) {
        index = names.get(i).equalsIgnoreCase(field.name()) ? i : index;
      }
      if (index < 0) {
        throw UserError.of(
                ErrorCode.SINK_SCHEMA,
                "sink '"
                    + target.sink().name()
                    + "' for late rows has a column '"
                    + field.name()
                    + "' the stream has not")
            .withHint("its columns are a subset of the stream's: " + String.join(", ", names));
      }
      columns.add(inputs.argument(new Expr.ColumnRef(index, field.type()), field.name()));
    }
    return new LateColumns(columns);
  }

  private static DataType timeType(Frame frame, int column) {
    if (frame.node().isPresent()) {
      return frame.node().get().schema().type(column);
    }
    for (Expr expr : frame.columns()) {
      if (expr instanceof Expr.ColumnRef ref && ref.index() == column) {
        return ref.type();
      }
    }
    int unitDigits =
        (int) Math.round(Math.log10(1_000_000.0 / frame.time().orElseThrow().unitMicros()));
    return DataType.timestamp(unitDigits);
  }

  private PlanNode groupAggregate(
      Frame frame, Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    return groupNode(frame, inputs, calls, schemaOf(inputs, calls, aggregate));
  }

  private static Schema schemaOf(Inputs inputs, List<AggregateCall> calls, Aggregate aggregate) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < inputs.keys; i++) {
      fields.add(new Field(inputs.names.get(i), inputs.columns.get(i).type()));
    }
    List<String> names = aggregate.getRowType().getFieldNames();
    for (int i = 0; i < calls.size(); i++) {
      fields.add(new Field(names.get(aggregate.getGroupCount() + i), calls.get(i).type()));
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
    boolean updates = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    if (updates
        && calls.stream().anyMatch(c -> !RETRACTABLE.contains(c.function()) || c.distinct())) {
      QueryPlanner.requireInserts(input, "this aggregate");
    }
    Emit emit = options.emit().orElse(bounded ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    if (emit instanceof Emit.Every) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "EMIT EVERY is not supported yet");
    }
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
            bounded
                ? new StateBound.ByInput()
                : new StateBound.Unbounded("one group per key, never freed"),
            bounded);
    return new PlanNode.GroupAggregate(input, inputs.keyColumns(), calls, emit, traits);
  }

  private static PlanNode exchange(PlanNode input, List<Integer> keys) {
    Distribution distribution = keys.isEmpty() ? Distribution.SINGLE : new Distribution.Hash(keys);
    return new PlanNode.Exchange(
        input, distribution, input.traits().withDistribution(distribution));
  }
}
