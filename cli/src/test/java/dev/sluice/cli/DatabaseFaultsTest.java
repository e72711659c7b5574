package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What others can do to a target while a pipeline writes to it. */
class DatabaseFaultsTest {
  private static final int ROWS = 3000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  /** A server, and how it is asked. */
  enum Server {
    POSTGRESQL,
    MARIADB;

    String url() {
      return this == POSTGRESQL ? PostgresServer.shared().url() : MariaDbServer.shared().url();
    }

    Connection connect() throws SQLException {
      return this == POSTGRESQL
          ? PostgresServer.shared().connect()
          : MariaDbServer.shared().connect();
    }

    String user() {
      return this == POSTGRESQL ? PostgresServer.USER : MariaDbServer.USER;
    }

    String password() {
      return this == POSTGRESQL ? PostgresServer.PASSWORD : MariaDbServer.PASSWORD;
    }

    long number(String sql) throws SQLException {
      try (Connection connection = connect();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        return row.next() ? row.getLong(row.getMetaData().getColumnCount()) : 0;
      }
    }

    void execute(String... sql) throws SQLException {
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        for (String one : sql) {
          statement.execute(one);
        }
      }
    }

    /** The number, or -1 while the table cannot be read. */
    long numberOrNone(String sql) {
      try {
        return number(sql);
      } catch (SQLException e) {
        return -1;
      }
    }
  }

  private void script(Server server, String user, String password, String table, String query)
      throws IOException {
    Files.writeString(
        directory.resolve("p.sql"),
        "SET 'checkpoint.interval' = '50 ms'; SET 'restart.backoff' = '100 ms';"
            + " SET 'restart.max-backoff' = '300 ms'; SET 'restart.attempts' = '300';"
            + " SET 'pipeline.name' = '"
            + table
            + "'; CREATE STREAM s (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' ="
            + " '2000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' ="
            + " '"
            + ROWS
            + "'); CREATE SINK o (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH"
            + " ('connector' = 'jdbc', 'table.create' = 'true', 'table-name' = '"
            + table
            + "', 'url' = '"
            + server.url()
            + "', 'username' = '"
            + user
            + "', 'password' = '"
            + password
            + "'); INSERT INTO o "
            + query
            + ";");
  }

  private CompletableFuture<Invocation> start() {
    return CompletableFuture.supplyAsync(
        () -> Invocation.of(directory, "run", "p.sql", "--checkpoint-dir", "c"));
  }

  /** Somebody else takes the locks of rows in the opposite order until the two block each other. */
  @ParameterizedTest
  @EnumSource
  void deadlocksCostNoRow(Server server) throws Exception {
    String deadlocks =
        server == Server.POSTGRESQL
            ? "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            : "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'";
    String table = "deadlocks";
    script(
        server,
        server.user(),
        server.password(),
        table,
        "SELECT MOD(id, 40) AS k, COUNT(*) AS n FROM s GROUP BY MOD(id, 40) EMIT ON UPDATE");
    long before = server.number(deadlocks);
    CompletableFuture<Invocation> run = start();
    await()
        .atMost(LIMIT)
        .until(() -> server.numberOrNone("SELECT COUNT(*) FROM " + table) == 40 || run.isDone());
    long tries = 0;
    while (!run.isDone() && server.number(deadlocks) < before + 2) {
      tries += lockBackwards(server, table) ? 1 : 0;
    }
    Invocation end = run.get(120, TimeUnit.SECONDS);
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(server.number("SELECT COUNT(*) FROM " + table)).isEqualTo(40);
    assertThat(server.number("SELECT SUM(n) FROM " + table)).isEqualTo(ROWS);
    System.out.println(
        server + ": " + (server.number(deadlocks) - before) + " deadlocks, " + tries + " locked");
  }

  private static boolean lockBackwards(Server server, String table) throws SQLException {
    try (Connection connection = server.connect()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        for (int k = 39; k >= 0; k--) {
          statement.execute("UPDATE " + table + " SET k = k WHERE k = " + k);
          statement
              .executeQuery("SELECT n FROM " + table + " WHERE k = " + k + " FOR UPDATE")
              .close();
        }
        connection.rollback();
        return true;
      } catch (SQLException e) {
        // the server has chosen this one to give way
        connection.rollback();
        return false;
      }
    }
  }

  /**
   * Something is done to the target, and undone.
   *
   * <p>{@code %1$s} is the table, {@code %2$s} the user.
   */
  enum Change {
    /** What the pipeline writes to is away for a while. */
    RENAMED("ALTER TABLE %1$s RENAME TO %1$s_away", "ALTER TABLE %1$s_away RENAME TO %1$s", false),
    /** Rows need more than the pipeline has. */
    ANOTHER_COLUMN(
        "BEGIN; ALTER TABLE %1$s ADD COLUMN more BIGINT; UPDATE %1$s SET more = 1;"
            + " ALTER TABLE %1$s ALTER COLUMN more SET NOT NULL; COMMIT",
        "ALTER TABLE %1$s DROP COLUMN more", false),
    /** Rows are not as they have to be from now on. */
    CONSTRAINT(
        "ALTER TABLE %1$s ADD CONSTRAINT small CHECK (n < 0) NOT VALID",
        "ALTER TABLE %1$s DROP CONSTRAINT small", false),
    /** Its user may read only. */
    READ_ONLY(
        "ALTER ROLE %2$s SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid)"
            + " FROM pg_stat_activity WHERE usename = '%2$s'",
        "ALTER ROLE %2$s RESET default_transaction_read_only", false),
    /** Its user has another password. */
    PASSWORD(
        "ALTER ROLE %2$s PASSWORD 'another'; SELECT pg_terminate_backend(pid) FROM"
            + " pg_stat_activity WHERE usename = '%2$s'",
        "ALTER ROLE %2$s PASSWORD 'its-own'", false),
    /** Its user may not write to the table. */
    RIGHTS(
        "ALTER TABLE %1$s OWNER TO postgres; REVOKE ALL ON %1$s FROM %2$s",
        "ALTER TABLE %1$s OWNER TO %2$s; GRANT ALL ON %1$s TO %2$s", false),
    /** There are no more connections to be had. */
    CONNECTIONS(
        "ALTER ROLE %2$s CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM"
            + " pg_stat_activity WHERE usename = '%2$s'",
        "ALTER ROLE %2$s CONNECTION LIMIT -1", true),
    /** The server ends its connections; nothing else. */
    TERMINATED(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%2$s'",
        "SELECT 1", true);

    final String done;
    final String undone;
    final boolean passes;

    Change(String done, String undone, boolean passes) {
      this.done = done;
      this.undone = undone;
      this.passes = passes;
    }

    String table() {
      return "changed_" + name().toLowerCase(java.util.Locale.ROOT);
    }

    String[] statements(String sql) {
      return Stream.of(sql.split(";"))
          .map(s -> String.format(s, table(), user()))
          .toArray(String[]::new);
    }

    String user() {
      return "u_" + table();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDoneToATargetIsToldAndCostsNoRow(Change change) throws Exception {
    Server server = Server.POSTGRESQL;
    String user = change.user();
    server.execute(
        "CREATE ROLE " + user + " LOGIN PASSWORD 'its-own'",
        "CREATE SCHEMA " + user + " AUTHORIZATION " + user,
        "ALTER ROLE " + user + " SET search_path = " + user);
    String table = user + "." + change.table();
    script(server, user, "its-own", change.table(), "SELECT id AS k, id * 3 AS n FROM s");
    String count = "SELECT COUNT(*) FROM " + table;
    CompletableFuture<Invocation> run = start();
    await().atMost(LIMIT).until(() -> server.numberOrNone(count) > 0 || run.isDone());
    assertThat(run).as("the run goes on").isNotDone();
    server.execute(
        Stream.concat(
                Stream.of("SET search_path = " + user), Stream.of(change.statements(change.done)))
            .toArray(String[]::new));
    if (!change.passes) {
      Invocation failed = run.get(120, TimeUnit.SECONDS);
      assertThat(failed.code()).as(failed.err()).isEqualTo(1);
      assertThat(failed.err()).contains("error[SLU-").contains("checkpoint");
    }
    server.execute(
        Stream.concat(
                Stream.of("SET search_path = " + user), Stream.of(change.statements(change.undone)))
            .toArray(String[]::new));
    Invocation end = (change.passes ? run : start()).get(120, TimeUnit.SECONDS);
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(server.number(count)).as(end.err()).isEqualTo(ROWS);
    assertThat(server.number("SELECT SUM(n) FROM " + table)).isEqualTo(3L * ROWS * (ROWS + 1) / 2);
  }

  /** Rows that somebody else deletes are gone; those that follow are not affected. */
  @ParameterizedTest
  @EnumSource
  void aTableThatIsEmptiedGoesOnBeingFilled(Server server) throws Exception {
    String table = "emptied";
    script(server, server.user(), server.password(), table, "SELECT id AS k, id * 3 AS n FROM s");
    CompletableFuture<Invocation> run = start();
    String count = "SELECT COUNT(*) FROM " + table;
    await().atMost(LIMIT).until(() -> server.numberOrNone(count) > 0 || run.isDone());
    server.execute("TRUNCATE TABLE " + table);
    Invocation end = run.get(120, TimeUnit.SECONDS);
    assertThat(end.code()).as(end.err()).isZero();
    long left = server.number(count);
    assertThat(left).isLessThan(ROWS);
    // what is there came later, to the last row, each once
    assertThat(server.number("SELECT COUNT(DISTINCT k) FROM " + table)).isEqualTo(left);
    assertThat(server.number("SELECT MAX(k) FROM " + table)).isEqualTo(ROWS);
  }

  /** A dump of yesterday is restored under a pipeline that is of today. */
  @ParameterizedTest
  @EnumSource
  void aTargetThatWentBackInTimeIsRefused(Server server) throws Exception {
    String table = "yesterday";
    script(server, server.user(), server.password(), table, "SELECT id AS k, id * 3 AS n FROM s");
    CompletableFuture<Invocation> run = start();
    await()
        .atMost(LIMIT)
        .until(() -> server.numberOrNone("SELECT COUNT(*) FROM " + table) > 0 || run.isDone());
    assertThat(Invocation.of(directory, "stop", "c").code()).isZero();
    assertThat(run.get(60, TimeUnit.SECONDS).code()).isZero();
    server.execute("UPDATE sluice_epochs SET epoch = 1 WHERE pipeline = '" + table + "'");
    Invocation again = start().get(60, TimeUnit.SECONDS);
    assertThat(again.code()).as(again.err()).isEqualTo(2);
    assertThat(again.err()).contains("SLU-3011").contains("gone back in time");
  }
}
