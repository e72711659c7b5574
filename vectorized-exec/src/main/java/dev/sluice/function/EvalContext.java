package dev.sluice.function;

import java.time.ZoneId;
import java.util.function.LongSupplier;

/**
 * What expressions may know of their run; given by the host, so that nothing inside reads a clock.
 *
 * @param zone the session's zone: TIMESTAMP_LTZ values are converted in it
 * @param startMicros wall-clock time at the start of the run: the value of CURRENT_TIMESTAMP and
 *     its like
 * @param clock wall-clock time now, in microseconds: the value of PROCTIME
 * @param watermark how far event time has come where the expression is: {@link Long#MIN_VALUE}
 *     before the first watermark
 */
public record EvalContext(
    ZoneId zone, long startMicros, LongSupplier clock, LongSupplier watermark) {
  /** UTC, and the epoch as start. */
  public static final EvalContext UTC = new EvalContext(ZoneId.of("UTC"), 0);

  /** A context whose clock stands still, without event time. */
  public EvalContext(ZoneId zone, long startMicros) {
    this(zone, startMicros, () -> startMicros, () -> Long.MIN_VALUE);
  }

  /** The same where event time is known. */
  public EvalContext withWatermark(LongSupplier value) {
    return new EvalContext(zone, startMicros, clock, value);
  }
}
