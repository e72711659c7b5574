package dev.sluice.engine.host;

import java.util.function.BooleanSupplier;

/**
 * The machine under a job. Nothing else in the engine reads a clock or starts a thread, so that a
 * simulator can take the place of the machine and repeat a run exactly. Safe for use by any thread.
 */
public interface Host {
  /** A clock that only goes forward, for intervals. */
  long nanoTime();

  /** The wall clock; may be set forward and back. */
  long millis();

  /** A new name that nobody else has. */
  String identity();

  /** Workers of which {@code count} are at work at a time, the caller being one. */
  Workers workers(int count, String name);

  /**
   * A crew whose threads have that name.
   *
   * @param most activities at a time; 0 for as many as are started
   */
  Crew crew(String name, int most);

  /** The job's thread has nothing to do for so long, unless woken. */
  void rest(long nanos);

  /**
   * The job's thread is about to wait until activities have brought {@code done} about. Where they
   * have threads of their own there is nothing to do.
   */
  void await(BooleanSupplier done);
}
