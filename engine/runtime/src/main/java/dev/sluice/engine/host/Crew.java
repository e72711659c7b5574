package dev.sluice.engine.host;

/** Runs activities of one kind. Used by the job's thread. */
public interface Crew {
  /** Begins an activity, at once or when an earlier one is over. */
  void start(Activity activity);

  /** No further activity will be started. */
  void shutdown();

  /** Interrupts activities that wait; those not begun are dropped. */
  void interrupt();

  /** Waits up to {@code millis} until every activity is over; only after {@link #shutdown}. */
  boolean await(long millis) throws InterruptedException;
}
