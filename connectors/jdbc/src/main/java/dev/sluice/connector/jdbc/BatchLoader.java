package dev.sluice.connector.jdbc;

import dev.sluice.type.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Loads by one prepared statement in batches: what every database can do. */
final class BatchLoader implements Loader {
  /** Rows in one batch of the driver. */
  private static final int CHUNK = 1000;

  private final PreparedStatement statement;
  private final Schema schema;

  /**
   * @param sql has a mark for each column of {@code schema}
   */
  BatchLoader(Connection connection, String sql, Schema schema) throws SQLException {
    this.statement = connection.prepareStatement(sql);
    this.schema = schema;
  }

  @Override
  public void load(Rows rows) throws SQLException {
    int waiting = 0;
    for (Rows.Place row : rows.places()) {
      for (int c = 0; c < schema.size(); c++) {
        Values.bind(
            statement,
            c + 1,
            Values.get(row.batch().vector(c), schema.type(c), row.position()),
            schema.type(c));
      }
      statement.addBatch();
      if (++waiting == CHUNK) {
        statement.executeBatch();
        waiting = 0;
      }
    }
    if (waiting > 0) {
      statement.executeBatch();
    }
  }
}
