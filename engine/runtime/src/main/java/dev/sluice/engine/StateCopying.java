package dev.sluice.engine;

import dev.sluice.engine.host.Host;
import dev.sluice.engine.host.Workers;
import dev.sluice.state.StateCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The copy of the state for a checkpoint, which is made in slices between ticks: no slice is longer
 * than a tick may wait. Tasks copy side by side. The job's thread.
 */
final class StateCopying implements AutoCloseable {
  /** Keys between two looks at the clock. */
  private static final int STEP = 1024;

  private final List<Deque<StateCopy>> ofTasks;
  private final Workers workers;
  private final Host host;

  /**
   * Takes ownership of the copies.
   *
   * @param ofTasks what each task has to copy
   */
  StateCopying(List<Deque<StateCopy>> ofTasks, Workers workers, Host host) {
    this.ofTasks = ofTasks;
    this.workers = workers;
    this.host = host;
  }

  boolean isDone() {
    return ofTasks.stream().allMatch(Deque::isEmpty);
  }

  /** Copies for that long. */
  void copyFor(long nanos) {
    long until = host.nanoTime() + nanos;
    run(
        copies -> {
          do {
            step(copies, STEP);
          } while (!copies.isEmpty() && host.nanoTime() - until < 0);
        });
  }

  /** Copies of each task that many keys. */
  void copyKeys(int keys) {
    run(copies -> step(copies, keys));
  }

  private interface Work {
    void on(Deque<StateCopy> copies);
  }

  private void run(Work work) {
    List<Runnable> all = new ArrayList<>();
    for (Deque<StateCopy> copies : ofTasks) {
      if (!copies.isEmpty()) {
        all.add(() -> work.on(copies));
      }
    }
    workers.run(all);
  }

  private static void step(Deque<StateCopy> copies, int keys) {
    if (copies.peek().copy(keys)) {
      copies.poll().close();
    }
  }

  @Override
  public void close() {
    for (Deque<StateCopy> copies : ofTasks) {
      copies.forEach(StateCopy::close);
      copies.clear();
    }
  }

  static Deque<StateCopy> none() {
    return new ArrayDeque<>();
  }
}
