package dev.sluice.operator;

/**
 * How long input for what is on disk may wait where input never ends: a second, or as long as it
 * took the last time to work off all that waited, so that half of the time is left for other work.
 * Single-threaded.
 */
final class Patience {
  private static final long LEAST_MICROS = 1_000_000;

  /** However long the work takes: nobody waits longer than this for it to begin. */
  private static final long MOST_MICROS = 60_000_000;

  private long now;
  private long effort;
  private boolean working;
  private long micros = LEAST_MICROS;

  /** A tick begins. */
  void time(long nowMicros) {
    if (working) {
      effort += Math.max(0, nowMicros - now);
      working = false;
    }
    now = nowMicros;
  }

  /** In this tick some of what waits is worked on. */
  void work() {
    working = true;
  }

  /** Nothing has waited for too long. */
  void rest() {
    if (effort > 0) {
      micros = Math.max(LEAST_MICROS, Math.min(MOST_MICROS, effort));
      effort = 0;
    }
  }

  /** The time of this tick. */
  long now() {
    return now;
  }

  /** Whether what waits since {@code since} has waited for too long. */
  boolean isOver(long since) {
    return now - since >= micros;
  }
}
