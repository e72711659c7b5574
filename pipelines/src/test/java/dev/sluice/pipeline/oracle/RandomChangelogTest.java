package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random queries, and such as aggregate and combine what aggregations give, over random histories
 * of inserts, updates and deletes: final rows and folded changes equal DuckDB's answer over the
 * table that the history ends in. {@code -Dsluice.oracle.seconds} and {@code -Dsluice.oracle.seed}
 * as in {@link OracleRun}.
 */
class RandomChangelogTest {
  private static final int TABLES = 14;
  private static final int MOST_FAILURES = 10;
  private static final int QUERIES_PER_TABLE = 4;
  private static final int[][] WAYS = {
    {1, 1}, {7, 2}, {4096, 5}, {7, 5}, {1, 2}, {4096, 1}, {32_768, 2}
  };

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
  private int asked;
  private int answered;
  private int refused;

  @Test
  void answersEqualThoseOverTheFinalTable() throws Exception {
    long first = Long.getLong("sluice.oracle.seed", 1);
    long seconds = Long.getLong("sluice.oracle.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<AssertionError> failures = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      for (long seed = first;
          failures.size() < MOST_FAILURES
              && (seconds > 0 ? System.nanoTime() < end : seed < first + TABLES);
          seed++) {
        Choice choice = new Choice(seed);
        RandomTable table = RandomTable.of("t", choice);
        Histories histories = new Histories(choice, table);
        Path file = directory.resolve("t-" + seed + ".json");
        histories.write(file);
        table.createIn(duckdb);
        Queries queries = new Queries(choice, table);
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < QUERIES_PER_TABLE; i++) {
          questions.add(queries.next());
        }
        for (int i = 0; i < QUERIES_PER_TABLE; i++) {
          String nested = choice.of(NESTED);
          questions.add(new Question(nested, nested));
        }
        for (int i = 0; i < questions.size(); i++) {
          try {
            ask(duckdb, histories, file, questions.get(i), seed, i);
          } catch (AssertionError e) {
            failures.add(e);
          }
        }
      }
    }
    System.out.println(
        answered + " of " + asked + " queries over changelogs compared, " + refused + " refused");
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered).as("queries that are answered").isGreaterThan(asked * 7 / 10);
  }

  /** Over a keyed table at its end, then with a form and a way that the numbers choose. */
  private void ask(
      Connection duckdb, Histories histories, Path file, Question question, long seed, int number)
      throws Exception {
    List<List<Object>> expected;
    try {
      expected = Answers.duck(duckdb, question.duck());
    } catch (SQLException e) {
      // older versions of rows may overflow, too: nothing to compare
      return;
    }
    int turn = (int) (seed * QUERIES_PER_TABLE * 2 + number);
    for (int form : new int[] {0, 1 + turn % 3}) {
      boolean keyed = form < 2;
      String emit = form == 1 || form == 3 ? " EMIT ON UPDATE" : "";
      int[] way = WAYS[(turn + form) % WAYS.length];
      String ours = histories.ddl(file, keyed) + question.ours() + emit;
      String told =
          "query %d of -Dsluice.oracle.seed=%d, keyed %s, batch.rows %d, parallelism %d%nours: %s%nduck: %s"
              .formatted(
                  number, seed, keyed, way[0], way[1], question.ours() + emit, question.duck());
      asked++;
      try {
        List<List<Object>> rows = Answers.ours(ours, way[0], way[1], directory);
        Optional<String> difference = Answers.difference(rows, expected);
        assertThat(difference).as(told).isEmpty();
        answered++;
      } catch (UserError e) {
        boolean changes = e.code() == ErrorCode.CHANGELOG;
        refused += changes ? 1 : 0;
        if (!changes && !Answers.isDataError(e)) {
          throw new AssertionError(told + "\n" + e + " " + e.detail().orElse(""), e);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(told, e);
      }
    }
  }
}
