package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.kafka.KafkaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A topic of last states that is joined while it changes, by a pipeline that never ends. */
class KafkaLookupTest {
  private final KafkaServer kafka = KafkaServer.shared();

  @TempDir Path directory;

  private String table(String name, String columns, String topic) {
    return "CREATE TABLE %s (%s) WITH ('connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s');%n"
        .formatted(name, columns, topic, kafka.bootstrap());
  }

  @Test
  void rowsMeetWhatTheTopicSaysByThen() throws Exception {
    kafka.createTopic("lookup-in", 1);
    kafka.createTopic("lookup-names", 2);
    kafka.createTopic("lookup-out", 1);
    kafka.produce("lookup-names", 0, "{\"id\":1,\"name\":\"old\"}");
    Path file =
        Files.writeString(
            directory.resolve("p.sql"),
            "SET 'checkpoint.interval' = '200 ms';\nSET 'parallelism' = '2';\n"
                + table("i", "id BIGINT", "lookup-in")
                + table(
                    "names",
                    "id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED",
                    "lookup-names")
                + table("o", "id BIGINT, name STRING", "lookup-out")
                + "INSERT INTO o SELECT i.id, n.name FROM i LEFT JOIN names FOR SYSTEM_TIME AS OF"
                + " PROCTIME() AS n ON i.id = n.id;");
    Process pipeline = ChildRun.start(directory, file);
    try {
      awaitOutput("old");
      kafka.produce("lookup-names", 0, "{\"id\":1,\"name\":\"new\"}");
      awaitOutput("new");
      kafka.produce("lookup-names", 0, "{\"id\":1,\"name\":\"newest\"}");
      awaitOutput("newest");
      pipeline.destroy();
      assertThat(pipeline.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(pipeline.exitValue()).isZero();
    } finally {
      pipeline.destroyForcibly();
    }
    // what a key has once become it never is again
    List<String> names =
        kafka.values("lookup-out").stream()
            .map(value -> value.replaceAll(".*\"name\":\"(\\w+)\".*", "$1"))
            .distinct()
            .toList();
    assertThat(names).containsExactly("old", "new", "newest");
  }

  /** Sends rows until one comes out with that name. */
  private void awaitOutput(String name) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              kafka.produce("lookup-in", 0, "{\"id\":1}");
              return kafka.values("lookup-out").stream()
                  .anyMatch(value -> value.contains("\"" + name + "\""));
            });
  }
}
