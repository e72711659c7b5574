package dev.sluice.connector.jdbc;

import dev.sluice.testing.databases.MariaDbServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** The contract on a real MariaDB. */
class MariaDbTest extends JdbcContract {
  private final MariaDbServer server = MariaDbServer.shared();

  @Override
  Map<String, String> login() {
    return Map.of(
        "url", server.url(), "username", MariaDbServer.USER, "password", MariaDbServer.PASSWORD);
  }

  @Override
  Connection connect() throws SQLException {
    return server.connect();
  }

  @Override
  String schema() {
    return "shop";
  }

  @Override
  String quote(String name) {
    return '`' + name + '`';
  }
}
