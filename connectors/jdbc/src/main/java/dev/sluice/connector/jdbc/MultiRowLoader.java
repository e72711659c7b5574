package dev.sluice.connector.jdbc;

import dev.sluice.type.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;

/**
 * Loads by statements with many rows of VALUES. MariaDB takes upserts row by row from the driver's
 * batches, but a statement of many rows at once.
 */
final class MultiRowLoader implements Loader {
  /** Parameters of one statement; the protocol allows 65,535. */
  private static final int MOST_MARKS = 8000;

  private final Connection connection;
  private final Schema schema;
  private final String before;
  private final String row;
  private final String after;
  private final int chunk;
  private final PreparedStatement full;

  /**
   * @param sql an INSERT with VALUES and a mark for each column of {@code schema}
   */
  MultiRowLoader(Connection connection, String sql, Schema schema) throws SQLException {
    this.connection = connection;
    this.schema = schema;
    row = "(" + JdbcDialect.marks(schema.names()) + ")";
    int values = sql.indexOf(" VALUES " + row) + " VALUES ".length();
    before = sql.substring(0, values);
    after = sql.substring(values + row.length());
    chunk = Math.max(1, MOST_MARKS / schema.size());
    full = connection.prepareStatement(sql(chunk));
  }

  private String sql(int rows) {
    return before + String.join(", ", Collections.nCopies(rows, row)) + after;
  }

  @Override
  public void load(Rows rows) throws SQLException {
    int from = 0;
    while (rows.size() - from >= chunk) {
      execute(full, rows, from, chunk);
      from += chunk;
    }
    if (from < rows.size()) {
      int rest = rows.size() - from;
      try (PreparedStatement last = connection.prepareStatement(sql(rest))) {
        execute(last, rows, from, rest);
      }
    }
  }

  private void execute(PreparedStatement statement, Rows rows, int from, int count)
      throws SQLException {
    int mark = 1;
    for (Rows.Place place : rows.places().subList(from, from + count)) {
      for (int c = 0; c < schema.size(); c++) {
        Values.bind(
            statement,
            mark++,
            Values.get(place.batch().vector(c), schema.type(c), place.position()),
            schema.type(c));
      }
    }
    statement.executeUpdate();
  }
}
