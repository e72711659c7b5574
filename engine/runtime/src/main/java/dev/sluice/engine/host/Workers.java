package dev.sluice.engine.host;

import java.util.List;

/** Runs the tasks of a stage side by side. Used by the thread that owns the job. */
public interface Workers extends AutoCloseable {
  /** Runs all, waits for all, then throws what the first (in order) threw. */
  void run(List<Runnable> tasks);

  @Override
  void close();
}
