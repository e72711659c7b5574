package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random queries several operators deep: each is made of others by filters, projections,
 * aggregations, joins of all kinds, rankings, functions over windows, set operations, subqueries
 * and windows of time. Only exact values go from one to the next, and order never decides between
 * equals. Single-threaded.
 */
final class Compositions {
  /** Rows on the way: a query in both dialects with columns of its own. */
  record Rel(String ours, String duck, List<Column> columns) {}

  private static final List<Type> EXACT =
      List.of(Type.INT, Type.BIGINT, Type.STRING, Type.BOOLEAN, Type.DATE, Type.TIMESTAMP);

  private final Choice choice;
  private final List<RandomTable> tables;
  private int aliases;

  Compositions(Choice choice, List<RandomTable> tables) {
    this.choice = choice;
    this.tables = tables;
  }

  Question next() {
    aliases = 0;
    Rel rel = rel(choice.between(2, 4));
    return new Question(rel.ours(), rel.duck());
  }

  Rel rel(int depth) {
    if (depth == 0) {
      return leaf();
    }
    return switch (choice.below(13)) {
      case 0 -> filter(rel(depth - 1));
      case 1 -> project(rel(depth - 1));
      case 2, 3 -> group(rel(depth - 1));
      case 4, 5, 6 -> join(rel(depth - 1), rel(choice.below(depth)));
      case 7 -> rank(rel(depth - 1));
      case 8, 9 -> over(rel(depth - 1));
      case 10 -> sets(rel(depth - 1), rel(choice.below(depth)));
      case 11 -> subquery(rel(depth - 1), rel(choice.below(depth)));
      default -> distinct(rel(depth - 1));
    };
  }

  private String alias() {
    return "q" + aliases++;
  }

  private static String columns(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
  }

  private static List<Column> named(List<Type> types) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      columns.add(new Column("c" + i, types.get(i)));
    }
    return columns;
  }

  private static List<Type> types(Rel rel) {
    return rel.columns().stream().map(Column::type).toList();
  }

  private Rel made(List<Type> types, Function<Function<Rel, String>, String> text) {
    return new Rel(text.apply(Rel::ours), text.apply(Rel::duck), named(types));
  }

  private static Sql side(Sql sql) {
    return new Sql(sql.ours(), sql.duck().replace("`", ""), sql.type());
  }

  /** Some columns of a table, or the groups of its windows. */
  private Rel leaf() {
    RandomTable table = choice.of(tables);
    if (choice.oneIn(5)) {
      return windows(table);
    }
    List<Column> exact =
        new ArrayList<>(table.columns().stream().filter(c -> EXACT.contains(c.type())).toList());
    Column key = exact.remove(0);
    Collections.rotate(exact, choice.below(exact.size()));
    List<Column> some = new ArrayList<>(List.of(key));
    some.addAll(exact.subList(0, choice.between(1, 3)));
    String list =
        IntStream.range(0, some.size())
            .mapToObj(i -> some.get(i).name() + " AS c" + i)
            .collect(Collectors.joining(", "));
    String text = "SELECT " + list + " FROM " + table.name();
    return new Rel(text, text, named(some.stream().map(Column::type).toList()));
  }

  private Rel windows(RandomTable table) {
    int step = choice.of(300, 600, 3600);
    String kind = choice.of("TUMBLE", "HOP", "CUMULATE");
    Windows windows =
        new Windows(table.name(), kind, step, kind.equals("TUMBLE") ? step : step * 2);
    Column key = table.columns().get(0);
    Column value =
        table.columns().stream().filter(c -> c.type() == Type.INT).reduce((a, b) -> b).get();
    String select =
        "SELECT "
            + key.name()
            + " AS c0, window_start AS c1, COUNT(*) AS c2, MAX("
            + value.name()
            + ") AS c3 FROM %s GROUP BY "
            + key.name()
            + ", window_start, window_end";
    return new Rel(
        select.formatted(windows.from(choice.below(3))),
        select.formatted(windows.duck()),
        named(List.of(key.type(), Type.TIMESTAMP, Type.BIGINT, Type.INT)));
  }

  private Expressions over(Rel rel, String prefix) {
    return new Expressions(choice, rel.columns(), prefix);
  }

  private Rel filter(Rel rel) {
    String q = alias();
    Sql condition = side(over(rel, "").condition(2));
    return new Rel(
        "SELECT * FROM (" + rel.ours() + ") AS " + q + " WHERE " + condition.ours(),
        "SELECT * FROM (" + rel.duck() + ") AS " + q + " WHERE " + condition.duck(),
        rel.columns());
  }

  private Rel project(Rel rel) {
    String q = alias();
    List<Sql> items = new ArrayList<>();
    items.add(new Sql("c0", "c0", rel.columns().get(0).type()));
    for (int i = 0; i < choice.between(1, 3); i++) {
      items.add(side(over(rel, "").of(choice.of(EXACT), 2)));
    }
    String format = "SELECT %s FROM (%s) AS " + q;
    return new Rel(
        format.formatted(list(items, Sql::ours), rel.ours()),
        format.formatted(list(items, Sql::duck), rel.duck()),
        named(items.stream().map(Sql::type).toList()));
  }

  private static String list(List<Sql> items, Function<Sql, String> side) {
    return IntStream.range(0, items.size())
        .mapToObj(i -> side.apply(items.get(i)) + " AS c" + i)
        .collect(Collectors.joining(", "));
  }

  private Rel distinct(Rel rel) {
    String q = alias();
    int width = choice.between(1, rel.columns().size());
    return made(
        types(rel).subList(0, width),
        of -> "SELECT DISTINCT " + columns(width) + " FROM (" + of.apply(rel) + ") AS " + q);
  }

  /** An aggregate over a column that gives the same in any order. */
  private Sql aggregate(Rel rel) {
    Column column = choice.of(rel.columns());
    String name = column.name();
    boolean ordered = column.type() != Type.BOOLEAN;
    return switch (choice.below(5)) {
      case 0 -> Sql.same("COUNT(*)", Type.BIGINT);
      case 1 -> Sql.same("COUNT(" + name + ")", Type.BIGINT);
      case 2 -> Sql.same("COUNT(DISTINCT " + name + ")", Type.BIGINT);
      case 3 ->
          column.type() == Type.INT
              ? new Sql("SUM(" + name + ")", "CAST(SUM(" + name + ") AS BIGINT)", Type.BIGINT)
              : Sql.same("COUNT(" + name + ")", Type.BIGINT);
      default ->
          ordered
              ? Sql.same(choice.of("MIN", "MAX") + "(" + name + ")", column.type())
              : Sql.same(choice.of("BOOL_AND", "BOOL_OR") + "(" + name + ")", Type.BOOLEAN);
    };
  }

  private Rel group(Rel rel) {
    String q = alias();
    int keys = choice.oneIn(5) ? 0 : choice.between(1, Math.min(2, rel.columns().size()));
    List<Sql> items = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      items.add(Sql.same("c" + i, rel.columns().get(i).type()));
    }
    for (int i = 0; i < choice.between(1, 3); i++) {
      items.add(aggregate(rel));
    }
    String rest =
        (keys == 0 ? "" : " GROUP BY " + columns(keys))
            + (keys > 0 && choice.oneIn(4) ? " HAVING COUNT(*) > " + choice.below(3) : "");
    String format = "SELECT %s FROM (%s) AS " + q + rest;
    return new Rel(
        format.formatted(list(items, Sql::ours), rel.ours()),
        format.formatted(list(items, Sql::duck), rel.duck()),
        named(items.stream().map(Sql::type).toList()));
  }

  private static boolean alike(Type a, Type b) {
    return a == b || a.isInteger() && b.isInteger();
  }

  private Rel join(Rel left, Rel right) {
    String l = alias();
    String r = alias();
    List<String> on = new ArrayList<>();
    for (Column a : left.columns()) {
      for (Column b : right.columns()) {
        boolean takes = on.size() < 2 && alike(a.type(), b.type()) && choice.oneIn(2);
        if (takes && a.type() != Type.BOOLEAN) {
          on.add(l + "." + a.name() + " = " + r + "." + b.name());
        }
      }
    }
    if (on.isEmpty()) {
      on.add(l + ".c0 IS NOT NULL");
      on.add(r + ".c0 IS NULL");
    }
    if (choice.oneIn(3)) {
      on.add(l + ".c0 IS NOT NULL");
    }
    String kind =
        choice.of(
            "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN");
    boolean half = kind.contains("SEMI") || kind.contains("ANTI");
    List<Type> types = new ArrayList<>(types(left));
    List<String> items = new ArrayList<>();
    left.columns().forEach(c -> items.add(l + "." + c.name()));
    if (!half) {
      types.addAll(types(right));
      right.columns().forEach(c -> items.add(r + "." + c.name()));
    }
    int most = Math.min(items.size(), 5);
    int from = choice.below(items.size() - most + 1);
    String select =
        IntStream.range(0, most)
            .mapToObj(i -> items.get(from + i) + " AS c" + i)
            .collect(Collectors.joining(", "));
    String condition = String.join(" AND ", on);
    String rest = " ON " + condition;
    return new Rel(
        "SELECT "
            + select
            + " FROM ("
            + left.ours()
            + ") AS "
            + l
            + " "
            + kind
            + " ("
            + right.ours()
            + ") AS "
            + r
            + rest,
        "SELECT "
            + select
            + " FROM ("
            + left.duck()
            + ") AS "
            + l
            + " "
            + kind.replace("LEFT SEMI", "SEMI").replace("LEFT ANTI", "ANTI")
            + " ("
            + right.duck()
            + ") AS "
            + r
            + rest,
        named(types.subList(from, from + most)));
  }

  /** The order of all columns: equals are equal in everything. */
  private String total(Rel rel) {
    List<String> keys = new ArrayList<>();
    rel.columns().forEach(c -> keys.add(directed(c.name())));
    Collections.rotate(keys, choice.below(keys.size()));
    return String.join(", ", keys);
  }

  private String directed(String name) {
    return name + choice.of(" ASC", " DESC") + choice.of(" NULLS FIRST", " NULLS LAST");
  }

  private Rel rank(Rel rel) {
    String q = alias();
    String p = alias();
    boolean numbers = choice.oneIn(2);
    String function = numbers ? "ROW_NUMBER()" : choice.of("RANK()", "DENSE_RANK()");
    String partition = choice.oneIn(3) ? "" : "PARTITION BY c0 ";
    String order = numbers ? total(rel) : directed(choice.of(rel.columns()).name());
    boolean shown = choice.oneIn(2);
    String bound = choice.of(" <= 1", " <= 3", " = 2", " < 5");
    int width = rel.columns().size();
    List<Type> types = new ArrayList<>(types(rel));
    if (shown) {
      types.add(Type.BIGINT);
    }
    return made(
        types,
        of ->
            "SELECT "
                + columns(width)
                + (shown ? ", rn AS c" + width : "")
                + " FROM (SELECT "
                + columns(width)
                + ", "
                + function
                + " OVER ("
                + partition
                + "ORDER BY "
                + order
                + ") AS rn FROM ("
                + of.apply(rel)
                + ") AS "
                + q
                + ") AS "
                + p
                + " WHERE rn"
                + bound);
  }

  private Rel over(Rel rel) {
    String q = alias();
    int width = rel.columns().size();
    List<Sql> calls = new ArrayList<>();
    int count = choice.between(1, 2);
    for (int i = 0; i < count; i++) {
      Sql call = aggregate(rel);
      String partition = choice.oneIn(3) ? "" : "PARTITION BY c0 ";
      // two frames of rows would number rows that are the same in two ways
      String window =
          switch (choice.below(i == 0 ? 3 : 2)) {
            case 0 -> partition;
            case 1 -> partition + "ORDER BY " + directed(choice.of(rel.columns()).name());
            default ->
                partition
                    + "ORDER BY "
                    + total(rel)
                    + choice.of(
                        "",
                        " ROWS 2 PRECEDING",
                        " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                        " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW",
                        " ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE GROUP");
          };
      boolean wide = call.duck().startsWith("CAST");
      String plain = call.ours() + " OVER (" + window + ")";
      calls.add(new Sql(plain, wide ? "CAST(" + plain + " AS BIGINT)" : plain, call.type()));
    }
    List<Type> types = new ArrayList<>(types(rel));
    calls.forEach(call -> types.add(call.type()));
    Function<Function<Sql, String>, String> list =
        of ->
            IntStream.range(0, calls.size())
                .mapToObj(i -> ", " + of.apply(calls.get(i)) + " AS c" + (width + i))
                .collect(Collectors.joining());
    String format = "SELECT " + columns(width) + "%s FROM (%s) AS " + q;
    return new Rel(
        format.formatted(list.apply(Sql::ours), rel.ours()),
        format.formatted(list.apply(Sql::duck), rel.duck()),
        named(types));
  }

  private Rel sets(Rel left, Rel right) {
    List<String> a = new ArrayList<>();
    List<String> b = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    for (Column one : left.columns()) {
      right.columns().stream()
          .filter(other -> other.type() == one.type())
          .findFirst()
          .ifPresent(
              other -> {
                a.add(one.name() + " AS c" + types.size());
                b.add(other.name() + " AS c" + types.size());
                types.add(one.type());
              });
    }
    if (types.isEmpty()) {
      return distinct(left);
    }
    String l = alias();
    String r = alias();
    String word =
        choice.of("UNION ALL", "UNION", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL");
    return made(
        types,
        of ->
            "SELECT "
                + String.join(", ", a)
                + " FROM ("
                + of.apply(left)
                + ") AS "
                + l
                + " "
                + word
                + " SELECT "
                + String.join(", ", b)
                + " FROM ("
                + of.apply(right)
                + ") AS "
                + r);
  }

  private Rel subquery(Rel outer, Rel inner) {
    String o = alias();
    String i = alias();
    Column of = choice.of(outer.columns());
    List<Column> fitting = inner.columns().stream().filter(c -> c.type() == of.type()).toList();
    String from = " FROM (%s) AS " + i;
    String condition;
    if (fitting.isEmpty()) {
      condition =
          choice.of("EXISTS", "NOT EXISTS") + " (SELECT 1" + from + " WHERE " + i + ".c0 IS NULL)";
    } else {
      String name = choice.of(fitting).name();
      String mine = o + "." + of.name();
      condition =
          switch (choice.below(4)) {
            case 0 ->
                mine + choice.of(" IN", " NOT IN") + " (SELECT " + i + "." + name + from + ")";
            case 1 ->
                choice.of("EXISTS", "NOT EXISTS")
                    + " (SELECT 1"
                    + from
                    + " WHERE "
                    + i
                    + "."
                    + name
                    + " = "
                    + mine
                    + ")";
            case 2 ->
                of.type() == Type.BOOLEAN
                    ? mine + " IN (SELECT " + i + "." + name + from + ")"
                    : mine
                        + choice.of(" >= ", " < ", " = ")
                        + "(SELECT "
                        + choice.of("MIN", "MAX")
                        + "("
                        + i
                        + "."
                        + name
                        + ")"
                        + from
                        + ")";
            default ->
                "(SELECT COUNT(*)"
                    + from
                    + " WHERE "
                    + i
                    + "."
                    + name
                    + " = "
                    + mine
                    + ") > "
                    + choice.below(3);
          };
    }
    String format = "SELECT * FROM (%s) AS " + o + " WHERE " + condition;
    return new Rel(
        format.formatted(outer.ours(), inner.ours()),
        format.formatted(outer.duck(), inner.duck()),
        outer.columns());
  }
}
