package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Joins with tables of real databases: looked up by key, and in order of their sizes. */
class DatabaseLookupsTest {
  private static final int ROWS = 2000;

  @TempDir static Path shared;

  @TempDir Path directory;

  /** A database, how to log in, and how it does what standard SQL has no words for. */
  record Server(String name, String url, String user, String password) {
    @Override
    public String toString() {
      return name;
    }

    void execute(String... statements) throws SQLException {
      try (Connection connection = DriverManager.getConnection(url, user, password);
          Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
    }

    List<String> ask(String sql) {
      List<String> values = new ArrayList<>();
      try (Connection connection = DriverManager.getConnection(url, user, password);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          values.add(rows.getString(1));
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return values;
    }

    /** What others run now. */
    String running() {
      return name.equals("MariaDB")
          ? "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND command"
              + " <> 'Sleep' AND info LIKE '%SLEEP(%'"
          : "SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' AND state ="
              + " 'active'";
    }

    /** Ends the connections of others; gives how many. */
    int kill() {
      if (name.equals("PostgreSQL")) {
        return ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                + " 'sluice'")
            .size();
      }
      List<String> others =
          ask(
              "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user ="
                  + " '"
                  + user
                  + "'");
      for (String id : others) {
        try {
          execute("KILL " + id);
        } catch (SQLException e) {
          // it has gone by itself
          assertThat(e.getMessage().toLowerCase(Locale.ROOT)).contains("thread");
        }
      }
      return others.size();
    }

    String table(String name, String columns, String more) {
      return "CREATE TABLE "
          + name
          + " ("
          + columns
          + ") WITH ('connector' = 'jdbc', 'url' = '"
          + url
          + "', 'username' = '"
          + user
          + "', 'password' = '"
          + password
          + "'"
          + more
          + ");\n";
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

  static Stream<Server> all() {
    return Stream.concat(
        servers(), Stream.of(new Server("H2", "jdbc:h2:" + shared.resolve("h2"), "sa", "")));
  }

  private static void fill(Server server) throws SQLException {
    String rows =
        IntStream.range(0, 500)
            .mapToObj(i -> "(" + i % 250 + ", 'k" + i % 5 + "', " + i + ")")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    server.execute(
        "DROP TABLE IF EXISTS parts",
        "CREATE TABLE parts (a INT, b VARCHAR(10), v INT)",
        "INSERT INTO parts VALUES " + rows + ", (NULL, 'k1', 9000), (7, NULL, 9001)");
  }

  /** Rows of which some keys are in the table, some are not, and some are NULL. */
  private List<String> keys() throws Exception {
    List<String> lines = new ArrayList<>(List.of("id,a,b"));
    for (int i = 0; i < ROWS; i++) {
      String a = i % 11 == 0 ? "" : "" + i % 300;
      String b = i % 13 == 0 ? "" : "k" + i % 6;
      lines.add(i + "," + a + "," + b);
    }
    Files.write(directory.resolve("d.csv"), lines);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int before = expected.size();
      for (int v = 0; v < 500; v++) {
        boolean nulls = i % 11 == 0 || i % 13 == 0;
        if (!nulls && i % 300 == v % 250 && i % 6 == v % 5) {
          expected.add(i + "," + v);
        }
      }
      if (expected.size() == before) {
        expected.add(i + ",");
      }
    }
    return expected;
  }

  private static final String FILE =
      "CREATE TABLE d (id INT, a INT, b STRING) WITH ('connector' = 'filesystem', 'path' ="
          + " 'd.csv');\n";

  private Invocation run(String sql) {
    return Invocation.of(directory, "--output=csv", "-e", "SET 'batch.rows' = '100';\n" + sql);
  }

  @ParameterizedTest
  @MethodSource("all")
  void manyKeysOfTwoColumnsAndNulls(Server server) throws Exception {
    fill(server);
    List<String> expected = keys();
    String table = server.table("parts", "a INT, b STRING, v INT", "");
    for (String hint :
        List.of(
            "",
            "/*+ LOOKUP('table' = 'p', 'capacity' = '8', 'output-mode' = 'allow_unordered') */",
            "/*+ LOOKUP('table' = 'p', 'async' = 'false', 'timeout' = '30 s') */")) {
      Invocation result =
          run(
              table
                  + FILE
                  + "SELECT "
                  + hint
                  + " d.id, p.v FROM d LEFT JOIN parts FOR SYSTEM_TIME AS OF PROCTIME() AS p ON d.a"
                  + " = p.a AND d.b = p.b");
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out().lines().skip(1).toList())
          .as(hint)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void connectionsThatDieAreMadeAnew(Server server) throws Exception {
    fill(server);
    String sql =
        server.table("parts", "a INT, b STRING, v INT", ", 'lookup.max-retries' = '20'")
            + "CREATE TABLE n (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1500',"
            + " 'rows-per-second' = '1000', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0',"
            + " 'fields.a.end' = '1499');\n"
            + "SELECT COUNT(*) AS n, COUNT(p.v) AS v FROM n LEFT JOIN parts FOR SYSTEM_TIME AS OF"
            + " PROCTIME() AS p ON n.a = p.a";
    CompletableFuture<Invocation> run = CompletableFuture.supplyAsync(() -> run(sql));
    int[] killed = {0};
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(400))
        .until(
            () -> {
              killed[0] += run.isDone() ? 0 : server.kill();
              return run.isDone();
            });
    Invocation result = run.get(30, TimeUnit.SECONDS);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("n,v\n1751,501\n");
    assertThat(killed[0]).isPositive();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aServerStopsWhatTakesTooLong(Server server) throws Exception {
    fill(server);
    boolean maria = server.name().equals("MariaDB");
    server.execute(
        "DROP VIEW IF EXISTS slow",
        "CREATE VIEW slow AS SELECT a, v, "
            + (maria ? "SLEEP(40)" : "CAST(pg_sleep(40) AS VARCHAR(10))")
            + " AS s FROM parts");
    Files.write(directory.resolve("d.csv"), List.of("id,a,b", "1,5,x"));
    String slow =
        server.table(
                "slow",
                "a INT, v INT, s " + (maria ? "INT" : "STRING"),
                ", 'lookup.max-retries' = '0'")
            + FILE
            + "SELECT /*+ LOOKUP('table' = 'p', 'timeout' = '1 s') */ d.id, p.s FROM d LEFT JOIN"
            + " slow FOR SYSTEM_TIME AS OF PROCTIME() AS p ON d.a = p.a";
    long begun = System.nanoTime();
    Invocation result = run(slow);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("looking up rows of 'slow' ");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(server.ask(server.running())).isEmpty());
    server.execute("DROP VIEW slow");
  }

  @ParameterizedTest
  @MethodSource("all")
  void joinsGoByWhatTheDatabaseKnowsOfItsTables(Server server) throws Exception {
    String numbers =
        IntStream.range(0, 16).mapToObj(i -> "(" + i + ")").reduce((a, b) -> a + "," + b).get();
    String cross =
        " SELECT x.n + 16 * y.n + 256 * z.n + 4096 * w.n FROM nums x, nums y, nums z, nums w";
    server.execute(
        "DROP TABLE IF EXISTS nums",
        "DROP TABLE IF EXISTS big",
        "CREATE TABLE nums (n INT)",
        "INSERT INTO nums VALUES " + numbers,
        "CREATE TABLE big (n INT)",
        "INSERT INTO big" + cross,
        server.name().equals("MariaDB") ? "ANALYZE TABLE nums, big" : "ANALYZE");
    String tables = server.table("nums", "n INT", "") + server.table("big", "n INT", "");
    String join = "SELECT COUNT(*) AS n FROM nums AS a JOIN big ON big.n = a.n";
    Invocation plan = run(tables + "EXPLAIN " + join);
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out()).contains("first=left", "broadcast");
    Invocation result = run(tables + join);
    assertThat(result.out()).as(result.err()).isEqualTo("n\n16\n");
    Invocation three =
        run(
            tables
                + server.table("again", "n INT", ", 'table-name' = 'big'")
                + "EXPLAIN SELECT a.n FROM big AS a JOIN again AS b ON a.n = b.n JOIN nums AS c ON"
                + " b.n = c.n WHERE c.n < 3");
    // the two large ones are not joined with each other
    assertThat(three.out()).as(three.err()).contains("table=big", "broadcast");
    assertThat(three.out().indexOf("table=nums"))
        .isLessThan(Math.max(three.out().indexOf("table=big"), three.out().indexOf("table=again")));
  }

  @Test
  void aPlanNeedsNoDatabase() {
    Server away = new Server("PostgreSQL", "jdbc:postgresql://localhost:9/x", "u", "p");
    String tables = away.table("nums", "n INT", "") + away.table("big", "n INT", "");
    Invocation plan =
        run(tables + "EXPLAIN SELECT COUNT(*) AS n FROM nums AS a JOIN big ON big.n = a.n");
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out()).contains("first=right").doesNotContain("broadcast");
    assertThat(plan.err()).doesNotContain("Exception");
  }
}
