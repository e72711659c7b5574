package dev.sluice.planner.physical;

import dev.sluice.plan.Expr;
import dev.sluice.planner.validate.RandomFunctions;
import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/** Walks over expressions. Stateless. */
final class Exprs {
  private Exprs() {}

  /** The input columns that {@code exprs} use. */
  static Set<Integer> references(List<Expr> exprs) {
    Set<Integer> found = new TreeSet<>();
    exprs.forEach(expr -> found.addAll(expr.columns()));
    return found;
  }

  /** The input columns that {@code exprs} use, with their types. */
  static Map<Integer, DataType> columns(List<Expr> exprs) {
    Map<Integer, DataType> found = new TreeMap<>();
    for (Expr expr : exprs) {
      if (expr instanceof Expr.ColumnRef ref) {
        found.put(ref.index(), ref.type());
      }
      found.putAll(columns(expr.operands()));
    }
    return found;
  }

  /** {@code expr} with its column indices changed. */
  static Expr remap(Expr expr, IntUnaryOperator mapping) {
    return replace(expr, ref -> new Expr.ColumnRef(mapping.applyAsInt(ref.index()), ref.type()));
  }

  /** {@code expr} with expressions in place of its columns. */
  static Expr substitute(Expr expr, IntFunction<Expr> columns) {
    return replace(expr, ref -> columns.apply(ref.index()));
  }

  private static Expr replace(Expr expr, Function<Expr.ColumnRef, Expr> mapping) {
    if (expr instanceof Expr.ColumnRef ref) {
      return mapping.apply(ref);
    }
    if (expr instanceof Expr.Call call) {
      return new Expr.Call(
          call.function(),
          call.operands().stream().map(o -> replace(o, mapping)).toList(),
          call.type());
    }
    if (expr instanceof Expr.Cast cast) {
      return new Expr.Cast(replace(cast.operand(), mapping), cast.type(), cast.safe());
    }
    if (expr instanceof Expr.Case choice) {
      return new Expr.Case(
          choice.whens().stream()
              .map(
                  w ->
                      new Expr.Case.When(
                          replace(w.condition(), mapping), replace(w.result(), mapping)))
              .toList(),
          replace(choice.otherwise(), mapping),
          choice.type());
    }
    if (expr instanceof Expr.FieldAccess access) {
      return new Expr.FieldAccess(replace(access.row(), mapping), access.field(), access.type());
    }
    return expr;
  }

  /**
   * The input column that {@code expr} is, perhaps in a wider type: different values stay
   * different.
   */
  static Optional<Integer> sameValue(Expr expr) {
    Expr value = Sinks.unchecked(expr);
    if (value instanceof Expr.ColumnRef ref) {
      return Optional.of(ref.index());
    }
    return value instanceof Expr.Cast cast && isWidening(cast.operand().type(), cast.type())
        ? sameValue(cast.operand())
        : Optional.empty();
  }

  private static boolean isWidening(DataType from, DataType to) {
    if (from.kind().isInteger() && to.kind().isInteger()) {
      return from.kind().compareTo(to.kind()) <= 0;
    }
    if (from.kind().isInteger() && to.kind() == DataType.Kind.DECIMAL) {
      return to.precision() - to.scale() >= 19;
    }
    return from.kind() == to.kind()
        && !from.kind().isNested()
        && from.scale() <= to.scale()
        && from.precision() - from.scale() <= to.precision() - to.scale();
  }

  /** Whether {@code expr} calls that function somewhere. */
  static boolean calls(Expr expr, String function) {
    return expr instanceof Expr.Call call && call.function().equals(function)
        || expr.operands().stream().anyMatch(o -> calls(o, function));
  }

  /** The first function of an expression that gives another value each time it is asked. */
  static Optional<String> random(Expr expr) {
    if (expr instanceof Expr.Call call && RandomFunctions.NAMES.contains(call.function())) {
      return Optional.of(call.function());
    }
    return expr.operands().stream().flatMap(o -> random(o).stream()).findFirst();
  }

  /** One condition of many. */
  static Optional<Expr> and(List<Expr> conditions) {
    if (conditions.size() < 2) {
      return conditions.stream().findFirst();
    }
    return Optional.of(new Expr.Call("AND", conditions, DataType.of(DataType.Kind.BOOLEAN)));
  }

  /** The conjuncts of a condition. */
  static List<Expr> conjuncts(Expr condition) {
    if (condition instanceof Expr.Call call && call.function().equals("AND")) {
      List<Expr> all = new ArrayList<>();
      call.operands().forEach(o -> all.addAll(conjuncts(o)));
      return all;
    }
    return List.of(condition);
  }
}
