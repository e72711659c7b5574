package dev.sluice.connector.jdbc;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Faults;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/** One declared table's database: connects and looks at metadata. Single-threaded. */
final class Database {
  private static final Pattern RELATIVE_H2 =
      Pattern.compile("jdbc:h2:(?:file:)?(\\.\\.?/[^;]*)(.*)");

  private static final Pattern REMOTE_H2 = Pattern.compile("jdbc:h2:(?:mem:|tcp:|ssl:)");

  /** How long a server may take to answer a connection. */
  private static final int CONNECT_SECONDS = 10;

  /** The same where the answer is welcome but not needed. */
  private static final int GLANCE_SECONDS = 2;

  /** How long a server may be silent while it has to answer, unless 'socketTimeout' is given. */
  private static final int ANSWER_SECONDS = 300;

  /** What a connection is for. */
  enum Use {
    /** Each statement is short: a server that is silent for long is gone. */
    ANSWERS_SOON,
    /** The first row of a query may take as long as it takes. */
    MAY_TAKE_LONG
  }

  private final TableRef table;
  private final Options options;
  private final JdbcDialect dialect;
  private final String url;

  Database(TableRef table, ConnectorContext context) {
    this(table, context.workingDirectory());
  }

  Database(TableRef table, Path workingDirectory) {
    this.table = table;
    options = Options.check(table, CommonOptions.with(JdbcConnector.OPTIONS), OptionSpec.Role.BOTH);
    String given = options.string(JdbcConnector.URL);
    dialect = JdbcDialect.of(table, given);
    dialect.requireHarmlessProperties(table);
    url = withoutCompaction(resolved(given, workingDirectory));
  }

  /**
   * Relative H2 files are taken from the working directory; MySQL is reached by the MariaDB driver.
   */
  private static String resolved(String url, Path workingDirectory) {
    Matcher file = RELATIVE_H2.matcher(url);
    if (file.matches()) {
      return "jdbc:h2:file:"
          + workingDirectory.toAbsolutePath().resolve(file.group(1)).normalize()
          + file.group(2);
    }
    return url.startsWith("jdbc:mysql:")
        ? "jdbc:mariadb:" + url.substring("jdbc:mysql:".length())
        : url;
  }

  /**
   * An H2 file that its own thread was packing when the process was killed may open in an older
   * state, forced to disk or not: commits would be lost. It is still packed when it is closed.
   */
  private static String withoutCompaction(String url) {
    boolean file = url.startsWith("jdbc:h2:") && !REMOTE_H2.matcher(url).lookingAt();
    return file ? url + ";AUTO_COMPACT_FILL_RATE=0" : url;
  }

  JdbcDialect dialect() {
    return dialect;
  }

  Options options() {
    return options;
  }

  /** A new connection that commits only when told. */
  Connection connect(Use use) {
    return connect(url, CONNECT_SECONDS, use);
  }

  /** A connection to a database that is there: none is made, and nobody waits for long. */
  Connection glance() throws SQLException {
    Connection made =
        connect(
            dialect == JdbcDialect.H2 ? url + ";IFEXISTS=TRUE" : url,
            GLANCE_SECONDS,
            Use.ANSWERS_SOON);
    made.setNetworkTimeout(Runnable::run, GLANCE_SECONDS * 1000);
    return made;
  }

  private Connection connect(String url, int seconds, Use use) {
    Properties properties = new Properties();
    properties.setProperty(
        "user", options.find(JdbcConnector.USERNAME).orElse(dialect == JdbcDialect.H2 ? "sa" : ""));
    properties.setProperty("password", options.find(JdbcConnector.PASSWORD).orElse(""));
    options
        .withPrefix(JdbcConnector.PROPERTIES)
        .forEach((key, value) -> properties.setProperty(dialect.spelled(key), value));
    if (dialect == JdbcDialect.MARIADB) {
      properties.setProperty("allowLocalInfile", "false");
      properties.setProperty("useBulkStmts", "true");
      // instants are written and read as such, whatever the server's zone
      properties.setProperty("timezone", "UTC");
      properties.putIfAbsent("connectTimeout", Integer.toString(seconds * 1000));
    }
    if (dialect == JdbcDialect.POSTGRESQL) {
      properties.setProperty("reWriteBatchedInserts", "true");
      // lets texts into columns of the database's own types (uuid, jsonb, enums)
      properties.setProperty("stringtype", "unspecified");
      properties.putIfAbsent("connectTimeout", Integer.toString(seconds));
      // a server that takes the connection and says nothing
      properties.putIfAbsent("loginTimeout", Integer.toString(2 * seconds));
      properties.putIfAbsent("ApplicationName", "sluice");
    }
    keepAlive(properties, use);
    try {
      Connection connection = DriverManager.getConnection(url, properties);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      boolean login = e.getSQLState() != null && e.getSQLState().startsWith("28");
      throw UserError.of(
              ErrorCode.UNREACHABLE,
              login
                  ? "the database of '" + table.name() + "' refuses the login"
                  : "cannot connect to the database of '" + table.name() + "'")
          .withDetail(firstLine(e))
          .withHint(
              login
                  ? "check 'username' and 'password'"
                  : "check 'url', and that the server runs and can be reached from here")
          .causedBy(e);
    }
  }

  /** A connection of which nothing is heard any more ends, instead of being waited for for ever. */
  private void keepAlive(Properties properties, Use use) {
    if (dialect == JdbcDialect.H2) {
      return;
    }
    properties.setProperty("tcpKeepAlive", "true");
    if (use == Use.ANSWERS_SOON && !url.toLowerCase(Locale.ROOT).contains("sockettimeout")) {
      int unit = dialect == JdbcDialect.MARIADB ? 1000 : 1;
      properties.putIfAbsent("socketTimeout", Integer.toString(ANSWER_SECONDS * unit));
    }
  }

  static String firstLine(SQLException e) {
    if (Faults.any(e, SocketTimeoutException.class::isInstance)) {
      return "the server has not answered for as long as 'socketTimeout' allows (SQLSTATE "
          + e.getSQLState()
          + ")";
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("")
        + " (SQLSTATE "
        + e.getSQLState()
        + ")";
  }

  /** A table that exists: the name behind FROM, quoted, and its parts for metadata. */
  record Found(String quoted, Optional<String> owner, String name) {}

  /** The target table; empty if there is none. The exact name goes before one in other case. */
  Optional<Found> find(Connection connection) throws SQLException {
    List<Found> tables = tables(connection);
    String name = wanted().substring(wanted().lastIndexOf('.') + 1);
    return tables.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .or(() -> tables.stream().filter(t -> t.name().equalsIgnoreCase(name)).findFirst());
  }

  private String wanted() {
    return options.find(JdbcConnector.TABLE_NAME).orElse(table.name());
  }

  /** The schema (a database, in MariaDB) that {@code table-name} names. */
  private Optional<String> wantedOwner() {
    int dot = wanted().lastIndexOf('.');
    return dot < 0 ? Optional.empty() : Optional.of(wanted().substring(0, dot));
  }

  /** The tables of the schema that is named, or of the current one. */
  private List<Found> tables(Connection connection) throws SQLException {
    boolean catalogs = dialect == JdbcDialect.MARIADB;
    Optional<String> owner = wantedOwner();
    List<Found> found = new ArrayList<>();
    DatabaseMetaData metadata = connection.getMetaData();
    // H2 lists INFORMATION_SCHEMA too: an unqualified 'users' must not find its USERS.
    String current = catalogs ? connection.getCatalog() : connection.getSchema();
    try (ResultSet rows =
        metadata.getTables(
            catalogs ? owner.orElse(current) : connection.getCatalog(),
            catalogs ? null : owner.isPresent() ? null : current,
            "%",
            new String[] {
              "TABLE", "VIEW", "BASE TABLE", "PARTITIONED TABLE", "MATERIALIZED VIEW"
            })) {
      while (rows.next()) {
        String of = rows.getString(catalogs ? "TABLE_CAT" : "TABLE_SCHEM");
        String name = rows.getString("TABLE_NAME");
        if (owner.isEmpty()) {
          found.add(new Found(dialect.quote(name), Optional.ofNullable(of), name));
        } else if (owner.get().equalsIgnoreCase(of)) {
          found.add(
              new Found(dialect.quote(of) + "." + dialect.quote(name), Optional.of(of), name));
        }
      }
    }
    return found;
  }

  /** Whether a unique index covers exactly {@code columns}, so that an upsert has what to find. */
  boolean hasUniqueIndex(Connection connection, Found target, List<String> columns)
      throws SQLException {
    boolean catalogs = dialect == JdbcDialect.MARIADB;
    String catalog = catalogs ? target.owner().orElse(null) : connection.getCatalog();
    String schema = catalogs ? null : target.owner().orElse(null);
    Map<String, Set<String>> indexes = new LinkedHashMap<>();
    try (ResultSet rows =
        connection.getMetaData().getIndexInfo(catalog, schema, target.name(), true, false)) {
      while (rows.next()) {
        String column = rows.getString("COLUMN_NAME");
        if (column != null && !rows.getBoolean("NON_UNIQUE")) {
          indexes
              .computeIfAbsent(rows.getString("INDEX_NAME"), n -> new TreeSet<>())
              .add(column.replaceAll("^\"|\"$", ""));
        }
      }
    }
    return indexes.containsValue(new TreeSet<>(columns));
  }

  /** The name under which a new table is made, quoted. */
  String newName() {
    String name = wanted().substring(wanted().lastIndexOf('.') + 1);
    String made = dialect.quote(dialect.made(name));
    return wantedOwner().map(owner -> dialect.quote(owner) + "." + made).orElse(made);
  }

  UserError missing(Connection connection) throws SQLException {
    List<String> names = tables(connection).stream().map(Found::name).toList();
    return UserError.of(
            ErrorCode.MISSING_TARGET,
            "the database of '" + table.name() + "' has no table '" + wanted() + "'")
        .withHint(
            DidYouMean.hint(
                wanted(), names, "create it, or set 'table.create' = 'true' on the sink"));
  }

  /** Makes the table and commits it. */
  void create() throws SQLException {
    Jdbi.create(() -> connect(Use.ANSWERS_SOON))
        .useHandle(
            handle -> {
              // not as a statement of Jdbi's, which reads escapes and parameters into names
              try (Statement statement = handle.getConnection().createStatement()) {
                statement.execute(dialect.create(table, newName()));
              }
              // Jdbi leaves the commit to whoever has switched autocommit off
              handle.getConnection().commit();
            });
  }
}
