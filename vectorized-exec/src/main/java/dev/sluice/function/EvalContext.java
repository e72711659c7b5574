package dev.sluice.function;

import java.time.ZoneId;

/**
 * What expressions may know of their run. A value; given by the host, so that nothing inside reads
 * a clock.
 *
 * @param zone the session's zone: TIMESTAMP_LTZ values are converted in it
 * @param startMicros wall-clock time at the start of the run: the value of CURRENT_TIMESTAMP and
 *     its like
 */
public record EvalContext(ZoneId zone, long startMicros) {
  /** UTC, and the epoch as start. */
  public static final EvalContext UTC = new EvalContext(ZoneId.of("UTC"), 0);
}
