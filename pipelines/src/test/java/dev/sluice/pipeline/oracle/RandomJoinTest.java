package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random joins over random tables: whatever the batch size and parallelism, given once or as
 * changes, the final rows equal DuckDB's. Runs on as {@link RandomQueryTest} does.
 */
class RandomJoinTest {
  private static final int TABLES = 50;
  private static final int MOST_FAILURES = 15;
  private static final int QUERIES_PER_TABLE = 5;

  @TempDir Path directory;

  @Test
  void joinsEqualTheBatchEngines() throws Exception {
    long first = Long.getLong("sluice.oracle.seed", 1);
    long seconds = Long.getLong("sluice.oracle.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    int asked = 0;
    int answered = 0;
    List<AssertionError> failures = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      for (long seed = first;
          failures.size() < MOST_FAILURES
              && (seconds > 0 ? System.nanoTime() < end : seed < first + TABLES);
          seed++) {
        Choice choice = new Choice(seed);
        RandomTable a = RandomTable.of("a", choice);
        RandomTable b = RandomTable.of("b", choice);
        // rows are out of order by up to 20 minutes: nothing is late, and state is freed early
        String ddl =
            (made(a, duckdb, seed) + made(b, duckdb, seed)).replace("'1' DAY", "'21' MINUTE");
        JoinQueries queries = new JoinQueries(choice, a, b);
        for (int i = 0; i < QUERIES_PER_TABLE; i++) {
          asked++;
          try {
            if (RandomQueryTest.ask(duckdb, ddl, queries.next(), seed, i, directory)) {
              answered++;
            }
          } catch (AssertionError e) {
            failures.add(e);
          }
        }
      }
    }
    System.out.println(answered + " of " + asked + " random joins compared with DuckDB");
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered).as("queries that both engines answer").isGreaterThan(asked * 8 / 10);
  }

  private String made(RandomTable table, Connection duckdb, long seed) throws Exception {
    Path file = directory.resolve(table.name() + "-" + seed + ".json");
    table.write(file);
    table.createIn(duckdb);
    return table.ddl(file);
  }
}
