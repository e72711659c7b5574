package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.HoldTimeNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlWindowTableFunction;

/**
 * Event time behind operators whose rows come or are taken back long after their time: rankings,
 * joins without bounds of time, groupings. Of such a column nothing can be promised before the
 * input ends, and then everything: windows over it are as right as the batch engine's, at the end.
 * Single-threaded.
 */
final class HeldTimes {
  private final RelTranslator rels;
  private final QueryOptions options;

  HeldTimes(RelTranslator rels, QueryOptions options) {
    this.rels = rels;
    this.options = options;
  }

  /**
   * The frame of {@code rel} with column {@code index} as its event time. The same frame if it is
   * that already, or if the column never was one.
   *
   * @throws UserError if windows over it would never close
   */
  Frame timed(Frame frame, RelNode rel, int index, String function) {
    return isTime(frame, frame.columns().get(index)) || !isEventTime(rel, index)
        ? frame
        : held(frame, rel, index, RelTranslator.names(rel), function);
  }

  /** As {@link #timed} for the time that group function {@code key} of an aggregation names. */
  Optional<Frame> timed(Frame frame, Aggregate aggregate, int key, Expr time, String function) {
    if (isTime(frame, time)
        || !(time instanceof Expr.ColumnRef)
        || !(aggregate.getInput() instanceof Project project)
        || !(project.getProjects().get(key) instanceof RexCall call)
        || !(call.getOperands().get(0) instanceof RexInputRef ref)
        || !isEventTime(project.getInput(), ref.getIndex())) {
      return Optional.empty();
    }
    List<Expr> columns = new ArrayList<>(frame.columns());
    columns.set(key, time);
    List<String> names = new ArrayList<>(RelTranslator.names(project));
    names.set(key, RelTranslator.names(project.getInput()).get(ref.getIndex()));
    return Optional.of(held(frame.withColumns(columns), project.getInput(), key, names, function));
  }

  /** The frame with the one column of event time it has, if it has not given it up. */
  Frame timed(Frame frame, RelNode rel) {
    for (int i = 0; frame.time().isEmpty() && i < frame.columns().size(); i++) {
      if (isEventTime(rel, i) && rels.isBounded(frame)) {
        return hold(frame, RelTranslator.names(rel), i);
      }
    }
    return frame;
  }

  private static boolean isTime(Frame frame, Expr expr) {
    return expr instanceof Expr.ColumnRef ref
        && frame.time().filter(t -> t.covers(ref.index())).isPresent();
  }

  private Frame held(Frame frame, RelNode rel, int index, List<String> names, String function) {
    boolean updates = options.emit().filter(e -> !(e instanceof Emit.OnWindowClose)).isPresent();
    if (!rels.isBounded(frame) && !updates) {
      Cause cause = cause(rel).orElse(Cause.OTHER);
      throw UserError.of(
              ErrorCode.WINDOW,
              function
                  + " over '"
                  + names.get(index)
                  + "' behind "
                  + cause.what
                  + " would never close over input that never ends")
          .withHint(cause.fix + ", or take changes: EMIT ON UPDATE");
    }
    return hold(frame, names, index);
  }

  private Frame hold(Frame frame, List<String> relNames, int index) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < frame.columns().size(); i++) {
      names.add(i < relNames.size() ? relNames.get(i) : "$" + i);
    }
    PlanNode input = rels.materialize(frame, names);
    PlanTraits from = input.traits();
    boolean endless = !from.bounded();
    PlanTraits traits =
        new PlanTraits(
            from.schema(),
            from.changelog(),
            from.uniqueKeys(),
            Optional.of(
                new TimeAttribute(
                    index, TimeAttribute.unitMicros(from.schema().type(index).precision()))),
            Distribution.ANY,
            endless
                ? new StateBound.Unbounded("the windows behind it, which may change for ever")
                : StateBound.NONE,
            from.bounded());
    return over(new HoldTimeNode(input, index, traits), frame);
  }

  /**
   * Rows of a table, with event time held if they are changes that end: an update takes back a row
   * of any time, so that nothing can be promised, and nothing is late.
   */
  static PlanNode settled(PlanNode rows) {
    PlanTraits traits = rows.traits();
    boolean changes = traits.changelog() != ChangelogMode.INSERT_ONLY;
    return changes && traits.bounded() && traits.time().isPresent()
        ? new HoldTimeNode(rows, traits.time().get().column(), traits.withState(StateBound.NONE))
        : rows;
  }

  /** A node that has a frame's columns as its first ones; constants stay constants. */
  static Frame over(PlanNode node, Frame given) {
    Frame made = RelTranslator.node(node);
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < given.columns().size(); i++) {
      Expr column = given.columns().get(i);
      columns.add(column instanceof Expr.Literal ? column : made.columns().get(i));
    }
    return made.withColumns(columns);
  }

  /** Whether a column carries, unchanged, values of a column that a WATERMARK is for. */
  static boolean isEventTime(RelNode rel, int column) {
    if (rel instanceof TableScan scan) {
      CatalogEntry.Table table = scan.getTable().unwrap(Validation.Relation.class).table();
      String name = rel.getRowType().getFieldNames().get(column);
      return table.watermark().filter(w -> w.column().equalsIgnoreCase(name)).isPresent();
    }
    if (rel instanceof Project project) {
      RexNode node = project.getProjects().get(column);
      return node instanceof RexInputRef ref && isEventTime(project.getInput(), ref.getIndex());
    }
    if (rel instanceof Filter || rel instanceof Sort) {
      return isEventTime(rel.getInput(0), column);
    }
    if (rel instanceof Join || rel instanceof Correlate) {
      int width = rel.getInput(0).getRowType().getFieldCount();
      return column < width
          ? isEventTime(rel.getInput(0), column)
          : isEventTime(rel.getInput(1), column - width);
    }
    if (rel instanceof Aggregate aggregate) {
      return column < aggregate.getGroupCount()
          && isEventTime(aggregate.getInput(), aggregate.getGroupSet().nth(column));
    }
    if (rel instanceof SetOp) {
      return rel.getInputs().stream().allMatch(input -> isEventTime(input, column));
    }
    if (rel instanceof TableFunctionScan function && isOverTime(function)) {
      int width = rel.getInput(0).getRowType().getFieldCount();
      return column < width ? isEventTime(rel.getInput(0), column) : column == width + 2;
    }
    return false;
  }

  private static boolean isOverTime(TableFunctionScan function) {
    return function.getInputs().size() == 1
        && !CountWindows.isCount(function.getCall())
        && ((RexCall) function.getCall()).getOperator() instanceof SqlWindowTableFunction;
  }

  /** What event time does not pass, and what to do about it. */
  private enum Cause {
    RANKING(
        "a ranking whose rows may be replaced",
        "rank by the event time, ascending; or PARTITION BY window_start, window_end of a window"
            + " inside"),
    JOIN(
        "a join whose partners may come at any time",
        "bound the time between partners: ON … AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1' HOUR"),
    GROUPING("a GROUP BY or DISTINCT", "window its input, or group by the window as well"),
    SETS("a set operation", "use UNION ALL, or window the inputs"),
    OTHER("an operator that event time does not pass", "window its input");

    private final String what;
    private final String fix;

    Cause(String what, String fix) {
      this.what = what;
      this.fix = fix;
    }
  }

  private static Optional<Cause> cause(RelNode rel) {
    if (rel instanceof Project project && project.containsOver()) {
      return Optional.of(Cause.RANKING);
    }
    if (rel instanceof Join || rel instanceof Correlate) {
      return Optional.of(Cause.JOIN);
    }
    if (rel instanceof Aggregate) {
      return Optional.of(Cause.GROUPING);
    }
    if (rel instanceof SetOp set
        && !(set instanceof org.apache.calcite.rel.core.Union && set.all)) {
      return Optional.of(Cause.SETS);
    }
    return rel.getInputs().stream().map(HeldTimes::cause).flatMap(Optional::stream).findFirst();
  }
}
