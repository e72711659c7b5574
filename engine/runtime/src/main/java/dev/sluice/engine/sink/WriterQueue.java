package dev.sluice.engine.sink;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.SinkWriter;
import dev.sluice.engine.host.Activity;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.host.Host;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A writer on its own thread behind a bounded queue. The thread is the only one that touches the
 * writer; the methods that are not of {@link Activity} belong to the job's thread.
 */
final class WriterQueue implements Activity, AutoCloseable {
  private static final int DEPTH = 8;

  /** What the writer's thread is asked to do. */
  private interface Command {
    void run() throws IOException;

    /** Gives back what the command holds when it will not be run. */
    default void discard() {}
  }

  private final SinkWriter writer;
  private final BlockingQueue<Command> queue = new ArrayBlockingQueue<>(DEPTH);
  private final Host host;
  private final ByteGate waiting;
  private final AtomicInteger batches = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** When the writer began what it is at; 0: it is at rest. */
  private volatile long busySince;

  private final Crew crew;
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile Throwable failure;
  private volatile boolean written;
  private volatile CompletableFuture<Optional<Committable>> prepared =
      CompletableFuture.completedFuture(Optional.empty());

  /**
   * @param waiting bounds the bytes that wait for all writers of the job
   */
  WriterQueue(String name, SinkWriter writer, Host host, ByteGate waiting) {
    this.writer = writer;
    this.waiting = waiting;
    this.host = host;
    crew = host.crew("sink-" + name, 1);
    crew.start(this);
    crew.shutdown();
  }

  @Override
  public boolean isReady() {
    return closing || !queue.isEmpty();
  }

  @Override
  public boolean step() throws InterruptedException {
    if (closing) {
      return false;
    }
    Command command = queue.poll(50, TimeUnit.MILLISECONDS);
    if (command != null && failure != null) {
      command.discard();
    } else if (command != null) {
      busySince = Math.max(1, host.nanoTime());
      try {
        command.run();
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
        command.discard();
      } finally {
        busySince = 0;
      }
    }
    return true;
  }

  @Override
  public void end() {
    try {
      writer.close();
    } finally {
      ended = true;
      Command left = queue.poll();
      while (left != null) {
        left.discard();
        left = queue.poll();
      }
    }
  }

  void write(RecordBatch batch) {
    long size = batch.byteSize();
    awaitRoom();
    batches.incrementAndGet();
    bytes.addAndGet(size);
    waiting.add(size);
    put(
        new Command() {
          private boolean begun;

          @Override
          public void run() throws IOException {
            begun = true;
            left(size);
            writer.write(batch);
            written = true;
          }

          @Override
          public void discard() {
            if (!begun) {
              left(size);
            }
            batch.close();
          }
        });
  }

  /** A batch waits no longer. */
  private void left(long size) {
    batches.decrementAndGet();
    bytes.addAndGet(-size);
    waiting.remove(size);
  }

  /** Waits while more bytes wait for writers than may; not for others if nothing waits here. */
  private void awaitRoom() {
    host.await(() -> ended || hasRoom());
    try {
      while (!closing && !ended && !hasRoom()) {
        waiting.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasRoom() {
    return waiting.hasRoom() || queue.isEmpty();
  }

  /** For how long the writer has been at one piece of work; any thread. */
  long busyNanos() {
    long since = busySince;
    return since == 0 ? 0 : Math.max(0, host.nanoTime() - since);
  }

  /** Batches not begun; any thread. */
  int waitingBatches() {
    return batches.get();
  }

  /** Their bytes; any thread. */
  long waitingBytes() {
    return bytes.get();
  }

  void endOfTick() {
    if (written) {
      written = false;
      put(writer::endOfTick);
    }
  }

  void prepare(long epoch) {
    CompletableFuture<Optional<Committable>> answer = new CompletableFuture<>();
    prepared = answer;
    put(
        new Command() {
          @Override
          public void run() throws IOException {
            answer.complete(writer.prepare(epoch));
          }

          @Override
          public void discard() {
            answer.completeExceptionally(
                failure().orElseGet(() -> new IOException("the writer was closed")));
          }
        });
  }

  /** Whether {@link #prepare} has come to its end. Any thread. */
  boolean isPrepared() {
    return prepared.isDone();
  }

  /** Waits for {@link #prepare}. */
  Optional<Committable> prepared() throws IOException {
    host.await(prepared::isDone);
    try {
      return prepared.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the writer", e);
    }
  }

  private void put(Command command) {
    host.await(() -> ended || queue.remainingCapacity() > 0);
    try {
      while (!queue.offer(command, 50, TimeUnit.MILLISECONDS)) {
        if (closing || ended) {
          command.discard();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      command.discard();
    }
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    closing = true;
    // a writer at rest looks again at once
    queue.offer(() -> {});
    boolean interrupted = false;
    long deadline = host.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    boolean over = false;
    while (!over && host.nanoTime() < deadline) {
      try {
        over = crew.await(100);
      } catch (InterruptedException e) {
        interrupted = true;
        crew.interrupt();
      }
    }
    if (!over) {
      crew.interrupt();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
