package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;

/** Lets rows through and event time only at the end of the input. Stateless. */
final class HoldTime implements Operator {
  @Override
  public void open(OperatorContext context) {
    // nothing is asked of it
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    output.emit(batch);
  }

  @Override
  public long onWatermark(long watermark, Output output) {
    return watermark == Long.MAX_VALUE ? watermark : Long.MIN_VALUE;
  }

  @Override
  public void close() {
    // it keeps nothing
  }
}
