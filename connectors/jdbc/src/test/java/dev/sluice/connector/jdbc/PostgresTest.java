package dev.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
  String schema() {
    return "public";
  }

  @Override
  String quote(String name) {
    return '"' + name + '"';
  }

  @Test
  void columnsOfTypesOfItsOwnAreTexts() throws Exception {
    try (Connection connection = connect();
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS own");
      statement.execute("CREATE TABLE own (id UUID, doc JSONB)");
    }
    Map<String, String> options = new java.util.TreeMap<>(login());
    options.put("table-name", "public.own");
    TableRef table =
        new TableRef(
            "own",
            "jdbc",
            options,
            Set.of(),
            Schema.of(new Field("id", DataType.string()), new Field("doc", DataType.string())),
            Map.of(),
            List.of(),
            List.of());
    try (JdbcHarness harness = new JdbcHarness(folder)) {
      harness.write(
          table,
          new JdbcHarness.Change[] {
            JdbcHarness.insert("6f6f1c9e-3a68-4f0e-9d6f-0d3a1b1c2d3e", "{\"a\": 1}")
          });
      assertThat(harness.read(table)).hasSize(1);
      Expr never =
          new Expr.Call(
              "=",
              List.of(
                  new Expr.ColumnRef(0, DataType.string()),
                  Expr.Literal.of("nope", DataType.string())),
              DataType.of(Kind.BOOLEAN));
      assertThat(harness.read(table, never)).hasSize(1);
    }
  }
}
