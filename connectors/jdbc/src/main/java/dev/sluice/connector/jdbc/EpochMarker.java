package dev.sluice.connector.jdbc;

import dev.sluice.connector.EpochTarget.Owner;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The row that says which epoch of a sink is in its database, in a table of Sluice's own beside the
 * target. It is changed by the transaction that brings the rows, first of all: a session that is
 * still finishing an older commit holds the row, and whoever reads it waits for the outcome; and
 * who has been replaced changes no row at all. Single-threaded.
 */
final class EpochMarker {
  private static final String TABLE = "sluice_epochs";
  private static final String CREATE =
      "CREATE TABLE IF NOT EXISTS "
          + TABLE
          + " (pipeline VARCHAR(200) NOT NULL, sink VARCHAR(200) NOT NULL,"
          + " owner_id VARCHAR(64) NOT NULL, token BIGINT NOT NULL, epoch BIGINT NOT NULL,"
          + " PRIMARY KEY (pipeline, sink))";
  private static final String WHERE = " WHERE pipeline = ? AND sink = ?";

  private final String pipeline;
  private final String sink;

  EpochMarker(String pipeline, String sink) {
    this.pipeline = pipeline;
    this.sink = sink;
  }

  /** Makes the table; commits by itself. */
  void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!exists(connection)) {
        statement.execute(CREATE);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA,
              "the table '" + TABLE + "' for the epochs of '" + sink + "' cannot be made")
          .withDetail(Database.firstLine(e))
          .withHint("make it yourself, in the schema of the connection: " + CREATE)
          .causedBy(e);
    }
  }

  /** Looked for before CREATE … IF NOT EXISTS, which wants rights even where there is one. */
  private static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT epoch FROM " + TABLE + " WHERE 1 = 0")) {
      return true;
    } catch (SQLException e) {
      connection.rollback();
      return false;
    }
  }

  /**
   * Makes {@code owner} the one who may write; commits.
   *
   * @return the last epoch of that owner
   */
  long acquire(Connection connection, Owner owner) throws SQLException {
    long epoch = 0;
    try (PreparedStatement select =
        bound(
            connection,
            "SELECT owner_id, token, epoch FROM " + TABLE + WHERE + " FOR UPDATE",
            pipeline,
            sink)) {
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          insert(connection, owner);
        } else {
          boolean same = row.getString(1).equals(owner.id());
          if (same && row.getLong(2) > owner.token()) {
            throw fenced();
          }
          epoch = same ? row.getLong(3) : 0;
          update(connection, owner, epoch);
        }
      }
    }
    connection.commit();
    return epoch;
  }

  /**
   * The last epoch of {@code owner}, who must still be the one who may write; waits for sessions
   * that are still at work on it.
   */
  long read(Connection connection, Owner owner) throws SQLException {
    try (PreparedStatement select =
            bound(
                connection,
                "SELECT owner_id, token, epoch FROM " + TABLE + WHERE + " FOR UPDATE",
                pipeline,
                sink);
        ResultSet row = select.executeQuery()) {
      if (!row.next() || !row.getString(1).equals(owner.id()) || row.getLong(2) != owner.token()) {
        throw fenced();
      }
      return row.getLong(3);
    } finally {
      connection.rollback();
    }
  }

  private void insert(Connection connection, Owner owner) throws SQLException {
    try (PreparedStatement insert =
        bound(
            connection,
            "INSERT INTO "
                + TABLE
                + " (pipeline, sink, owner_id, token, epoch)"
                + " VALUES (?, ?, ?, ?, ?)",
            pipeline,
            sink,
            owner.id(),
            owner.token(),
            0L)) {
      insert.executeUpdate();
    }
  }

  private void update(Connection connection, Owner owner, long epoch) throws SQLException {
    try (PreparedStatement update =
        bound(
            connection,
            "UPDATE " + TABLE + " SET owner_id = ?, token = ?, epoch = ?" + WHERE,
            owner.id(),
            owner.token(),
            epoch,
            pipeline,
            sink)) {
      update.executeUpdate();
    }
  }

  /**
   * The first statement of an epoch's transaction.
   *
   * @return false if the row is not as this owner left it
   */
  boolean advance(Connection connection, Owner owner, long from, long to) throws SQLException {
    try (PreparedStatement update =
        bound(
            connection,
            "UPDATE "
                + TABLE
                + " SET epoch = ?"
                + WHERE
                + " AND owner_id = ? AND token = ? AND epoch = ?",
            to,
            pipeline,
            sink,
            owner.id(),
            owner.token(),
            from)) {
      return update.executeUpdate() == 1;
    }
  }

  UserError fenced() {
    return UserError.of(
            ErrorCode.FENCED,
            "another run of '" + pipeline + "' has taken over sink '" + sink + "'")
        .withDetail("This run has written nothing since then and ends.")
        .withHint("stop one of them, or give each its own 'pipeline.name'");
  }

  private static PreparedStatement bound(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
