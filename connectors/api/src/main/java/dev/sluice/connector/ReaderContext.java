package dev.sluice.connector;

import dev.sluice.operator.RejectedRow;
import org.apache.arrow.memory.BufferAllocator;

/** What a reader may ask of its host. Used by the reader's thread only. */
public interface ReaderContext {
  /** Memory for the batches. */
  BufferAllocator allocator();

  /**
   * A record that cannot be decoded. The host applies the table's {@code on-error}: it throws
   * (fail), counts (drop) or counts and keeps the row for the error sink; when it returns, the
   * reader goes on behind the record.
   */
  void rejected(RejectedRow row);

  /**
   * A row that was decoded but must not take part (its time stamp lies too far ahead): kept for the
   * error sink, if the table has one, whatever {@code on-error} says else. Also by the job's
   * thread.
   */
  default void setAside(RejectedRow row) {}

  /** Whether {@link #setAside} keeps rows. */
  default boolean keepsRows() {
    return false;
  }

  /** Bytes read from the outside, for the progress line. */
  void bytesRead(long bytes);
}
