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
 * What random tests share: {@link Seeds} that tables and queries are made of, answers that are
 * compared with DuckDB's, and failures that are told together, each with its seed, which alone
 * makes it again. Single-threaded.
 */
final class OracleRun {
  /** Enough to see what they have in common. */
  private static final int MOST_FAILURES = 15;

  private static final int LONGEST = 6000;

  private final Seeds seeds;
  private final Path directory;
  private final List<AssertionError> failures = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private long seed;
  private int number;
  private int asked;
  private int answered;
  private boolean refusing;
  private boolean overflowing;
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
   * @param rounds how many seeds by default
   */
  OracleRun(int rounds, Path directory) {
    seeds = Seeds.of(rounds);
    this.directory = directory;
  }

  /** Refusals of queries that update, or of what is not supported, are counted only. */
  OracleRun mayRefuse() {
    refusing = true;
    return this;
  }

  /** Values that are gone at the end may overflow before: then there is nothing to compare. */
  OracleRun mayOverflow() {
    overflowing = true;
    return this;
  }

  /** Plays rounds; of all queries that share must have been answered by both. */
  void play(double share, Round round) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      duckdb = Optional.of(connection);
      for (seed = seeds.first(); failures.size() < MOST_FAILURES && seeds.include(seed); seed++) {
        number = 0;
        round.play(seed, new Choice(seed), connection);
      }
    }
    System.out.printf(
        "%d of %d random queries compared with DuckDB, seeds %d to %d%n",
        answered, asked, seeds.first(), seed - 1);
    refusals.forEach((why, times) -> System.out.println("  refused " + times + ": " + why));
    if (!failures.isEmpty()) {
      failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
      throw failures.get(0);
    }
    assertThat(answered)
        .as("queries that both engines answer")
        .isGreaterThan((int) (asked * share));
  }

  /** Something to be found true of Sluice alone. */
  @FunctionalInterface
  interface Claim {
    void check() throws Exception;
  }

  /** Checks a claim about {@code sql}. */
  void claim(String sql, Way way, Claim claim) throws Exception {
    String how = "query %d of -Dsluice.oracle.seed=%d%n%s%n%s".formatted(number, seed, sql, way);
    asked++;
    try {
      claim.check();
      answered++;
    } catch (AssertionError | RuntimeException e) {
      if (e instanceof UserError error && isRefusal(error)) {
        refusals.merge(error.summary(), 1, Integer::sum);
      } else {
        failed(new AssertionError(cut(how + "\n" + e), e));
      }
    }
    number++;
  }

  private void failed(AssertionError error) {
    failures.add(error);
    if (seeds.isLong()) {
      System.out.println("failed: " + error.getMessage());
    }
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
      failed(e);
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
        } else if (overflowing && Answers.isDataError(e)) {
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
