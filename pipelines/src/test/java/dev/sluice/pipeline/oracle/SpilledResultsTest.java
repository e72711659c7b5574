package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * State many times as large as the memory for it: the rows are DuckDB's, or the run ends in words
 * that name the operator and the setting.
 */
class SpilledResultsTest {
  private static final int ROWS = 40_000;
  private static final long BUDGET = 512 << 10;
  private static final String FILLER = "and some more of it so that a row takes its room";

  @TempDir static Path directory;

  @BeforeAll
  static void input() throws IOException {
    Random random = new Random(17);
    for (String name : List.of("a", "b")) {
      try (PrintWriter out =
          new PrintWriter(Files.newBufferedWriter(directory.resolve(name + ".csv")))) {
        for (int i = 0; i < ROWS; i++) {
          out.printf(
              Locale.ROOT,
              "%d,%d,%s,%.2f,%s %d %s,2024-01-01 %02d:%02d:%02d%n",
              i,
              random.nextInt(ROWS),
              random.nextInt(20) == 0 ? "" : Integer.toString(random.nextInt(1000)),
              (random.nextInt(100_000) - 50_000) / 100.0,
              name,
              random.nextInt(),
              FILLER,
              i / 3600,
              i / 60 % 60,
              i % 60);
        }
      }
    }
  }

  private static String tables(boolean duck) {
    StringBuilder sql = new StringBuilder();
    for (String name : List.of("a", "b")) {
      sql.append(
          duck
              ? "CREATE VIEW "
                  + name
                  + " AS SELECT * FROM read_csv('"
                  + directory.resolve(name + ".csv")
                  + "', header = false, columns = {id: 'BIGINT', k: 'BIGINT', g: 'INTEGER', d:"
                  + " 'DECIMAL(10,2)', t: 'VARCHAR', ts: 'TIMESTAMP'});"
              : "CREATE TABLE "
                  + name
                  + " (id BIGINT, k BIGINT, g INT, d DECIMAL(10, 2), t STRING, ts TIMESTAMP(3))"
                  + " WITH ('connector' = 'filesystem', 'format' = 'csv', 'csv.header' = 'false',"
                  + " 'path' = '"
                  + name
                  + ".csv');");
    }
    return sql.toString();
  }

  /** What a run gave, and the most bytes it had on disk. */
  private record Run(List<List<Object>> rows, long spilled) {}

  private static Run ours(String sql, long budget) throws InterruptedException {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of("parallelism", "2", "state.memory", budget + " B", "spill.dir", "spilled"),
                "spilled",
                directory));
    List<List<Object>> rows = new ArrayList<>();
    long spilled = 0;
    for (Step step : session.prepare(List.of(new SqlText("query", sql)))) {
      if (step instanceof Step.Query query) {
        Job job =
            session.start(query.plan(), batch -> Answers.add(batch, rows), new StringBuilder());
        job.await();
        spilled = job.status().memory().spilledPeak();
      }
    }
    assertThat(directory.resolve("spilled"))
        .satisfiesAnyOf(
            folder -> assertThat(folder).doesNotExist(),
            folder -> assertThat(folder).isEmptyDirectory());
    return new Run(rows, spilled);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT t, k, COUNT(*) AS n, SUM(d) AS s, MIN(id) AS lo FROM a GROUP BY t, k",
        "SELECT DISTINCT t, g FROM a",
        "SELECT k, COUNT(DISTINCT t) AS n, MAX(t) AS hi FROM a GROUP BY k",
        "SELECT a.id, b.t FROM a JOIN b ON a.k = b.id",
        "SELECT a.t, b.id FROM a FULL JOIN b ON a.k = b.k AND a.d < b.d",
        "SELECT t FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.id = a.k AND b.id < 20000)",
        "SELECT t FROM a EXCEPT SELECT t FROM a WHERE k < 1000",
        "SELECT id, t, ROW_NUMBER() OVER (PARTITION BY g ORDER BY d, id) AS r FROM a",
        "SELECT id, t FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY g ORDER BY d DESC, id) AS r"
            + " FROM a) WHERE r <= 30",
        "SELECT a.id, b.t FROM a ASOF JOIN b MATCH_CONDITION a.id >= b.id ON a.k = b.k"
      })
  void keyedState(String sql) throws Exception {
    Run run = ours(tables(false) + sql, BUDGET);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      duckdb.createStatement().execute(tables(true));
      String theirs = sql.replace("MATCH_CONDITION a.id >= b.id ON", "ON a.id >= b.id AND");
      assertThat(Answers.difference(run.rows(), Answers.duck(duckdb, theirs))).as(sql).isEmpty();
    }
    assertThat(run.spilled()).as(sql).isGreaterThan(3 * BUDGET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, t FROM a ORDER BY t DESC, id",
        "SELECT id, g, d, t FROM a ORDER BY g NULLS FIRST, d DESC, k, id",
        "SELECT id, t FROM a ORDER BY d, id LIMIT 30000 OFFSET 5000",
        "SELECT t, id FROM a ORDER BY d, id OFFSET 39990"
      })
  void sortedRows(String sql) throws Exception {
    Run run = ours(tables(false) + sql, BUDGET);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      duckdb.createStatement().execute(tables(true));
      assertThat(run.rows()).as(sql).isEqualTo(Answers.duck(duckdb, sql));
    }
    assertThat(run.spilled()).as(sql).isGreaterThan(2 * BUDGET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT k, MIN(t) AS t, COUNT(*) AS n, window_end FROM TABLE(TUMBLE(TABLE a PARTITION BY"
            + " k, ROWS 5)) GROUP BY k, window_start, window_end",
        "SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY g ORDER BY ts MEASURES FIRST(UP.t) AS t,"
            + " LAST(UP.id) AS hi ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (S"
            + " UP{2,}) DEFINE UP AS UP.d > PREV(UP.d))"
      })
  void whatDuckDbHasNot(String sql) throws Exception {
    Run run = ours(tables(false) + sql, BUDGET);
    Run calm = ours(tables(false) + sql, 1L << 30);
    assertThat(calm.spilled()).isZero();
    assertThat(calm.rows()).hasSizeGreaterThan(300);
    assertThat(Answers.difference(run.rows(), calm.rows())).as(sql).isEmpty();
    assertThat(run.spilled()).as(sql).isGreaterThan(2 * BUDGET);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT COUNT(DISTINCT t) AS n FROM a | GroupAggregate",
        "SELECT id, SUM(d) OVER (ORDER BY t, id) AS s FROM a | Over",
        "SELECT id FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY t) AS r FROM a) WHERE r <= 30000 |"
            + " Rank",
        "SELECT COUNT(*) AS n FROM a JOIN b ON a.t < b.t AND a.id < 0 | Join",
        "SELECT hi FROM a MATCH_RECOGNIZE (ORDER BY ts MEASURES LAST(UP.id) AS hi ONE ROW PER MATCH"
            + " AFTER MATCH SKIP PAST LAST ROW PATTERN (S UP{2,}) DEFINE UP AS UP.t > PREV(UP.t)) |"
            + " Match"
      })
  void whatStaysInMemoryHasALimit(String sql, String operator) {
    UserError error =
        catchThrowableOfType(UserError.class, () -> ours(tables(false) + sql, BUDGET));
    assertThat(error).as(sql).isNotNull();
    assertThat(error.code()).as(sql).isEqualTo(ErrorCode.MEMORY);
    assertThat(error.summary() + error.hint().orElse("")).contains("'state.memory'");
    assertThat(error.detail().orElse("")).contains(operator);
  }
}
