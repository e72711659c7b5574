package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.AggregateCall;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.WindowFunctions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Windows of a number of rows, and GROUP BY over them. Single-threaded. */
final class CountWindows {
  private static final DataType NUMBER = DataType.of(Kind.BIGINT).notNull();

  /** Columns behind the input's: start, end, and whether the row is the window's last. */
  private static final int ADDED = 3;

  private final RelTranslator rels;
  private final QueryOptions options;

  CountWindows(RelTranslator rels, QueryOptions options) {
    this.rels = rels;
    this.options = options;
  }

  static boolean isCount(RexNode call) {
    return call instanceof RexCall c
        && c.getOperator() instanceof WindowFunctions.CountWindowFunction;
  }

  static boolean isUsed(RelNode rel) {
    return rel instanceof TableFunctionScan scan && isCount(scan.getCall())
        || rel.getInputs().stream().anyMatch(CountWindows::isUsed);
  }

  static boolean isCount(Frame frame) {
    return frame.window().filter(w -> w.spec() instanceof WindowSpec.Count).isPresent();
  }

  /** A window over a frame whose own condition says which rows are counted. */
  Frame translate(TableFunctionScan function, Frame input) {
    List<Long> sizes = new ArrayList<>();
    List<Expr> partition = new ArrayList<>();
    for (RexNode operand : ((RexCall) function.getCall()).getOperands()) {
      if (operand instanceof RexLiteral literal) {
        sizes.add(literal.getValueAs(Long.class));
      } else if (operand.getKind() == SqlKind.DESCRIPTOR) {
        ((RexCall) operand)
            .getOperands()
            .forEach(o -> partition.add(input.columns().get(((RexInputRef) o).getIndex())));
      }
    }
    int time = input.time().map(TimeAttribute::column).orElse(-1);
    DataType timeType = time < 0 ? NUMBER : rels.baseType(input, time);
    Frame.Windowing windowing =
        new Frame.Windowing(
            new WindowSpec.Count(time, sizes.get(0), sizes.get(1)),
            partition,
            NUMBER,
            timeType,
            false,
            input.condition());
    List<Expr> columns = new ArrayList<>(input.columns());
    columns.add(new Expr.ColumnRef(input.width(), NUMBER));
    columns.add(new Expr.ColumnRef(input.width() + 1, NUMBER));
    return input.withoutCondition().withWindow(windowing, columns);
  }

  /** The frame with every row in its windows, which become columns of the base. */
  Frame assigned(Frame frame) {
    Frame.Windowing windowing = frame.window().orElseThrow();
    WindowSpec.Count window = (WindowSpec.Count) windowing.spec();
    Windows.Inputs inputs = new Windows.Inputs(frame);
    List<Integer> keys = windowing.partition().stream().map(inputs::place).distinct().toList();
    OptionalInt time =
        window.timeColumn() < 0
            ? OptionalInt.empty()
            : OptionalInt.of(
                inputs.place(new Expr.ColumnRef(window.timeColumn(), windowing.time())));
    List<Expr> used = new ArrayList<>(frame.columns());
    frame.condition().ifPresent(used::add);
    Exprs.columns(used).forEach(inputs::baseColumn);
    Frame base =
        new Frame(
            frame.table(),
            frame.node(),
            frame.width(),
            windowing.before(),
            inputs.columns(),
            Optional.empty(),
            frame.time(),
            frame.rowWatermark());
    boolean marked = time.isPresent() && !rels.isBounded(frame);
    RelTranslator.Built built = rels.materialize(base, inputs.names(), marked);
    boolean updating = built.node().traits().changelog() != ChangelogMode.INSERT_ONLY;
    boolean bounded = built.node().traits().bounded();
    if (updating && !bounded) {
      throw UserError.of(
              ErrorCode.CHANGELOG,
              "windows of a number of rows over a result that updates and never ends: a row that is"
                  + " taken back would move all behind it to other windows")
          .withHint(
              "count the changes themselves, FROM TO_CHANGELOG(TABLE …); use a window over time; or"
                  + " bound the source");
    }
    boolean byContents = bounded && (updating || time.isEmpty() && !isAsItArrives(built.node()));
    PlanNode input = Aggregations.exchange(built.node(), keys);
    OptionalInt mark =
        built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty();
    PlanNode node =
        new CountWindowNode(
            input,
            keys,
            window.slide(),
            window.size(),
            time.isPresent()
                ? Optional.of(new OverNode.ByTime(time.getAsInt(), mark))
                : Optional.empty(),
            byContents,
            traits(input, keys, time.isPresent() || byContents));
    int width = input.schema().size();
    Frame made =
        RelTranslator.node(node)
            .withColumns(frame.columns().stream().map(e -> inputs.over(e, width)).toList());
    return frame.condition().map(c -> made.withCondition(inputs.over(c, width))).orElse(made);
  }

  /** Whether rows come in the order of their source; behind other operators there is no order. */
  private static boolean isAsItArrives(PlanNode node) {
    boolean passes =
        node instanceof PlanNode.Scan
            || node instanceof PlanNode.Values
            || node instanceof PlanNode.FilterProject;
    return passes && node.inputs().stream().allMatch(CountWindows::isAsItArrives);
  }

  private PlanTraits traits(PlanNode input, List<Integer> keys, boolean timed) {
    PlanTraits from = input.traits();
    Schema schema =
        from.schema()
            .append(
                new Field("window_start", NUMBER),
                new Field("window_end", NUMBER),
                new Field("$last", DataType.of(Kind.BOOLEAN).notNull()));
    StateBound state;
    if (from.bounded()) {
      state = timed ? new StateBound.ByInput() : counts(keys);
    } else {
      state =
          keys.isEmpty() && timed
              ? new StateBound.ByWatermark("rows ahead of the watermark, and how many came")
              : counts(keys);
    }
    return new PlanTraits(
        schema,
        ChangelogMode.INSERT_ONLY,
        List.of(),
        timed ? from.time().map(TimeAttribute::alone) : Optional.empty(),
        Distribution.ANY,
        state,
        from.bounded());
  }

  private StateBound counts(List<Integer> keys) {
    String what = "how many rows of each key came";
    return keys.isEmpty()
        ? new StateBound.Constant("how many rows came")
        : rels.keyed(keys, what, what + ", never freed");
  }

  /**
   * Whether groups by {@code keys} of the frame lie within a count window of one key, so that they
   * end with it.
   */
  static boolean isGrouped(Frame frame, List<Expr> keys) {
    if (!(frame.node().orElse(null) instanceof CountWindowNode node)) {
      return false;
    }
    int width = node.schema().size() - ADDED;
    return node.keys().stream().allMatch(k -> placeOf(keys, k) >= 0)
        && (placeOf(keys, width) >= 0 || placeOf(keys, width + 1) >= 0);
  }

  private static int placeOf(List<Expr> keys, int column) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i) instanceof Expr.ColumnRef ref && ref.index() == column) {
        return i;
      }
    }
    return -1;
  }

  /** Makes sure that the window's end is among the keys: it names the window. */
  static void addEnd(Frame frame, Aggregations.Inputs inputs) {
    int end = frame.node().orElseThrow().schema().size() - ADDED + 1;
    if (placeOf(inputs.columns, end) < 0) {
      inputs.key(new Expr.ColumnRef(end, NUMBER), "$end");
    }
  }

  /** The aggregation of a frame that {@link #isGrouped}. */
  PlanNode node(Frame frame, Aggregations.Inputs inputs, List<AggregateCall> calls, Schema schema) {
    CountWindowNode window = (CountWindowNode) frame.node().orElseThrow();
    int width = window.schema().size() - ADDED;
    List<Expr> keys = inputs.columns.subList(0, inputs.keys);
    List<Integer> partition = window.keys().stream().map(k -> placeOf(keys, k)).toList();
    int end = placeOf(keys, width + 1);
    int last =
        inputs.argument(new Expr.ColumnRef(width + 2, window.schema().type(width + 2)), "$last");
    OptionalInt where =
        frame
            .condition()
            .map(c -> OptionalInt.of(inputs.argument(c, "$where")))
            .orElse(OptionalInt.empty());
    PlanNode input =
        rels.materialize(
            new Frame(
                frame.table(),
                frame.node(),
                frame.width(),
                Optional.empty(),
                inputs.columns,
                Optional.empty(),
                frame.time()),
            inputs.names);
    Emit emit = options.emit().orElse(Emit.ON_WINDOW_CLOSE);
    boolean bounded = input.traits().bounded();
    PlanTraits traits =
        new PlanTraits(
            schema,
            emit instanceof Emit.OnWindowClose ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT,
            List.of(inputs.keyColumns()),
            Optional.empty(),
            Distribution.ANY,
            bounded
                ? new StateBound.ByInput()
                : partition.isEmpty()
                    ? new StateBound.Constant("the windows that are not full")
                    : rels.keyed(
                        partition,
                        "the windows of each key that are not full",
                        "the windows of each key that are not full"),
            bounded);
    return new CountAggregateNode(
        input, inputs.keyColumns(), calls, partition, end, last, where, emit, traits);
  }

  /** Clauses about late rows: a row is late for its place in the order, not for a window. */
  void requireNoLateness() {
    if (options.allowedLatenessMicros() > 0 || options.lateRowsTo().isPresent()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "ALLOWED LATENESS and LATE ROWS TO are for windows over time, not over a number of"
                  + " rows")
          .withHint("leave the clause out; the watermark's own delay makes rows wait as well");
    }
  }
}
