package dev.sluice.connector.jdbc;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Field;
import java.util.List;
import java.util.OptionalLong;

/**
 * Tables of H2, PostgreSQL, MySQL and MariaDB: bounded sources, and sinks that insert or, with a
 * PRIMARY KEY, upsert and delete. Stateless; safe for use by any thread.
 */
public final class JdbcConnector implements Connector {
  static final OptionSpec URL =
      OptionSpec.of("url", Type.STRING, "The JDBC URL of the database.", "jdbc:h2:./data")
          .asRequired();
  static final OptionSpec DRIVER =
      OptionSpec.oneOf(
          "driver",
          List.of(
              "org.h2.Driver",
              "org.postgresql.Driver",
              "org.mariadb.jdbc.Driver",
              "com.mysql.cj.jdbc.Driver",
              "com.mysql.jdbc.Driver"),
          "Flink's; not needed, the driver follows from the url.");
  static final OptionSpec TABLE_NAME =
      OptionSpec.of(
          "table-name", Type.STRING, "The table; by default the declared name.", "public.orders");
  static final OptionSpec USERNAME =
      OptionSpec.of("username", Type.STRING, "The user to log in as.", "etl");
  static final OptionSpec PASSWORD =
      OptionSpec.of(
              "password", Type.STRING, "The password, best by reference.", "${env:DB_PASSWORD}")
          .asSecret();
  static final OptionSpec QUERY =
      OptionSpec.of(
              "query", Type.STRING, "A query to read instead of a table.", "SELECT id, name FROM t")
          .only(Role.SOURCE);
  static final OptionSpec TABLE_CREATE =
      OptionSpec.of(
              "table.create",
              Type.BOOLEAN,
              "Whether a sink makes its table if there is none.",
              "true")
          .withDefault("false")
          .only(Role.SINK);
  static final OptionSpec FETCH_SIZE =
      OptionSpec.of("scan.fetch-size", Type.INTEGER, "Rows the driver fetches at a time.", "10000")
          .withDefault("10000")
          .only(Role.SOURCE);

  static final OptionSpec PARTITION_COLUMN =
      OptionSpec.of(
              "scan.partition.column",
              Type.STRING,
              "An integer column by whose ranges the table is read side by side.",
              "id")
          .only(Role.SOURCE);
  static final OptionSpec PARTITION_NUM =
      OptionSpec.of(
              "scan.partition.num",
              Type.INTEGER,
              "How many ranges; by default the parallelism.",
              "8")
          .only(Role.SOURCE);
  static final OptionSpec PARTITION_LOWER =
      OptionSpec.of(
              "scan.partition.lower-bound",
              Type.LONG,
              "Where the ranges begin; by default the least value. Rows outside are read all the"
                  + " same.",
              "1")
          .only(Role.SOURCE);
  static final OptionSpec PARTITION_UPPER =
      OptionSpec.of(
              "scan.partition.upper-bound",
              Type.LONG,
              "Where the ranges end; by default the greatest value.",
              "1000000")
          .only(Role.SOURCE);
  static final OptionSpec FLUSH_ROWS =
      OptionSpec.of(
              "sink.buffer-flush.max-rows",
              Type.INTEGER,
              "Rows that are gathered before they are sent; a commit sends what there is.",
              "5000")
          .withDefault("5000")
          .only(Role.SINK);
  static final OptionSpec PROPERTIES =
      OptionSpec.of(
          "properties.*",
          Type.STRING,
          "A setting of the driver, of those that are allowed in the URL.",
          "require");

  static final List<OptionSpec> OPTIONS =
      List.of(
          URL,
          DRIVER,
          TABLE_NAME,
          USERNAME,
          PASSWORD,
          PROPERTIES,
          QUERY,
          FETCH_SIZE,
          PARTITION_COLUMN,
          PARTITION_NUM,
          PARTITION_LOWER,
          PARTITION_UPPER,
          TABLE_CREATE,
          FLUSH_ROWS);

  @Override
  public String name() {
    return "jdbc";
  }

  @Override
  public String description() {
    return "Tables of H2, PostgreSQL, MySQL and MariaDB.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return OPTIONS;
  }

  @Override
  public void validate(TableRef table, Role role) {
    String url = table.options().getOrDefault(URL.key(), "");
    if (!url.contains("${")) {
      Options options = Options.check(table, CommonOptions.with(OPTIONS), Role.BOTH);
      JdbcDialect.of(table, options.string(URL)).requireHarmlessProperties(table);
    }
    validatePartitions(table);
    for (Field field : table.schema().fields()) {
      boolean fits =
          switch (field.type().kind()) {
            case ARRAY, MAP, ROW, INTERVAL_DAY, INTERVAL_MONTH, NULL -> false;
            default -> true;
          };
      if (!fits) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED_TYPE,
                "column '"
                    + field.name()
                    + "' of '"
                    + table.name()
                    + "': a database table cannot hold "
                    + field.type())
            .withHint("turn it into a string in the query");
      }
    }
  }

  private static void validatePartitions(TableRef table) {
    String column = table.options().get(PARTITION_COLUMN.key());
    if (column == null) {
      for (OptionSpec spec : List.of(PARTITION_NUM, PARTITION_LOWER, PARTITION_UPPER)) {
        if (table.options().containsKey(spec.key())) {
          throw UserError.of(
                  ErrorCode.MISSING_OPTION,
                  "option '"
                      + spec.key()
                      + "' of '"
                      + table.name()
                      + "' needs 'scan.partition.column'")
              .withHint("add 'scan.partition.column' = '<an integer column>'");
        }
      }
      return;
    }
    boolean integer =
        table.schema().fields().stream()
            .anyMatch(f -> f.name().equalsIgnoreCase(column) && f.type().kind().isInteger());
    if (!integer) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'scan.partition.column' of '"
                  + table.name()
                  + "' must name an integer column, not '"
                  + column
                  + "'")
          .withHint("columns: " + String.join(", ", table.schema().names()));
    }
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return new SourceCapabilities(true, true, true, true, true, false);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    ChangelogMode accepts =
        table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT;
    return new SinkCapabilities(true, accepts, DeliveryGuarantee.EXACTLY_ONCE, 1);
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    return new JdbcSource(request, context);
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    return new JdbcSink(table, context);
  }

  @Override
  public boolean isTransient(Throwable failure) {
    return JdbcFaults.isTransient(failure);
  }

  @Override
  public OptionalLong estimatedRows(TableRef table) {
    return TableStatistics.rows(table);
  }

  @Override
  public boolean findsByKey(TableRef table) {
    return true;
  }

  @Override
  public LookupSource openLookup(LookupRequest request, ConnectorContext context) {
    return new JdbcLookup(request, context);
  }
}
