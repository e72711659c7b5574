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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What random tests share: seeds that tables and queries are made of, time, answers that are
 * compared with DuckDB's, and failures that are told together. {@code -Dsluice.oracle.seconds=600}
 * goes on for ten minutes, {@code -Dsluice.oracle.seed=N} begins there; a failure prints its seed,
 * which alone makes it again. Single-threaded.
 */
final class OracleRun {
  /** Enough to see what they have in common. */
  private static final int MOST_FAILURES = 15;

  private static final int LONGEST = 6000;

  private final int rounds;
  private final Path directory;
  private final List<AssertionError> failures = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private long seed;
  private int number;
  private int asked;
  private int answered;
  private boolean refusing;
  private Optional<Connection> duckdb = Optional.empty();

  /** Makes tables and asks queries of one seed. */
  @FunctionalInterface
  interface Round {
    void play(long seed, Choice choice, Connection duckdb) throws Exception;
  }

  /**
   * How a question is put.
   *
   * @param emit what stands behind the query
   * @param batchRows the most rows of a batch
   * @param parallelism tasks per stage
   */
  record Way(String emit, int batchRows, int parallelism) {
    private static final int[][] CUTS = {{1, 1}, {7, 2}, {4096, 5}, {7, 5}, {1, 2}, {4096, 1}};

    static Way of(int batchRows, int parallelism) {
      return new Way("", batchRows, parallelism);
    }

    /** One of the ways to cut rows into batches and tasks, in turn. */
    static Way cut(long turn) {
      int[] cut = CUTS[(int) (turn % CUTS.length)];
      return of(cut[0], cut[1]);
    }

    Way with(String clause) {
      return new Way(clause, batchRows, parallelism);
    }
  }

  /**
   * @param rounds how many seeds, unless a time is given
   */
  OracleRun(int rounds, Path directory) {
    this.rounds = rounds;
    this.directory = directory;
  }

  /** Refusals of queries that update, or of what is not supported, are counted only. */
  OracleRun mayRefuse() {
    refusing = true;
    return this;
  }

  /** Plays rounds; of all queries that share must have been answered by both. */
  void play(double share, Round round) throws Exception {
    long first = Long.getLong("sluice.oracle.seed", 1);
    long seconds = Long.getLong("sluice.oracle.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      duckdb = Optional.of(connection);
      seed = first;
      while (failures.size() < MOST_FAILURES
          && (seconds > 0 ? System.nanoTime() < end : seed < first + rounds)) {
        number = 0;
        round.play(seed, new Choice(seed), connection);
        seed++;
      }
    }
    System.out.println(
        answered + " of " + asked + " random queries compared with DuckDB, to seed " + seed);
    refusals.forEach((why, times) -> System.out.println("  refused " + times + ": " + why));
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered)
        .as("queries that both engines answer")
        .isGreaterThan((int) (asked * share));
  }

  /**
   * Asks both engines. DuckDB may find an overflow, and then so must Sluice.
   *
   * @param ways how Sluice is asked
   */
  void ask(String ddl, Question question, List<Way> ways) throws Exception {
    asked++;
    try {
      answered += compared(ddl, question, ways) ? 1 : 0;
    } catch (AssertionError e) {
      failures.add(e);
      if (Long.getLong("sluice.oracle.seconds", 0) > 0) {
        // a long run may be stopped before it tells its end
        System.out.println("failed: " + e.getMessage());
      }
    }
    number++;
  }

  private boolean compared(String ddl, Question question, List<Way> ways) throws Exception {
    String told =
        "query %d of -Dsluice.oracle.seed=%d%nours: %s%nduck: %s"
            .formatted(number, seed, question.ours(), question.duck());
    Optional<List<List<Object>>> expected;
    try {
      expected = Optional.of(Answers.duck(duckdb.orElseThrow(), question.duck()));
    } catch (SQLException e) {
      assertThat(e.getMessage())
          .as(told)
          .containsAnyOf("Overflow", "Out of Range", "out of range", "Conversion Error");
      expected = Optional.empty();
    }
    boolean all = true;
    for (Way way : ways) {
      String how = told + way.emit() + "\n" + way;
      try {
        List<List<Object>> ours =
            Answers.ours(
                ddl + question.ours() + way.emit(), way.batchRows(), way.parallelism(), directory);
        if (expected.isPresent()) {
          assertThat(Answers.difference(ours, expected.get())).as(how).isEmpty();
        }
      } catch (UserError e) {
        if (isRefusal(e)) {
          refusals.merge(e.summary(), 1, Integer::sum);
          all = false;
        } else if (expected.isPresent() || !Answers.isDataError(e)) {
          throw new AssertionError(cut(how + "\n" + e + " " + e.detail().orElse("")), e);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(cut(how + "\n" + e), e);
      }
    }
    return all && expected.isPresent();
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }

  private boolean isRefusal(UserError error) {
    return refusing
        && (error.code() == ErrorCode.CHANGELOG
            || error.code() == ErrorCode.UNSUPPORTED
            || error.code() == ErrorCode.WINDOW);
  }
}
