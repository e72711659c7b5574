package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

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
 * Random aggregations over sessions and over windows of a number of rows, and over any window of
 * what event time does not pass, against DuckDB: given once at the end, and as changes that are
 * folded. {@code -Dsluice.oracle.seconds} and {@code -Dsluice.oracle.seed} as of {@link
 * RandomQueryTest}.
 */
class RandomWindowsTest {
  private static final int TABLES = 20;
  private static final int QUERIES_PER_TABLE = 6;
  private static final int MOST_FAILURES = 10;
  private static final int[][] WAYS = {{1, 2}, {7, 5}, {4096, 1}, {7, 1}, {4096, 5}, {1, 1}};

  @TempDir Path directory;

  @Test
  void answersEqualTheBatchEngines() throws Exception {
    long first = Long.getLong("sluice.oracle.seed", 1);
    long seconds = Long.getLong("sluice.oracle.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<AssertionError> failures = new ArrayList<>();
    int asked = 0;
    int answered = 0;
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      for (long seed = first;
          failures.size() < MOST_FAILURES
              && (seconds > 0 ? System.nanoTime() < end : seed < first + TABLES);
          seed++) {
        Choice choice = new Choice(seed);
        RandomTable table = RandomTable.of("t", choice).withDistinctTimes();
        Path file = directory.resolve("t-" + seed + ".json");
        table.write(file);
        table.createIn(duckdb);
        RowWindows queries = new RowWindows(choice, table);
        HeldWindows held = new HeldWindows(choice, table);
        for (int i = 0; i < QUERIES_PER_TABLE; i++) {
          Question question = i % 2 == 0 ? queries.next() : held.next();
          asked++;
          try {
            answered += ask(duckdb, ddl(table, file), question, seed, i) ? 1 : 0;
          } catch (AssertionError e) {
            failures.add(e);
          }
        }
      }
    }
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered).as("queries that both engines answer").isGreaterThan(asked * 8 / 10);
  }

  /** No row is late, but windows close long before the end. */
  private static String ddl(RandomTable table, Path file) {
    return table.ddl(file).replace("INTERVAL '1' DAY", "INTERVAL '21' MINUTE");
  }

  /** Sessions that are grouped by more than themselves have final results only. */
  private static List<String> emits(Question question) {
    boolean changing = question.ours().startsWith("CREATE VIEW");
    String own = question.ours().contains("PARTITION BY `k`, DESCRIPTOR") ? "`k`, " : "";
    boolean last =
        changing && question.ours().contains("ROWS ")
            || question.ours().contains("SESSION(")
                && (changing || !question.ours().contains(" GROUP BY " + own + "window_start"));
    return last ? List.of("") : List.of("", " EMIT ON UPDATE");
  }

  private boolean ask(Connection duckdb, String ddl, Question question, long seed, int number)
      throws Exception {
    String told =
        "query %d of -Dsluice.oracle.seed=%d%nours: %s%nduck: %s"
            .formatted(number, seed, question.ours(), question.duck());
    Optional<List<List<Object>>> expected;
    try {
      expected = Optional.of(Answers.duck(duckdb, question.duck()));
    } catch (SQLException e) {
      assertThat(e.getMessage())
          .as(told)
          .containsAnyOf("Overflow", "Out of Range", "out of range", "Conversion Error");
      expected = Optional.empty();
    }
    for (String emit : emits(question)) {
      int[] way = WAYS[(int) ((seed + number + emit.length()) % WAYS.length)];
      String how = told + emit + "\nbatch.rows " + way[0] + ", parallelism " + way[1];
      try {
        List<List<Object>> ours =
            Answers.ours(ddl + question.ours() + emit, way[0], way[1], directory);
        if (expected.isPresent()) {
          assertThat(Answers.difference(ours, expected.get())).as(how).isEmpty();
        }
      } catch (UserError e) {
        if (expected.isPresent() || !Answers.isDataError(e)) {
          throw new AssertionError(how + "\n" + e + " " + e.detail().orElse(""), e);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(how, e);
      }
    }
    return expected.isPresent();
  }
}
