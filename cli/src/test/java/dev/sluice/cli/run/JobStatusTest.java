package dev.sluice.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.engine.status.JobStatus.Phase;
import dev.sluice.operator.StepStatus;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a job that waits tells of itself. */
class JobStatusTest {
  @TempDir Path directory;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void windowThatWaitsForMoreFilesIsTold() throws Exception {
    Files.writeString(
        directory.resolve("a.csv"), "id,ts\n1,2026-01-01 00:00:01\n2,2026-01-01 00:00:02\n");
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of(),
                "status",
                directory));
    List<Step> steps =
        session.prepare(
            List.of(
                new SqlText(
                    "test",
                    """
                    CREATE STREAM s (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
                      WITH ('connector' = 'filesystem', 'path' = '*.csv', 'format' = 'csv',
                        'source.monitor-interval' = '1 s');
                    SELECT window_start, COUNT(*) AS n FROM TUMBLE(s, ts, INTERVAL '1' MINUTE)
                    GROUP BY window_start, window_end;
                    """)));
    Step.Query query = (Step.Query) steps.get(1);
    Job job = session.start(query.plan(), batch -> batch.close(), new StringBuilder());
    JobStatus status =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(job::status, s -> s.operators().stream().anyMatch(o -> o.waiting().isPresent()));
    JobStatus.Source source = status.sources().get(0);
    assertThat(source.name()).isEqualTo("s");
    assertThat(source.bounded()).isFalse();
    assertThat(source.splits()).hasSize(1);
    assertThat(source.splits().get(0).rows()).isEqualTo(2);
    StepStatus window = status.operators().get(0);
    assertThat(window.waiting().orElseThrow().open()).isEqualTo(1);
    assertThat(window.waiting().get().dueMicros()).isEqualTo(1_767_225_659_999_000L);
    assertThat(Why.text(status)).contains("gives its rows at watermark 2026-01-01 00:00:59.999");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> job.status().sources().get(0).splits().get(0).phase() == Phase.ENDED);
    job.cancel();
    assertThatThrownBy(job::await).hasMessageContaining("cancelled");
  }
}
