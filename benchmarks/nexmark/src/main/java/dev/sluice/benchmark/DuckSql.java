package dev.sluice.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/**
 * Runs one statement with DuckDB: {@code DuckSql FILE THREADS}. Prints one line of JSON with the
 * milliseconds it took.
 */
final class DuckSql {

  private DuckSql() {}

  public static void main(String[] args) throws Exception {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("SET threads = " + Integer.parseInt(args[1]));
      String sql = Files.readString(Path.of(args[0]));
      long started = System.nanoTime();
      statement.execute(sql);
      System.out.println("{\"elapsedMillis\":" + (System.nanoTime() - started) / 1_000_000 + "}");
    }
  }
}
