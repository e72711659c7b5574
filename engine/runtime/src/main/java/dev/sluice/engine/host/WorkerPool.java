package dev.sluice.engine.host;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the tasks of a stage side by side and waits for all of them. Used by the thread that owns
 * the job.
 */
final class WorkerPool implements Workers {
  private final ExecutorService executor;

  /** {@code workers} tasks at a time, the caller's thread being one of the workers. */
  WorkerPool(int workers, String name) {
    executor = Executors.newFixedThreadPool(Math.max(1, workers - 1), threads(name + "-worker"));
  }

  /** Daemon threads of that name. */
  static ThreadFactory threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "sluice-" + name + "-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void run(List<Runnable> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    List<Future<?>> others = new ArrayList<>(tasks.size() - 1);
    for (int i = 1; i < tasks.size(); i++) {
      others.add(executor.submit(tasks.get(i)));
    }
    Throwable failure = null;
    try {
      tasks.get(0).run();
    } catch (RuntimeException | Error e) {
      // whoever closes what the others work on must find them at rest
      failure = e;
    }
    boolean interrupted = false;
    for (Future<?> other : others) {
      boolean waiting = true;
      while (waiting) {
        try {
          other.get();
          waiting = false;
        } catch (ExecutionException e) {
          waiting = false;
          failure = failure == null ? e.getCause() : failure;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
