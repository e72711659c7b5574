package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.OracleRun.Way;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries, and such as aggregate and combine what aggregations give, over random histories
 * of inserts, updates and deletes: final rows and folded changes equal DuckDB's answer over the
 * table that the history ends in. Runs on as {@link Seeds} says.
 */
class RandomChangelogTest {
  private static final int TABLES = 14;
  private static final int QUERIES_PER_TABLE = 4;

  /** Over what aggregations give; the columns of {@link RandomTable} have the same names always. */
  private static final List<String> NESTED =
      List.of(
          "SELECT MIN(m) AS a, MAX(c) AS b, COUNT(*) AS n FROM (SELECT k, MAX(I1) AS m, COUNT(*) AS"
              + " c FROM t GROUP BY k) AS x",
          "SELECT c, COUNT(*) AS n, MAX(m) AS m FROM (SELECT k, S5, MIN(I1) AS m, COUNT(DISTINCT"
              + " D7) AS c FROM t GROUP BY k, S5) AS x GROUP BY c HAVING COUNT(*) < 4",
          "SELECT DISTINCT c FROM (SELECT I1, COUNT(*) AS c FROM t GROUP BY I1) AS x",
          "SELECT k FROM t EXCEPT ALL SELECT k FROM t WHERE I1 > 0",
          "SELECT S5 FROM t INTERSECT ALL SELECT S5 FROM t WHERE B6",
          "SELECT k, S5 FROM t INTERSECT SELECT k, S5 FROM t WHERE I1 < 5",
          "SELECT k, S5 FROM t EXCEPT SELECT k, S5 FROM t WHERE I1 < 5",
          "SELECT c FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) AS x UNION SELECT c FROM"
              + " (SELECT S5, COUNT(*) AS c FROM t GROUP BY S5) AS y",
          "SELECT MIN(s) AS a, MAX(s) AS b, COUNT(DISTINCT s) AS n FROM (SELECT k, SUM(D4) AS s"
              + " FROM t GROUP BY k HAVING COUNT(*) > 2) AS x",
          "SELECT BOOL_AND(b) AS a, BOOL_OR(b) AS o, COUNT(b) AS n FROM (SELECT S5, BOOL_OR(B6) AS"
              + " b FROM t GROUP BY S5) AS x",
          "SELECT n, COUNT(*) AS m FROM (SELECT c, COUNT(*) AS n FROM (SELECT S5, COUNT(*) AS c"
              + " FROM t GROUP BY S5) AS x GROUP BY c) AS y GROUP BY n",
          "SELECT x.k, x.m, y.c FROM (SELECT k, MAX(I1) AS m FROM t GROUP BY k) AS x LEFT JOIN"
              + " (SELECT k, COUNT(*) AS c FROM t WHERE I1 > 0 GROUP BY k) AS y ON x.k = y.k",
          "SELECT k, I1, r FROM (SELECT k, I1, RANK() OVER (PARTITION BY k ORDER BY I1) AS r FROM t"
              + " WHERE I1 IS NOT NULL) AS x WHERE r <= 2",
          "SELECT S5, c FROM (SELECT S5, c, RANK() OVER (ORDER BY c DESC) AS r FROM (SELECT S5,"
              + " COUNT(*) AS c FROM t GROUP BY S5) AS x) AS y WHERE r <= 3");

  @TempDir Path directory;

  @Test
  void answersEqualThoseOverTheFinalTable() throws Exception {
    OracleRun run = new OracleRun(TABLES, directory).mayRefuse().mayOverflow();
    run.play(
        0.7,
        (seed, choice, duckdb) -> {
          RandomTable table = RandomTable.of("t", choice);
          Histories histories = new Histories(choice, table);
          Path file = directory.resolve("t-" + seed + ".json");
          histories.write(file);
          table.createIn(duckdb);
          Queries queries = new Queries(choice, table);
          for (int i = 0; i < 2 * QUERIES_PER_TABLE; i++) {
            String nested = choice.of(NESTED);
            Question question =
                i < QUERIES_PER_TABLE ? queries.next() : new Question(nested, nested);
            long turn = seed * QUERIES_PER_TABLE * 2 + i;
            // over a keyed table at its end, then with a form that the number chooses
            run.ask(histories.ddl(file, true), question, List.of(Way.cut(turn)));
            int form = (int) (turn % 3);
            String emit = form == 1 ? "" : " EMIT ON UPDATE";
            Way way = Way.cut(turn + 1 + form).with(emit);
            run.ask(histories.ddl(file, form == 0), question, List.of(way));
          }
        });
  }
}
