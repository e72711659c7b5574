package dev.sluice.connector.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What the session of a sink needs of its server, told to every new connection and committed, so
 * that no rollback takes it back. Stateless; any thread.
 */
final class SessionSettings {
  /** How long a session waits for an older one to finish. */
  private static final int LOCK_SECONDS = 60;

  /**
   * How long a transaction may wait for its client: one that has been stopped, or cannot be reached
   * any more, does not hold the marker's row for ever. A run that goes on after it tries again. A
   * server that has a limit of its own keeps it.
   */
  private static final int IDLE_SECONDS = 300;

  private static final String KEEP_COMMITS =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  private SessionSettings() {}

  /**
   * Applies them; commits.
   *
   * @param epochs whether each epoch is a transaction of its own, opened when all its rows are
   *     there
   */
  static void apply(Connection connection, JdbcDialect dialect, boolean epochs)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements(connection, dialect, epochs)) {
        statement.execute(sql);
      }
    }
    connection.commit();
  }

  private static List<String> statements(Connection connection, JdbcDialect dialect, boolean epochs)
      throws SQLException {
    List<String> all = new ArrayList<>();
    if (dialect == JdbcDialect.POSTGRESQL) {
      // or the server says that it has committed before it has
      all.add(KEEP_COMMITS);
    }
    if (!epochs) {
      return all;
    }
    switch (dialect) {
      case H2 -> all.add("SET LOCK_TIMEOUT " + LOCK_SECONDS * 1000);
      case POSTGRESQL -> {
        all.add("SET lock_timeout = '" + LOCK_SECONDS + "s'");
        all.add(
            "SELECT set_config('idle_in_transaction_session_timeout', '"
                + IDLE_SECONDS
                + "s', false) WHERE current_setting('idle_in_transaction_session_timeout') = '0'");
      }
      case MARIADB -> {
        all.add("SET SESSION innodb_lock_wait_timeout = " + LOCK_SECONDS);
        // MySQL has no such setting
        if (connection.getMetaData().getDatabaseProductName().equals("MariaDB")) {
          all.add(
              "SET SESSION idle_transaction_timeout ="
                  + " IF(@@idle_transaction_timeout = 0, "
                  + IDLE_SECONDS
                  + ", @@idle_transaction_timeout)");
        }
      }
      default -> throw new IllegalStateException(dialect.name());
    }
    return all;
  }
}
