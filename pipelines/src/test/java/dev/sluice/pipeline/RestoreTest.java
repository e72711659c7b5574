package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import dev.sluice.engine.Job;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operator that keeps state gives it back: runs that are broken off again and again, and go
 * on from their checkpoints at another parallelism, end with the rows of one that was not.
 */
class RestoreTest {
  private static final long SEED = Long.getLong("sluice.restore.seed", System.nanoTime());
  private static final int ROWS = 1500;

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  private void input(String name, int rows) throws IOException {
    Random values = new Random(name.hashCode());
    StringBuilder text = new StringBuilder();
    long time = 0;
    for (int i = 0; i < rows; i++) {
      time += values.nextInt(200);
      long at = Math.max(0, time - values.nextInt(3000));
      String key = values.nextInt(30) == 0 ? "null" : "\"k" + values.nextInt(12) + "\"";
      text.append(
          String.format(
              Locale.ROOT,
              "{\"id\":%d,\"k\":%s,\"v\":%d,\"ts\":\"2024-01-01 %02d:%02d:%02d.%03d\"}%n",
              i,
              key,
              values.nextInt(100),
              at / 3_600_000,
              at / 60_000 % 60,
              at / 1000 % 60,
              at % 1000));
    }
    Files.writeString(directory.resolve(name + ".json"), text);
  }

  private static String table(String name) {
    return "CREATE STREAM "
        + name
        + " (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1'"
        + " SECOND) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
        + name
        + ".json');\n";
  }

  private Job start(String sql, Map<String, String> settings) {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                settings,
                "restore",
                directory));
    List<Step> steps = session.prepare(List.of(new SqlText("restore.sql", sql)));
    Step.Pipeline pipeline =
        steps.stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
  }

  private List<String> rows(String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).stream().sorted().toList();
  }

  private String sql(String query, String to) {
    return table("a")
        + table("b")
        + "CREATE SINK o WITH ('connector' = 'filesystem', 'path' = '"
        + to
        + "') AS "
        + query;
  }

  private static boolean endsWithin(Job job, int millis) throws InterruptedException {
    try {
      CompletableFuture.supplyAsync(
              () -> {
                try {
                  return job.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              })
          .get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      // the caller's own await says what it was
      return true;
    }
  }

  /** Starts, breaks off or stops after a while; true if the run came to its end by itself. */
  private boolean attempt(String sql, boolean mayFinish) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("checkpoint.dir", "checkpoints");
    settings.put("checkpoint.interval", "1 ms");
    settings.put("batch.rows", Integer.toString(10 + random.nextInt(60)));
    settings.put("parallelism", Integer.toString(1 + random.nextInt(4)));
    settings.put(Settings.SPILL_ALWAYS, Boolean.toString(random.nextInt(4) == 0));
    Job job = start(sql, settings);
    if (!mayFinish && !endsWithin(job, random.nextInt(250))) {
      if (random.nextBoolean()) {
        job.cancel();
      } else {
        job.stop();
      }
    }
    try {
      return !job.await().stopped();
    } catch (UserError e) {
      assertThat(e.code()).as("seed " + SEED + ": " + e).isEqualTo(ErrorCode.INTERRUPTED);
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT k, COUNT(*) AS n, SUM(v) AS s, MIN(v) AS lo, MAX(v) AS hi FROM a GROUP BY k",
        "SELECT COUNT(DISTINCT v) AS d, AVG(v) AS m FROM a",
        "SELECT k, window_start, COUNT(*) AS n, SUM(DISTINCT v) AS s FROM TABLE(HOP(TABLE a,"
            + " DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)) GROUP BY k,"
            + " window_start, window_end",
        "SELECT k, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE a PARTITION BY"
            + " k, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end",
        "SELECT DISTINCT k, v FROM a",
        "SELECT a.id, b.id AS other, a.k FROM a JOIN b ON a.k = b.k AND a.v = b.v",
        "SELECT a.id, b.id AS other FROM a LEFT JOIN b ON a.k = b.k AND a.v = b.v AND b.id < 500",
        "SELECT a.id, b.id AS other FROM a FULL JOIN b ON a.id = b.id AND a.v < b.v",
        "SELECT a.id, b.id AS other FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL"
            + " '2' SECOND AND b.ts",
        "SELECT id, k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, id) AS"
            + " r FROM a) WHERE r <= 3",
        "SELECT id, k, SUM(v) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN 3 PRECEDING AND"
            + " CURRENT ROW) AS s FROM a",
        "SELECT id, v FROM a ORDER BY v, id LIMIT 50",
        "SELECT k, v FROM a UNION ALL SELECT k, v FROM b",
        "SELECT k FROM a INTERSECT SELECT k FROM b",
        "SELECT id FROM a WHERE v IN (SELECT v FROM b WHERE id < 20)",
        "SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(UP.v) AS lo,"
            + " LAST(UP.v) AS hi, COUNT(UP.v) AS n ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW"
            + " PATTERN (S UP{2,}) DEFINE UP AS UP.v > PREV(UP.v))",
        "SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(id) AS f,"
            + " NEXT(LAST(id), 2) AS l PATTERN (^ (LOW | HIGH)*? HIGH{2}) DEFINE LOW AS"
            + " NEXT(LOW.v) <> LOW.v, HIGH AS HIGH.v > 70)",
        "SELECT /*+ BROADCAST(b) */ a.id, b.id AS other FROM a LEFT JOIN b ON a.k = b.k AND a.v ="
            + " b.v",
        "SELECT /*+ BROADCAST(a) */ a.id, b.id AS other FROM a JOIN b ON a.k = b.k AND a.v = b.v"
            + " EMIT ON UPDATE",
        "SELECT a.id, b.id AS other FROM a LEFT JOIN b FOR SYSTEM_TIME AS OF PROCTIME() AS b ON"
            + " a.k = b.k AND a.v = b.v",
        "SELECT COUNT(*) AS n, SUM(s) AS t FROM (SELECT k, SUM(v) AS s FROM a GROUP BY k)"
      })
  void brokenOffAndGoneOn(String query) throws Exception {
    input("a", ROWS);
    input("b", ROWS / 2);
    start(sql(query, "calm.csv"), Map.of("parallelism", "2")).await();
    List<String> expected = rows("calm.csv");
    assertThat(expected).hasSizeGreaterThan(1);
    boolean finished = false;
    for (int attempt = 0; !finished; attempt++) {
      // whether an input is sent to every task may change with its size
      String asked = attempt % 2 == 0 ? query : query.replaceAll("/\\*.*\\*/", "");
      finished = attempt(sql(asked, "broken.csv"), attempt == 4);
    }
    assertThat(rows("broken.csv")).as("seed " + SEED).isEqualTo(expected);
  }
}
