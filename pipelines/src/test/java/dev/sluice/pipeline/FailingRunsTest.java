package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * However a run fails, it gives all memory back: over every operator that keeps something, at the
 * source, behind the operator, in the sink, by whoever takes the results, and by cancelling.
 */
class FailingRunsTest {
  private static final long SEED = Long.getLong("sluice.failing.seed", System.nanoTime());
  private static final int ROWS = 600;
  private static final int BAD = 400;

  /** Each gives a column {@code v} with many values, one of which is {@link #BAD}. */
  private static final List<String> QUERIES =
      List.of(
          "SELECT id AS v FROM a WHERE id >= 0",
          "SELECT v FROM (SELECT id AS v, COUNT(*) AS n, SUM(x) AS s FROM a GROUP BY id)",
          "SELECT DISTINCT id AS v FROM a",
          "SELECT CASE WHEN n > 30 THEN 400 ELSE 1 END AS v FROM (SELECT COUNT(DISTINCT id) AS n"
              + " FROM a)",
          "SELECT v FROM (SELECT id AS v, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts),"
              + " INTERVAL '5' SECOND)) GROUP BY id, window_start, window_end)",
          "SELECT v FROM (SELECT id AS v, COUNT(*) AS n FROM TABLE(SESSION(TABLE a PARTITION BY"
              + " id, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY id, window_start, window_end)",
          "SELECT a.id AS v FROM a JOIN b ON a.id = b.id",
          "SELECT b.id AS v FROM a FULL JOIN b ON a.id = b.id AND a.x < b.x + 100",
          "SELECT a.id AS v FROM a LEFT JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1'"
              + " SECOND AND b.ts",
          "SELECT id AS v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY x DESC, id)"
              + " AS r FROM a) WHERE r <= 500",
          "SELECT id AS v, SUM(x) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN 3 PRECEDING"
              + " AND CURRENT ROW) AS s FROM a",
          "SELECT id AS v FROM a ORDER BY x, id",
          "SELECT id + x - x AS v FROM a WHERE id >= 0 ORDER BY x % 7, v",
          "SELECT a.id AS v FROM a ASOF JOIN b MATCH_CONDITION a.ts >= b.ts ON a.k = b.k",
          "SELECT id AS v FROM a UNION ALL SELECT id AS v FROM b",
          "SELECT id AS v FROM a EXCEPT SELECT id + 1000000 FROM b",
          "SELECT v FROM a CROSS JOIN UNNEST(ARRAY[id, id + 1000000]) AS u (v)",
          "SELECT v FROM (SELECT k, hi AS v FROM a MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts"
              + " MEASURES LAST(UP.id) AS hi ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW"
              + " PATTERN (S UP) DEFINE UP AS TRUE))");

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  @BeforeEach
  void input() throws IOException {
    Files.writeString(directory.resolve("a.json"), rows(-1));
    Files.writeString(directory.resolve("b.json"), rows(-1));
    Files.writeString(directory.resolve("bad.json"), rows(BAD));
  }

  private static String rows(int bad) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      text.append(
          i == bad
              ? "{\"id\":\"none\"}\n"
              : String.format(
                  Locale.ROOT,
                  "{\"id\":%d,\"k\":\"k%d\",\"x\":%d,\"ts\":\"2024-01-01 00:%02d:%02d.000\"}%n",
                  i,
                  i % 7,
                  i * 31 % 100,
                  i / 60,
                  i % 60));
    }
    return text.toString();
  }

  private static String table(String name, String file, String more) {
    return "CREATE STREAM "
        + name
        + " (id BIGINT, k STRING, x BIGINT, ts TIMESTAMP(3)"
        + more
        + ") WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
        + file
        + "');\n";
  }

  private static final String ORDERED = ", WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

  private static String tables(String fileOfA) {
    return table("a", fileOfA, ORDERED) + table("b", "b.json", ORDERED);
  }

  private static String failingAt(String value) {
    return "CAST(CASE WHEN " + value + " = " + BAD + " THEN 'none' ELSE '1' END AS BIGINT)";
  }

  private Job start(String sql, Consumer<RecordBatch> results) {
    Map<String, String> settings = new HashMap<>();
    settings.put("batch.rows", Integer.toString(1 + random.nextInt(200)));
    settings.put("parallelism", Integer.toString(1 + random.nextInt(3)));
    settings.put(Settings.SPILL_ALWAYS, Boolean.toString(random.nextInt(4) == 0));
    if (random.nextBoolean()) {
      settings.put("checkpoint.dir", "checkpoints-" + random.nextLong());
      settings.put("checkpoint.interval", "5 ms");
    }
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                settings,
                "failing",
                directory));
    for (Step step : session.prepare(List.of(new SqlText("failing.sql", sql)))) {
      if (step instanceof Step.Query query) {
        return session.start(query.plan(), results, new StringBuilder());
      }
      if (step instanceof Step.Pipeline pipeline) {
        return session.start(pipeline.plan(), results, new StringBuilder());
      }
    }
    throw new AssertionError("nothing to run in " + sql);
  }

  private void fails(String sql, Consumer<RecordBatch> results, String words) {
    Throwable failure = catchThrowable(() -> start(sql, results).await());
    assertThat(failure).as("seed %s: %s", SEED, sql).isNotNull();
    // what goes wrong while everything is closed, as with memory that is not given back in time
    assertThat(failure.getSuppressed()).as("seed %s: %s", SEED, sql).isEmpty();
    String told = failure.toString() + failure.getCause();
    assertThat(told).as("seed %s: %s", SEED, sql).contains(words);
    nothingIsLeft(sql);
  }

  private static void nothingIsLeft(String sql) {
    long lost = Engine.forgetLost();
    assertThat(lost).as("bytes lost, seed %s: %s", SEED, sql).isZero();
    assertThat(Engine.batchBytes()).as("bytes held, seed %s: %s", SEED, sql).isZero();
  }

  private static String discarding(String query) {
    return "CREATE SINK o (v BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO o " + query;
  }

  @Test
  void behindEveryOperator() {
    for (String query : QUERIES) {
      String sql = "SELECT " + failingAt("v") + " FROM (" + query + ")";
      fails(tables("a.json") + discarding(sql), RecordBatch::close, "none");
    }
  }

  @Test
  void withTwoSinks() {
    for (String query : QUERIES) {
      fails(
          tables("a.json")
              + "CREATE SINK o (v BIGINT) WITH ('connector' = 'blackhole');"
              + "CREATE SINK p (v BIGINT) WITH ('connector' = 'blackhole');"
              + "CREATE VIEW q AS "
              + query
              + "; BEGIN STATEMENT SET; INSERT INTO o SELECT "
              + failingAt("v")
              + " FROM q; INSERT INTO p SELECT v FROM q; END;",
          RecordBatch::close,
          "none");
    }
  }

  @Test
  void atTheSource() {
    for (String query : QUERIES) {
      fails(
          tables("bad.json") + discarding("SELECT v FROM (" + query + ")"),
          RecordBatch::close,
          "malformed record");
    }
    String computed = table("a", "a.json", ", y AS " + failingAt("id"));
    fails(computed + discarding("SELECT y FROM a"), RecordBatch::close, "none");
    String time =
        table(
            "a", "a.json", ", WATERMARK FOR ts AS ts - INTERVAL '1' SECOND * (1000 / (id - 400))");
    String windows =
        "SELECT COUNT(*) AS v FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND))"
            + " GROUP BY window_start, window_end";
    fails(time + discarding(windows), RecordBatch::close, "cannot be computed");
  }

  @Test
  void atTheSink() {
    for (String query : QUERIES) {
      String url = "jdbc:h2:mem:failing" + random.nextLong();
      fails(
          tables("a.json")
              + "CREATE SINK o (v BIGINT NOT NULL) WITH ('connector' = 'jdbc', 'url' = '"
              + url
              + "', 'table-name' = 'o', 'table.create' = 'true', 'sink.buffer-flush.max-rows' ="
              + " '50'); INSERT INTO o SELECT v FROM ("
              + query
              + ") UNION ALL SELECT CAST(NULL AS BIGINT) FROM b WHERE id = 300",
          RecordBatch::close,
          "");
    }
  }

  @Test
  void atWhoeverTakesTheRows() {
    for (String query : QUERIES) {
      AtomicInteger batches = new AtomicInteger(random.nextInt(3));
      Consumer<RecordBatch> full =
          batch -> {
            batch.close();
            if (batches.getAndDecrement() <= 0) {
              throw new IllegalStateException("the pipe is closed");
            }
          };
      Throwable failure = catchThrowable(() -> start(tables("a.json") + query, full).await());
      if (batches.get() < 0) {
        assertThat(failure).as(query).hasStackTraceContaining("the pipe is closed");
      }
      nothingIsLeft(query);
    }
  }

  @Test
  void cancelled() {
    for (String query : QUERIES) {
      Job job =
          start(tables("a.json") + discarding("SELECT v FROM (" + query + ")"), RecordBatch::close);
      long until = System.nanoTime() + random.nextInt(40_000_000);
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      job.cancel();
      Throwable failure = catchThrowable(job::await);
      if (failure != null) {
        assertThat(failure).hasMessageContaining("cancelled");
      }
      nothingIsLeft(query);
    }
  }
}
