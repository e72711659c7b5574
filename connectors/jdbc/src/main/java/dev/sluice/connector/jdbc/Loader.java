package dev.sluice.connector.jdbc;

import java.sql.SQLException;

/**
 * A way of getting rows into a table within the open transaction of one connection. Its statements
 * end with the connection. Single-threaded.
 */
interface Loader {
  /** Inserts the rows; those of a sink with a key replace what has the same key. */
  void load(Rows rows) throws SQLException;
}
