package dev.sluice.pipeline.oracle;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Random aggregations over windows of what event time does not pass: rankings, groupings, set
 * operations, joins without bounds of time. Single-threaded.
 */
final class HeldWindows {
  private static final String VIEW = "v";

  private final Choice choice;
  private final RandomTable table;
  private final RandomTable view;

  HeldWindows(Choice choice, RandomTable table) {
    this.choice = choice;
    this.table = table;
    view = new RandomTable(VIEW, table.columns(), table.rows());
  }

  Question next() {
    String inner = inner();
    Question outer =
        choice.oneIn(3)
            ? new RowWindows(choice, view).next()
            : new Queries(choice, view).windowed();
    return new Question(
        "CREATE VIEW " + VIEW + " AS " + inner + ";\n" + outer.ours(),
        "WITH " + VIEW + " AS (" + inner.replace("`", "") + ") " + outer.duck());
  }

  /** Rows of the table, told the same way in both dialects. */
  private String inner() {
    String columns = columns("");
    String from = " FROM " + table.name();
    String number = table.columns().get(1).name();
    return switch (choice.below(8)) {
      case 0 -> ranked("ROW_NUMBER", "`k`", "ts" + choice.of("", " DESC"));
      case 1 -> ranked("ROW_NUMBER", "`k`", "`" + number + "` DESC NULLS LAST, ts");
      case 2 -> ranked(choice.of("RANK", "DENSE_RANK"), "`k`", "`" + number + "` NULLS FIRST");
      case 3 -> "SELECT DISTINCT " + columns + from;
      case 4 ->
          "SELECT "
              + columns("a.")
              + from
              + " a JOIN (SELECT `k` AS k2, COUNT(*) AS n"
              + from
              + " GROUP BY `k`) b ON a.`k` = b.k2 AND b.n > "
              + choice.below(20);
      case 5 ->
          "SELECT "
              + columns
              + from
              + " WHERE `k` IN (SELECT `k`"
              + from
              + " WHERE `"
              + number
              + "` > 0)";
      case 6 ->
          "SELECT "
              + columns
              + from
              + " WHERE `"
              + number
              + "` > 0 "
              + choice.of("UNION", "EXCEPT", "INTERSECT")
              + " SELECT "
              + columns
              + from
              + " WHERE `"
              + number
              + "` < 100";
      default ->
          "SELECT " + columns("a.") + from + " a LEFT JOIN " + table.name() + " b ON a.`k` = b.`k`";
    };
  }

  private String ranked(String function, String by, String order) {
    return "SELECT %s FROM (SELECT *, %s() OVER (PARTITION BY %s ORDER BY %s) AS n FROM %s) WHERE n <= %d"
        .formatted(columns(""), function, by, order, table.name(), choice.of(List.of(1, 1, 2, 5)));
  }

  private String columns(String of) {
    return table.columns().stream()
        .map(c -> of + "`" + c.name() + "`")
        .collect(Collectors.joining(", "));
  }
}
