package dev.sluice.engine;

import dev.sluice.engine.status.JobStatus;

/** A running pipeline. Every method is safe for use by any thread. */
public interface Job {
  /**
   * Waits for the end: of bounded input, after {@link #stop}, or by failure.
   *
   * @return the final report
   * @throws dev.sluice.error.UserError if the run failed; everything is closed when it is thrown
   */
  RunReport await() throws InterruptedException;

  /**
   * Asks for a graceful end: finish the current micro-batch, commit sinks, commit offsets. Returns
   * at once.
   */
  void stop();

  /** Ends without committing what is under way. Returns at once. */
  void cancel();

  /**
   * What the user should know: from the start where the run goes on from and what was wrong, later
   * that it starts again. Grows.
   */
  default java.util.List<String> notices() {
    return java.util.List.of();
  }

  /** Where it stands, a moment ago: what moves event time and what waits for it. */
  JobStatus status();

  /** How far it is. */
  RunReport report();
}
