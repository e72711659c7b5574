package dev.sluice.connector.jdbc;

import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.FaultPoint;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A table as a target of epochs: marker, rows, COMMIT in one transaction. What may pass (a
 * deadlock, a lost connection) is tried again; where the answer of a COMMIT was lost, the marker
 * tells. Single-threaded.
 */
final class JdbcEpochs implements EpochTarget {
  /**
   * Waits before each further try, in milliseconds: enough for a deadlock or a connection that was
   * cut; a server that stays away for longer is left to the run's restarts, which say so.
   */
  private static final int[] PATIENCE = {50, 200, 1_000, 3_000};

  private final JdbcSink sink;
  private final EpochMarker marker;
  private Optional<Owner> owner = Optional.empty();
  private long epoch;

  JdbcEpochs(JdbcSink sink, EpochMarker marker) {
    this.sink = sink;
    this.marker = marker;
  }

  /** Something to be done in a transaction. */
  private interface Work {
    void run(Connection connection) throws SQLException, IOException;
  }

  @Override
  public long acquire(Owner who) throws IOException {
    owner = Optional.of(who);
    persist(
        connection -> {
          marker.prepare(connection);
          epoch = marker.acquire(connection, who);
          sink.dialect().harden(connection);
        });
    return epoch;
  }

  @Override
  public void commit(long next, EpochRows rows, boolean last) throws IOException {
    Owner who = owner.orElseThrow();
    boolean[] retry = {false};
    persist(
        connection -> {
          if (retry[0]) {
            epoch = marker.read(connection, who);
          }
          retry[0] = true;
          if (epoch >= next) {
            return;
          }
          if (!marker.advance(connection, who, epoch, next)) {
            connection.rollback();
            throw marker.fenced();
          }
          FaultPoint.pass("jdbc.marked");
          sink.load(rows);
          FaultPoint.pass("jdbc.loaded");
          connection.commit();
          FaultPoint.pass("jdbc.committed");
          sink.dialect().harden(connection);
          epoch = next;
        });
  }

  private void persist(Work work) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        work.run(sink.connection());
        return;
      } catch (SQLException | RuntimeException e) {
        boolean lost = !sink.giveUpTransaction();
        if (attempt == PATIENCE.length || !(lost || JdbcFaults.isTransient(e))) {
          throw e instanceof RuntimeException told
              ? told
              : sink.failed("committing to", (SQLException) e);
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PATIENCE[attempt]);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for the database", e);
      }
    }
  }

  @Override
  public boolean absorbsRepeats() {
    return sink.hasKey();
  }

  /** The connection belongs to the sink. */
  @Override
  public void close() {}
}
