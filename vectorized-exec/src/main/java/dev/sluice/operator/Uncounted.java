package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.LookupJoinNode;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A context for an operator that takes over what another has counted already: counts of what is
 * open are left out while it restores. Single-threaded.
 */
final class Uncounted implements OperatorContext {
  private final OperatorContext host;
  private boolean counting;

  Uncounted(OperatorContext host) {
    this.host = host;
  }

  /** State has been taken over: from here on everything counts. */
  void count() {
    counting = true;
  }

  @Override
  public void count(String metric, long delta) {
    if (counting) {
      host.count(metric, delta);
    }
  }

  @Override
  public BufferAllocator allocator() {
    return host.allocator();
  }

  @Override
  public int batchRows() {
    return host.batchRows();
  }

  @Override
  public EvalContext evalContext() {
    return host.evalContext();
  }

  @Override
  public void emitSide(RecordBatch batch) {
    host.emitSide(batch);
  }

  @Override
  public boolean owns(int keyGroup) {
    return host.owns(keyGroup);
  }

  @Override
  public Lookup lookup(LookupJoinNode node) {
    return host.lookup(node);
  }
}
