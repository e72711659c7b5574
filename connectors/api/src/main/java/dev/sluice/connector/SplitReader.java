package dev.sluice.connector;

import java.io.IOException;
import java.time.Duration;

/**
 * Reads one split in order. One thread at a time, apart from {@link #wakeUp}. Never sees
 * checkpoints: the offset that comes with the rows is the position.
 */
public interface SplitReader extends AutoCloseable {
  /**
   * The next rows. May block up to {@code maxWait}.
   *
   * @throws IOException if reading fails in a way that trying again later may mend
   * @throws dev.sluice.error.UserError if it fails for good, told in the user's terms
   */
  Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException;

  /** From any thread: a blocked {@link #fetch} returns soon. */
  default void wakeUp() {}

  /** Releases everything; idempotent. Thread of {@link #fetch}. */
  @Override
  void close();
}
