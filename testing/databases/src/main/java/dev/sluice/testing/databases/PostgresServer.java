package dev.sluice.testing.databases;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL server with its data under the build folder. {@link #shared} is started on first use
 * and stopped when the test JVM ends. Safe for use by any thread.
 */
public final class PostgresServer implements AutoCloseable {
  /** Owner of the database {@code postgres}. */
  public static final String USER = "postgres";

  /** The password of {@link #USER}, which the server does check. */
  public static final String PASSWORD = "gr3en-tea";

  private static final class Shared {
    private static final PostgresServer INSTANCE = startShared();

    private static PostgresServer startShared() {
      PostgresServer server = new PostgresServer();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-postgres"));
      return server;
    }
  }

  private final EmbeddedPostgres server;
  private Optional<Process> again = Optional.empty();

  /** Makes an empty cluster and starts a server over it; waits until it answers. */
  public PostgresServer() {
    try {
      Path parent = Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
      server =
          EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(parent.toFile())
              .setServerConfig("wal_level", "logical")
              .setServerConfig("max_prepared_transactions", "20")
              .setServerConfig("fsync", "off")
              // as unkind as can be: a kill forgets what was committed, unless a session asks
              .setServerConfig("synchronous_commit", "off")
              .setServerConfig("timezone", "Pacific/Auckland")
              .setRegisterShutdownHook(false)
              .start();
      requirePasswords();
    } catch (IOException e) {
      throw new UncheckedIOException("starting PostgreSQL", e);
    } catch (SQLException e) {
      throw new IllegalStateException("preparing PostgreSQL", e);
    }
  }

  private void requirePasswords() throws SQLException, IOException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("ALTER USER " + USER + " PASSWORD '" + PASSWORD + "'");
      Path access;
      try (java.sql.ResultSet row = statement.executeQuery("SHOW hba_file")) {
        row.next();
        access = Path.of(row.getString(1));
      }
      Files.writeString(access, "host all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n");
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  /** The server that all tests of this JVM share. */
  public static PostgresServer shared() {
    return Shared.INSTANCE;
  }

  /** URL of the database {@code postgres}, without user and password. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
  }

  /** A connection as {@link #USER}; the caller closes it. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), USER, PASSWORD);
  }

  /**
   * Ends every process of the server at once, open transactions with them, and starts it over its
   * data after {@code downMillis}; waits until it answers. For servers of a test's own.
   */
  public void restart(long downMillis) {
    try {
      ProcessHandle running = process();
      List<String> command = new ArrayList<>();
      if ("root".equals(System.getProperty("user.name"))) {
        // the server does not run as root: a name space in which the user is not
        command.addAll(List.of("unshare", "-U"));
      }
      command.add(running.info().command().orElseThrow());
      command.addAll(List.of(running.info().arguments().orElseThrow()));
      Process kill = new ProcessBuilder("kill", "-QUIT", Long.toString(running.pid())).start();
      kill.waitFor();
      running.onExit().get(30, TimeUnit.SECONDS);
      Thread.sleep(downMillis);
      again =
          Optional.of(
              new ProcessBuilder(command)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start());
      awaitAnswer();
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("restarting PostgreSQL", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("PostgreSQL does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private ProcessHandle process() throws SQLException, IOException {
    try (Connection connection = connect();
        java.sql.Statement statement = connection.createStatement();
        java.sql.ResultSet row = statement.executeQuery("SHOW data_directory")) {
      row.next();
      String pid = Files.readAllLines(Path.of(row.getString(1), "postmaster.pid")).get(0).strip();
      return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }
  }

  private void awaitAnswer() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () -> {
              try (Connection connection = connect()) {
                return connection.isValid(1);
              }
            });
  }

  @Override
  public void close() {
    again.ifPresent(
        process -> {
          process.descendants().forEach(ProcessHandle::destroy);
          process.destroy();
        });
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("stopping PostgreSQL", e);
    }
  }
}
