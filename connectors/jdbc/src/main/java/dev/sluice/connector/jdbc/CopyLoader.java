package dev.sluice.connector.jdbc;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowEncoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.plan.TableRef;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Loads into PostgreSQL by COPY, the server's own bulk path. Rows of a sink with a key are copied
 * into a temporary table and merged from there. Texts of csv rather than COPY's binary form: the
 * server reads them as whatever type its column has.
 */
final class CopyLoader implements Loader {
  private static final int CHUNK_BYTES = 1 << 16;

  private final Connection connection;
  private final String copy;
  private final Optional<String> merge;
  private final String staging;
  private final RowEncoder encoder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(CHUNK_BYTES + 4096);

  /**
   * @param target the table's quoted name
   * @param columns the real columns, in the order of the table's schema
   * @param key the real columns of the key; none for plain inserts
   */
  CopyLoader(
      Connection connection, TableRef table, String target, List<String> columns, List<String> key)
      throws SQLException {
    this.connection = connection;
    JdbcDialect dialect = JdbcDialect.POSTGRESQL;
    this.staging = dialect.quote("sluice_staging");
    String into = key.isEmpty() ? target : this.staging;
    copy = "COPY " + into + " (" + dialect.list(columns) + ") FROM STDIN (FORMAT csv)";
    merge =
        key.isEmpty()
            ? Optional.empty()
            : Optional.of(dialect.merge(target, this.staging, columns, key));
    encoder = encoder(table);
    if (!key.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "CREATE TEMPORARY TABLE "
                + this.staging
                + " ON COMMIT DELETE ROWS AS SELECT "
                + dialect.list(columns)
                + " FROM "
                + target
                + " WITH NO DATA");
      }
      connection.commit();
    }
  }

  private static RowEncoder encoder(TableRef table) {
    RowFormat csv = ConnectorRegistry.rowFormat("csv");
    TableRef plain =
        new TableRef(
            table.name(),
            "jdbc",
            Map.of(),
            Set.of(),
            table.schema(),
            Map.of(),
            List.of(),
            List.of());
    Options defaults = Options.check(plain, csv.options(), OptionSpec.Role.BOTH);
    return csv.encoder(table.schema(), defaults);
  }

  @Override
  public void load(Rows rows) throws SQLException {
    CopyIn in = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy);
    try {
      for (Rows.Place row : rows.places()) {
        encoder.encode(row.batch(), row.position(), bytes);
        bytes.write('\n');
        if (bytes.size() >= CHUNK_BYTES) {
          drain(in);
        }
      }
      drain(in);
      in.endCopy();
    } finally {
      bytes.reset();
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
    if (merge.isPresent()) {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(merge.get());
        statement.executeUpdate("TRUNCATE " + staging);
      }
    }
  }

  private void drain(CopyIn in) throws SQLException {
    byte[] chunk = bytes.toByteArray();
    in.writeToCopy(chunk, 0, chunk.length);
    bytes.reset();
  }
}
