package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.databases.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is stopped (SIGSTOP), replaced, and goes on (SIGCONT) as if nothing had happened:
 * it must not write.
 */
class ZombieTest {
  private static final int ROWS = 8000;

  @TempDir Path directory;

  private Process child(String log) throws IOException {
    List<String> jvm = List.of("-XX:TieredStopAtLevel=1", "-Xmx400m");
    return ChildRun.of(directory, jvm, "run", "p.sql", "--checkpoint-dir", "c")
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(log).toFile())
        .start();
  }

  /**
   * A process that stops within a transaction holds its locks, and whoever follows waits for them:
   * here it is to stop where it holds none.
   */
  private static void stopBetweenTransactions(Process process) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              ChildRun.signal(process, "STOP");
              boolean between = !hasOpenTransaction();
              if (!between) {
                ChildRun.signal(process, "CONT");
              }
              return between;
            });
  }

  private static boolean hasOpenTransaction() throws SQLException {
    try (Connection connection = PostgresServer.shared().connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    + " AND backend_type = 'client backend' AND state <> 'idle'")) {
      row.next();
      return row.getLong(1) > 0;
    }
  }

  private static long[] countAndDistinct() throws SQLException {
    try (Connection connection = PostgresServer.shared().connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT COUNT(*), COUNT(DISTINCT id) FROM zombie_rows")) {
      row.next();
      return new long[] {row.getLong(1), row.getLong(2)};
    } catch (SQLException e) {
      // the first run has not made the table yet
      return new long[] {0, 0};
    }
  }

  @Test
  void whoHasBeenReplacedDoesNotWrite() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    Files.writeString(
        directory.resolve("p.sql"),
        "SET 'checkpoint.interval' = '50 ms'; SET 'pipeline.name' = 'zombie';"
            + " CREATE STREAM s (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' ="
            + " '2500', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' ="
            + " '"
            + ROWS
            + "');"
            + " CREATE SINK o WITH ('connector' = 'jdbc', 'table-name' = 'zombie_rows',"
            + " 'table.create' = 'true', 'url' = '"
            + postgres.url()
            + "', 'username' = '"
            + PostgresServer.USER
            + "', 'password' = '"
            + PostgresServer.PASSWORD
            + "') AS SELECT id FROM s;"
            + " CREATE SINK f WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv')"
            + " AS SELECT id FROM s;");
    Process first = child("first.log");
    Process second = first;
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> countAndDistinct()[0] > 0 || !first.isAlive());
      assertThat(first.isAlive()).as(Files.readString(directory.resolve("first.log"))).isTrue();
      stopBetweenTransactions(first);
      Process refused = child("refused.log");
      assertThat(refused.waitFor()).isEqualTo(2);
      assertThat(Files.readString(directory.resolve("refused.log")))
          .contains("in use by another process")
          .contains("process " + first.pid());
      // as on a file system whose locks do not hold: a second one can begin
      Files.delete(directory.resolve("c/.lock"));
      second = child("second.log");
      assertThat(second.waitFor()).as(Files.readString(directory.resolve("second.log"))).isZero();
      ChildRun.signal(first, "CONT");
      assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String told = Files.readString(directory.resolve("first.log"));
      assertThat(first.exitValue()).as(told).isEqualTo(1);
      assertThat(told).contains("SLU-4008");
    } finally {
      first.destroyForcibly();
      second.destroyForcibly();
    }
    assertThat(countAndDistinct()).containsExactly(ROWS, ROWS);
    List<String> rows = new ArrayList<>();
    try (var files = Files.list(directory.resolve("out"))) {
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        rows.addAll(Files.readAllLines(file).stream().skip(1).toList());
      }
    }
    assertThat(rows).hasSize(ROWS).doesNotHaveDuplicates();
  }
}
