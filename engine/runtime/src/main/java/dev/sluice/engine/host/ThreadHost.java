package dev.sluice.engine.host;

import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The machine itself: its clocks, and daemon threads. Stateless; safe for use by any thread. */
public final class ThreadHost implements Host {
  /** The one there is. */
  public static final Host INSTANCE = new ThreadHost();

  private ThreadHost() {}

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long millis() {
    return System.currentTimeMillis();
  }

  @Override
  public String identity() {
    return UUID.randomUUID().toString();
  }

  @Override
  public Workers workers(int count, String name) {
    return new WorkerPool(count, name);
  }

  @Override
  public Crew crew(String name, int most) {
    ExecutorService threads =
        most == 0
            ? Executors.newCachedThreadPool(WorkerPool.threads(name))
            : Executors.newFixedThreadPool(most, WorkerPool.threads(name));
    return new ThreadCrew(threads);
  }

  @Override
  public void rest(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }

  @Override
  public void await(BooleanSupplier done) {}

  private record ThreadCrew(ExecutorService threads) implements Crew {
    @Override
    public void start(Activity activity) {
      threads.execute(() -> run(activity));
    }

    private static void run(Activity activity) {
      try {
        boolean more = true;
        while (more) {
          more = activity.step();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        activity.end();
      }
    }

    @Override
    public void shutdown() {
      threads.shutdown();
    }

    @Override
    public void interrupt() {
      threads.shutdownNow();
    }

    @Override
    public boolean await(long millis) throws InterruptedException {
      return threads.awaitTermination(millis, TimeUnit.MILLISECONDS);
    }
  }
}
