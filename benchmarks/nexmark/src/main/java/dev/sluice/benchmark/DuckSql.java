package dev.sluice.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Runs the statements of a file with DuckDB: {@code DuckSql FILE THREADS}. Prints one line of JSON
 * with the milliseconds that the last one took, and the count that it gave, if any.
 */
final class DuckSql {

  private DuckSql() {}

  public static void main(String[] args) throws Exception {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("SET threads = " + Integer.parseInt(args[1]));
      String[] all = Files.readString(Path.of(args[0])).split(";\\n");
      for (int i = 0; i < all.length - 1; i++) {
        statement.execute(all[i]);
      }
      long started = System.nanoTime();
      boolean rows = statement.execute(all[all.length - 1]);
      long millis = (System.nanoTime() - started) / 1_000_000;
      long count = 0;
      if (rows && all[all.length - 1].startsWith("SELECT COUNT(*)")) {
        try (ResultSet result = statement.getResultSet()) {
          result.next();
          count = result.getLong(1);
        }
      }
      System.out.println("{\"elapsedMillis\":" + millis + ",\"rowsOut\":" + count + "}");
    }
  }
}
