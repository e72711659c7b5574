package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
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
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Window table functions and group window functions. Single-threaded. */
final class Windows {
  private final RelTranslator rels;
  private final QueryOptions options;
  private final Optional<RelTranslator.LateTarget> late;
  private final CountWindows countWindows;
  private final HeldTimes held;

  Windows(RelTranslator rels, QueryOptions options, Optional<RelTranslator.LateTarget> late) {
    this.rels = rels;
    this.options = options;
    this.late = late;
    this.countWindows = new CountWindows(rels, options);
    this.held = new HeldTimes(rels, options);
  }

  /** Whether a query has windows over event time. */
  static boolean isUsed(RelNode rel) {
    boolean here =
        rel instanceof TableFunctionScan scan && !CountWindows.isCount(scan.getCall())
            || rel instanceof Project project
                && project.getProjects().stream()
                    .anyMatch(
                        p -> p instanceof RexCall c && c.getOperator().getName().startsWith("$"));
    return here || rel.getInputs().stream().anyMatch(Windows::isUsed);
  }

  /** A window table function as a window over the frame of its input. */
  Frame translate(TableFunctionScan function) {
    RexCall call = (RexCall) function.getCall();
    String name = call.getOperator().getName();
    if (function.getInputs().size() != 1) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "table function " + name + " is not supported");
    }
    Frame given = rels.translate(function.getInput(0));
    Frame input = given;
    if (input.window().isPresent()) {
      throw UserError.of(
              ErrorCode.WINDOW, "a window table function cannot read another one directly")
          .withHint("aggregate the inner window first, then window again by window_time");
    }
    if (CountWindows.isCount(call)) {
      countWindows.requireNoLateness();
      return countWindows.translate(function, held.timed(given, function.getInput(0)));
    }
    int timeColumn = -1;
    List<Expr> partition = new ArrayList<>();
    List<Duration> durations = new ArrayList<>();
    for (RexNode operand : call.getOperands()) {
      if (operand.getKind() == SqlKind.DESCRIPTOR) {
        for (RexNode column : ((RexCall) operand).getOperands()) {
          int index = ((RexInputRef) column).getIndex();
          if (timeColumn < 0) {
            timeColumn = index;
          } else {
            partition.add(input.columns().get(index));
          }
        }
      } else if (operand instanceof RexLiteral literal) {
        durations.add(duration(literal));
      }
    }
    if (timeColumn < 0) {
      throw UserError.of(ErrorCode.WINDOW, name + " needs DESCRIPTOR(time column)");
    }
    Frame stamped = withProcessingTime(given, timeColumn, given.columns().get(timeColumn));
    input = stamped == given ? held.timed(given, function.getInput(0), timeColumn, name) : stamped;
    List<Expr> keys = input == given ? partition : partitionOf(call, input);
    Expr timeExpr = input.columns().get(timeColumn);
    int time = requireTime(input, timeExpr, name);
    DataType type = timeExpr.type().notNull();
    WindowSpec spec = spec(name, time, durations);
    boolean session = spec instanceof WindowSpec.Session;
    Frame.Windowing windowing =
        new Frame.Windowing(
            spec,
            keys,
            wallClock(type),
            type,
            false,
            session ? input.condition() : Optional.empty());
    List<Expr> columns = new ArrayList<>(input.columns());
    for (int i = 0; i < 3; i++) {
      columns.add(new Expr.ColumnRef(input.width() + i, windowing.type(i)));
    }
    return (session ? input.withoutCondition() : input)
        .withWindow(windowing, columns.subList(0, function.getRowType().getFieldCount()));
  }

  private static List<Expr> partitionOf(RexCall call, Frame input) {
    List<Expr> keys = new ArrayList<>();
    call.getOperands().stream()
        .filter(o -> o.getKind() == SqlKind.DESCRIPTOR)
        .skip(1)
        .flatMap(o -> ((RexCall) o).getOperands().stream())
        .forEach(o -> keys.add(input.columns().get(((RexInputRef) o).getIndex())));
    return keys;
  }

  /**
   * If {@code expr}, column {@code index} of the frame (or no column: -1), is PROCTIME(), the same
   * rows stamped with the time they are processed at.
   */
  private Frame withProcessingTime(Frame frame, int index, Expr expr) {
    if (!isProctime(frame, expr)) {
      return frame;
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < frame.columns().size(); i++) {
      names.add("$" + i);
    }
    PlanNode input = rels.materialize(frame, names);
    DataType type = DataType.of(Kind.TIMESTAMP_LTZ, 3).notNull();
    Schema schema = input.schema().append(new Field("$proctime", type));
    PlanTraits traits =
        new PlanTraits(
            schema,
            input.traits().changelog(),
            input.traits().uniqueKeys(),
            Optional.of(new TimeAttribute(schema.size() - 1, TimeAttribute.unitMicros(3))),
            input.traits().distribution(),
            StateBound.NONE,
            input.traits().bounded());
    Frame made = HeldTimes.over(new PlanNode.ProcessingTime(input, traits), frame);
    List<Expr> columns = new ArrayList<>(made.columns());
    columns.set(index, new Expr.ColumnRef(schema.size() - 1, type));
    return made.withColumns(columns);
  }

  /** Whether {@code expr} is PROCTIME(), or a column made of it. */
  static boolean isProctime(Frame frame, Expr expr) {
    if (expr instanceof Expr.Call call) {
      return call.function().equals("PROCTIME");
    }
    return frame.table().isPresent()
        && expr instanceof Expr.ColumnRef ref
        && ref.index() < frame.width()
        && frame.table().get().columns().get(ref.index())
            instanceof CatalogEntry.ColumnDef.Computed computed
        && computed.expression() instanceof org.apache.calcite.sql.SqlCall sql
        && sql.getOperator().getName().equalsIgnoreCase("PROCTIME");
  }

  /** The bounds of windows over instants are times by the session's clock, as in Flink. */
  private static DataType wallClock(DataType time) {
    return DataType.timestamp(time.precision()).notNull();
  }

  /** Turns {@code GROUP BY TUMBLE(ts, …)} into a window over the frame. */
  Frame withGroupFunction(Frame input, Aggregate aggregate) {
    for (int key : aggregate.getGroupSet()) {
      if (input.columns().get(key) instanceof Expr.Call call && call.function().startsWith("$")) {
        return withGroupFunction(timed(input, aggregate, key, call), aggregate, key, call);
      }
    }
    return input;
  }

  /**
   * The frame with a group function's time, where its rows must be stamped with it or event time be
   * held back for it, in place of the call.
   */
  private Frame timed(Frame input, Aggregate aggregate, int key, Expr.Call call) {
    Expr time = call.operands().get(0);
    if (!isProctime(input, time)) {
      String function = call.function().substring(1);
      return held.timed(input, aggregate, key, time, function).orElse(input);
    }
    List<Expr> columns = new ArrayList<>(input.columns());
    columns.set(key, time);
    return withProcessingTime(input.withColumns(columns), key, time);
  }

  private static Frame withGroupFunction(
      Frame input, Aggregate aggregate, int key, Expr.Call given) {
    Expr.Call call = given;
    if (!(input.columns().get(key) instanceof Expr.Call)) {
      List<Expr> operands = new ArrayList<>(given.operands());
      operands.set(0, input.columns().get(key));
      call = new Expr.Call(given.function(), operands, given.type());
    }
    String function = call.function().substring(1);
    int time = requireTime(input, call.operands().get(0), function);
    List<Duration> durations = new ArrayList<>();
    for (Expr operand : call.operands().subList(1, call.operands().size())) {
      boolean months = operand.type().kind() == Kind.INTERVAL_MONTH;
      if (!(operand instanceof Expr.Literal literal)
          || operand.type().kind() != Kind.INTERVAL_DAY && !months) {
        throw UserError.of(ErrorCode.WINDOW, function + " takes constant intervals");
      }
      durations.add(new Duration((Long) literal.value().orElseThrow(), months));
    }
    WindowSpec spec = spec(function, time, durations);
    List<Expr> partition = new ArrayList<>();
    if (spec instanceof WindowSpec.Session) {
      for (int other : aggregate.getGroupSet()) {
        if (other != key) {
          partition.add(input.columns().get(other));
        }
      }
    }
    DataType type = call.operands().get(0).type().notNull();
    List<Expr> columns = new ArrayList<>(input.columns());
    columns.set(key, new Expr.ColumnRef(input.width(), type));
    return input.withWindow(new Frame.Windowing(spec, partition, type, type, true), columns);
  }

  /** The base column of the time attribute, which {@code expr} must be. */
  private static int requireTime(Frame input, Expr expr, String function) {
    Optional<TimeAttribute> time = input.time();
    if (time.isPresent() && expr instanceof Expr.ColumnRef ref && time.get().covers(ref.index())) {
      return ref.index();
    }
    Optional<String> name =
        time.flatMap(
            t ->
                input
                    .node()
                    .map(node -> node.schema().field(t.column()).name())
                    .or(() -> input.table().map(table -> table.columns().get(t.column()).name())));
    throw UserError.of(
            ErrorCode.WINDOW,
            time.isEmpty()
                ? function + " needs an event-time column, but its input has no watermark"
                : function + " is over a column that is not the input's event time")
        .withHint(
            name.filter(n -> !n.startsWith("$"))
                .map(n -> "window by '" + n + "', the event time of the input")
                .orElse(
                    "declare WATERMARK FOR column AS column - INTERVAL '5' SECOND on the stream,"
                        + " and window by that column"));
  }

  private static WindowSpec spec(String function, int time, List<Duration> given) {
    if (given.stream().anyMatch(Duration::months)) {
      if (!function.equals("TUMBLE") || given.size() != 1 || given.get(0).amount() <= 0) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "months and years are supported for TUMBLE without an offset only")
            .withHint("use intervals of days");
      }
      return new WindowSpec.Months(time, Math.toIntExact(given.get(0).amount()));
    }
    List<Long> durations = given.stream().map(Duration::amount).toList();
    int needed = function.equals("TUMBLE") || function.equals("SESSION") ? 1 : 2;
    int most = function.equals("SESSION") ? 1 : needed + 1;
    if (durations.size() < needed || durations.size() > most) {
      throw UserError.of(
          ErrorCode.WINDOW,
          function
              + " takes "
              + (needed == 1 ? "one interval" : "two intervals")
              + (most > needed ? " and an optional offset" : ""));
    }
    long offset = durations.size() > needed ? durations.get(needed) : 0;
    for (int i = 0; i < needed; i++) {
      if (durations.get(i) <= 0) {
        throw UserError.of(ErrorCode.WINDOW, "the intervals of " + function + " must be positive")
            .withHint("such as INTERVAL '1' HOUR");
      }
    }
    if (function.equals("HOP") && durations.get(0) > durations.get(1)) {
      throw UserError.of(
              ErrorCode.WINDOW,
              "the slide of HOP is longer than its size: rows between the windows would be in none")
          .withHint("HOP takes the slide first, then the size; is it meant the other way round?");
    }
    if (function.equals("CUMULATE") && durations.get(1) % durations.get(0) != 0) {
      throw UserError.of(ErrorCode.WINDOW, "the size of CUMULATE must be a multiple of its step");
    }
    return switch (function) {
      case "TUMBLE" -> new WindowSpec.Tumble(time, durations.get(0), offset);
      case "HOP" -> new WindowSpec.Hop(time, durations.get(0), durations.get(1), offset);
      case "CUMULATE" -> new WindowSpec.Cumulate(time, durations.get(0), durations.get(1), offset);
      case "SESSION" -> new WindowSpec.Session(time, durations.get(0));
      default ->
          throw UserError.of(ErrorCode.UNSUPPORTED, function + " windows are not supported yet");
    };
  }

  /** An interval: microseconds, or months. */
  private record Duration(long amount, boolean months) {}

  private static Duration duration(RexLiteral literal) {
    DataType type = SqlTypes.fromCalcite(literal.getType());
    if (type.kind() != Kind.INTERVAL_DAY && type.kind() != Kind.INTERVAL_MONTH) {
      throw UserError.of(ErrorCode.WINDOW, "a window takes intervals, not " + type);
    }
    long amount = literal.getValueAs(java.math.BigDecimal.class).longValueExact();
    return type.kind() == Kind.INTERVAL_MONTH
        ? new Duration(amount, true)
        : new Duration(amount * 1000, false);
  }

  /**
   * The frame with every row assigned to its windows, which become columns of the base.
   *
   * @param dropLate whether rows that came too late for a window are left out of it
   */
  Frame assigned(Frame frame, boolean dropLate) {
    if (CountWindows.isCount(frame)) {
      return countWindows.assigned(frame);
    }
    Frame.Windowing windowing = frame.window().orElseThrow();
    boolean session = windowing.spec() instanceof WindowSpec.Session;
    List<Expr> before = new ArrayList<>();
    List<Expr> after = new ArrayList<>();
    // a row that WHERE leaves out may be what makes one session of two
    boolean whole = session && !windowing.group();
    windowing.before().ifPresent(before::add);
    frame
        .condition()
        .ifPresent(
            c ->
                Exprs.conjuncts(c)
                    .forEach(
                        one -> (whole || frame.mentionsWindow(one) ? after : before).add(one)));
    Inputs inputs = new Inputs(frame);
    List<Integer> keys = windowing.partition().stream().map(inputs::place).distinct().toList();
    int time = inputs.place(new Expr.ColumnRef(windowing.spec().timeColumn(), windowing.time()));
    List<Expr> used = new ArrayList<>(frame.columns());
    used.addAll(after);
    Exprs.columns(used).forEach(inputs::baseColumn);
    boolean drops = dropLate || session;
    Optional<SideOutput> side = drops ? late(frame, inputs::place) : Optional.<SideOutput>empty();
    Frame base =
        new Frame(
            frame.table(),
            frame.node(),
            frame.width(),
            Exprs.and(before),
            inputs.columns,
            Optional.empty(),
            frame.time(),
            frame.rowWatermark());
    RelTranslator.Built built = rels.materialize(base, inputs.names(), true);
    PlanNode input = session ? Aggregations.exchange(built.node(), keys) : built.node();
    PlanNode node = node(input, windowing, time, keys, built.rowWatermark(), dropLate, side);
    int width = input.schema().size();
    List<Expr> columns = frame.columns().stream().map(e -> inputs.over(e, width)).toList();
    Frame made = RelTranslator.node(node).withColumns(columns);
    for (Expr condition : after) {
      made = made.withCondition(inputs.over(condition, width));
    }
    return made;
  }

  private PlanNode node(
      PlanNode input,
      Frame.Windowing windowing,
      int time,
      List<Integer> keys,
      int rowWatermark,
      boolean dropLate,
      Optional<SideOutput> side) {
    boolean session = windowing.spec() instanceof WindowSpec.Session;
    if (side.isPresent()) {
      QueryPlanner.requireInserts(input, "LATE ROWS TO");
    }
    Schema schema =
        input
            .schema()
            .append(
                new Field("window_start", windowing.type(0)),
                new Field("window_end", windowing.type(1)),
                new Field("window_time", windowing.type(2)));
    int width = input.schema().size();
    long unit = TimeAttribute.unitMicros(windowing.time().precision());
    boolean local =
        windowing.time().kind() == Kind.TIMESTAMP_LTZ
            && windowing.bound().kind() != Kind.TIMESTAMP_LTZ;
    PlanTraits traits =
        new PlanTraits(
            schema,
            session ? sessionChanges(dropLate) : input.traits().changelog(),
            List.of(),
            session ? Optional.of(new TimeAttribute(width + 2, unit)) : input.traits().time(),
            Distribution.ANY,
            session ? new StateBound.ByWatermark("rows of open sessions") : StateBound.NONE,
            input.traits().bounded(),
            Optional.of(new WindowColumns(width, width + 1, Optional.of(width + 2), unit, local)));
    return new PlanNode.WindowAssign(
        input,
        windowing.spec().withTimeColumn(time),
        keys,
        rowWatermark >= 0 ? OptionalInt.of(rowWatermark) : OptionalInt.empty(),
        dropLate,
        dropLate || session ? options.allowedLatenessMicros() : 0,
        side,
        traits);
  }

  /** Rows of sessions come when these are over, or where the groups made of them update before. */
  private ChangelogMode sessionChanges(boolean grouped) {
    boolean updates = options.emit().filter(e -> !(e instanceof Emit.OnWindowClose)).isPresent();
    return grouped && updates ? ChangelogMode.RETRACT : ChangelogMode.INSERT_ONLY;
  }

  /** Where late rows of a window over {@code frame} go; {@code places} says where columns are. */
  Optional<SideOutput> late(Frame frame, java.util.function.ToIntFunction<Expr> places) {
    return late.map(
        target -> {
          RelTranslator.LateTarget sink = target.derived() ? withColumnsOf(frame, target) : target;
          return new SideOutput(sink.sink().sinkRef(), lateColumns(sink, frame, places));
        });
  }

  /** A sink that was declared without columns takes those of the stream. */
  private RelTranslator.LateTarget withColumnsOf(Frame frame, RelTranslator.LateTarget target) {
    List<CatalogEntry.ColumnDef> columns = frame.table().map(t -> t.columns()).orElse(List.of());
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      DataType type = rels.baseType(frame, i);
      if (!isProctime(frame, new Expr.ColumnRef(i, type))) {
        fields.add(new Field(columns.get(i).name(), type));
      }
    }
    return new RelTranslator.LateTarget(target.sink().withColumns(new Schema(fields)), true);
  }

  /** Whether the windows of a plan's rows are sessions. */
  static boolean isOverSessions(PlanNode node) {
    if (node instanceof PlanNode.WindowAssign assign) {
      return assign.window() instanceof WindowSpec.Session;
    }
    boolean passes = node instanceof PlanNode.FilterProject || node instanceof PlanNode.Union;
    return passes && node.inputs().stream().anyMatch(Windows::isOverSessions);
  }

  /** The columns of the LATE ROWS TO sink, by name, among the windowed input's. */
  private List<Integer> lateColumns(
      RelTranslator.LateTarget target, Frame frame, java.util.function.ToIntFunction<Expr> places) {
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
            .withHint("its columns are a subset of the stream's: " + String.join(", ", names))
            .at(options.lateRowsPosition().orElseThrow());
      }
      columns.add(places.applyAsInt(new Expr.ColumnRef(index, field.type())));
    }
    return columns;
  }

  /** The columns that a window's assignment hands through. */
  static final class Inputs {
    private final Frame frame;
    private final List<Expr> columns = new ArrayList<>();
    private final Map<Expr, Integer> places = new LinkedHashMap<>();
    private final Map<Integer, Integer> placeOfBase = new LinkedHashMap<>();

    Inputs(Frame frame) {
      this.frame = frame;
    }

    int place(Expr expr) {
      if (expr instanceof Expr.ColumnRef ref) {
        return baseColumn(ref.index(), ref.type());
      }
      Integer known = places.get(expr);
      if (known == null) {
        known = columns.size();
        places.put(expr, known);
        columns.add(expr);
      }
      return known;
    }

    int baseColumn(int index, DataType type) {
      if (index >= frame.width()) {
        return -1;
      }
      Integer known = placeOfBase.get(index);
      if (known == null) {
        known = columns.size();
        placeOfBase.put(index, known);
        columns.add(new Expr.ColumnRef(index, type));
      }
      return known;
    }

    List<Expr> columns() {
      return columns;
    }

    List<String> names() {
      List<String> names = new ArrayList<>();
      for (Expr column : columns) {
        names.add(
            column instanceof Expr.ColumnRef ref
                ? frame
                    .table()
                    .map(t -> t.columns().get(ref.index()).name())
                    .orElseGet(() -> frame.node().orElseThrow().schema().field(ref.index()).name())
                : "$key" + names.size());
      }
      return names;
    }

    /** The expression over the assignment's output, whose input has {@code width} columns. */
    Expr over(Expr expr, int width) {
      return Exprs.remap(
          expr, i -> i >= frame.width() ? width + i - frame.width() : placeOfBase.get(i));
    }
  }
}
