package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that meets faults starts again by itself, or ends at once where that would not help. */
class RestartTest {
  private static final long SEED = Long.getLong("sluice.restart.seed", System.nanoTime());
  private static final int ROWS = 2000;

  @TempDir Path directory;

  @BeforeEach
  void input() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      text.append("{\"id\":").append(i).append(",\"k\":").append(i % 13).append("}\n");
    }
    Files.writeString(directory.resolve("in.json"), text);
  }

  private Job start(
      Function<String, Optional<IOException>> faults, Map<String, String> settings, String to) {
    FaultyConnector connector = new FaultyConnector(faults);
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.of(connector),
                Map.of(),
                name -> Optional.empty(),
                settings,
                "restart",
                directory));
    String sql =
        "CREATE STREAM s (id BIGINT, k BIGINT) WITH ('connector' = 'faulty', 'path' = 'in.json',"
            + " 'format' = 'json');"
            + "CREATE SINK o WITH ('connector' = 'faulty', 'format' = 'csv', 'path' = '"
            + to
            + "') AS SELECT k, id, COUNT(*) OVER (PARTITION BY k ORDER BY id) AS n FROM"
            + " (SELECT * FROM s ORDER BY id LIMIT 100000);"
            + "CREATE SINK p WITH ('connector' = 'faulty', 'format' = 'csv', 'path' = '"
            + to
            + "_plain') AS SELECT k, id FROM s;";
    Step.Pipeline pipeline =
        session.prepare(List.of(new SqlText("restart.sql", sql))).stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
  }

  private static Map<String, String> settings(String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("checkpoint.dir", "checkpoints");
    settings.put("checkpoint.interval", "1 ms");
    settings.put("batch.rows", "100");
    settings.put("parallelism", "2");
    settings.put("restart.backoff", "1 ms");
    settings.put("restart.max-backoff", "5 ms");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  private List<String> rows(String folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      for (Path file : files.toList()) {
        List<String> lines = Files.readAllLines(file);
        rows.addAll(lines.subList(1, lines.size()));
      }
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void rowsAreThoseOfARunWithoutFaults() throws Exception {
    start(call -> Optional.empty(), settings("checkpoint.dir", "calm_checkpoints"), "calm").await();
    Random random = new Random(SEED);
    AtomicInteger faults = new AtomicInteger();
    Job job =
        start(
            call -> {
              synchronized (random) {
                boolean now = random.nextInt(call.equals("open") ? 4 : 25) == 0;
                if (!now || faults.get() >= 10 || call.equals("open") && faults.get() == 0) {
                  return Optional.empty();
                }
                faults.incrementAndGet();
                return Optional.of(new SocketException("connection reset"));
              }
            },
            settings("restart.attempts", "30"),
            "broken");
    RunReport report = job.await();
    assertThat(faults.get()).as("seed " + SEED).isPositive();
    assertThat(report.restarts()).as("seed " + SEED).isPositive();
    assertThat(job.notices())
        .anyMatch(
            n -> n.matches("restarting in 0.0 s after: .*connection reset.*; attempt 1 of 30"))
        .contains("restarted");
    assertThat(rows("broken")).as("seed " + SEED).isEqualTo(rows("calm"));
    assertThat(rows("broken_plain")).as("seed " + SEED).isEqualTo(rows("calm_plain"));
    // each row counts once, however often it was read
    assertThat(report.rowsIn()).as("seed " + SEED).isEqualTo(ROWS);
    assertThat(report.rowsOut()).as("seed " + SEED).isEqualTo(2L * ROWS);
    assertThat(report.sinks()).allMatch(sink -> sink.rows() == sink.committedRows());
  }

  private static Function<String, Optional<IOException>> always(IOException fault, int after) {
    AtomicInteger writes = new AtomicInteger();
    return call ->
        call.equals("write") && writes.incrementAndGet() > after
            ? Optional.of(fault)
            : Optional.empty();
  }

  @Test
  void attemptsHaveALimitAndTheCheckpointIsNamed() {
    Job job =
        start(
            always(new ConnectException("Connection refused"), 10),
            settings("restart.attempts", "3"),
            "limit");
    assertThatThrownBy(job::await)
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SINK_FAILED);
              assertThat(e.detail().orElseThrow())
                  .contains("Connection refused")
                  .containsPattern("Checkpoint \\d+ in '.*' is kept: the next run goes on from it");
            });
    assertThat(job.notices()).anyMatch(n -> n.endsWith("; attempt 3 of 3"));
    assertThat(job.notices()).noneMatch(n -> n.contains("attempt 4"));
  }

  @Test
  void whatWouldFailAgainEndsTheRunAtOnce() {
    Job job = start(always(new IOException("value too long"), 10), settings(), "fatal");
    assertThatThrownBy(job::await)
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.detail().orElseThrow()).contains("is kept"));
    assertThat(job.notices()).noneMatch(n -> n.contains("restarting"));
    assertThat(job.report().rowsIn()).isLessThanOrEqualTo(ROWS);
  }

  @Test
  void withoutCheckpointsARunStartsAgainOnlyWhereThatIsAskedFor() throws Exception {
    Map<String, String> without = settings();
    without.remove("checkpoint.dir");
    Job once = start(always(new ConnectException("refused"), 10), without, "once");
    assertThatThrownBy(once::await).isInstanceOf(UserError.class);
    assertThat(once.notices()).isEmpty();
    without.put("restart.attempts", "1");
    AtomicInteger writes = new AtomicInteger();
    Job again =
        start(
            call ->
                call.equals("write") && writes.incrementAndGet() == 5
                    ? Optional.of(new ConnectException("refused"))
                    : Optional.empty(),
            without,
            "again");
    assertThat(again.await().restarts()).isEqualTo(1);
    assertThat(again.notices()).anyMatch(n -> n.contains("rows may be written twice"));
    assertThat(rows("again_plain")).hasSizeGreaterThanOrEqualTo(ROWS);
  }

  @Test
  void aRunThatWaitsCanBeStopped() throws Exception {
    Job job =
        start(
            always(new ConnectException("refused"), 3),
            settings("restart.backoff", "1 h", "restart.max-backoff", "1 h"),
            "waits");
    await().atMost(Duration.ofSeconds(60)).until(() -> job.status().restarts().waiting());
    assertThat(job.status().restarts().attempt()).isEqualTo(1);
    job.stop();
    assertThatThrownBy(job::await).isInstanceOf(UserError.class);
  }
}
