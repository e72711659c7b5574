package dev.sluice.engine.host;

/**
 * Work that goes on beside the job's thread, in steps, so that a host may give it a thread or take
 * its steps in an order of its own choice. One thread at a time.
 */
public interface Activity {
  /** Whether a step would find something to do without waiting. By any thread. */
  boolean isReady();

  /**
   * Does a piece of work; may wait for it.
   *
   * @return false when it is over
   */
  boolean step() throws InterruptedException;

  /** Called once, after the last step, however it ended. */
  void end();
}
