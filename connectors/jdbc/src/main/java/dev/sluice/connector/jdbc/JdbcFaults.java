package dev.sluice.connector.jdbc;

import dev.sluice.connector.Faults;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.sql.SQLException;
import java.util.Set;

/** Which failures of a database pass by themselves. Stateless; any thread. */
final class JdbcFaults {
  /**
   * Besides the classes 08 (connection), 40 (rolled back: deadlock, serialization) and 53 (out of
   * connections, memory or disk): a lock not available, timeouts of locks, a server that is
   * shutting down, crashed or starting.
   */
  private static final Set<String> STATES =
      Set.of("55P03", "HYT00", "57P01", "57P02", "57P03", "57P05", "25P03");

  /**
   * MariaDB: too many connections, shutting down, lock wait timeout, deadlock, server gone, lost,
   * connection killed; H2: broken connection, closed while in use, database closed, lock timeout,
   * deadlock, row changed by another.
   */
  private static final Set<Integer> CODES =
      Set.of(
          1040, 1053, 1205, 1213, 1927, 2002, 2003, 2006, 2013, 40001, 50200, 90067, 90098, 90121,
          90131);

  private JdbcFaults() {}

  /** Whether to try again may help. */
  static boolean isTransient(Throwable failure) {
    if (failure instanceof UserError error && error.code() == ErrorCode.FENCED) {
      return false;
    }
    return Faults.any(failure, c -> c instanceof SQLException e && passes(e))
        || Faults.isTransient(failure);
  }

  private static boolean passes(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08")
        || state.startsWith("40")
        || state.startsWith("53")
        || STATES.contains(state)
        || CODES.contains(e.getErrorCode());
  }
}
