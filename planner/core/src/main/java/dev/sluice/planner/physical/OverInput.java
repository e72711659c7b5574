package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.WindowColumns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * The columns that an operator over windows needs of its input: columns of the input as they are,
 * and computed keys. Single-threaded.
 */
final class OverInput {
  private final RexBuilder rexBuilder;
  private final List<String> inputNames;
  private Frame input;
  private final List<Expr> columns = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Map<Expr, Integer> places = new HashMap<>();
  private final Map<Integer, Integer> placeOfInput = new HashMap<>();

  OverInput(Frame input, List<String> inputNames, RexBuilder rexBuilder) {
    this.input = input;
    this.inputNames = inputNames;
    this.rexBuilder = rexBuilder;
  }

  boolean isProctime(RexNode node) {
    return Windows.isProctime(input, translate(node));
  }

  Expr translate(RexNode node) {
    return new ExprTranslator(rexBuilder, input.columns()::get).translate(node);
  }

  /** Where the values of expressions over the input will be. */
  List<Integer> expressions(List<RexNode> nodes) {
    return nodes.stream().map(this::expression).distinct().toList();
  }

  int expression(RexNode node) {
    if (node instanceof RexInputRef ref) {
      return column(ref.getIndex());
    }
    return add(translate(node), "$" + columns.size());
  }

  /** Constants of the order say nothing; they are columns all the same. */
  SortKey sortKey(RexFieldCollation collation) {
    boolean descending = collation.getDirection().isDescending();
    boolean nullsFirst =
        collation.getNullDirection() == org.apache.calcite.rel.RelFieldCollation.NullDirection.FIRST
            || collation.getNullDirection()
                    == org.apache.calcite.rel.RelFieldCollation.NullDirection.UNSPECIFIED
                && descending;
    return new SortKey(expression(collation.left), descending, nullsFirst);
  }

  int column(int index) {
    Integer known = placeOfInput.get(index);
    if (known == null) {
      known = add(input.columns().get(index), inputNames.get(index));
      placeOfInput.put(index, known);
    }
    return known;
  }

  int add(Expr expr, String name) {
    Integer known = places.get(expr);
    if (known == null) {
      known = columns.size();
      places.put(expr, known);
      columns.add(expr);
      names.add(name);
    }
    return known;
  }

  /** Takes the columns of the input that expressions use. */
  void columnsOf(List<RexNode> nodes) {
    ImmutableBitSet used = RelOptUtil.InputFinder.bits(nodes, null);
    used.forEach(this::column);
  }

  /** The column for column {@code index} of the input, over the operator's output. */
  Expr place(int index) {
    int place = placeOfInput.get(index);
    return new Expr.ColumnRef(place, columns.get(place).type());
  }

  /**
   * If {@code keys} keep windows apart, assigns rows to them and makes sure that their bounds are
   * among the columns; whether they do.
   */
  boolean assignWindow(List<Integer> keys, Windows windows, long allowedLateness) {
    Frame keyed = frame();
    boolean windowed =
        keyed.window().isPresent()
            ? Aggregations.isWindowed(keyed, keys)
            : Aggregations.isAttached(keyed, keys);
    if (windowed && keyed.window().isPresent()) {
      if (allowedLateness > 0) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "ALLOWED LATENESS is for aggregations, not for rows of a window one by one")
            .withHint("leave the clause out; the watermark's own delay makes rows wait as well");
      }
      input = windows.assigned(keyed, true);
      for (int i = 0; i < columns.size(); i++) {
        columns.set(i, input.columns().get(i));
      }
    }
    if (windowed) {
      WindowColumns window = input.attached().orElseThrow();
      places.clear();
      for (int i = 0; i < columns.size(); i++) {
        places.put(columns.get(i), i);
      }
      bound(window.start(), "$start");
      bound(window.end(), "$end");
    }
    return windowed;
  }

  private void bound(int column, String name) {
    add(new Expr.ColumnRef(column, input.node().orElseThrow().schema().type(column)), name);
  }

  Frame frame() {
    return input.withColumns(columns);
  }

  List<String> names() {
    return names;
  }
}
