package dev.sluice.connector.jdbc;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jdbi.v3.core.Jdbi;

/** One declared table's database: connects and looks at metadata. Single-threaded. */
final class Database {
  private final TableRef table;
  private final Options options;
  private final JdbcDialect dialect;
  private final String url;

  Database(TableRef table, ConnectorContext context) {
    this.table = table;
    options = Options.check(table, CommonOptions.with(JdbcConnector.OPTIONS), OptionSpec.Role.BOTH);
    String given = options.string(JdbcConnector.URL);
    dialect = JdbcDialect.of(table, given);
    url = resolved(given, context);
  }

  /**
   * Relative H2 files are taken from the working directory; MySQL is reached by the MariaDB driver.
   */
  private static String resolved(String url, ConnectorContext context) {
    if (url.startsWith("jdbc:h2:./") || url.startsWith("jdbc:h2:file:./")) {
      int dot = url.indexOf("./");
      return "jdbc:h2:file:"
          + context.workingDirectory().toAbsolutePath().normalize()
          + "/"
          + url.substring(dot + 2);
    }
    return url.startsWith("jdbc:mysql:")
        ? "jdbc:mariadb:" + url.substring("jdbc:mysql:".length())
        : url;
  }

  JdbcDialect dialect() {
    return dialect;
  }

  Options options() {
    return options;
  }

  /** A new connection that commits only when told. */
  Connection connect() {
    Properties properties = new Properties();
    properties.setProperty(
        "user", options.find(JdbcConnector.USERNAME).orElse(dialect == JdbcDialect.H2 ? "sa" : ""));
    properties.setProperty("password", options.find(JdbcConnector.PASSWORD).orElse(""));
    if (dialect == JdbcDialect.MARIADB) {
      properties.setProperty("allowLocalInfile", "false");
      properties.setProperty("useBulkStmts", "true");
    }
    if (dialect == JdbcDialect.POSTGRESQL) {
      properties.setProperty("reWriteBatchedInserts", "true");
    }
    try {
      Connection connection = DriverManager.getConnection(url, properties);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      throw UserError.of(
              ErrorCode.UNREACHABLE, "cannot connect to the database of '" + table.name() + "'")
          .withDetail(firstLine(e))
          .withHint("check 'url', 'username' and 'password', and that the server runs")
          .causedBy(e);
    }
  }

  static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("")
        + " (SQLSTATE "
        + e.getSQLState()
        + ")";
  }

  /** The real name of the target table with its schema, quoted; empty if there is none. */
  Optional<String> find(Connection connection) throws SQLException {
    String wanted = options.find(JdbcConnector.TABLE_NAME).orElse(table.name());
    int dot = wanted.indexOf('.');
    String schema = dot < 0 ? "" : wanted.substring(0, dot);
    String name = wanted.substring(dot + 1);
    for (String[] found : tables(connection)) {
      if (found[1].equalsIgnoreCase(name)
          && (schema.isEmpty() || schema.equalsIgnoreCase(found[0]))) {
        return Optional.of(
            schema.isEmpty()
                ? dialect.quote(found[1])
                : dialect.quote(found[0]) + "." + dialect.quote(found[1]));
      }
    }
    return Optional.empty();
  }

  private List<String[]> tables(Connection connection) throws SQLException {
    List<String[]> names = new ArrayList<>();
    String wanted = options.find(JdbcConnector.TABLE_NAME).orElse(table.name());
    // H2 lists INFORMATION_SCHEMA too: an unqualified 'users' must not find its USERS.
    String schema = wanted.indexOf('.') < 0 ? connection.getSchema() : null;
    try (ResultSet rows =
        connection
            .getMetaData()
            .getTables(
                connection.getCatalog(),
                schema,
                "%",
                new String[] {"TABLE", "VIEW", "BASE TABLE"})) {
      while (rows.next()) {
        String owner = rows.getString("TABLE_SCHEM");
        names.add(new String[] {owner == null ? "" : owner, rows.getString("TABLE_NAME")});
      }
    }
    return names;
  }

  /** The name under which a new table is made, quoted. */
  String newName() {
    String wanted = options.find(JdbcConnector.TABLE_NAME).orElse(table.name());
    int dot = wanted.indexOf('.');
    return dot < 0
        ? dialect.quote(dialect.made(wanted))
        : dialect.quote(wanted.substring(0, dot))
            + "."
            + dialect.quote(dialect.made(wanted.substring(dot + 1)));
  }

  UserError missing(Connection connection) throws SQLException {
    String wanted = options.find(JdbcConnector.TABLE_NAME).orElse(table.name());
    List<String> names = tables(connection).stream().map(t -> t[1]).toList();
    return UserError.of(
            ErrorCode.MISSING_TARGET,
            "the database of '" + table.name() + "' has no table '" + wanted + "'")
        .withHint(
            DidYouMean.hint(
                wanted, names, "create it, or set 'table.create' = 'true' on the sink"));
  }

  /** Makes the table. */
  void create() {
    Jdbi.create(this::connect)
        .useTransaction(handle -> handle.execute(dialect.create(table, newName())));
  }

  /** The real column of each declared one. */
  Map<String, String> columns(Connection connection, String quoted) throws SQLException {
    Map<String, String> real = new LinkedHashMap<>();
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + quoted + " WHERE 1 = 0")) {
      List<String> names = new ArrayList<>();
      for (int i = 1; i <= none.getMetaData().getColumnCount(); i++) {
        names.add(none.getMetaData().getColumnName(i));
      }
      for (String declared : table.schema().names()) {
        String found =
            names.stream()
                .filter(declared::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(
                    () ->
                        UserError.of(
                                ErrorCode.TARGET_SCHEMA,
                                "table "
                                    + quoted
                                    + " of '"
                                    + table.name()
                                    + "' has no column '"
                                    + declared
                                    + "'")
                            .withHint(
                                DidYouMean.hint(
                                    declared, names, "its columns: " + String.join(", ", names))));
        real.put(declared, found);
      }
    }
    return real;
  }
}
