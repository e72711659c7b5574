package dev.sluice.connector.jdbc;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A database table or query, read once from start to end. */
final class JdbcSource implements SplitSource {
  private static final System.Logger LOG = System.getLogger(JdbcSource.class.getName());
  private static final String WHOLE = "";

  private final TableRef table;
  private final Schema schema;
  private final Database database;
  private final int fetchSize;
  private final String select;
  private final String limit;
  private final Optional<SqlFilter> filter;
  private final List<String> ranges;

  JdbcSource(ScanRequest request, ConnectorContext context) {
    table = request.table();
    schema = request.schema();
    database = new Database(table, context);
    fetchSize = database.options().integer(JdbcConnector.FETCH_SIZE);
    limit = request.limit().isPresent() ? " LIMIT " + request.limit().getAsInt() : "";
    try (Connection connection = database.connect(Database.Use.MAY_TAKE_LONG)) {
      String from = from(database, connection);
      TargetColumns columns = new TargetColumns(table, connection, from, false);
      select = "SELECT " + list(columns) + " FROM " + from;
      filter = request.filter().flatMap(f -> SqlFilter.of(f, filterColumns(columns)));
      ranges = ranges(connection, from, columns, context.parallelism());
      connection.rollback();
    } catch (SQLException e) {
      throw UserError.of(ErrorCode.TARGET_SCHEMA, "cannot read the table of '" + table.name() + "'")
          .withDetail(Database.firstLine(e))
          .causedBy(e);
    }
  }

  private SqlFilter.Columns filterColumns(TargetColumns columns) {
    return new SqlFilter.Columns() {
      @Override
      public String quoted(int index) {
        return JdbcSource.this.quoted(columns, schema.field(index).name());
      }

      @Override
      public boolean isText(int index) {
        return columns.isText(schema.field(index).name());
      }
    };
  }

  /** What stands behind FROM: the table, or the query. */
  static String from(Database database, Connection connection) throws SQLException {
    Optional<String> query = database.options().find(JdbcConnector.QUERY);
    if (query.isPresent()) {
      return "(" + query.get().strip().replaceAll(";$", "") + ") sluice_query";
    }
    Optional<Database.Found> found = database.find(connection);
    if (found.isEmpty()) {
      throw database.missing(connection);
    }
    return found.get().quoted();
  }

  private String list(TargetColumns columns) {
    return schema.size() == 0
        ? "1"
        : schema.names().stream().map(n -> quoted(columns, n)).collect(Collectors.joining(", "));
  }

  private String quoted(TargetColumns columns, String declared) {
    return database.dialect().quote(columns.real(declared));
  }

  /**
   * Conditions that cut the table into pieces; each row is in exactly one, NULLs in the first. The
   * numbers in them were read as numbers.
   */
  private List<String> ranges(
      Connection connection, String from, TargetColumns columns, int parallelism)
      throws SQLException {
    Options options = database.options();
    if (!options.has(JdbcConnector.PARTITION_COLUMN)) {
      return List.of(WHOLE);
    }
    String name = options.string(JdbcConnector.PARTITION_COLUMN);
    String declared = table.schema().field(table.schema().indexOf(name).orElseThrow()).name();
    String column = quoted(columns, declared);
    long least = 0;
    long greatest = -1;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT MIN(" + column + "), MAX(" + column + ") FROM " + from)) {
      row.next();
      least = row.getLong(1);
      greatest = row.wasNull() ? least - 1 : row.getLong(2);
    }
    if (options.has(JdbcConnector.PARTITION_LOWER)) {
      least = options.number(JdbcConnector.PARTITION_LOWER);
    }
    if (options.has(JdbcConnector.PARTITION_UPPER)) {
      greatest = options.number(JdbcConnector.PARTITION_UPPER);
    }
    int wanted =
        options.has(JdbcConnector.PARTITION_NUM)
            ? options.integer(JdbcConnector.PARTITION_NUM)
            : parallelism;
    return cut(column, least, greatest, wanted);
  }

  private static List<String> cut(String column, long least, long greatest, int wanted) {
    BigInteger width = BigInteger.valueOf(greatest).subtract(BigInteger.valueOf(least));
    int pieces = BigInteger.valueOf(Math.max(1, wanted)).min(width.max(BigInteger.ONE)).intValue();
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      String from = column + " >= " + bound(least, width, i, pieces);
      String to = column + " < " + bound(least, width, i + 1, pieces);
      conditions.add(
          pieces == 1
              ? WHOLE
              : i == 0
                  ? "(" + to + " OR " + column + " IS NULL)"
                  : i == pieces - 1 ? from : "(" + from + " AND " + to + ")");
    }
    return conditions;
  }

  private static BigInteger bound(long least, BigInteger width, int piece, int pieces) {
    BigInteger share = width.multiply(BigInteger.valueOf(piece)).divide(BigInteger.valueOf(pieces));
    return BigInteger.valueOf(least).add(share);
  }

  @Override
  public boolean bounded() {
    return true;
  }

  @Override
  public List<Split> discover(Map<String, Offset> known) {
    List<Split> splits = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      String id = ranges.size() == 1 ? table.name() : table.name() + "#" + i;
      if (!known.containsKey(id)) {
        splits.add(new Split(id, Integer.toString(i), Offset.of(0)));
      }
    }
    return splits;
  }

  @Override
  public SplitReader reader(Split split, ReaderContext context) {
    return new Reader(
        ranges.get(Integer.parseInt(split.detail())), split.start().asLong(), context);
  }

  @Override
  public void close() {
    // Each reader has a connection of its own.
  }

  /** Reads the result of the query; a later offset skips rows. */
  private final class Reader implements SplitReader {
    private final ReaderContext context;
    private final Connection connection;
    private final PreparedStatement statement;
    private final ResultSet rows;
    private long read;

    Reader(String range, long skip, ReaderContext context) {
      this.context = context;
      connection = database.connect(Database.Use.MAY_TAKE_LONG);
      try {
        List<String> conditions = new ArrayList<>();
        filter.ifPresent(f -> conditions.add(f.sql()));
        if (!range.isEmpty()) {
          conditions.add(range);
        }
        String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
        statement = connection.prepareStatement(select + where + limit);
        if (filter.isPresent()) {
          filter.get().bind(statement, 1);
        }
        statement.setFetchSize(fetchSize);
        rows = statement.executeQuery();
        while (read < skip && rows.next()) {
          read++;
        }
      } catch (SQLException e) {
        closeAfter(e);
        throw UserError.of(ErrorCode.SOURCE_FAILED, "reading '" + table.name() + "' failed")
            .withDetail(Database.firstLine(e))
            .causedBy(e);
      }
    }

    private void closeAfter(SQLException cause) {
      try {
        connection.close();
      } catch (SQLException e) {
        cause.addSuppressed(e);
      }
    }

    @Override
    public void wakeUp() {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // the query goes on until it gives rows; the reader ends then
        LOG.log(System.Logger.Level.DEBUG, "cancelling the query of " + table.name(), e);
      }
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
      try (BatchBuilder builder = new BatchBuilder(schema, context.allocator())) {
        Object[] values = new Object[schema.size()];
        while (builder.rows() < maxRows && rows.next()) {
          for (int i = 0; i < values.length; i++) {
            values[i] = Values.read(rows, i + 1, schema.type(i));
          }
          builder.add(RowKind.INSERT, values);
        }
        if (builder.rows() == 0) {
          return new Fetch.EndOfSplit(Offset.of(read));
        }
        read += builder.rows();
        return new Fetch.Rows(builder.build(), Offset.of(read));
      } catch (SQLException e) {
        throw new IOException(Database.firstLine(e), e);
      }
    }

    @Override
    public void close() {
      try (connection) {
        connection.rollback();
      } catch (SQLException e) {
        throw new IllegalStateException("closing the connection of '" + table.name() + "'", e);
      }
    }
  }
}
