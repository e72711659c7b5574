package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.LookupJoinNode;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What an operator may ask of its host. Valid from {@code open} to {@code close}; same thread as
 * the operator.
 */
public interface OperatorContext {
  /**
   * Memory for batches and state, named after operator and task; the host closes it after the
   * operator.
   */
  BufferAllocator allocator();

  /** The most rows an emitted batch should have. */
  int batchRows();

  /** Zone and start time for expressions. */
  EvalContext evalContext();

  /**
   * Adds to a named counter of this operator, summed over tasks: {@code rows.late}, {@code
   * panes.open}, …
   */
  void count(String metric, long delta);

  /**
   * Gives rows to the operator's side output (late rows), if the plan has one; takes ownership of
   * the batch. Without a side output the batch is closed.
   */
  void emitSide(RecordBatch batch);

  /** Whether state of that key group, which other tasks have as well, is this task's to save. */
  default boolean owns(int keyGroup) {
    return true;
  }

  /** Where the operator may put bytes that memory has no room for; it closes what it was given. */
  default Optional<SpillStore> disk() {
    return Optional.empty();
  }

  /** Where a lookup join finds its table's rows; the operator closes it. */
  default Lookup lookup(LookupJoinNode node) {
    throw new IllegalStateException("this host has no table " + node.table().name());
  }
}
