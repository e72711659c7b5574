package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * An input of a join on the way to a plan: its columns, and behind them what else the join needs of
 * it. Single-threaded.
 */
final class JoinInput {
  /** Columns of the right input begin here in conditions, until it is known where they are. */
  static final int RIGHT = 1 << 20;

  private Frame frame;
  private final List<String> names = new ArrayList<>();
  private final List<Expr> columns = new ArrayList<>();

  /** By column of the relation: where it is; -1 if nobody needs it. */
  private final int[] places;

  private boolean timed;
  private boolean versions;
  private OptionalInt mark = OptionalInt.empty();

  /** An input of whose columns the join and those behind it need only {@code needed}. */
  JoinInput(Frame frame, List<String> names, ImmutableBitSet needed) {
    this.frame = frame;
    places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = needed.get(i) ? columns.size() : -1;
      if (needed.get(i)) {
        columns.add(frame.columns().get(i));
        this.names.add(names.get(i));
      }
    }
  }

  Frame frame() {
    return frame;
  }

  /** Where column {@code index} of the relation is. */
  int at(int index) {
    return places[index];
  }

  /** What is at {@code place}, over the base. */
  Expr column(int place) {
    return columns.get(place);
  }

  /** Where {@code expr}, over the base, is; added if it is not there. */
  int place(Expr expr) {
    int known = columns.indexOf(expr);
    if (known >= 0) {
      return known;
    }
    columns.add(expr);
    names.add("$" + columns.size());
    return columns.size() - 1;
  }

  /** {@code expr}, over this input's columns, over the base. */
  Expr overBase(Expr expr) {
    return Exprs.substitute(expr, columns::get);
  }

  /** Where event time is; added if it is not there, empty if the input has none. */
  Optional<TimeAttribute> time() {
    return frame
        .time()
        .filter(t -> frame.window().isEmpty())
        .flatMap(
            t ->
                baseColumn(t.column())
                    .map(column -> new TimeAttribute(place(column), t.unitMicros())));
  }

  private Optional<Expr> baseColumn(int index) {
    return frame
        .node()
        .map(n -> (Expr) new Expr.ColumnRef(index, n.schema().type(index)))
        .or(() -> frame.columns().stream().filter(c -> isColumn(c, index)).findFirst());
  }

  private static boolean isColumn(Expr expr, int index) {
    return expr instanceof Expr.ColumnRef ref && ref.index() == index;
  }

  /** Whether the place holds the end of the window whose last instant is event time. */
  boolean isWindowEnd(int place) {
    return frame
        .attached()
        .filter(w -> !w.local() && w.time().equals(frame.time().map(TimeAttribute::column)))
        .filter(w -> isColumn(columns.get(place), w.end()))
        .isPresent();
  }

  /** Rows of windows that are over when they come are left out from now on. */
  void assignWindows(Windows windows) {
    if (frame.window().isPresent()) {
      Frame given = frame.withColumns(columns);
      frame = windows.assigned(given, true);
      columns.clear();
      columns.addAll(frame.columns());
    }
  }

  /** The join wants every version of a row, not the newest alone. */
  void wantsVersions() {
    versions = true;
  }

  /** The join needs event time. */
  void needsTime() {
    timed = frame.time().isPresent();
  }

  boolean isBounded(RelTranslator rels) {
    return rels.isBounded(frame);
  }

  PlanNode build(RelTranslator rels) {
    RelTranslator.Built built =
        rels.materialize(frame.withColumns(columns), names, timed, versions);
    mark = built.rowWatermark() < 0 ? OptionalInt.empty() : OptionalInt.of(built.rowWatermark());
    return built.node();
  }

  /** The hidden row watermark of what was built. */
  OptionalInt mark() {
    return mark;
  }
}
