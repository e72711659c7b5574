package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole pipelines over the shipped flights: the final rows equal DuckDB's batch answer, whatever
 * the batch size and parallelism.
 */
class FlightsOracleTest {
  private static final Path FLIGHTS =
      Path.of("samples/flights/data/flights-2001-01-first-week.csv.gz").toAbsolutePath();

  private static final String STREAM =
      """
      CREATE STREAM flights (`date` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING,
        destination STRING, WATERMARK FOR `date` AS `date` - INTERVAL '5' MINUTE)
      WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');
      """;

  @TempDir Path out;

  /** A query in our words and in DuckDB's. */
  record Question(String name, String ours, String oracle) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(
              "tumble",
              """
              SELECT origin, window_start, COUNT(*) AS n, SUM(delay) AS s, MIN(delay) AS lo, MAX(delay) AS hi,
                COUNT(DISTINCT destination) AS d, COUNT(*) FILTER (WHERE delay > 15) AS late
              FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
              GROUP BY origin, window_start, window_end
              """,
              """
              SELECT origin, time_bucket(INTERVAL '1 hour', date) AS w, COUNT(*), SUM(delay)::BIGINT, MIN(delay),
                MAX(delay), COUNT(DISTINCT destination), COUNT(*) FILTER (WHERE delay > 15)
              FROM flights GROUP BY ALL
              """),
          new Question(
              "hop",
              """
              SELECT origin, window_start, COUNT(*) AS n, MAX(distance) AS far
              FROM TABLE(HOP(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR, INTERVAL '3' HOUR))
              WHERE distance > 500 GROUP BY origin, window_start, window_end
              """,
              """
              SELECT origin, time_bucket(INTERVAL '1 hour', date) - k * INTERVAL '1 hour' AS w, COUNT(*),
                MAX(distance)
              FROM flights, (SELECT UNNEST([0, 1, 2]) AS k) WHERE distance > 500 GROUP BY ALL
              """),
          new Question(
              "no window",
              """
              SELECT destination, COUNT(*) AS n, SUM(distance * 2) AS s, MIN(UPPER(origin)) AS first_origin
              FROM flights WHERE delay BETWEEN 0 AND 60 OR origin LIKE 'S%' GROUP BY destination
              """,
              """
              SELECT destination, COUNT(*), SUM(distance * 2)::BIGINT, MIN(UPPER(origin))
              FROM flights WHERE delay BETWEEN 0 AND 60 OR origin LIKE 'S%' GROUP BY destination
              """),
          new Question(
              "rows",
              """
              SELECT origin, destination, CASE WHEN delay > 60 THEN 'very late' WHEN delay > 15 THEN 'late'
                ELSE 'fine' END AS how, delay / 7 AS q, MOD(delay, 7) AS r
              FROM flights WHERE distance < 100
              """,
              """
              SELECT origin, destination, CASE WHEN delay > 60 THEN 'very late' WHEN delay > 15 THEN 'late'
                ELSE 'fine' END, TRUNC(delay / 7.0)::BIGINT, delay % 7
              FROM flights WHERE distance < 100
              """));

  static Stream<Arguments> cases() {
    return QUESTIONS.stream()
        .flatMap(
            q ->
                Stream.of(
                    Arguments.of(q, 7_000, 1), Arguments.of(q, 4096, 2), Arguments.of(q, 1000, 5)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsTheBatchAnswer(Question question, int batchRows, int parallelism) throws Exception {
    Path file = out.resolve("rows.csv");
    String sink =
        "CREATE SINK rows_out WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv') AS "
            .formatted(file);
    run(STREAM.formatted(FLIGHTS) + sink + question.ours() + ";", batchRows, parallelism);
    assertThat(read("SELECT * FROM read_csv('" + file + "', header = true, all_varchar = true)"))
        .containsExactlyElementsOf(
            read(
                "WITH flights AS (SELECT * FROM read_csv('"
                    + FLIGHTS
                    + "')) SELECT "
                    + "* FROM ("
                    + question.oracle()
                    + ")"));
  }

  @Test
  void lateRowsAreTheSameForEveryBatchSize() throws Exception {
    Path input = out.resolve("late.csv");
    Files.writeString(
        input,
        "ts,k\n2024-01-01 00:00:01,a\n2024-01-01 00:00:12,a\n2024-01-01 00:00:25,a\n"
            + "2024-01-01 00:00:02,a\n2024-01-01 00:00:26,b\n");
    for (int batchRows : new int[] {1, 2, 100}) {
      Path file = out.resolve("late-" + batchRows + ".csv");
      dev.sluice.engine.RunReport report =
          run(
              """
              CREATE STREAM s (ts TIMESTAMP(3), k STRING, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
              WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');
              CREATE SINK o WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv') AS
              SELECT k, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND))
              GROUP BY k, window_start, window_end;
              """
                  .formatted(input, file),
              batchRows,
              2);
      assertThat(report.lateRows()).as("late rows at batches of %d", batchRows).isEqualTo(1);
      assertThat(Files.readAllLines(file)).hasSize(1 + 4);
    }
  }

  private dev.sluice.engine.RunReport run(String sql, int batchRows, int parallelism)
      throws InterruptedException {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of("batch.rows", "" + batchRows, "parallelism", "" + parallelism),
                "oracle",
                out));
    dev.sluice.engine.RunReport report = null;
    for (Step step : session.prepare(List.of(new SqlText("test", sql)))) {
      if (step instanceof Step.Pipeline pipeline) {
        report = session.start(pipeline.plan(), RecordBatch::close, new StringBuilder()).await();
      }
    }
    return report;
  }

  /** The rows as text, sorted. */
  private static List<String> read(String sql) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(text(result.getObject(i))).append('|');
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }

  private static String text(Object value) {
    if (value instanceof java.sql.Timestamp time) {
      return time.toLocalDateTime().toString().replace('T', ' ');
    }
    String text = String.valueOf(value);
    return text.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}")
        ? java.time.LocalDateTime.parse(text.replace(' ', 'T')).toString().replace('T', ' ')
        : text;
  }
}
