package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Random rankings and functions over windows. Where the place of a row among equals matters, rows
 * are ordered by all their columns. Single-threaded.
 */
final class Analytics {
  private final Choice choice;
  private final RandomTable table;
  private final Expressions expressions;

  Analytics(Choice choice, RandomTable table) {
    this.choice = choice;
    this.table = table;
    this.expressions = new Expressions(choice, table.columns(), "");
  }

  Question next() {
    return switch (choice.below(8)) {
      case 0, 1 -> ranking();
      case 2, 3 -> subquery();
      case 4 -> unnest();
      default -> over();
    };
  }

  private static Sql column(Column column) {
    return new Sql("`" + column.name() + "`", column.name(), column.type());
  }

  private static Sql both(String format, Sql x) {
    return new Sql(format.formatted(x.ours()), format.formatted(x.duck()), x.type());
  }

  private static Sql joined(List<Sql> parts, String between) {
    return new Sql(
        parts.stream().map(Sql::ours).collect(Collectors.joining(between)),
        parts.stream().map(Sql::duck).collect(Collectors.joining(between)),
        Type.INT);
  }

  private Sql partition() {
    List<Sql> keys = new ArrayList<>();
    for (int i = 0; i < choice.below(3); i++) {
      keys.add(
          choice.oneIn(2)
              ? column(table.columns().get(0))
              : column(table.columns().get(choice.below(table.columns().size()))));
    }
    return keys.isEmpty() ? Sql.same("", Type.INT) : both("PARTITION BY %s ", joined(keys, ", "));
  }

  private Sql sortKey(Sql value) {
    return both("%s " + choice.of("ASC", "DESC") + " NULLS " + choice.of("FIRST", "LAST"), value);
  }

  /** One or two keys; then, if rows must have one place each, all columns. */
  private Sql order(boolean total) {
    List<Sql> keys = new ArrayList<>();
    for (int i = 0; i < choice.between(1, 2); i++) {
      keys.add(sortKey(column(table.columns().get(choice.below(table.columns().size())))));
    }
    if (total) {
      table.columns().forEach(c -> keys.add(sortKey(column(c))));
    }
    return both("ORDER BY %s", joined(keys, ", "));
  }

  /** Subqueries in a condition or as a value, alone or of the row around them. */
  private Question subquery() {
    Expressions outer = new Expressions(choice, table.columns(), "o.");
    Sql condition =
        switch (choice.below(4)) {
          case 0 -> predicate(outer);
          case 1 -> joined(List.of(predicate(outer), outer.condition(1)), " AND ");
          case 2 -> joined(List.of(predicate(outer), predicate(outer)), choice.of(" OR ", " AND "));
          default -> both("NOT (%s)", predicate(outer));
        };
    Sql item = choice.oneIn(2) ? scalar(choice.oneIn(2)) : predicate(outer);
    boolean filtered = choice.oneIn(2);
    Function<Function<Sql, String>, String> text =
        side ->
            "SELECT o.k, o.ts"
                + (filtered ? "" : ", " + side.apply(item) + " AS y")
                + " FROM "
                + table.name()
                + " AS o"
                + (filtered ? " WHERE " + side.apply(condition) : "");
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }

  /** Rows multiplied by collections made of their values. */
  private Question unnest() {
    Type type = choice.of(Type.STRING, Type.INT, Type.BIGINT, Type.DATE);
    List<Sql> elements = new ArrayList<>();
    for (int i = 0; i < choice.between(1, 3); i++) {
      elements.add(
          new Sql("CAST(" + expressions.of(type, 0).ours() + " AS " + type.ours() + ")", "", type));
    }
    Sql list = joined(elements, ", ");
    Sql condition = expressions.condition(1);
    String join = choice.of("CROSS JOIN", "LEFT JOIN");
    String on = join.equals("CROSS JOIN") ? "" : " ON TRUE";
    boolean grouped = choice.oneIn(3);
    String select = grouped ? "SELECT x, COUNT(*) AS n FROM " : "SELECT k, ts, x FROM ";
    String rest = grouped ? " GROUP BY x" : "";
    String plain = list.ours().replace("`", "").replace("STRING", "VARCHAR");
    return new Question(
        select
            + table.name()
            + " "
            + join
            + " UNNEST(CASE WHEN "
            + condition.ours()
            + " THEN ARRAY["
            + list.ours()
            + "] END) AS u(x)"
            + on
            + rest,
        select
            + table.name()
            + " "
            + join
            + " UNNEST(CASE WHEN "
            + condition.duck()
            + " THEN ["
            + plain
            + "] END) AS u(x)"
            + on
            + rest);
  }

  private Sql predicate(Expressions outer) {
    Expressions inner = new Expressions(choice, table.columns(), "i.");
    Type type = choice.of(Type.STRING, Type.INT, Type.BIGINT, Type.DECIMAL, Type.DATE);
    Sql from = from(inner, choice.oneIn(3));
    return switch (choice.below(4)) {
      case 0 -> both(choice.of("EXISTS ", "NOT EXISTS ") + "(SELECT 1 %s)", from(inner, true));
      case 1 ->
          joined(
              List.of(
                  outer.of(type, 0),
                  Sql.same(choice.of(" > ", " < ", " = ", " <> "), Type.INT),
                  both("(SELECT " + choice.of("MIN", "MAX") + "(%s", inner.of(type, 0)),
                  both(") %s)", from)),
              "");
      default ->
          joined(
              List.of(
                  outer.of(type, 1),
                  both(choice.of(" IN ", " NOT IN ") + "(SELECT %s", inner.of(type, 1)),
                  both(" %s)", from)),
              "");
    };
  }

  private Sql scalar(boolean correlated) {
    Expressions inner = new Expressions(choice, table.columns(), "i.");
    Sql call =
        switch (choice.below(3)) {
          case 0 -> Sql.same("COUNT(*)", Type.BIGINT);
          case 1 -> both("MAX(%s)", inner.any(1));
          default -> both("SUM(%s)", inner.of(Type.DECIMAL, 1));
        };
    return joined(List.of(both("(SELECT %s", call), both(" %s)", from(inner, correlated))), "");
  }

  private Sql from(Expressions inner, boolean correlated) {
    List<Sql> conditions = new ArrayList<>();
    if (correlated) {
      String column = choice.of(table.columns().subList(0, 3)).name();
      conditions.add(
          new Sql(
              "i.`" + column + "` = o.`" + column + "`",
              "i." + column + " = o." + column,
              Type.INT));
    }
    if (conditions.isEmpty() || choice.oneIn(2)) {
      conditions.add(both("(%s)", inner.condition(1)));
    }
    return both("FROM " + table.name() + " AS i WHERE %s", joined(conditions, " AND "));
  }

  private Question ranking() {
    String function = choice.of("ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK");
    Sql window = joined(List.of(partition(), order(function.equals("ROW_NUMBER"))), "");
    int n = choice.between(1, 5);
    String bound =
        choice.of(
            "rn <= " + n, "rn < " + n, "rn = " + n, "rn BETWEEN 2 AND " + (n + 1), n + " >= rn");
    String shown = choice.of("", ", rn");
    Sql item = expressions.any(1);
    Sql condition = expressions.condition(1);
    boolean filtered = choice.oneIn(3);
    boolean inside = choice.oneIn(2);
    Function<Function<Sql, String>, String> text =
        side -> {
          String where = filtered ? " WHERE " + side.apply(condition) : "";
          return "SELECT "
              + columns(side)
              + ", x"
              + shown
              + " FROM (SELECT *, "
              + side.apply(item)
              + " AS x, "
              + function
              + "() OVER ("
              + side.apply(window)
              + ") AS rn FROM "
              + table.name()
              + (inside ? where : "")
              + ") AS q WHERE "
              + bound
              + (filtered && !inside ? " AND (" + side.apply(condition) + ")" : "");
        };
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }

  private String columns(Function<Sql, String> side) {
    return table.columns().stream()
        .map(c -> side.apply(column(c)))
        .collect(Collectors.joining(", "));
  }

  private Question over() {
    List<Sql> items = new ArrayList<>();
    Sql partition = partition();
    for (int i = 0; i < choice.between(1, 4); i++) {
      items.add(function(choice.oneIn(3) ? partition() : partition));
    }
    Sql condition = expressions.condition(1);
    boolean filtered = choice.oneIn(3);
    Function<Function<Sql, String>, String> text =
        side -> {
          StringBuilder list = new StringBuilder(columns(side));
          for (int i = 0; i < items.size(); i++) {
            list.append(", ").append(side.apply(items.get(i))).append(" AS y").append(i);
          }
          return "SELECT "
              + list
              + " FROM "
              + table.name()
              + (filtered ? " WHERE " + side.apply(condition) : "");
        };
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }

  private Sql function(Sql partition) {
    return switch (choice.below(8)) {
      case 0 -> {
        String name = choice.of("RANK()", "DENSE_RANK()", "PERCENT_RANK()", "CUME_DIST()");
        yield over(Sql.same(name, Type.INT), partition, order(false), "");
      }
      case 1 -> {
        String name = choice.of("ROW_NUMBER()", "NTILE(" + choice.between(1, 5) + ")");
        yield over(Sql.same(name, Type.INT), partition, order(true), "");
      }
      case 2 -> {
        Sql x = expressions.any(1);
        String name = choice.of("LAG", "LEAD");
        Sql call =
            switch (choice.below(3)) {
              case 0 -> both(name + "(%s)", x);
              case 1 -> both(name + "(%s, " + choice.below(4) + ")", x);
              default -> {
                Sql other = expressions.of(x.type(), 0);
                int n = choice.between(1, 3);
                yield new Sql(
                    name + "(" + x.ours() + ", " + n + ", " + other.ours() + ")",
                    name + "(" + x.duck() + ", " + n + ", " + other.duck() + ")",
                    x.type());
              }
            };
        yield over(call, partition, order(true), "");
      }
      case 3 -> {
        Sql x = expressions.any(1);
        Sql call =
            switch (choice.below(3)) {
              case 0 -> both("FIRST_VALUE(%s)", x);
              case 1 -> both("LAST_VALUE(%s)", x);
              default -> both("NTH_VALUE(%s, " + choice.between(1, 3) + ")", x);
            };
        yield over(call, partition, order(true), rows());
      }
      case 4 -> over(aggregate(), partition, Sql.same("", Type.INT), "");
      case 5 -> over(aggregate(), partition, order(false), "");
      case 6 -> choice.oneIn(3) ? byPeers(partition) : byDistance(partition);
      default -> over(aggregate(), partition, order(true), rows());
    };
  }

  private String rows() {
    return choice.of(
        "",
        " ROWS UNBOUNDED PRECEDING",
        " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
        " ROWS " + choice.below(4) + " PRECEDING",
        " ROWS BETWEEN " + choice.below(4) + " PRECEDING AND " + choice.below(4) + " FOLLOWING",
        " ROWS BETWEEN "
            + choice.between(2, 4)
            + " PRECEDING AND "
            + choice.below(3)
            + " PRECEDING",
        " ROWS BETWEEN "
            + choice.below(3)
            + " FOLLOWING AND "
            + choice.between(2, 4)
            + " FOLLOWING",
        " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING");
  }

  private String ranges() {
    return choice.of(
        " RANGE UNBOUNDED PRECEDING",
        " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        " RANGE BETWEEN CURRENT ROW AND CURRENT ROW");
  }

  private Sql byPeers(Sql partition) {
    Sql key = sortKey(column(choice.of(table.columns())));
    return over(aggregate(), partition, both("ORDER BY %s", key), ranges());
  }

  /** A frame of values not further than so much. */
  private Sql byDistance(Sql partition) {
    Type type =
        choice.of(Type.INT, Type.BIGINT, Type.DOUBLE, Type.DECIMAL, Type.TIMESTAMP, Type.DATE);
    List<Column> fitting = table.columns().stream().filter(c -> c.type() == type).toList();
    Sql by = column(choice.of(fitting));
    String near;
    String far;
    if (type == Type.TIMESTAMP) {
      near = "INTERVAL '" + choice.between(0, 59) + "' MINUTE";
      far = "INTERVAL '" + choice.between(1, 20) + "' DAY";
    } else if (type == Type.DATE) {
      near = "INTERVAL '" + choice.between(0, 5) + "' DAY";
      far = "INTERVAL '" + choice.between(6, 90) + "' DAY";
    } else {
      near = choice.below(3) + "";
      far = choice.between(3, 200) + "";
    }
    String frame =
        choice.of(
            " RANGE " + near + " PRECEDING",
            " RANGE " + far + " PRECEDING",
            " RANGE BETWEEN " + far + " PRECEDING AND " + near + " PRECEDING",
            " RANGE BETWEEN " + near + " FOLLOWING AND " + far + " FOLLOWING",
            " RANGE BETWEEN " + far + " PRECEDING AND " + near + " FOLLOWING",
            " RANGE BETWEEN " + near + " PRECEDING AND UNBOUNDED FOLLOWING",
            " RANGE BETWEEN UNBOUNDED PRECEDING AND " + near + " FOLLOWING");
    return over(aggregate(), partition, both("ORDER BY %s", sortKey(by)), frame);
  }

  private Sql aggregate() {
    Sql made =
        switch (choice.below(9)) {
          case 0 -> Sql.same("COUNT(*)", Type.BIGINT);
          case 1 -> both("COUNT(%s)", expressions.any(1));
          case 2 -> both("SUM(%s)", expressions.of(choice.of(Type.INT, Type.BIGINT), 1));
          case 3 -> both("SUM(%s)", expressions.of(choice.of(Type.DECIMAL, Type.DOUBLE), 1));
          case 4 -> both(choice.of("MIN(%s)", "MAX(%s)"), expressions.any(1));
          case 5 -> both("AVG(%s)", expressions.of(Type.DOUBLE, 1));
          case 6 ->
              both(choice.of("STDDEV_POP(%s)", "VAR_SAMP(%s)"), expressions.of(Type.DOUBLE, 0));
          case 7 -> both("COUNT(DISTINCT %s)", column(choice.of(table.columns())));
          default -> both("SUM(DISTINCT %s)", expressions.of(Type.DECIMAL, 0));
        };
    if (!choice.oneIn(5)) {
      return made;
    }
    Sql condition = expressions.condition(1);
    return new Sql(
        made.ours() + " FILTER (WHERE " + condition.ours() + ")",
        made.duck() + " FILTER (WHERE " + condition.duck() + ")",
        made.type());
  }

  private static Sql over(Sql call, Sql partition, Sql order, String frame) {
    String ours = call.ours() + " OVER (" + partition.ours() + order.ours() + frame + ")";
    String duck = call.duck() + " OVER (" + partition.duck() + order.duck() + frame + ")";
    boolean wide = call.type().isInteger() && call.duck().startsWith("SUM");
    return new Sql(ours, wide ? "CAST(" + duck + " AS BIGINT)" : duck, call.type());
  }
}
