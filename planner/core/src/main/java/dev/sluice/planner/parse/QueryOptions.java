package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.plan.Emit;
import java.util.Optional;

/**
 * The clauses that may follow a query. A value.
 *
 * @param emit the EMIT clause
 * @param emitPosition where it stands
 * @param allowedLatenessMicros ALLOWED LATENESS, 0 if not given
 * @param lateRowsTo LATE ROWS TO, a sink's name
 * @param lateRowsPosition where that name stands
 * @param onConflict ON CONFLICT DO: ERROR, NOTHING or DEDUPLICATE
 */
public record QueryOptions(
    Optional<Emit> emit,
    Optional<SourcePosition> emitPosition,
    long allowedLatenessMicros,
    Optional<String> lateRowsTo,
    Optional<SourcePosition> lateRowsPosition,
    Optional<String> onConflict) {
  public static final QueryOptions NONE =
      new QueryOptions(
          Optional.empty(),
          Optional.empty(),
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
