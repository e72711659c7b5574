package dev.sluice.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.engine.status.JobStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final RunReport REPORT =
      new RunReport(
          Duration.ofSeconds(2),
          List.of(new RunReport.Source("orders", 1_000_000, 0, 0, 0, 1, 0, 1_000_000_000_000L, "")),
          List.of(new RunReport.Sink("a_sink_with_a_long_name", 12, 12, 0)),
          3,
          1,
          false,
          0,
          0,
          RunReport.Pauses.NONE,
          List.of(),
          RunReport.Lookups.NONE);

  @Test
  void lineFitsTheTerminalAfterItHasBeenNarrowed() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AtomicInteger asked = new AtomicInteger();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress progress =
        new Progress(
            new Still(),
            Progress.Mode.LIVE,
            err,
            () -> asked.incrementAndGet() > 1 ? 20 : 60,
            () -> 0,
            Duration.ofMinutes(1),
            0)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> asked.get() >= 4);
    }
    String[] painted = bytes.toString(StandardCharsets.UTF_8).split("\r\u001b\\[K");
    assertThat(painted).hasSizeGreaterThanOrEqualTo(4);
    assertThat(painted[1]).hasSize(59).startsWith("1,000,000 rows in");
    assertThat(painted[2]).hasSize(19);
    assertThat(painted[3]).hasSize(19);
  }

  @Test
  void wantOfOutputIsExplainedOnceAWhile() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress progress =
        new Progress(
            new Still(), Progress.Mode.STALLS, err, () -> 80, () -> 0, Duration.ofMillis(300), 0)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> bytes.size() > 0);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("no output for 0 s: nothing is read");
  }

  /** A job at rest. */
  private static final class Still implements Job {
    @Override
    public RunReport await() {
      return REPORT;
    }

    @Override
    public void stop() {}

    @Override
    public void cancel() {}

    @Override
    public JobStatus status() {
      return new JobStatus(Duration.ZERO, List.of(), List.of(), List.of(), JobStatus.Memory.NONE);
    }

    @Override
    public RunReport report() {
      return REPORT;
    }
  }
}
