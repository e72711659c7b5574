package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.type.DataType;
import java.util.List;
import java.util.Optional;

/**
 * A relation on the way to a plan: filters and projections are gathered as expressions over one
 * base and become a single FilterProject when something needs the rows.
 *
 * <p>Over a windowed base (a TUMBLE that is not aggregated yet) the columns after the base's are
 * the window's start, end and time.
 *
 * @param table the base, if it is a table of the catalog: its declared columns
 * @param node the base otherwise
 * @param width columns of the base
 * @param condition rows that pass
 * @param columns the output, over the base
 * @param window the window, whose time column is a column of the base
 * @param time event time of the base
 * @param rowWatermark hidden row watermark among the columns of a node
 */
record Frame(
    Optional<CatalogEntry.Table> table,
    Optional<PlanNode> node,
    int width,
    Optional<Expr> condition,
    List<Expr> columns,
    Optional<Windowing> window,
    Optional<TimeAttribute> time,
    Optional<Integer> rowWatermark) {
  /**
   * A window that rows are not assigned to yet.
   *
   * @param spec the window; its time column is one of the base
   * @param partition of a session the expressions whose values have sessions of their own
   * @param bound type of start and end
   * @param time type of the time column
   * @param group whether it is a group function, over sessions by all other keys of the grouping
   * @param before of a session or count window the condition on the rows that make it; that of the
   *     frame says which of them stay
   */
  record Windowing(
      WindowSpec spec,
      List<Expr> partition,
      DataType bound,
      DataType time,
      boolean group,
      Optional<Expr> before) {
    Windowing {
      partition = List.copyOf(partition);
    }

    Windowing(WindowSpec spec, List<Expr> partition, DataType bound, DataType time, boolean group) {
      this(spec, partition, bound, time, group, Optional.empty());
    }

    DataType type(int windowColumn) {
      return windowColumn == 2 ? time : bound;
    }
  }

  Frame {
    columns = List.copyOf(columns);
  }

  /** A frame without a hidden row watermark of its own. */
  Frame(
      Optional<CatalogEntry.Table> table,
      Optional<PlanNode> node,
      int width,
      Optional<Expr> condition,
      List<Expr> columns,
      Optional<Windowing> window,
      Optional<TimeAttribute> time) {
    this(table, node, width, condition, columns, window, time, Optional.empty());
  }

  Frame withColumns(List<Expr> newColumns) {
    return new Frame(table, node, width, condition, newColumns, window, time, rowWatermark);
  }

  Frame withCondition(Expr more) {
    Expr all =
        condition.isPresent()
            ? new Expr.Call("AND", List.of(condition.get(), more), more.type().withNullable(true))
            : more;
    return new Frame(table, node, width, Optional.of(all), columns, window, time, rowWatermark);
  }

  Frame withoutCondition() {
    return new Frame(table, node, width, Optional.empty(), columns, window, time, rowWatermark);
  }

  Frame withWindow(Windowing windowing, List<Expr> newColumns) {
    return new Frame(
        table, node, width, condition, newColumns, Optional.of(windowing), time, rowWatermark);
  }

  Frame withRowWatermark(Optional<Integer> column) {
    return new Frame(table, node, width, condition, columns, window, time, column);
  }

  Frame withoutWindow() {
    return new Frame(table, node, width, condition, columns, Optional.empty(), time, rowWatermark);
  }

  /** The columns of the base that name the window of each row, if it has been assigned. */
  Optional<WindowColumns> attached() {
    return node.flatMap(n -> n.traits().window());
  }

  /** Whether {@code expr} mentions the window. */
  boolean mentionsWindow(Expr expr) {
    if (expr instanceof Expr.ColumnRef ref) {
      return window.isPresent() && ref.index() >= width;
    }
    return expr.operands().stream().anyMatch(this::mentionsWindow);
  }

  /**
   * 0, 1 or 2 if {@code expr} is the start, end or time itself of the window, assigned or not; else
   * -1.
   */
  int windowColumn(Expr expr) {
    if (!(expr instanceof Expr.ColumnRef ref)) {
      return -1;
    }
    if (window.isPresent()) {
      return ref.index() >= width ? ref.index() - width : -1;
    }
    return attached()
        .map(
            w ->
                ref.index() == w.start()
                    ? 0
                    : ref.index() == w.end()
                        ? 1
                        : w.time().filter(t -> t == ref.index()).isPresent() ? 2 : -1)
        .orElse(-1);
  }
}
