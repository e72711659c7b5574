package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pipelines from files into real databases and back, through the command line. */
class DatabasePipelinesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path directory;

  /** A database server and how to log in. */
  record Server(String name, String url, String user, String password) {
    @Override
    public String toString() {
      return name;
    }

    Connection connect() throws Exception {
      return DriverManager.getConnection(url, user, password);
    }
  }

  static Stream<Server> servers() {
    return Stream.of(
        new Server(
            "PostgreSQL",
            PostgresServer.shared().url(),
            PostgresServer.USER,
            PostgresServer.PASSWORD),
        new Server(
            "MariaDB", MariaDbServer.shared().url(), MariaDbServer.USER, MariaDbServer.PASSWORD));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void windowsOfAFileEndInTheDatabase(Server server) throws Exception {
    Path secret = Files.writeString(directory.resolve("password"), server.password() + "\n");
    String sample =
        Files.readString(ROOT.resolve("pipelines/samples/postgres/flights-to-postgres.sql"))
            .replace("${env:PGPASSWORD}", "${file:" + secret + "}");
    Path file = Files.writeString(directory.resolve("p.sql"), sample);
    String[] arguments = {
      "run", file.toString(), "--set=PGURL=" + server.url(), "--set=PGUSER=" + server.user()
    };
    for (int run = 0; run < 2; run++) {
      Invocation result = Invocation.of(ROOT, arguments);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err())
          .contains("113,493 rows in", "0 late")
          .doesNotContain(server.password());
    }
    Invocation plan =
        Invocation.of(
            ROOT,
            "explain",
            file.toString(),
            "--format=json",
            "--set=PGURL=" + server.url(),
            "--set=PGUSER=" + server.user());
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out() + plan.err()).doesNotContain(server.password());
    Map<String, Long> days = new TreeMap<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT CAST(day_start AS DATE), SUM(flights) FROM daily_delays GROUP BY"
                    + " day_start")) {
      while (rows.next()) {
        days.put(rows.getString(1), rows.getLong(2));
      }
    }
    assertThat(days).hasSize(7).containsKey("2001-01-01");
    assertThat(days.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(113_493);
    // and back out of the database into a file
    Invocation back =
        Invocation.of(
            directory,
            "-e",
            "CREATE TABLE d (airport STRING, day_start TIMESTAMP(3), flights BIGINT) WITH"
                + " ('connector' = 'jdbc', 'table-name' = 'daily_delays', 'url' = '"
                + server.url()
                + "', 'username' = '"
                + server.user()
                + "', 'password' = '${file:"
                + secret
                + "}');\n"
                + "CREATE SINK f (airport STRING, n BIGINT) WITH ('connector' = 'filesystem',"
                + " 'path' = 'out.csv');\n"
                + "INSERT INTO f SELECT airport, SUM(flights) FROM d WHERE flights > 0 GROUP BY"
                + " airport;\n"
                + "SELECT SUM(n) AS total FROM (SELECT flights AS n FROM d)");
    assertThat(back.code()).as(back.err()).isZero();
    assertThat(back.out()).isEqualTo("total\n113493\n");
    assertThat(Files.readAllLines(directory.resolve("out.csv"))).hasSizeGreaterThan(100);
  }
}
