package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;

/**
 * The one door through which an operator asks the outside world: rows of a table by key. Blocks
 * until the answer is there. Used by the operator's thread, which closes it.
 */
public interface Lookup extends AutoCloseable {
  /** Gives every row of the table. */
  void all(Output rows);

  /**
   * Gives the rows whose key is among {@code keys}, in any order; perhaps others, too. Takes
   * ownership of {@code keys}, which are different from each other and have no NULLs.
   */
  void rows(RecordBatch keys, Output rows);

  @Override
  void close();
}
