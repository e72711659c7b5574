package dev.sluice.connector.jdbc;

import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.FaultPoint;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A table as a target of epochs: marker, rows, COMMIT in one transaction. What may pass (a
 * deadlock, a lost connection) is tried again; where the answer of a COMMIT was lost, the marker
 * tells. Single-threaded.
 */
final class JdbcEpochs implements EpochTarget {
  /** Waits before each further try, in milliseconds: a server has half a minute to come back. */
  private static final int[] PATIENCE = {100, 500, 2_000, 5_000, 10_000, 15_000};

  private static final Set<String> PASSING_STATES =
      Set.of("55P03", "HYT00", "57P01", "57P02", "57P03");

  /** MariaDB: lock wait timeout, deadlock, server gone; H2: closed, row locked. */
  private static final Set<Integer> PASSING_CODES =
      Set.of(1205, 1213, 2006, 2013, 90067, 90121, 90098, 50200, 90131);

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
          marker.prepare(connection, sink.dialect());
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
        if (attempt == PATIENCE.length || !(lost || isPassing(e))) {
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

  private static boolean isPassing(Exception e) {
    if (e instanceof UserError error && error.code() == ErrorCode.FENCED) {
      return false;
    }
    Throwable cause = e;
    while (cause != null) {
      if (cause instanceof SQLException sql) {
        String state = String.valueOf(sql.getSQLState());
        if (state.startsWith("08")
            || state.startsWith("40")
            || PASSING_STATES.contains(state)
            || PASSING_CODES.contains(sql.getErrorCode())) {
          return true;
        }
      }
      cause = cause.getCause();
    }
    return false;
  }

  @Override
  public boolean absorbsRepeats() {
    return sink.hasKey();
  }

  /** The connection belongs to the sink. */
  @Override
  public void close() {}
}
