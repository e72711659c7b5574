package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.testing.kafka.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that end and come back while a pipeline writes to them. */
class FaultsTest {
  private static final int ROWS = 12_000;

  /** Longer than a commit tries by itself. */
  private static final int DOWN_MILLIS = 5_500;

  @TempDir Path directory;

  private static String jdbc(String url, String user, String password) {
    return "WITH ('connector' = 'jdbc', 'table-name' = 'faults', 'table.create' = 'true', 'url' = '"
        + url
        + "', 'username' = '"
        + user
        + "', 'password' = '"
        + password
        + "') AS SELECT id, id * 3 AS v FROM s;\n";
  }

  private String sql(PostgresServer postgres, MariaDbServer maria, KafkaServer kafka) {
    return "SET 'checkpoint.interval' = '100 ms'; SET 'restart.backoff' = '300 ms';"
        + " SET 'restart.attempts' = '30'; SET 'restart.max-backoff' = '1 s';\n"
        + "CREATE STREAM s (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '4000',"
        + " 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '"
        + ROWS
        + "');\n"
        + "CREATE SINK pg "
        + jdbc(postgres.url(), PostgresServer.USER, PostgresServer.PASSWORD)
        + "CREATE SINK maria "
        + jdbc(maria.url(), MariaDbServer.USER, MariaDbServer.PASSWORD)
        + "CREATE SINK topic WITH ('connector' = 'kafka', 'format' = 'csv', 'topic' = 'faults',"
        + " 'properties.bootstrap.servers' = '"
        + kafka.bootstrap()
        + "') AS SELECT id, id * 3 AS v FROM s;\n";
  }

  private static List<String> rows(Connection opened) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = opened;
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT id, v FROM faults ORDER BY id")) {
      while (found.next()) {
        rows.add(found.getLong(1) + "," + found.getLong(2));
      }
    }
    return rows;
  }

  private static long count(Connection opened) {
    try {
      return rows(opened).size();
    } catch (SQLException e) {
      return 0;
    }
  }

  private static boolean waitsForLock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")) {
      row.next();
      return row.getLong(1) > 0;
    }
  }

  @Test
  void serversThatComeBackCostNoRowAndBringNoneTwice() throws Exception {
    List<String> expected = IntStream.rangeClosed(1, ROWS).mapToObj(i -> i + "," + i * 3L).toList();
    PostgresServer postgres = PostgresServer.shared();
    MariaDbServer maria = MariaDbServer.shared();
    KafkaServer kafka = KafkaServer.shared();
    kafka.createTopic("faults", 2);
    Files.writeString(directory.resolve("faults.sql"), sql(postgres, maria, kafka));
    CompletableFuture<Invocation> run =
        CompletableFuture.supplyAsync(
            () -> Invocation.of(directory, "run", "faults.sql", "--checkpoint-dir", "c", "--json"));
    await().atMost(Duration.ofSeconds(60)).until(() -> count(postgres.connect()) > 0);
    // an open transaction of another session keeps the commit from ending: it is cut in its midst
    try (Connection other = postgres.connect()) {
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.execute("LOCK TABLE faults IN ACCESS EXCLUSIVE MODE");
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> waitsForLock(other));
      CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> postgres.restart(DOWN_MILLIS)),
              CompletableFuture.runAsync(() -> maria.restart(0)),
              CompletableFuture.runAsync(
                  () -> {
                    kafka.kill();
                    kafka.start();
                  }))
          .get();
    }
    Invocation end = run.get();
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.err()).containsPattern("restarting in [\\d.]+ s after: .*attempt \\d+ of 30");
    assertThat(end.out()).containsPattern("\"restarts\": ?[1-9]");
    assertThat(kafka.isSettled("faults")).isTrue();
    assertThat(rows(postgres.connect())).as("postgres\n" + end.err()).isEqualTo(expected);
    assertThat(rows(maria.connect())).as("mariadb\n" + end.err()).isEqualTo(expected);
    assertThat(
            kafka.records("faults", true).stream()
                .map(r -> new String(r.value(), StandardCharsets.UTF_8)))
        .as("kafka\n" + end.err())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
