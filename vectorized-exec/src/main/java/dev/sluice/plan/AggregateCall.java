package dev.sluice.plan;

import dev.sluice.type.DataType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One aggregate of an aggregation.
 *
 * @param function catalog id: COUNT, SUM, AVG, MIN, MAX, STDDEV_POP, STDDEV_SAMP, VAR_POP,
 *     VAR_SAMP, FIRST_VALUE, LAST_VALUE, LISTAGG, ARRAY_AGG, …
 * @param arguments input columns, by index; empty for COUNT(*)
 * @param constants literal arguments after the columns (LISTAGG's separator)
 * @param distinct whether equal argument tuples count once
 * @param filter input BOOLEAN column that says which rows take part
 * @param orderBy order in which an ordered aggregate (FIRST_VALUE, LISTAGG, ARRAY_AGG) takes its
 *     rows
 * @param type result type
 */
public record AggregateCall(
    String function,
    List<Integer> arguments,
    List<Expr.Literal> constants,
    boolean distinct,
    OptionalInt filter,
    List<SortKey> orderBy,
    DataType type) {
  public AggregateCall {
    arguments = List.copyOf(arguments);
    constants = List.copyOf(constants);
    orderBy = List.copyOf(orderBy);
  }

  /** A plain call without DISTINCT, FILTER or order. */
  public static AggregateCall of(String function, List<Integer> arguments, DataType type) {
    return new AggregateCall(
        function, arguments, List.of(), false, OptionalInt.empty(), List.of(), type);
  }

  /** This call over the rows only where the BOOLEAN column is true. */
  public AggregateCall withFilter(int column) {
    return new AggregateCall(
        function, arguments, constants, distinct, OptionalInt.of(column), orderBy, type);
  }

  /** The first argument column, if there is one. */
  public Optional<Integer> argument() {
    return arguments.stream().findFirst();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(function).append('(');
    if (distinct) {
      text.append("DISTINCT ");
    }
    if (arguments.isEmpty()) {
      text.append('*');
    }
    for (int i = 0; i < arguments.size(); i++) {
      text.append(i == 0 ? "$" : ", $").append(arguments.get(i));
    }
    constants.forEach(c -> text.append(", ").append(c));
    text.append(')');
    filter.ifPresent(f -> text.append(" FILTER $").append(f));
    if (!orderBy.isEmpty()) {
      text.append(" ORDER BY ").append(orderBy);
    }
    return text.toString();
  }
}
