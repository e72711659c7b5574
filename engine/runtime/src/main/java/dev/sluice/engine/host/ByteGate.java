package dev.sluice.engine.host;

import java.util.concurrent.TimeUnit;

/**
 * Bounds the bytes that wait in several queues together: whoever adds looks first whether there is
 * room. One batch more than fits may be in each queue. Safe for use by any thread.
 */
public final class ByteGate {
  private final long limit;
  private long held;
  private long peak;

  public ByteGate(long limit) {
    this.limit = limit;
  }

  public synchronized boolean hasRoom() {
    return held < limit;
  }

  public synchronized void add(long bytes) {
    held += bytes;
    peak = Math.max(peak, held);
  }

  public synchronized void remove(long bytes) {
    held -= bytes;
    notifyAll();
  }

  /** The most bytes there were at once. */
  public synchronized long peak() {
    return peak;
  }

  /** Waits a moment for something to be removed. */
  public synchronized void pause() throws InterruptedException {
    if (held >= limit) {
      TimeUnit.MILLISECONDS.timedWait(this, 20);
    }
  }
}
