package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.engine.status.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks that are slow or stuck: reading pauses, what waits is bounded, nothing is lost. */
class BackPressureTest {
  private static final int ROWS = 400_000;

  @TempDir Path directory;

  private Job start(Connector sink) {
    Connector datagen = ConnectorRegistry.load().connector("datagen");
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.of(sink, datagen),
                Map.of(),
                name -> Optional.empty(),
                Map.of("batch.rows", "1000", "parallelism", "2"),
                "pressure",
                directory));
    String sql =
        "CREATE TABLE d (k BIGINT, t AS CAST(k AS STRING) || ' and so on') WITH ('connector' ="
            + " 'datagen', 'number-of-rows' = '"
            + ROWS
            + "', 'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '"
            + ROWS
            + "'); CREATE SINK o WITH ('connector' = 'faulty', 'format' = 'csv', 'path' = 'o.csv')"
            + " AS SELECT k, t FROM d";
    Step.Pipeline pipeline =
        session.prepare(List.of(new SqlText("pressure.sql", sql))).stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come about").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void requireAll(RunReport report) throws IOException {
    assertThat(report.rowsOut()).isEqualTo(ROWS);
    try (Stream<String> lines = Files.lines(directory.resolve("o.csv"))) {
      assertThat(lines.distinct().count()).isEqualTo(ROWS + 1);
    }
  }

  @Test
  void stuckSinkPausesReadingAndIsNamed() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    Job job =
        start(
            new FaultyConnector(
                call -> {
                  if (call.equals("write")) {
                    awaitLatch(released);
                  }
                  return Optional.empty();
                }));
    await(() -> sink(job).busy().toMillis() > 500 && sink(job).batches() > 0);
    JobStatus.Sink stuck = sink(job);
    long read = job.report().rowsIn();
    assertThat(stuck.name()).isEqualTo("o");
    assertThat(stuck.bytes()).isPositive().isLessThan(16L << 20);
    // the queue of each writer, the tick under way, and no more
    assertThat(read).isLessThan(ROWS / 2);
    await(() -> sink(job).busy().toMillis() > 1500);
    assertThat(job.report().rowsIn()).isEqualTo(read);
    assertThat(job.status().memory().offHeap()).isLessThan(64L << 20);
    released.countDown();
    requireAll(job.await());
  }

  @Test
  void slowSinkGetsAllRowsInTheEnd() throws Exception {
    long[] writes = {0};
    Job job =
        start(
            new FaultyConnector(
                call -> {
                  if (call.equals("write") && writes[0]++ < 40) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                  }
                  return Optional.empty();
                }));
    requireAll(job.await());
  }

  private static JobStatus.Sink sink(Job job) {
    return job.status().sinks().stream()
        .findFirst()
        .orElse(new JobStatus.Sink("", java.time.Duration.ZERO, 0, 0));
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
