package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.SideOutput;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Everything a stage may ask of the world; the other side of the seam from {@link StageTask}.
 * Called by the thread that runs the task.
 */
public interface StageHost {
  /** A new allocator for the operator of that name; the task closes it. */
  BufferAllocator allocator(String name);

  /** The most rows an emitted batch should have. */
  int batchRows();

  /** Zone and start time for expressions. */
  EvalContext evalContext();

  /** Adds to a counter of step {@code step}. */
  void count(int step, String metric, long delta);

  /** Rows leave the stage on edge {@code edge}; takes ownership. */
  void emit(int edge, RecordBatch batch);

  /** Event time on edge {@code edge} has come to {@code watermark}. */
  void watermark(int edge, long watermark);

  /** Rows an operator set aside; takes ownership. Columns are already the sink's. */
  void emitSide(SideOutput side, RecordBatch batch);

  /**
   * A place on disk for the operator at step {@code step}, which closes it; empty if this host
   * keeps all state in memory.
   */
  default Optional<SpillStore> spillStore(int step) {
    return Optional.empty();
  }

  /** Whether the key group is this task's, if several run the stage. */
  default boolean owns(int keyGroup) {
    return true;
  }

  /** Where a lookup join finds its table's rows; the operator closes it. */
  Lookup lookup(LookupJoinNode node);
}
