package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections to databases that are cut when a COMMIT is on its way: whether it got through is
 * found out, no row is lost and none is there twice. {@code -Dsluice.cuts=200} asks for more.
 */
class CutConnectionsTest {
  private static final int CUTS = Integer.getInteger("sluice.cuts", 8);
  private static final long SEED = Long.getLong("sluice.cuts.seed", System.nanoTime());
  private static final Pattern PORT = Pattern.compile("(://[^:/]+:)(\\d+)");

  @TempDir Path directory;

  private static FaultProxy before(String url) throws Exception {
    Matcher port = PORT.matcher(url);
    assertThat(port.find()).as(url).isTrue();
    return new FaultProxy(Integer.parseInt(port.group(2)), CUTS / 2, SEED);
  }

  private static String through(FaultProxy proxy, String url) {
    return PORT.matcher(url).replaceFirst("://127.0.0.1:" + proxy.port());
  }

  private static String sink(String name, String url, String user, String password) {
    return "CREATE SINK "
        + name
        + " WITH ('connector' = 'jdbc', 'table-name' = 'cut_rows', 'table.create' = 'true', 'url'"
        + " = '"
        + url
        + "', 'username' = '"
        + user
        + "', 'password' = '"
        + password
        + "') AS SELECT id, id * 3 AS v FROM s;\n";
  }

  private static String sums(String url, String user, String password) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT COUNT(*), COUNT(DISTINCT id), SUM(id), SUM(v) FROM cut_rows")) {
      row.next();
      return row.getLong(1) + " " + row.getLong(2) + " " + row.getLong(3) + " " + row.getLong(4);
    }
  }

  @Test
  void aCommitWhoseAnswerIsLostIsFoundOut() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    MariaDbServer maria = MariaDbServer.shared();
    long rows = 1000L * Math.max(8, CUTS);
    try (FaultProxy postgresProxy = before(postgres.url());
        FaultProxy mariaProxy = before(maria.url())) {
      Files.writeString(
          directory.resolve("cut.sql"),
          "SET 'checkpoint.interval' = '50 ms'; SET 'restart.backoff' = '100 ms';"
              + " SET 'restart.attempts' = '1000'; SET 'restart.max-backoff' = '300 ms';\n"
              + "CREATE STREAM s (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' ="
              + " '2000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',"
              + " 'fields.id.end' = '"
              + rows
              + "');\n"
              + sink(
                  "pg",
                  through(postgresProxy, postgres.url()),
                  PostgresServer.USER,
                  PostgresServer.PASSWORD)
              + sink(
                  "maria",
                  through(mariaProxy, maria.url()),
                  MariaDbServer.USER,
                  MariaDbServer.PASSWORD));
      Invocation run = Invocation.of(directory, "run", "cut.sql", "--checkpoint-dir", "state");
      String story = "seed " + SEED + "\n" + run.err();
      assertThat(run.code()).as(story).isZero();
      assertThat(postgresProxy.cuts()).as("cuts").isPositive();
      assertThat(mariaProxy.cuts()).as("cuts").isPositive();
      String expected =
          rows + " " + rows + " " + rows * (rows + 1) / 2 + " " + rows * (rows + 1) / 2 * 3;
      assertThat(sums(postgres.url(), PostgresServer.USER, PostgresServer.PASSWORD))
          .as("postgres, " + story)
          .isEqualTo(expected);
      assertThat(sums(maria.url(), MariaDbServer.USER, MariaDbServer.PASSWORD))
          .as("mariadb, " + story)
          .isEqualTo(expected);
    }
  }
}
