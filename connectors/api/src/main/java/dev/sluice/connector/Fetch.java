package dev.sluice.connector;

import dev.sluice.batch.RecordBatch;

/** What a reader got. A value; the thread that fetched owns the batch in it. */
public sealed interface Fetch {
  /**
   * Rows, insert-only unless the batch has row kinds; the receiver owns the batch.
   *
   * @param next the offset after the last row (and after rejected records before or after it)
   */
  record Rows(RecordBatch batch, Offset next) implements Fetch {}

  /** Nothing within the wait; {@code next} may still have moved past rejected records. */
  record Nothing(Offset next) implements Fetch {}

  /** The split is at its end; {@code fetch} is not called again. */
  record EndOfSplit(Offset next) implements Fetch {}
}
