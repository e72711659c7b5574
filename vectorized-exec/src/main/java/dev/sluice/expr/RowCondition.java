package dev.sluice.expr;

import dev.sluice.batch.RecordBatch;

/** A compiled condition on one row at a time. Keeps scratch memory: single-threaded. */
public interface RowCondition {
  /** Whether it is true of the only row of {@code batch}, which stays the caller's. */
  boolean test(RecordBatch batch);
}
