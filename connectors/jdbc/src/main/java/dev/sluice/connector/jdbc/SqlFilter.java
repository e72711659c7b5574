package dev.sluice.connector.jdbc;

import dev.sluice.plan.Expr;
import dev.sluice.type.DataType.Kind;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of a pushed filter that a database surely understands as we do, as a condition with
 * marks. It may let more rows through (the plan filters again) but never fewer: comparisons of
 * integers, dates and timestamps, equality of texts (which a collation only widens), NULL tests,
 * AND, OR. Constants go as parameters, never into the text. Immutable.
 *
 * @param sql the condition
 * @param values its parameters, in order
 */
record SqlFilter(String sql, List<Object> values) {
  /** The database's columns, by index into the request's schema. */
  interface Columns {
    String quoted(int index);

    /** Whether the database compares the column as a text. */
    boolean isText(int index);
  }

  private static final long MICROS = 1_000_000;

  /** The condition for {@code filter}, if any part of it can be used. */
  static Optional<SqlFilter> of(Expr filter, Columns quotedColumns) {
    List<Object> values = new ArrayList<>();
    return text(filter, quotedColumns, values).map(sql -> new SqlFilter(sql, values));
  }

  private static Optional<String> text(Expr expr, Columns columns, List<Object> out) {
    if (!(expr instanceof Expr.Call call)) {
      return Optional.empty();
    }
    return switch (call.function()) {
      case "AND" -> and(call, columns, out);
      case "OR" -> or(call, columns, out);
      case "IS NULL", "IS NOT NULL" ->
          call.operands().get(0) instanceof Expr.ColumnRef column
              ? Optional.of(columns.quoted(column.index()) + " " + call.function())
              : Optional.empty();
      case "=", "<", "<=", ">", ">=" -> comparison(call, columns, out);
      default -> Optional.empty();
    };
  }

  private static Optional<String> and(Expr.Call call, Columns columns, List<Object> out) {
    List<String> parts = new ArrayList<>();
    call.operands().forEach(o -> text(o, columns, out).ifPresent(parts::add));
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of("(" + String.join(" AND ", parts) + ")");
  }

  /** All branches or none: a branch left out would lose rows. */
  private static Optional<String> or(Expr.Call call, Columns columns, List<Object> out) {
    List<String> parts = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (Expr operand : call.operands()) {
      Optional<String> part = text(operand, columns, values);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    out.addAll(values);
    return Optional.of("(" + String.join(" OR ", parts) + ")");
  }

  private static Optional<String> comparison(Expr.Call call, Columns columns, List<Object> out) {
    if (call.operands().size() != 2) {
      return Optional.empty();
    }
    Expr left = call.operands().get(0);
    Expr right = call.operands().get(1);
    if (left instanceof Expr.Literal literal && right instanceof Expr.ColumnRef column) {
      return compare(column, flipped(call.function()), literal, columns, out);
    }
    return left instanceof Expr.ColumnRef column && right instanceof Expr.Literal literal
        ? compare(column, call.function(), literal, columns, out)
        : Optional.empty();
  }

  private static String flipped(String operator) {
    return switch (operator) {
      case "<" -> ">";
      case "<=" -> ">=";
      case ">" -> "<";
      case ">=" -> "<=";
      default -> operator;
    };
  }

  private static Optional<String> compare(
      Expr.ColumnRef column,
      String operator,
      Expr.Literal literal,
      Columns columns,
      List<Object> out) {
    Kind kind = column.type().kind();
    if (literal.value().isEmpty() || literal.type().kind() != kind) {
      return Optional.empty();
    }
    Object value = literal.value().get();
    Optional<Object> parameter = Optional.empty();
    if (value instanceof Number number && kind.isInteger()) {
      parameter = Optional.of(number.longValue());
    } else if (value instanceof Number number && kind == Kind.DATE) {
      parameter = Optional.of(LocalDate.ofEpochDay(number.longValue()));
    } else if (value instanceof Number number
        && kind == Kind.TIMESTAMP
        && (operator.equals(">=") || operator.equals("<"))) {
      // other comparisons could miss what is finer in the table than in the declaration
      parameter = Optional.of(timestamp(number.longValue()));
    } else if (value instanceof String text
        && kind == Kind.VARCHAR
        && operator.equals("=")
        && columns.isText(column.index())) {
      parameter = Optional.of(text);
    }
    parameter.ifPresent(out::add);
    return parameter.map(p -> columns.quoted(column.index()) + " " + operator + " ?");
  }

  private static LocalDateTime timestamp(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS) * 1000, ZoneOffset.UTC);
  }

  /** Sets the parameters from mark {@code first} on; gives the next mark. */
  int bind(PreparedStatement statement, int first) throws SQLException {
    int mark = first;
    for (Object value : values) {
      statement.setObject(mark++, value);
    }
    return mark;
  }
}
