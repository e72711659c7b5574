package dev.sluice.connector.jdbc;

import dev.sluice.testing.databases.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** The contract on a real PostgreSQL. */
class PostgresTest extends JdbcContract {
  private final PostgresServer server = PostgresServer.shared();

  @Override
  Map<String, String> login() {
    return Map.of(
        "url", server.url(), "username", PostgresServer.USER, "password", PostgresServer.PASSWORD);
  }

  @Override
  Connection connect() throws SQLException {
    return server.connect();
  }

  @Override
  String quote(String name) {
    return '"' + name + '"';
  }
}
