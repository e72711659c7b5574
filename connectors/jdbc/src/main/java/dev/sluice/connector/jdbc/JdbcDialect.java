package dev.sluice.connector.jdbc;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How one kind of database writes SQL. Constants; safe for use by any thread. */
enum JdbcDialect {
  H2(
      "jdbc:h2:",
      '"',
      Set.of(
          "mode",
          "db_close_delay",
          "db_close_on_exit",
          "ifexists",
          "cache_size",
          "access_mode_data")) {
    @Override
    String upsert(String table, List<String> columns, List<String> key) {
      return "MERGE INTO "
          + table
          + " ("
          + list(columns)
          + ") KEY ("
          + list(key)
          + ") VALUES ("
          + marks(columns)
          + ")";
    }

    @Override
    String rowsEstimate() {
      return "SELECT ROW_COUNT_ESTIMATE FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? AND"
          + " TABLE_NAME = ?";
    }
  },
  POSTGRESQL(
      "jdbc:postgresql:",
      '"',
      Set.of(
          "ssl",
          "sslmode",
          "sslrootcert",
          "currentschema",
          "applicationname",
          "connecttimeout",
          "sockettimeout")) {
    @Override
    String upsert(String table, List<String> columns, List<String> key) {
      List<String> rest = columns.stream().filter(c -> !key.contains(c)).toList();
      String action =
          rest.isEmpty()
              ? "NOTHING"
              : "UPDATE SET "
                  + rest.stream()
                      .map(c -> quote(c) + " = EXCLUDED." + quote(c))
                      .collect(Collectors.joining(", "));
      return insert(table, columns) + " ON CONFLICT (" + list(key) + ") DO " + action;
    }

    @Override
    String rowsEstimate() {
      return "SELECT CAST(c.reltuples AS BIGINT) FROM pg_class c JOIN pg_namespace n ON n.oid ="
          + " c.relnamespace WHERE n.nspname = ? AND c.relname = ?";
    }
  },
  MARIADB(
      "jdbc:mariadb:",
      '`',
      Set.of(
          "usessl",
          "sslmode",
          "serversslcert",
          "usebulkstmts",
          "connecttimeout",
          "sockettimeout",
          "characterencoding")) {
    @Override
    String upsert(String table, List<String> columns, List<String> key) {
      return insert(table, columns)
          + " ON DUPLICATE KEY UPDATE "
          + columns.stream()
              .map(c -> quote(c) + " = VALUES(" + quote(c) + ")")
              .collect(Collectors.joining(", "));
    }

    @Override
    String rowsEstimate() {
      return "SELECT table_rows FROM information_schema.tables WHERE table_schema = ? AND"
          + " table_name = ?";
    }
  };

  /** Memory, a server, or a plain file: not an archive, nor what a class path or URL gives. */
  private static final Pattern H2_PLACE =
      Pattern.compile("jdbc:h2:(?:mem:|tcp://|ssl://|(?:file:)?[^:;]*(?:;|$))");

  private static final List<String> SPELLINGS =
      List.of(
          "sslmode",
          "serverSslCert",
          "currentSchema",
          "ApplicationName",
          "connectTimeout",
          "socketTimeout",
          "useSsl",
          "useBulkStmts",
          "characterEncoding");

  private final String prefix;
  private final char quote;
  private final Set<String> allowed;

  JdbcDialect(String prefix, char quote, Set<String> allowed) {
    this.prefix = prefix;
    this.quote = quote;
    this.allowed = allowed;
  }

  /** A query for the estimated rows of a table, by its schema (or database) and name. */
  abstract String rowsEstimate();

  /**
   * The dialect of a URL, which must be of a known kind and carry only parameters known to be
   * harmless.
   */
  static JdbcDialect of(TableRef table, String url) {
    String known =
        url.startsWith("jdbc:mysql:")
            ? "jdbc:mariadb:" + url.substring("jdbc:mysql:".length())
            : url;
    for (JdbcDialect dialect : values()) {
      if (known.startsWith(dialect.prefix)) {
        dialect.requireHarmless(table, known);
        return dialect;
      }
    }
    throw UserError.of(
            ErrorCode.OPTION_VALUE,
            "option 'url' of '" + table.name() + "' names no database Sluice knows")
        .withHint("it starts with jdbc:h2:, jdbc:postgresql:, jdbc:mysql: or jdbc:mariadb:");
  }

  private void requireHarmless(TableRef table, String url) {
    String lower = url.toLowerCase(Locale.ROOT);
    String parameters = this == H2 ? after(url, ';') : after(url, '?');
    for (String parameter : parameters.split(this == H2 ? ";" : "&")) {
      String key = parameter.split("=", 2)[0].trim().toLowerCase(Locale.ROOT);
      if (!key.isEmpty() && !allowed.contains(key)) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE,
                "option 'url' of '"
                    + table.name()
                    + "' has the parameter '"
                    + key
                    + "', which is not allowed")
            .withHint("allowed: " + String.join(", ", allowed.stream().sorted().toList()));
      }
    }
    boolean strange =
        url.chars().anyMatch(c -> Character.isISOControl(c) || "%#()\\".indexOf(c) >= 0);
    if (strange || this == H2 && lower.contains("?") || this != H2 && lower.contains(";")) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "option 'url' of '" + table.name() + "' has characters that are not allowed in it");
    }
    if (this == H2 && !H2_PLACE.matcher(url).lookingAt()) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'url' of '" + table.name() + "' names a place that H2 shall not open")
          .withHint("it is jdbc:h2:mem:…, jdbc:h2:tcp://…, jdbc:h2:ssl://…, or a file's path");
    }
  }

  /** Refuses {@code properties.*} that are not allowed in a URL either. */
  void requireHarmlessProperties(TableRef table) {
    for (String option : table.options().keySet()) {
      if (option.startsWith("properties.")) {
        String key = option.substring("properties.".length()).toLowerCase(Locale.ROOT);
        if (!allowed.contains(key)) {
          throw UserError.of(
                  ErrorCode.OPTION_VALUE,
                  "option '" + option + "' of '" + table.name() + "' is not allowed")
              .withHint("allowed: " + String.join(", ", allowed.stream().sorted().toList()));
        }
      }
    }
  }

  /** A driver's property as the driver spells it, whatever the case it was written in. */
  String spelled(String property) {
    return SPELLINGS.stream()
        .filter(property::equalsIgnoreCase)
        .findFirst()
        .map(s -> this == MARIADB && s.equals("sslmode") ? "sslMode" : s)
        .orElse(property);
  }

  private static String after(String url, char mark) {
    int at = url.indexOf(mark);
    return at < 0 ? "" : url.substring(at + 1);
  }

  String quote(String identifier) {
    return quote + identifier.replace("" + quote, "" + quote + quote) + quote;
  }

  /**
   * The name under which something declared as {@code name} is made: as the database itself would
   * read it without quotes, so that people can query it without them.
   */
  String made(String name) {
    return this == H2 && name.matches("[a-z_][a-z0-9_]*") ? name.toUpperCase(Locale.ROOT) : name;
  }

  String list(List<String> names) {
    return names.stream().map(this::quote).collect(Collectors.joining(", "));
  }

  static String marks(List<String> names) {
    return names.stream().map(n -> "?").collect(Collectors.joining(", "));
  }

  /**
   * Makes what was committed outlive the server's process. H2 alone writes later than it answers:
   * killed, it loses the transactions of the last half second.
   */
  void harden(Connection connection) throws SQLException {
    if (this == H2) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CHECKPOINT SYNC");
      }
      connection.commit();
    }
  }

  /** {@code table} is quoted already. */
  String insert(String table, List<String> columns) {
    return "INSERT INTO " + table + " (" + list(columns) + ") VALUES (" + marks(columns) + ")";
  }

  abstract String upsert(String table, List<String> columns, List<String> key);

  /** Upserts all rows of {@code source}; both tables are quoted already. PostgreSQL only. */
  String merge(String table, String source, List<String> columns, List<String> key) {
    String upsert = upsert(table, columns, key);
    int values = upsert.indexOf(" VALUES (");
    int end = upsert.indexOf(')', values + 9) + 1;
    return upsert.substring(0, values)
        + " SELECT "
        + list(columns)
        + " FROM "
        + source
        + upsert.substring(end);
  }

  String delete(String table, List<String> key) {
    return "DELETE FROM "
        + table
        + " WHERE "
        + key.stream().map(k -> quote(k) + " = ?").collect(Collectors.joining(" AND "));
  }

  String create(TableRef table, String name) {
    String columns =
        table.schema().fields().stream()
            .map(
                f ->
                    quote(made(f.name()))
                        + " "
                        + type(
                            f.type(),
                            table.primaryKey().stream().anyMatch(f.name()::equalsIgnoreCase))
                        + (f.type().nullable() ? "" : " NOT NULL"))
            .collect(Collectors.joining(", "));
    String key =
        table.primaryKey().isEmpty()
            ? ""
            : ", PRIMARY KEY (" + list(table.primaryKey().stream().map(this::made).toList()) + ")";
    // The default collation of MariaDB takes 'a' and 'A' for the same key.
    String collation = this == MARIADB ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "";
    return "CREATE TABLE " + name + " (" + columns + key + ")" + collation;
  }

  private String type(DataType type, boolean key) {
    boolean mysql = this == MARIADB;
    boolean pg = this == POSTGRESQL;
    return switch (type.kind()) {
      case BOOLEAN -> "BOOLEAN";
      case TINYINT -> pg ? "SMALLINT" : "TINYINT";
      case SMALLINT -> "SMALLINT";
      case INTEGER -> "INTEGER";
      case BIGINT -> "BIGINT";
      case FLOAT -> mysql ? "FLOAT" : "REAL";
      case DOUBLE -> mysql ? "DOUBLE" : "DOUBLE PRECISION";
      case DECIMAL -> "DECIMAL(" + type.precision() + ", " + type.scale() + ")";
      case VARCHAR -> text(type, key);
      case VARBINARY -> pg ? "BYTEA" : mysql ? (key ? "VARBINARY(255)" : "LONGBLOB") : "VARBINARY";
      case DATE -> "DATE";
      case TIME -> pg ? "TIME(3)" : "TIME(" + type.precision() + ")";
      case TIMESTAMP ->
          mysql ? "DATETIME(" + type.precision() + ")" : "TIMESTAMP(" + type.precision() + ")";
      case TIMESTAMP_LTZ ->
          // MariaDB's TIMESTAMP ends in 2038 and begins after 1970: UTC in a DATETIME has no bounds
          mysql
              ? "DATETIME(" + type.precision() + ")"
              : "TIMESTAMP(" + type.precision() + ") WITH TIME ZONE";
      default ->
          throw UserError.of(ErrorCode.UNSUPPORTED_TYPE, "a database column cannot hold " + type)
              .withHint("turn it into a string in the query");
    };
  }

  private String text(DataType type, boolean key) {
    boolean open = type.precision() == Integer.MAX_VALUE;
    if (this == MARIADB) {
      return open ? (key ? "VARCHAR(255)" : "LONGTEXT") : "VARCHAR(" + type.precision() + ")";
    }
    return open ? (this == POSTGRESQL ? "TEXT" : "VARCHAR") : "VARCHAR(" + type.precision() + ")";
  }
}
