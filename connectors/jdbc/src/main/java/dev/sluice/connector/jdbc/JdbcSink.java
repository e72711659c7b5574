package dev.sluice.connector.jdbc;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A database table as a sink: rows go into one open transaction per epoch, which the commit ends.
 * With a PRIMARY KEY rows are folded to the last state of each key within a batch and upserted or
 * deleted.
 */
final class JdbcSink implements TableSink {
  private final TableRef table;
  private final Connection connection;
  private final PreparedStatement write;
  private final Optional<PreparedStatement> delete;
  private final List<Integer> key = new ArrayList<>();

  JdbcSink(TableRef table, ConnectorContext context) {
    this.table = table;
    Database database = new Database(table, context);
    connection = database.connect();
    try {
      Optional<String> name = database.find(connection);
      if (name.isEmpty()) {
        if (!database.options().bool(JdbcConnector.TABLE_CREATE)) {
          throw database.missing(connection);
        }
        database.create();
        name = Optional.of(database.newName());
      }
      Map<String, String> real = database.columns(connection, name.get());
      List<String> columns = List.copyOf(real.values());
      List<String> keyColumns = new ArrayList<>();
      for (String column : table.primaryKey()) {
        int index = table.schema().indexOf(column).orElseThrow();
        key.add(index);
        keyColumns.add(columns.get(index));
      }
      JdbcDialect dialect = database.dialect();
      boolean upsert = !key.isEmpty();
      write =
          connection.prepareStatement(
              upsert
                  ? dialect.upsert(name.get(), columns, keyColumns)
                  : dialect.insert(name.get(), columns));
      delete =
          upsert
              ? Optional.of(connection.prepareStatement(dialect.delete(name.get(), keyColumns)))
              : Optional.empty();
    } catch (SQLException e) {
      closeQuietly(e);
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA, "cannot prepare the table of '" + table.name() + "'")
          .withDetail(Database.firstLine(e))
          .causedBy(e);
    } catch (RuntimeException e) {
      closeQuietly(e);
      throw e;
    }
  }

  private void closeQuietly(Exception cause) {
    try {
      connection.rollback();
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
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
        connection.commit();
      } catch (SQLException e) {
        throw failed("committing to", e);
      }
    };
  }

  private UserError failed(String action, SQLException e) {
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
    try (connection) {
      if (!connection.isClosed()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw failed("closing", e);
    }
  }

  /** Loads batches into the open transaction. */
  private final class Writer implements SinkWriter {
    private long rows;

    @Override
    public void write(RecordBatch batch) {
      try (batch) {
        if (key.isEmpty()) {
          for (int i = 0; i < batch.rowCount(); i++) {
            add(write, batch, batch.position(i));
          }
          write.executeBatch();
        } else {
          upsert(batch);
        }
        rows += batch.rowCount();
      } catch (SQLException e) {
        throw failed("writing to", e);
      }
    }

    private void add(PreparedStatement statement, RecordBatch batch, int position)
        throws SQLException {
      for (int c = 0; c < table.schema().size(); c++) {
        Values.bind(
            statement,
            c + 1,
            Values.get(batch.vector(c), table.schema().type(c), position),
            table.schema().type(c));
      }
      statement.addBatch();
    }

    private void upsert(RecordBatch batch) throws SQLException {
      Map<List<Object>, Integer> last = new LinkedHashMap<>();
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        List<Object> id = new ArrayList<>();
        for (int column : key) {
          id.add(Values.get(batch.vector(column), table.schema().type(column), position));
        }
        last.remove(id);
        last.put(id, position);
      }
      boolean deletes = false;
      boolean writes = false;
      for (Map.Entry<List<Object>, Integer> row : last.entrySet()) {
        if (batch.kind(row.getValue()) == RowKind.DELETE) {
          for (int k = 0; k < key.size(); k++) {
            Values.bind(
                delete.orElseThrow(), k + 1, row.getKey().get(k), table.schema().type(key.get(k)));
          }
          delete.orElseThrow().addBatch();
          deletes = true;
        } else {
          add(write, batch, row.getValue());
          writes = true;
        }
      }
      if (deletes) {
        delete.orElseThrow().executeBatch();
      }
      if (writes) {
        write.executeBatch();
      }
    }

    @Override
    public Optional<Committable> prepare(long epoch) {
      Optional<Committable> ready =
          rows == 0
              ? Optional.empty()
              : Optional.of(new Committable(table.name(), 0, epoch, "transaction", rows));
      rows = 0;
      return ready;
    }

    @Override
    public void close() {
      // The connection belongs to the sink.
    }
  }
}
