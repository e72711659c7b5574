package dev.sluice.connector.jdbc;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A database table as a sink: rows go into one open transaction per epoch, which the commit ends;
 * with checkpoints they come at the commit, with the epoch's marker ({@link JdbcEpochs}). With a
 * PRIMARY KEY rows are folded to the last state of each key within a batch and upserted or deleted.
 */
final class JdbcSink implements TableSink {
  private static final int VALID_SECONDS = 5;

  private final TableRef table;
  private final ConnectorContext context;
  private final Database database;
  private final List<Integer> key = new ArrayList<>();
  private final int flushRows;
  private Session session;

  /** A connection and what is prepared on it. */
  private record Session(
      Connection connection, Loader loader, Optional<PreparedStatement> delete) {}

  JdbcSink(TableRef table, ConnectorContext context) {
    this.table = table;
    this.context = context;
    database = new Database(table, context);
    flushRows = Math.max(1, database.options().integer(JdbcConnector.FLUSH_ROWS));
    table.primaryKey().forEach(k -> key.add(table.schema().indexOf(k).orElseThrow()));
    session = open();
  }

  private Session open() {
    Connection connection = database.connect(Database.Use.ANSWERS_SOON);
    try {
      SessionSettings.apply(connection, database.dialect(), context.checkpointed());
      Database.Found target = target(connection);
      TargetColumns columns = new TargetColumns(table, connection, target.quoted(), true);
      List<String> realKey = columns.realKey();
      if (!key.isEmpty() && !database.hasUniqueIndex(connection, target, realKey)) {
        throw withoutIndex(database, target, realKey);
      }
      JdbcDialect dialect = database.dialect();
      Session opened =
          new Session(
              connection,
              loader(connection, target.quoted(), columns.realNames(), realKey),
              key.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      connection.prepareStatement(dialect.delete(target.quoted(), realKey))));
      // until there are rows, no transaction is open
      connection.commit();
      return opened;
    } catch (SQLException e) {
      closeQuietly(connection, e);
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA, "cannot prepare the table of '" + table.name() + "'")
          .withDetail(Database.firstLine(e))
          .causedBy(e);
    } catch (RuntimeException e) {
      closeQuietly(connection, e);
      throw e;
    }
  }

  private Database.Found target(Connection connection) throws SQLException {
    Optional<Database.Found> found = database.find(connection);
    if (found.isEmpty() && database.options().bool(JdbcConnector.TABLE_CREATE)) {
      database.create();
      connection.rollback();
      found = database.find(connection);
    }
    if (found.isEmpty()) {
      throw database.missing(connection);
    }
    return found.get();
  }

  private UserError withoutIndex(Database database, Database.Found target, List<String> realKey) {
    String columns = database.dialect().list(realKey);
    return UserError.of(
            ErrorCode.TARGET_SCHEMA,
            "table "
                + target.quoted()
                + " of '"
                + table.name()
                + "' has no PRIMARY KEY or unique index on ("
                + columns
                + ") to update by")
        .withHint("CREATE UNIQUE INDEX … ON " + target.quoted() + " (" + columns + ")");
  }

  private Loader loader(
      Connection connection, String target, List<String> columns, List<String> realKey)
      throws SQLException {
    JdbcDialect dialect = database.dialect();
    boolean bytes =
        table.schema().fields().stream().anyMatch(f -> f.type().kind() == Kind.VARBINARY);
    if (dialect == JdbcDialect.POSTGRESQL && !bytes) {
      return new CopyLoader(connection, table, target, columns, realKey);
    }
    String sql =
        realKey.isEmpty()
            ? dialect.insert(target, columns)
            : dialect.upsert(target, columns, realKey);
    return dialect == JdbcDialect.MARIADB && !realKey.isEmpty()
        ? new MultiRowLoader(connection, sql, table.schema())
        : new BatchLoader(connection, sql, table.schema());
  }

  private static void closeQuietly(Connection connection, Exception cause) {
    try {
      connection.rollback();
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public Optional<EpochTarget> epochTarget() {
    return Optional.of(new JdbcEpochs(this, new EpochMarker(context.pipelineName(), table.name())));
  }

  JdbcDialect dialect() {
    return database.dialect();
  }

  boolean hasKey() {
    return !key.isEmpty();
  }

  /** The open connection; a new one if the last was lost. */
  Connection connection() throws SQLException {
    if (session.connection().isClosed()) {
      session = open();
    }
    return session.connection();
  }

  /** Rolls back. False if the connection is lost; the next one asked for is new then. */
  boolean giveUpTransaction() {
    Connection connection = session.connection();
    try {
      connection.rollback();
      if (connection.isValid(VALID_SECONDS)) {
        return true;
      }
      connection.close();
    } catch (SQLException e) {
      closeQuietly(connection, e);
    }
    return false;
  }

  /** Loads rows into the open transaction. */
  void load(EpochTarget.EpochRows rows) throws IOException {
    try (Writer writer = new Writer()) {
      rows.read(writer::write);
      writer.flushRest();
    }
  }

  @Override
  public SinkWriter writer(int task) {
    return new Writer();
  }

  @Override
  public Committer committer() {
    return (ready, last) -> {
      try {
        session.connection().commit();
      } catch (SQLException e) {
        throw failed("committing to", e);
      }
    };
  }

  UserError failed(String action, SQLException e) {
    SQLException first = e;
    while (first.getNextException() != null) {
      first = first.getNextException();
    }
    return UserError.of(ErrorCode.SINK_FAILED, action + " '" + table.name() + "' failed")
        .withDetail(Database.firstLine(first))
        .causedBy(e);
  }

  @Override
  public void close() {
    try (Connection connection = session.connection()) {
      if (!connection.isClosed()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw failed("closing", e);
    }
  }

  /**
   * Gathers batches and loads them into the open transaction, folded to the last state of each key.
   */
  private final class Writer implements SinkWriter {
    private final List<RecordBatch> held = new ArrayList<>();
    private int heldRows;
    private long rows;

    @Override
    public void write(RecordBatch batch) {
      held.add(batch);
      heldRows += batch.rowCount();
      rows += batch.rowCount();
      if (heldRows >= flushRows) {
        flush();
      }
    }

    private void flush() {
      try {
        Rows writes = new Rows();
        Rows deletes = new Rows();
        if (key.isEmpty()) {
          held.forEach(b -> every(b, position -> writes.add(b, position)));
        } else {
          fold(writes, deletes);
        }
        if (!deletes.isEmpty()) {
          delete(deletes);
        }
        if (!writes.isEmpty()) {
          session.loader().load(writes);
        }
      } catch (SQLException e) {
        throw failed("writing to", e);
      } finally {
        release();
      }
    }

    private void fold(Rows writes, Rows deletes) {
      Map<List<Object>, Rows.Place> last = new LinkedHashMap<>();
      for (RecordBatch batch : held) {
        every(
            batch,
            position -> {
              List<Object> id = key(batch, position);
              last.remove(id);
              last.put(id, new Rows.Place(batch, position));
            });
      }
      for (Rows.Place place : last.values()) {
        boolean gone = place.batch().kind(place.position()) == RowKind.DELETE;
        (gone ? deletes : writes).add(place.batch(), place.position());
      }
    }

    private List<Object> key(RecordBatch batch, int position) {
      List<Object> id = new ArrayList<>(key.size());
      for (int column : key) {
        Object value = Values.get(batch.vector(column), table.schema().type(column), position);
        id.add(value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value);
      }
      return id;
    }

    private void delete(Rows rows) throws SQLException {
      PreparedStatement statement = session.delete().orElseThrow();
      for (Rows.Place row : rows.places()) {
        for (int k = 0; k < key.size(); k++) {
          DataType type = table.schema().type(key.get(k));
          Object value = Values.get(row.batch().vector(key.get(k)), type, row.position());
          Values.bind(statement, k + 1, value, type);
        }
        statement.addBatch();
      }
      statement.executeBatch();
    }

    private void release() {
      held.forEach(RecordBatch::close);
      held.clear();
      heldRows = 0;
    }

    void flushRest() {
      if (!held.isEmpty()) {
        flush();
      }
    }

    @Override
    public Optional<Committable> prepare(long epoch) {
      flushRest();
      Optional<Committable> ready =
          rows == 0
              ? Optional.empty()
              : Optional.of(new Committable(table.name(), 0, epoch, "transaction", rows));
      rows = 0;
      return ready;
    }

    /** The connection belongs to the sink. */
    @Override
    public void close() {
      release();
    }
  }

  private static void every(RecordBatch batch, IntConsumer action) {
    for (int i = 0; i < batch.rowCount(); i++) {
      action.accept(batch.position(i));
    }
  }
}
