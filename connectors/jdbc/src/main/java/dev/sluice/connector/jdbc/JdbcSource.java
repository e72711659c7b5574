package dev.sluice.connector.jdbc;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A database table or query, read once from start to end. */
final class JdbcSource implements SplitSource {
  private final TableRef table;
  private final Schema schema;
  private final Database database;
  private final String sql;
  private final int fetchSize;

  JdbcSource(ScanRequest request, ConnectorContext context) {
    table = request.table();
    schema = request.schema();
    database = new Database(table, context);
    fetchSize = database.options().integer(JdbcConnector.FETCH_SIZE);
    try (Connection connection = database.connect()) {
      sql = select(connection, request);
    } catch (SQLException e) {
      throw UserError.of(ErrorCode.TARGET_SCHEMA, "cannot read the table of '" + table.name() + "'")
          .withDetail(Database.firstLine(e))
          .causedBy(e);
    }
  }

  private String select(Connection connection, ScanRequest request) throws SQLException {
    Optional<String> query = database.options().find(JdbcConnector.QUERY);
    String from;
    if (query.isPresent()) {
      from = "(" + query.get().strip().replaceAll(";$", "") + ") sluice_query";
    } else {
      Optional<String> found = database.find(connection);
      if (found.isEmpty()) {
        throw database.missing(connection);
      }
      from = found.get();
    }
    Map<String, String> real = database.columns(connection, from);
    String columns =
        schema.size() == 0
            ? "1"
            : schema.names().stream()
                .map(real::get)
                .map(database.dialect()::quote)
                .collect(Collectors.joining(", "));
    String limit = request.limit().isPresent() ? " LIMIT " + request.limit().getAsInt() : "";
    return "SELECT " + columns + " FROM " + from + limit;
  }

  @Override
  public boolean bounded() {
    return true;
  }

  @Override
  public List<Split> discover(Map<String, Offset> known) {
    return known.isEmpty() ? List.of(new Split(table.name(), "", Offset.of(0))) : List.of();
  }

  @Override
  public SplitReader reader(Split split, ReaderContext context) {
    return new Reader(split.start().asLong(), context);
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

    Reader(long skip, ReaderContext context) {
      this.context = context;
      connection = database.connect();
      try {
        statement = connection.prepareStatement(sql);
        statement.setFetchSize(fetchSize);
        rows = statement.executeQuery();
        while (read < skip && rows.next()) {
          read++;
        }
      } catch (SQLException e) {
        throw UserError.of(ErrorCode.SOURCE_FAILED, "reading '" + table.name() + "' failed")
            .withDetail(Database.firstLine(e))
            .causedBy(e);
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
