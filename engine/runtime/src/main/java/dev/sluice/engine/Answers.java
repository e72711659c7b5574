package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.operator.Lookup.Answer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What has been found for a lookup join's task and not been taken yet. Safe for any thread. */
final class Answers {
  /** So many parts of a whole table may wait. */
  private static final int MOST = 16;

  private final Deque<Answer> waiting = new ArrayDeque<>();
  private final Runnable wakeUp;
  private Optional<RuntimeException> failure = Optional.empty();
  private boolean closed;

  Answers(Runnable wakeUp) {
    this.wakeUp = wakeUp;
  }

  /** Adds an answer, which is released if nobody is there to take it. */
  void add(Answer answer) {
    synchronized (this) {
      if (closed) {
        answer.rows().forEach(RecordBatch::close);
        return;
      }
      waiting.add(answer);
    }
    wakeUp.run();
  }

  void fail(RuntimeException e) {
    synchronized (this) {
      failure = failure.or(() -> Optional.of(e));
    }
    wakeUp.run();
  }

  /** The next answer; throws what a request has failed with. */
  synchronized Optional<Answer> poll() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    Optional<Answer> next = Optional.ofNullable(waiting.poll());
    notifyAll();
    return next;
  }

  synchronized boolean hasRoom() {
    return closed || waiting.size() < MOST;
  }

  /** Waits until there is room; false if nobody takes answers any more. */
  synchronized boolean awaitRoom() throws InterruptedException {
    while (!hasRoom()) {
      wait();
    }
    return !closed;
  }

  /** Waits so long; false, and at once, if nobody takes answers any more. */
  synchronized boolean awaitUnlessClosed(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    long left = nanos;
    while (!closed && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
    return !closed;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Releases what waits; idempotent. */
  synchronized void close() {
    closed = true;
    waiting.forEach(answer -> answer.rows().forEach(RecordBatch::close));
    waiting.clear();
    notifyAll();
  }
}
