package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Windows of every kind over two splits of which one falls silent: they close all the same, and
 * what it brings afterwards is late if its window was given.
 */
class IdleSplitTest {
  private static final long MINUTE = 60_000_000L;

  @TempDir Path directory;

  private final List<String> rows = new CopyOnWriteArrayList<>();

  private Job start(ScriptConnector script, String idle, String query) {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.of(script),
                Map.of(),
                name -> Optional.empty(),
                Map.of("parallelism", "2"),
                "idle",
                directory));
    String ddl =
        "CREATE STREAM t (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts IDLE AFTER INTERVAL '"
            + idle
            + "' SECOND) WITH ('connector' = 'script');\n";
    Step.Query step =
        session.prepare(List.of(new SqlText("idle.sql", ddl + query))).stream()
            .filter(Step.Query.class::isInstance)
            .map(Step.Query.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(
        step.plan(),
        batch -> {
          try (batch) {
            for (int i = 0; i < batch.rowCount(); i++) {
              TextWriter text = new TextWriter();
              for (int c = 0; c < batch.schema().size(); c++) {
                RowText.value(batch.schema().type(c), batch.vector(c), batch.position(i), text);
                text.put(" ");
              }
              rows.add(text.toString().strip());
            }
          }
        },
        new StringBuilder());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          TUMBLE   | TUMBLE(t, ts, INTERVAL '1' MINUTE)                               | 1 2
          HOP      | HOP(t, ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)             | 1 2,1 2
          CUMULATE | CUMULATE(t, ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)        | 1 2
          SESSION  | TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) | 1 2
          ROWS     | TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2))                    | 1 2
          """)
  void aSilentSplitHoldsNoWindow(String kind, String window, String expected) throws Exception {
    ScriptConnector script = new ScriptConnector("busy", "silent");
    Job job =
        start(
            script,
            "0.2",
            "SELECT k, COUNT(*) AS n FROM " + window + " GROUP BY k, window_start, window_end");
    script.give("silent", 1, MINUTE);
    script.give("busy", 1, MINUTE + 1000);
    // where all were silent, time would stand where it is
    AtomicInteger key = new AtomicInteger(1);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              int next = key.incrementAndGet();
              script.give("busy", next, 9 * MINUTE + next * 1000L);
              return rows.size() == expected.split(",").length;
            });
    assertThat(rows).containsExactly(expected.split(","));
    // it comes back with a row of a window that was given
    script.give("silent", 1, MINUTE + 2000);
    await().atMost(Duration.ofSeconds(30)).until(() -> job.report().lateRows() == 1);
    job.stop();
    RunReport report = job.await();
    assertThat(report.lateRows()).isEqualTo(1);
    assertThat(rows).containsExactly(expected.split(","));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          TUMBLE  | TUMBLE(t, ts, INTERVAL '1' MINUTE)
          SESSION | TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
          """)
  void aSplitThatIsNotSilentYetHoldsThem(String kind, String window) throws Exception {
    ScriptConnector script = new ScriptConnector("busy", "slow");
    Job job =
        start(
            script,
            "600",
            "SELECT k, COUNT(*) AS n FROM " + window + " GROUP BY k, window_start, window_end");
    script.give("slow", 1, MINUTE);
    script.give("busy", 2, 9 * MINUTE);
    await().atMost(Duration.ofSeconds(30)).until(() -> job.report().rowsIn() == 2);
    script.give("slow", 1, MINUTE + 1000);
    await().atMost(Duration.ofSeconds(30)).until(() -> job.report().rowsIn() == 3);
    assertThat(rows).isEmpty();
    script.give("slow", 1, 5 * MINUTE);
    await().atMost(Duration.ofSeconds(30)).until(() -> rows.size() == 1);
    assertThat(rows).containsExactly("1 2");
    job.stop();
    assertThat(job.await().lateRows()).isZero();
  }
}
