package dev.sluice.connector.jdbc;

import java.sql.SQLException;

/**
 * A way of getting rows into a table within the open transaction of one connection.
 * Single-threaded.
 */
interface Loader extends AutoCloseable {
  /** Inserts the rows; those of a sink with a key replace what has the same key. */
  void load(Rows rows) throws SQLException;

  /** Releases statements; the connection belongs to the sink. */
  @Override
  default void close() throws SQLException {}
}
