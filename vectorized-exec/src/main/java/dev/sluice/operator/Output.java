package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;

/** Where an operator's rows go. The consumer runs before {@code emit} returns; single-threaded. */
@FunctionalInterface
public interface Output {
  /**
   * Hands a batch over: the caller must not touch it afterwards. May be called any number of times.
   */
  void emit(RecordBatch batch);
}
