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
 * Random queries over random tables: whatever the batch size and parallelism, the final rows equal
 * DuckDB's batch answer. {@code -Dsluice.oracle.seconds=600} goes on for ten minutes, {@code
 * -Dsluice.oracle.seed=N} begins there; a failure prints its seed, which alone makes it again.
 */
class RandomQueryTest {
  private static final int TABLES = 60;

  /** Enough to see what they have in common. */
  private static final int MOST_FAILURES = 15;

  private static final int QUERIES_PER_TABLE = 6;
  private static final int[][] WAYS = {{1, 1}, {7, 2}, {4096, 5}, {7, 5}, {1, 2}, {4096, 1}};

  @TempDir Path directory;

  @Test
  void answersEqualTheBatchEngines() throws Exception {
    long first = Long.getLong("sluice.oracle.seed", 1);
    long seconds = Long.getLong("sluice.oracle.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    int asked = 0;
    int answered = 0;
    List<AssertionError> failures = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      long seed = first;
      while (failures.size() < MOST_FAILURES
          && (seconds > 0 ? System.nanoTime() < end : seed < first + TABLES)) {
        Choice choice = new Choice(seed);
        RandomTable table = RandomTable.of("t", choice);
        Path file = directory.resolve("t-" + seed + ".json");
        table.write(file);
        table.createIn(duckdb);
        Queries queries = new Queries(choice, table);
        for (int i = 0; i < QUERIES_PER_TABLE; i++) {
          Question question = queries.next();
          asked++;
          try {
            if (ask(duckdb, table.ddl(file), question, seed, i, directory)) {
              answered++;
            }
          } catch (AssertionError e) {
            failures.add(e);
          }
        }
        seed++;
      }
    }
    System.out.println(answered + " of " + asked + " random queries compared with DuckDB");
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered).as("queries that both engines answer").isGreaterThan(asked * 8 / 10);
  }

  /** Whether the question has an answer; DuckDB may find an overflow, and then so must Sluice. */
  static boolean ask(
      Connection duckdb, String ddl, Question question, long seed, int number, Path directory)
      throws Exception {
    Optional<List<List<Object>>> expected;
    try {
      expected = Optional.of(Answers.duck(duckdb, question.duck()));
    } catch (SQLException e) {
      assertThat(e.getMessage())
          .as(told(question, seed, number))
          .containsAnyOf("Overflow", "Out of Range", "out of range", "Conversion Error");
      expected = Optional.empty();
    }
    int[][] ways = {{32_768, 2}, WAYS[(int) ((seed + number) % WAYS.length)]};
    for (int[] way : ways) {
      String told =
          told(question, seed, number) + "\nbatch.rows " + way[0] + ", parallelism " + way[1];
      try {
        List<List<Object>> ours = Answers.ours(ddl + question.ours(), way[0], way[1], directory);
        if (expected.isPresent()) {
          assertThat(Answers.difference(ours, expected.get())).as(told).isEmpty();
        }
      } catch (UserError e) {
        if (expected.isPresent() || !Answers.isDataError(e)) {
          throw new AssertionError(told + "\n" + e + " " + e.detail().orElse(""), e);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(told, e);
      }
    }
    return expected.isPresent();
  }

  private static String told(Question question, long seed, int number) {
    return "query %d of -Dsluice.oracle.seed=%d%nours: %s%nduck: %s"
        .formatted(number, seed, question.ours(), question.duck());
  }
}
