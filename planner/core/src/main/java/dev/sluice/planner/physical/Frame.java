package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.CatalogEntry;
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
 */
record Frame(
    Optional<CatalogEntry.Table> table,
    Optional<PlanNode> node,
    int width,
    Optional<Expr> condition,
    List<Expr> columns,
    Optional<WindowSpec> window,
    Optional<TimeAttribute> time) {
  Frame {
    columns = List.copyOf(columns);
  }

  Frame withColumns(List<Expr> newColumns) {
    return new Frame(table, node, width, condition, newColumns, window, time);
  }

  Frame withCondition(Expr more) {
    Expr all =
        condition.isPresent()
            ? new Expr.Call("AND", List.of(condition.get(), more), more.type().withNullable(true))
            : more;
    return new Frame(table, node, width, Optional.of(all), columns, window, time);
  }

  Frame withWindow(WindowSpec spec, List<Expr> newColumns) {
    return new Frame(table, node, width, condition, newColumns, Optional.of(spec), time);
  }

  /** Whether {@code expr} mentions the window. */
  boolean mentionsWindow(Expr expr) {
    if (expr instanceof Expr.ColumnRef ref) {
      return window.isPresent() && ref.index() >= width;
    }
    return expr.operands().stream().anyMatch(this::mentionsWindow);
  }

  /** 0, 1 or 2 if {@code expr} is the window's start, end or time itself; else -1. */
  int windowColumn(Expr expr) {
    return window.isPresent() && expr instanceof Expr.ColumnRef ref && ref.index() >= width
        ? ref.index() - width
        : -1;
  }
}
