package dev.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.EpochTarget;
import dev.sluice.plan.Expr;
import dev.sluice.plan.TableRef;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS own");
      statement.execute("CREATE TABLE own (id UUID, doc JSONB)");
    }
    Map<String, String> options = new TreeMap<>(login());
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

  /** The server forgets commits when it is killed, unless a session asks it not to. */
  @Test
  void everySessionOfASinkAsksThatCommitsAreKept() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThat(shown(connection, "synchronous_commit")).isEqualTo("off");
      statement.execute("DROP TABLE IF EXISTS sluice_epochs");
      statement.execute("DROP TABLE IF EXISTS kept");
      statement.execute("CREATE TABLE kept (id BIGINT)");
    }
    Map<String, String> options = new TreeMap<>(login());
    options.put("table-name", "kept");
    TableRef table =
        new TableRef(
            "kept",
            "jdbc",
            options,
            Set.of(),
            Schema.of(new Field("id", DataType.of(Kind.BIGINT))),
            Map.of(),
            List.of(),
            List.of());
    try (JdbcHarness harness = new JdbcHarness(folder, true);
        JdbcSink sink = (JdbcSink) harness.sink(table)) {
      EpochTarget target = sink.epochTarget().orElseThrow();
      target.acquire(new EpochTarget.Owner("o", 1));
      requireSettings(sink);
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                + " 'sluice'");
      }
      // a session of its own follows
      target.commit(1, new NoRows(), false);
      requireSettings(sink);
    }
  }

  private record NoRows() implements EpochTarget.EpochRows {
    @Override
    public long count() {
      return 0;
    }

    @Override
    public void read(Each each) {}
  }

  private static void requireSettings(JdbcSink sink) throws SQLException {
    assertThat(shown(sink.connection(), "synchronous_commit")).isEqualTo("on");
    assertThat(shown(sink.connection(), "lock_timeout")).isEqualTo("1min");
    assertThat(shown(sink.connection(), "idle_in_transaction_session_timeout")).isEqualTo("5min");
  }

  private static String shown(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }
}
