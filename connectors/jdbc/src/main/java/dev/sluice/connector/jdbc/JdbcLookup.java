package dev.sluice.connector.jdbc;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.LookupOptions;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/** Rows of a database table or query by key: many keys in one query. */
final class JdbcLookup implements LookupSource {
  /** Keys per query: few sizes, so that a prepared statement serves again. */
  private static final int[] SIZES = {1, 8, 64, 256};

  /** The longest that drivers can be told to wait. */
  private static final long MOST_SECONDS = 1_000_000;

  /** How much later than the server the connection gives up. */
  private static final int GRACE_SECONDS = 2;

  private final LookupRequest request;
  private final Schema schema;
  private final Database database;
  private final BufferAllocator allocator;
  private final int retries;
  private Optional<Connection> connection = Optional.empty();
  private String select = "";
  private List<String> keys = List.of();

  JdbcLookup(LookupRequest request, ConnectorContext context) {
    this.request = request;
    schema = request.schema();
    database = new Database(request.table(), context);
    allocator = context.allocator();
    retries = database.options().integer(LookupOptions.MAX_RETRIES);
    try {
      prepare();
    } catch (SQLException e) {
      close();
      if (JdbcFaults.isTransient(e)) {
        // the first lookup tries again
        return;
      }
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA, "cannot read the table of '" + request.table().name() + "'")
          .withDetail(Database.firstLine(e))
          .causedBy(e);
    }
  }

  private Connection prepare() throws SQLException {
    if (connection.isPresent()) {
      return connection.get();
    }
    Connection made = database.connect(Database.Use.ANSWERS_SOON);
    connection = Optional.of(made);
    String from = JdbcSource.from(database, made);
    TargetColumns columns = new TargetColumns(request.table(), made, from, false);
    List<String> names =
        schema.names().stream().map(n -> database.dialect().quote(columns.real(n))).toList();
    select = "SELECT " + String.join(", ", names) + " FROM " + from + " WHERE ";
    keys = request.keys().stream().map(names::get).toList();
    made.rollback();
    return made;
  }

  @Override
  public void lookup(RecordBatch wanted, Consumer<RecordBatch> rows) throws IOException {
    long end = System.nanoTime() + request.timeout().toNanos();
    int from = 0;
    while (from < wanted.rowCount()) {
      int left = wanted.rowCount() - from;
      int size = SIZES[SIZES.length - 1];
      for (int i = SIZES.length - 1; i >= 0 && SIZES[i] >= left; i--) {
        size = SIZES[i];
      }
      int count = Math.min(size, left);
      rows.accept(answer(new Keys(wanted, from, count, size), end));
      from += count;
    }
  }

  /**
   * Keys of one query: {@code count} of {@code wanted}; the last fills the places to {@code size}.
   */
  private record Keys(RecordBatch wanted, int from, int count, int size) {
    int position(int place) {
      return wanted.position(from + Math.min(place, count - 1));
    }
  }

  private RecordBatch answer(Keys wanted, long end) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        return query(wanted, end);
      } catch (SQLException e) {
        close();
        if (attempt >= retries || System.nanoTime() >= end) {
          throw new IOException(Database.firstLine(e), e);
        }
      }
    }
  }

  private RecordBatch query(Keys wanted, long end) throws SQLException {
    Connection open = prepare();
    RecordBatch given = wanted.wanted();
    try (PreparedStatement statement = open.prepareStatement(select + condition(wanted.size()));
        BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      limit(open, statement, end - System.nanoTime());
      int mark = 1;
      for (int i = 0; i < wanted.size(); i++) {
        for (int k = 0; k < keys.size(); k++) {
          Object value = Values.get(given.vector(k), given.schema().type(k), wanted.position(i));
          Values.bind(statement, mark++, value, given.schema().type(k));
        }
      }
      try (ResultSet found = statement.executeQuery()) {
        Object[] values = new Object[schema.size()];
        while (found.next()) {
          for (int i = 0; i < values.length; i++) {
            values[i] = Values.read(found, i + 1, schema.type(i));
          }
          builder.add(RowKind.INSERT, values);
        }
      }
      // the next query shall see what others have written meanwhile
      open.rollback();
      return builder.build();
    }
  }

  /** The server is to give up in time; should it say nothing, so does the connection. */
  private static void limit(Connection open, PreparedStatement statement, long nanos)
      throws SQLException {
    long seconds = Math.min(Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos) + 1), MOST_SECONDS);
    statement.setQueryTimeout((int) seconds);
    open.setNetworkTimeout(Runnable::run, (int) TimeUnit.SECONDS.toMillis(seconds + GRACE_SECONDS));
  }

  private String condition(int size) {
    if (keys.size() == 1) {
      return keys.get(0) + " IN (" + "?, ".repeat(size - 1) + "?)";
    }
    String one =
        keys.stream().map(key -> key + " = ?").collect(Collectors.joining(" AND ", "(", ")"));
    return IntStream.range(0, size).mapToObj(i -> one).collect(Collectors.joining(" OR "));
  }

  @Override
  public void close() {
    if (connection.isPresent()) {
      try (Connection closing = connection.get()) {
        connection = Optional.empty();
        closing.rollback();
      } catch (SQLException e) {
        // a connection that broke is gone already
        System.getLogger(JdbcLookup.class.getName())
            .log(System.Logger.Level.DEBUG, "closing the connection of a lookup", e);
      }
    }
  }
}
