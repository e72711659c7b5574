package dev.sluice.pipeline.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Random aggregations over windows that the rows themselves make. Single-threaded. */
final class RowWindows {
  private final Choice choice;
  private final RandomTable table;
  private final Queries queries;

  RowWindows(Choice choice, RandomTable table) {
    this.choice = choice;
    this.table = table;
    queries = new Queries(choice, table);
  }

  Question next() {
    return choice.oneIn(2) ? counted() : session();
  }

  /** Rows in windows, in both dialects. */
  private record Windowed(String ours, String duck) {}

  private Question counted() {
    boolean keyed = !choice.oneIn(4);
    int size = choice.of(1, 2, 3, 7, 40);
    boolean hop = choice.oneIn(2);
    int slide = hop ? choice.between(1, size) : size;
    String of = keyed ? " PARTITION BY `k`" : "";
    String rows = hop ? "ROWS " + slide + ", ROWS " + size : "ROWS " + size;
    String named = (hop ? "SLIDE => ROWS " + slide + ", " : "") + "SIZE => ROWS " + size;
    String function = hop ? "HOP" : "TUMBLE";
    String ours =
        choice.oneIn(3)
            ? "TABLE(" + function + "(DATA => TABLE " + table.name() + of + ", " + named + "))"
            : "TABLE(" + function + "(TABLE " + table.name() + of + ", " + rows + "))";
    String duck =
        ("(SELECT *, n // %d * %d - i * %d AS window_start, window_start + %d AS window_end FROM"
                + " (SELECT *, row_number() OVER (%s ORDER BY ts) - 1 AS n FROM %s) q,"
                + " range(0, %d) r(i) WHERE n // %d * %d - i * %d + %d > n)")
            .formatted(
                slide,
                slide,
                slide,
                size,
                keyed ? "PARTITION BY k" : "",
                table.name(),
                size / slide + 1,
                slide,
                slide,
                slide,
                size);
    return aggregated(new Windowed(ours, duck), keyed && !choice.oneIn(8));
  }

  private Question session() {
    boolean keyed = !choice.oneIn(5);
    int gap = choice.of(20, 60, 200, 700);
    String interval = "INTERVAL '" + gap + "' SECOND";
    String by = keyed ? "PARTITION BY k" : "";
    String ours =
        "TABLE(SESSION(TABLE "
            + table.name()
            + (keyed ? " PARTITION BY `k`" : "")
            + ", DESCRIPTOR(ts), "
            + interval
            + "))";
    String duck =
        ("(SELECT *, min(ts) OVER (PARTITION BY %s s) AS window_start,"
                + " max(ts) OVER (PARTITION BY %s s) + %s AS window_end FROM"
                + " (SELECT *, sum(b) OVER (%s ORDER BY ts) AS s FROM"
                + " (SELECT *, CASE WHEN ts - lag(ts) OVER (%s ORDER BY ts) > %s THEN 1 ELSE 0 END"
                + " AS b FROM %s)))")
            .formatted(
                keyed ? "k," : "", keyed ? "k," : "", interval, by, by, interval, table.name());
    return aggregated(new Windowed(ours, duck), keyed);
  }

  private Question aggregated(Windowed from, boolean keyed) {
    Expressions expressions = new Expressions(choice, table.columns(), "");
    List<Sql> groups = new ArrayList<>();
    if (keyed) {
      groups.add(new Sql("`k`", "k", Type.STRING));
    }
    if (choice.oneIn(4)) {
      groups.add(queries.key(expressions));
    }
    List<Sql> items = new ArrayList<>(groups);
    for (int i = 0; i < choice.between(1, 3); i++) {
      items.add(queries.aggregate(expressions));
    }
    boolean filtered = choice.oneIn(3);
    Sql condition = expressions.condition(1);
    String having = choice.oneIn(5) ? " HAVING COUNT(*) >= 2" : "";
    return new Question(
        text(
            Queries.list(items, Sql::ours),
            from.ours(),
            filtered ? condition.ours() : "TRUE",
            groups.stream().map(g -> g.ours() + ", ").collect(Collectors.joining()),
            having),
        text(
            Queries.list(items, Sql::duck),
            from.duck(),
            filtered ? condition.duck() : "TRUE",
            groups.stream().map(g -> g.duck() + ", ").collect(Collectors.joining()),
            having));
  }

  private static String text(
      String items, String from, String where, String groups, String having) {
    return "SELECT "
        + items
        + ", window_start AS w0, window_end AS w1 FROM "
        + from
        + " WHERE "
        + where
        + " GROUP BY "
        + groups
        + "window_start, window_end"
        + having;
  }
}
