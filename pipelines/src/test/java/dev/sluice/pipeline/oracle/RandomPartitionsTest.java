package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.UserError;
import dev.sluice.pipeline.oracle.Compositions.Rel;
import dev.sluice.pipeline.oracle.OracleRun.Way;
import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries and what must be the same, whatever the answer: a condition is true, false or
 * unknown of each row, so the rows of the three cases are all rows, and their aggregates combine to
 * those of all; and the rows that WHERE lets through are those for which SELECT finds the condition
 * true. What only one of the two texts lets the planner do (push a condition down, leave a join
 * out, fold a constant) shows without a second engine. Runs on as {@link Seeds} says.
 */
class RandomPartitionsTest {
  private static final int TABLES = 10;
  private static final int QUERIES_PER_TABLE = 5;

  @TempDir Path directory;

  /** Two texts whose rows are the same. */
  private record Twins(String one, String other) {}

  @Test
  void partsMakeTheWhole() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory).mayRefuse();
    run.play(
        0.7,
        (seed, choice, duckdb) -> {
          RandomTable a = RandomTable.of("a", choice);
          RandomTable b = RandomTable.of("b", choice);
          String ddl = ddl(a, choice, seed) + ddl(b, choice, seed);
          Compositions queries = new Compositions(choice, List.of(a, b));
          for (int i = 0; i < QUERIES_PER_TABLE; i++) {
            Twins twins = twins(queries.rel(choice.below(4)), choice);
            long turn = seed * QUERIES_PER_TABLE + i;
            String emit = choice.of("", " EMIT ON UPDATE");
            Way way = Way.cut(turn).with(emit);
            String sql = ddl + twins.one() + emit + ";\n" + twins.other();
            run.claim(sql, way, () -> areAlike(ddl, twins, way, Way.cut(turn + 1)));
          }
        });
  }

  private String ddl(RandomTable table, Choice choice, long seed) throws Exception {
    Path file = directory.resolve(table.name() + "-" + seed + ".json");
    if (choice.oneIn(2)) {
      table.write(file);
      return table.ddl(file);
    }
    Histories histories = new Histories(choice, table);
    histories.write(file);
    return histories.ddl(file, choice.oneIn(2));
  }

  private void areAlike(String ddl, Twins twins, Way way, Way other) throws Exception {
    List<List<Object>> one;
    List<List<Object>> two;
    try {
      one = rows(ddl + twins.one() + way.emit(), way);
      two = rows(ddl + twins.other(), other);
    } catch (UserError e) {
      if (Answers.isDataError(e)) {
        // of a row that another plan may never have looked at
        return;
      }
      throw e;
    }
    assertThat(Answers.difference(one, two)).as("%s, the other %s", way, other).isEmpty();
  }

  private List<List<Object>> rows(String sql, Way way) throws Exception {
    return Answers.ours(sql, way.batchRows(), way.parallelism(), directory);
  }

  private static Twins twins(Rel rel, Choice choice) {
    String condition = new Expressions(choice, rel.columns(), "").condition(2).ours();
    String all = "(" + rel.ours() + ") AS x";
    return switch (choice.below(4)) {
      case 0 -> new Twins("SELECT * FROM " + all, parts("SELECT *", all, condition, "", "ALL"));
      case 1 -> {
        String columns = names(rel.columns().subList(0, choice.between(1, rel.columns().size())));
        yield new Twins(
            "SELECT DISTINCT " + columns + " FROM " + all,
            parts("SELECT " + columns, all, condition, "", ""));
      }
      case 2 -> aggregates(rel, all, condition, choice);
      default -> {
        String columns = names(rel.columns());
        yield new Twins(
            "SELECT * FROM " + all + " WHERE " + condition,
            "SELECT %s FROM (SELECT %s, CASE WHEN %s THEN 'yes' ELSE 'no' END AS p FROM %s) AS y WHERE p LIKE 'y%%'"
                .formatted(columns, columns, condition, all));
      }
    };
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /** The three cases of a condition, put together. */
  private static String parts(
      String select, String from, String condition, String rest, String all) {
    return List.of("%s", "NOT (%s)", "(%s) IS NULL").stream()
        .map(form -> select + " FROM " + from + " WHERE " + form.formatted(condition) + rest)
        .collect(Collectors.joining(" UNION " + all + " "));
  }

  private static Twins aggregates(Rel rel, String all, String condition, Choice choice) {
    int keys = choice.below(Math.min(3, rel.columns().size()));
    String by = names(rel.columns().subList(0, keys));
    Column value = choice.of(rel.columns());
    boolean ordered = value.type() != Type.BOOLEAN;
    String least = ordered ? "MIN" : "BOOL_AND";
    String greatest = ordered ? "MAX" : "BOOL_OR";
    String comma = keys == 0 ? "" : by + ", ";
    String group = keys == 0 ? "" : " GROUP BY " + by;
    String name = value.name();
    String sum = value.type() == Type.INT ? name : "1";
    String select =
        "SELECT %sCOUNT(*) AS n, COUNT(%s) AS m, SUM(%s) AS s, %s(%s) AS l, %s(%s) AS g"
            .formatted(comma, name, sum, least, name, greatest, name);
    return new Twins(
        select + " FROM " + all + group,
        "SELECT %sSUM(n) AS n, SUM(m) AS m, SUM(s) AS s, %s(l) AS l, %s(g) AS g FROM (%s) AS y%s"
            .formatted(comma, least, greatest, parts(select, all, condition, group, "ALL"), group));
  }
}
