package dev.sluice.pipeline.oracle;

import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Which seeds a random test takes. {@code -Dsluice.oracle.seed=N} is the first, {@code today} one
 * that is another every day; {@code -Dsluice.oracle.rounds=N} says how many there are, {@code
 * -Dsluice.oracle.seconds=N} for how long instead. The profile {@code oracle} sets them for a
 * night.
 *
 * @param rounds how many seeds, unless a time is given
 */
record Seeds(long first, int rounds, long seconds, long startedNanos) {
  /** More than a day's seeds. */
  private static final long PER_DAY = 1_000_000;

  /** What the properties say, and where they say nothing seeds 1 to {@code rounds}. */
  static Seeds of(int rounds) {
    String first = System.getProperty("sluice.oracle.seed", "1");
    return new Seeds(
        first.equals("today")
            ? LocalDate.now(ZoneOffset.UTC).toEpochDay() * PER_DAY
            : Long.parseLong(first),
        Integer.getInteger("sluice.oracle.rounds", rounds),
        Long.getLong("sluice.oracle.seconds", 0),
        System.nanoTime());
  }

  /** Whether {@code seed} is to be played. */
  boolean include(long seed) {
    return seconds > 0
        ? System.nanoTime() - startedNanos < seconds * 1_000_000_000L
        : seed < first + rounds;
  }

  /** Whether so many are played that failures are told at once: the run may be stopped. */
  boolean isLong() {
    return seconds > 0 || rounds > 100;
  }
}
