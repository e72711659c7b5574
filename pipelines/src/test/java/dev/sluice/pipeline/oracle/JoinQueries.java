package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Random joins of two tables, {@code a} and {@code b}: of rows and of groups, of windows and of
 * intervals of time, given once or as changes. Single-threaded.
 */
final class JoinQueries {
  /** A side of a join: what stands in FROM, its alias and its columns. */
  private record Side(String ours, String duck, String alias, List<Column> columns) {}

  private final Choice choice;
  private final RandomTable a;
  private final RandomTable b;

  JoinQueries(Choice choice, RandomTable a, RandomTable b) {
    this.choice = choice;
    this.a = a;
    this.b = b;
  }

  Question next() {
    return switch (choice.below(10)) {
      case 0, 1, 2 -> pairs(side(a, "l"), side(b, "r"), true);
      case 3 -> pairs(side(a, "l"), side(a, "r"), true);
      case 4 -> three();
      case 5 -> counted();
      case 6 -> windows();
      case 7 -> lookup();
      case 8 -> nearest();
      default -> interval();
    };
  }

  private Side side(RandomTable table, String alias) {
    return switch (choice.below(5)) {
      case 0 -> groups(table, alias);
      case 1 -> filtered(table, alias);
      default ->
          new Side(
              table.name() + " AS " + alias, table.name() + " AS " + alias, alias, table.columns());
    };
  }

  private Side filtered(RandomTable table, String alias) {
    Sql condition = new Expressions(choice, table.columns(), "").condition(1);
    String text = "(SELECT * FROM " + table.name() + " WHERE %s) AS " + alias;
    return new Side(
        text.formatted(condition.ours()), text.formatted(condition.duck()), alias, table.columns());
  }

  /** Groups by key: of a stream a side that updates. */
  private Side groups(RandomTable table, String alias) {
    Column value = table.columns().stream().filter(c -> c.type() == Type.INT).findFirst().get();
    String text =
        "(SELECT k, COUNT(*) AS n, MAX("
            + value.name()
            + ") AS m FROM "
            + table.name()
            + " GROUP BY k) AS "
            + alias;
    List<Column> columns =
        List.of(table.columns().get(0), new Column("n", Type.BIGINT), new Column("m", Type.INT));
    return new Side(text, text, alias, columns);
  }

  private static List<Column> prefixed(Side... sides) {
    List<Column> all = new ArrayList<>();
    for (Side side : sides) {
      side.columns().forEach(c -> all.add(new Column(side.alias() + "`.`" + c.name(), c.type())));
    }
    return all;
  }

  /** Expressions over both sides; DuckDB takes no backticks. */
  private Sql over(Sql sql) {
    return new Sql(sql.ours(), sql.duck().replace("`", ""), sql.type());
  }

  private Sql equality(Side left, Side right) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < choice.between(1, 2); i++) {
      Column one = choice.oneIn(3) ? choice.of(left.columns()) : left.columns().get(0);
      List<Column> fitting =
          right.columns().stream().filter(c -> alike(one.type(), c.type())).toList();
      if (!fitting.isEmpty()) {
        Column other =
            fitting.contains(right.columns().get(0)) ? fitting.get(0) : choice.of(fitting);
        texts.add(
            left.alias()
                + "."
                + one.name()
                + choice.of(" = ", " = ", " = ", " IS NOT DISTINCT FROM ")
                + right.alias()
                + "."
                + other.name());
      }
    }
    return Sql.same(texts.isEmpty() ? "TRUE" : String.join(" AND ", texts), Type.BOOLEAN);
  }

  private static boolean alike(Type one, Type other) {
    boolean numbers =
        (one.isInteger() || one == Type.DECIMAL) && (other.isInteger() || other == Type.DECIMAL);
    return one == other && one != Type.DOUBLE || numbers;
  }

  private Question pairs(Side left, Side right, boolean mayUpdate) {
    Expressions both = new Expressions(choice, prefixed(left, right), "");
    String kind = choice.of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
    Sql on = equality(left, right);
    // DuckDB has no outer joins on any condition
    boolean more = choice.oneIn(2) && (kind.equals("JOIN") || on.ours().contains(" = "));
    Sql condition = over(both.condition(2));
    List<Sql> items = new ArrayList<>();
    for (int i = 0; i < choice.between(1, 4); i++) {
      items.add(over(both.any(choice.below(3))));
    }
    boolean where = choice.oneIn(3);
    Sql filter = over(both.condition(1));
    String emit = mayUpdate && choice.oneIn(2) ? " EMIT ON UPDATE" : "";
    String hint = broadcast(left, right, kind, emit);
    Function<Function<Sql, String>, String> text =
        side ->
            "SELECT "
                + list(items, side)
                + " FROM "
                + side.apply(new Sql(left.ours(), left.duck(), Type.INT))
                + " "
                + kind
                + " "
                + side.apply(new Sql(right.ours(), right.duck(), Type.INT))
                + " ON "
                + side.apply(on)
                + (more ? " AND " + side.apply(condition) : "")
                + (where ? " WHERE " + side.apply(filter) : "");
    return new Question(
        text.apply(Sql::ours).replaceFirst("SELECT ", "SELECT " + hint) + emit,
        text.apply(Sql::duck));
  }

  /** Sometimes one of the tables is in every task, where a join can have it there. */
  private String broadcast(Side left, Side right, String kind, String emit) {
    Side small = choice.oneIn(2) ? right : left;
    Side other = small == right ? left : right;
    String alone = small == right ? "LEFT JOIN" : "RIGHT JOIN";
    boolean fits = kind.equals("JOIN") || kind.equals(alone) && emit.isEmpty();
    boolean updates = !emit.isEmpty() && other.ours().contains("GROUP BY");
    return isTable(small) && fits && !updates && choice.oneIn(2)
        ? "/*+ BROADCAST(" + small.alias() + ") */ "
        : "";
  }

  private static boolean isTable(Side side) {
    return !side.ours().startsWith("(");
  }

  private static String list(List<Sql> items, Function<Sql, String> side) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      text.append(i > 0 ? ", " : "").append(side.apply(items.get(i))).append(" AS x").append(i);
    }
    return text.toString();
  }

  private Question three() {
    Side left = side(a, "l");
    Side middle = side(b, "r");
    Side right = side(a, "s");
    String first = choice.of("JOIN", "LEFT JOIN", "FULL JOIN");
    String second = choice.of("JOIN", "LEFT JOIN", "RIGHT JOIN");
    String emit = choice.oneIn(2) ? " EMIT ON UPDATE" : "";
    Sql one = equality(left, middle);
    Sql other = equality(middle, right);
    Function<Function<Side, String>, String> text =
        side ->
            "SELECT l.k AS x0, r.k AS x1, s.k AS x2 FROM "
                + side.apply(left)
                + " "
                + first
                + " "
                + side.apply(middle)
                + " ON "
                + one.ours()
                + " "
                + second
                + " "
                + side.apply(right)
                + " ON "
                + other.ours();
    return new Question(text.apply(Side::ours) + emit, text.apply(Side::duck));
  }

  /** Groups of a join's rows. */
  private Question counted() {
    Side left = side(a, "l");
    Side right = side(b, "r");
    String kind = choice.of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
    Sql on = equality(left, right);
    String emit = choice.oneIn(2) ? " EMIT ON UPDATE" : "";
    Function<Function<Side, String>, String> text =
        side ->
            "SELECT l.k AS x0, COUNT(*) AS x1, COUNT(r.k) AS x2 FROM "
                + side.apply(left)
                + " "
                + kind
                + " "
                + side.apply(right)
                + " ON "
                + on.ours()
                + " GROUP BY l.k";
    return new Question(text.apply(Side::ours) + emit, text.apply(Side::duck));
  }

  private Question windows() {
    int step = choice.of(60, 300, 3600);
    String window = choice.of("TUMBLE", "HOP", "CUMULATE");
    int size = window.equals("TUMBLE") ? step : step * choice.between(1, 3);
    Windows left = new Windows(a.name(), window, step, size);
    Windows right = new Windows(b.name(), window, step, size);
    String kind = choice.of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
    Side one = new Side("", "", "l", a.columns());
    Side other = new Side("", "", "r", b.columns());
    Expressions both = new Expressions(choice, prefixed(one, other), "");
    boolean more = choice.oneIn(3);
    Sql condition = over(both.condition(1));
    Sql item = over(both.any(1));
    String on =
        " ON "
            + equality(one, other).ours()
            + " AND l.window_start = r.window_start AND l.window_end = r.window_end";
    Function<Function<Sql, String>, String> text =
        side ->
            "SELECT "
                + side.apply(item)
                + " AS x0, l.k AS x1, r.k AS x2, l.window_start AS w0, r.window_end AS w1 FROM "
                + side.apply(new Sql(left.from(0), left.duck().replace(" t,", " t,"), Type.INT))
                + " AS l "
                + kind
                + " "
                + side.apply(new Sql(right.from(0), right.duck(), Type.INT))
                + " AS r"
                + on
                + (more ? " AND " + side.apply(condition) : "");
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }

  /** The column that an equality with an integer would cast: it cannot be looked up. */
  private Column decimal() {
    return b.columns().stream().filter(c -> c.type() == Type.DECIMAL).findFirst().orElseThrow();
  }

  /** A table that does not change while it is looked up. */
  private Question lookup() {
    Side left = side(a, "l");
    Side right = new Side("", "", "r", b.columns());
    boolean plain = left.ours().equals("a AS l");
    String kind = choice.of("JOIN", "LEFT JOIN");
    Sql on = equality(left, right);
    String equal = on.ours().replace("IS NOT DISTINCT FROM", "=");
    Expressions both = new Expressions(choice, prefixed(left, right), "");
    Sql condition = over(both.condition(1));
    // a condition that is never true leaves no equality to look a row up by
    boolean more = choice.oneIn(2) && !condition.ours().contains("FALSE");
    Sql item = over(both.any(1));
    if (!plain || !equal.contains("=") || equal.contains("r." + decimal().name())) {
      return nearest();
    }
    Function<Function<Sql, String>, String> text =
        side ->
            "SELECT l.k AS x0, r.k AS x1, "
                + side.apply(item)
                + " AS x2 FROM a AS l "
                + kind
                + side.apply(
                    new Sql(
                        " b FOR SYSTEM_TIME AS OF PROCTIME() AS r ON ", " b AS r ON ", Type.INT))
                + equal
                + (more ? " AND " + side.apply(condition) : "");
    return new Question(text.apply(Sql::ours), text.apply(Sql::duck));
  }

  /** The nearest row in time, at the end or as event time goes on. */
  private Question nearest() {
    boolean alike = alike(a.columns().get(0).type(), b.columns().get(0).type());
    String other = alike ? "b" : "a";
    String left = choice.of("LEFT ", "");
    String match = choice.of(">=", ">", "<=", "<");
    String ours =
        "SELECT l.k, l.ts, r.ts AS rts FROM a AS l "
            + left
            + "ASOF JOIN "
            + other
            + " AS r MATCH_CONDITION l.ts "
            + match
            + " r.ts ON l.k = r.k";
    String duck =
        "SELECT l.k, l.ts, r.ts AS rts FROM a AS l ASOF "
            + left
            + "JOIN "
            + other
            + " AS r ON l.k = r.k AND l.ts "
            + match
            + " r.ts";
    if (choice.oneIn(2) || match.startsWith("<")) {
      return new Question(ours, duck);
    }
    return new Question(
        "SELECT COUNT(*) AS x0, MAX(rts) AS x1, window_start AS w0 FROM TUMBLE(("
            + ours
            + "), ts, INTERVAL '1' HOUR) GROUP BY window_start, window_end",
        "SELECT COUNT(*) AS x0, MAX(rts) AS x1, time_bucket(to_seconds(3600), ts, TIMESTAMP"
            + " '1970-01-01') AS w0 FROM ("
            + duck
            + ") GROUP BY w0");
  }

  /** Rows near in time; counted in windows, so that event time must survive the join. */
  private Question interval() {
    int before = choice.between(-600, 3000);
    int after = before + choice.between(0, 6000);
    String kind = choice.of("JOIN", "LEFT JOIN", "JOIN");
    Side left = new Side("", "", "l", a.columns());
    Side right = new Side("", "", "r", b.columns());
    String on = equality(left, right).ours();
    String ours =
        on
            + " AND r.ts BETWEEN l.ts + INTERVAL '%d' SECOND AND l.ts + INTERVAL '%d' SECOND"
                .formatted(before, after);
    String duck =
        on
            + " AND r.ts BETWEEN l.ts + to_seconds(%d) AND l.ts + to_seconds(%d)"
                .formatted(before, after);
    String from = "(SELECT l.ts, r.k FROM a AS l " + kind + " b AS r ON ";
    String select = "SELECT COUNT(*) AS x0, COUNT(k) AS x1, window_start AS w0 FROM ";
    String group = " GROUP BY window_start, window_end";
    if (choice.oneIn(2)) {
      return new Question(
          "SELECT l.k AS x0, r.k AS x1, l.ts AS x2 FROM a AS l " + kind + " b AS r ON " + ours,
          "SELECT l.k AS x0, r.k AS x1, l.ts AS x2 FROM a AS l " + kind + " b AS r ON " + duck);
    }
    return new Question(
        select + "TUMBLE(" + from + ours + "), ts, INTERVAL '1' HOUR)" + group,
        select
            + "(SELECT *, time_bucket(to_seconds(3600), ts, TIMESTAMP '1970-01-01') AS"
            + " window_start, window_start + to_seconds(3600) AS window_end FROM "
            + from
            + duck
            + "))"
            + group);
  }
}
