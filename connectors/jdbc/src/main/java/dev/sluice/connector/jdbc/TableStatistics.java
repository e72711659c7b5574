package dev.sluice.connector.jdbc;

import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How many rows a database takes a table to have: what its own planner goes by, without a look at
 * the rows. Unknown where it has not counted yet, is not there, or a query is read. Stateless.
 */
final class TableStatistics {
  private TableStatistics() {}

  static OptionalLong rows(TableRef table) {
    try {
      Database database = new Database(table, Path.of(""));
      if (database.options().has(JdbcConnector.QUERY)) {
        return OptionalLong.empty();
      }
      try (Connection connection = database.glance()) {
        return rows(database, connection);
      }
    } catch (UserError | SQLException e) {
      // whoever reads the table will say what is wrong with it
      System.getLogger(TableStatistics.class.getName())
          .log(System.Logger.Level.DEBUG, "no estimate of the rows of " + table.name(), e);
      return OptionalLong.empty();
    }
  }

  private static OptionalLong rows(Database database, Connection connection) throws SQLException {
    Optional<Database.Found> found = database.find(connection);
    if (found.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean catalogs = database.dialect() == JdbcDialect.MARIADB;
    String current = catalogs ? connection.getCatalog() : connection.getSchema();
    try (PreparedStatement statement =
        connection.prepareStatement(database.dialect().rowsEstimate())) {
      statement.setString(1, found.get().owner().orElse(current));
      statement.setString(2, found.get().name());
      try (ResultSet rows = statement.executeQuery()) {
        long count = rows.next() ? rows.getLong(1) : 0;
        // none, or not counted yet: both look the same
        return count > 0 ? OptionalLong.of(rounded(count)) : OptionalLong.empty();
      }
    }
  }

  /**
   * To a power of four: a run goes on from its checkpoint with the same plan, which should not
   * change with every row that a database counts.
   */
  static long rounded(long count) {
    int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(count);
    int half = (bits + 1) / 2;
    return 1L << Math.min(2 * half, Long.SIZE - 2);
  }
}
