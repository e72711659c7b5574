package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Random queries over one table. Single-threaded. */
final class Queries {
  /** A source of rows: a FROM clause in both dialects and the columns it offers. */
  private record From(String ours, String duck, List<Column> columns) {}

  private final Choice choice;
  private final RandomTable table;

  Queries(Choice choice, RandomTable table) {
    this.choice = choice;
    this.table = table;
  }

  Question next() {
    return switch (choice.below(10)) {
      case 0, 1, 2 -> rows(from(), choice.between(1, 4));
      case 3, 4, 5 -> grouped(from());
      case 6, 7, 8 -> windowed();
      default -> union();
    };
  }

  /** The table, a filtered subquery of it, or one with computed columns. */
  private From from() {
    From whole = new From(table.name(), table.name(), table.columns());
    if (!choice.oneIn(3)) {
      return whole;
    }
    Expressions inner = new Expressions(choice, table.columns(), "");
    List<Column> columns = new ArrayList<>();
    List<Sql> items = new ArrayList<>();
    for (int i = 0; i < choice.between(2, 5); i++) {
      Sql item = inner.any(2);
      items.add(item);
      columns.add(new Column("c" + i, item.type()));
    }
    String where = choice.oneIn(2) ? "" : "W";
    Sql condition = inner.condition(1);
    String distinct = choice.oneIn(4) ? "DISTINCT " : "";
    Function<Function<Sql, String>, String> text =
        side -> {
          StringBuilder select = new StringBuilder("(SELECT " + distinct);
          for (int i = 0; i < items.size(); i++) {
            select
                .append(i > 0 ? ", " : "")
                .append(side.apply(items.get(i)))
                .append(" AS c")
                .append(i);
          }
          select.append(" FROM ").append(table.name());
          if (!where.isEmpty()) {
            select.append(" WHERE ").append(side.apply(condition));
          }
          return select.append(") AS d").toString();
        };
    return new From(text.apply(Sql::ours), text.apply(Sql::duck), columns);
  }

  private Question rows(From from, int width) {
    Expressions expressions = new Expressions(choice, from.columns(), "");
    List<Sql> items = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      items.add(expressions.any(choice.between(1, 3)));
    }
    String where = choice.oneIn(2) ? "W" : "";
    Sql condition = expressions.condition(2);
    String distinct = choice.oneIn(5) ? "DISTINCT " : "";
    String limit =
        choice.oneIn(6) && items.stream().noneMatch(i -> i.type() == Type.DOUBLE)
            ? orderAndLimit(width)
            : "";
    return question(
        side ->
            "SELECT "
                + distinct
                + list(items, side)
                + " FROM "
                + side.apply(new Sql(from.ours(), from.duck(), Type.INT))
                + (where.isEmpty() ? "" : " WHERE " + side.apply(condition))
                + limit);
  }

  /** By every column, so that what a limit keeps is certain. */
  private String orderAndLimit(int width) {
    StringBuilder order = new StringBuilder(" ORDER BY ");
    for (int i = 0; i < width; i++) {
      order.append(i > 0 ? ", " : "").append("x").append(i).append(choice.of(" ASC", " DESC"));
      order.append(choice.of(" NULLS FIRST", " NULLS LAST"));
    }
    return order + " LIMIT " + choice.between(0, 12);
  }

  static String list(List<Sql> items, Function<Sql, String> side) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      text.append(i > 0 ? ", " : "").append(side.apply(items.get(i))).append(" AS x").append(i);
    }
    return text.toString();
  }

  private Question union() {
    From whole = new From(table.name(), table.name(), table.columns());
    Expressions expressions = new Expressions(choice, whole.columns(), "");
    Type type = choice.of(Type.values());
    List<Sql> items = List.of(expressions.of(type, 2), expressions.of(type, 1));
    Sql condition = expressions.condition(1);
    String word = choice.of("UNION ALL", "UNION");
    return question(
        side ->
            "SELECT "
                + side.apply(items.get(0))
                + " AS x0 FROM "
                + table.name()
                + " WHERE "
                + side.apply(condition)
                + " "
                + word
                + " SELECT "
                + side.apply(items.get(1))
                + " FROM "
                + table.name());
  }

  private Question grouped(From from) {
    Expressions expressions = new Expressions(choice, from.columns(), "");
    int keys = choice.below(3);
    List<Sql> groups = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      groups.add(key(expressions));
    }
    List<Sql> items = new ArrayList<>(groups);
    for (int i = 0; i < choice.between(1, 4); i++) {
      items.add(aggregate(expressions));
    }
    String where = choice.oneIn(2) ? "W" : "";
    Sql condition = expressions.condition(1);
    String having = keys > 0 && choice.oneIn(4) ? " HAVING COUNT(*) > " + choice.below(3) : "";
    return question(
        side ->
            "SELECT "
                + list(items, side)
                + " FROM "
                + side.apply(new Sql(from.ours(), from.duck(), Type.INT))
                + (where.isEmpty() ? "" : " WHERE " + side.apply(condition))
                + (groups.isEmpty()
                    ? ""
                    : " GROUP BY " + groups.stream().map(side).collect(Collectors.joining(", ")))
                + having);
  }

  /** A grouping key: no constants, which GROUP BY reads as positions, and no doubles. */
  Sql key(Expressions expressions) {
    Sql key =
        expressions.of(
            choice.of(
                Type.STRING,
                Type.INT,
                Type.BIGINT,
                Type.BOOLEAN,
                Type.DATE,
                Type.DECIMAL,
                Type.TIMESTAMP),
            choice.below(3));
    boolean constant = !key.ours().contains("`");
    Column first = expressions.columns().get(0);
    return constant ? new Sql("`" + first.name() + "`", first.name(), first.type()) : key;
  }

  Sql aggregate(Expressions expressions) {
    Sql made = plainAggregate(expressions);
    if (!choice.oneIn(4)) {
      return made;
    }
    Sql condition = expressions.condition(1);
    return new Sql(
        filtered(made.ours(), condition.ours()),
        filtered(made.duck(), condition.duck()),
        made.type());
  }

  private static String filtered(String aggregate, String condition) {
    // the duck side may wrap the aggregate in a cast
    int end = aggregate.startsWith("CAST(") ? aggregate.lastIndexOf(" AS ") : aggregate.length();
    return aggregate.substring(0, end)
        + " FILTER (WHERE "
        + condition
        + ")"
        + aggregate.substring(end);
  }

  private Sql plainAggregate(Expressions expressions) {
    return switch (choice.below(11)) {
      case 0 -> Sql.same("COUNT(*)", Type.BIGINT);
      case 1 -> both("COUNT(%s)", expressions.any(2), Type.BIGINT);
      case 2 -> both("COUNT(DISTINCT %s)", key(expressions), Type.BIGINT);
      case 3 -> {
        Sql x = expressions.of(choice.of(Type.INT, Type.BIGINT), 2);
        yield new Sql(
            "SUM(" + x.ours() + ")", "CAST(SUM(" + x.duck() + ") AS BIGINT)", Type.BIGINT);
      }
      case 4 -> both("SUM(%s)", expressions.of(Type.DECIMAL, 2), Type.DECIMAL);
      case 5 -> both("SUM(%s)", expressions.of(Type.DOUBLE, 2), Type.DOUBLE);
      case 6 -> both(choice.of("MIN(%s)", "MAX(%s)"), expressions.any(2), Type.STRING);
      case 7 -> both("AVG(%s)", expressions.of(Type.DOUBLE, 2), Type.DOUBLE);
      case 8 ->
          both(
              choice.of("STDDEV_POP(%s)", "VAR_POP(%s)", "VAR_SAMP(%s)", "STDDEV_SAMP(%s)"),
              expressions.of(Type.DOUBLE, 1),
              Type.DOUBLE);
      case 9 -> both("SUM(DISTINCT %s)", expressions.of(Type.DECIMAL, 0), Type.DECIMAL);
      default -> {
        Sql x = key(expressions);
        Sql text =
            new Sql(
                "CAST(" + x.ours() + " AS STRING)",
                "CAST(" + x.duck() + " AS VARCHAR)",
                Type.STRING);
        yield x.type() == Type.STRING || x.type().isInteger() || x.type() == Type.DATE
            ? new Sql(
                "LISTAGG(" + text.ours() + ", ',') WITHIN GROUP (ORDER BY " + text.ours() + ")",
                "string_agg(" + text.duck() + ", ',' ORDER BY " + text.duck() + ")",
                Type.STRING)
            : both("COUNT(%s)", x, Type.BIGINT);
      }
    };
  }

  private static Sql both(String format, Sql x, Type type) {
    return new Sql(format.formatted(x.ours()), format.formatted(x.duck()), type);
  }

  /** An aggregation over a TUMBLE, HOP or CUMULATE of the table. */
  Question windowed() {
    List<Column> columns = table.columns();
    Expressions expressions = new Expressions(choice, columns, "");
    int step = choice.of(1, 5, 7, 60) * choice.of(1, 60);
    int many = choice.between(1, 4);
    String kind = choice.of("TUMBLE", "HOP", "CUMULATE");
    int size =
        kind.equals("TUMBLE")
            ? step
            : kind.equals("CUMULATE") || choice.oneIn(2) ? step * many : step * many - step / 2;
    // a slide longer than the size is refused
    size = Math.max(size, step);
    Windows windows = new Windows(table.name(), kind, step, size);
    List<Sql> items = new ArrayList<>();
    List<Sql> groups = new ArrayList<>();
    if (choice.oneIn(3)) {
      groups.add(key(expressions));
    }
    if (!choice.oneIn(4)) {
      groups.add(new Sql("`k`", "k", Type.STRING));
    }
    items.addAll(groups);
    for (int i = 0; i < choice.between(1, 3); i++) {
      items.add(aggregate(expressions));
    }
    boolean groupFunction = !kind.equals("CUMULATE") && choice.oneIn(3);
    String where = choice.oneIn(3) ? "W" : "";
    Sql condition = expressions.condition(1);
    String having = choice.oneIn(5) ? " HAVING COUNT(*) >= 2" : "";
    String rest = where.isEmpty() ? "" : " WHERE ";
    String oursKeys = groups.stream().map(g -> g.ours() + ", ").collect(Collectors.joining());
    String duckKeys = groups.stream().map(g -> g.duck() + ", ").collect(Collectors.joining());
    String ours =
        groupFunction
            ? "SELECT "
                + list(items, Sql::ours)
                + ", "
                + windows.functionStart()
                + " AS w0, "
                + windows.functionEnd()
                + " AS w1 FROM "
                + table.name()
                + (rest.isEmpty() ? "" : rest + condition.ours())
                + " GROUP BY "
                + oursKeys
                + windows.function()
                + having
            : "SELECT "
                + list(items, Sql::ours)
                + ", window_start AS w0, window_end AS w1 FROM "
                + windows.from(choice.below(3))
                + (rest.isEmpty() ? "" : rest + condition.ours())
                + " GROUP BY "
                + oursKeys
                + "window_start, window_end"
                + having;
    String duck =
        "SELECT "
            + list(items, Sql::duck)
            + ", window_start AS w0, window_end AS w1 FROM "
            + windows.duck()
            + (rest.isEmpty() ? "" : rest + condition.duck())
            + " GROUP BY "
            + duckKeys
            + "window_start, window_end"
            + having;
    return new Question(ours, duck);
  }

  private static Question question(Function<Function<Sql, String>, String> text) {
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }
}
