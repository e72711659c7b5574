package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import java.util.Optional;

/**
 * Lets rows through, and event time only at the end of the input: behind the last rows of those
 * that give theirs when their own input ends. Keeps nothing.
 */
final class HoldTime implements Operator {
  private boolean ended;

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
    return ended ? watermark : Long.MIN_VALUE;
  }

  @Override
  public void finish(int input, Output output) {
    ended = true;
  }

  @Override
  public void resumeFinished(int input) {
    ended = true;
  }

  /** Nothing of its own, but all that is behind it. */
  @Override
  public Optional<Waiting> waiting() {
    return ended ? Optional.empty() : Optional.of(new Waiting(0, Long.MAX_VALUE));
  }

  @Override
  public void close() {
    // it keeps nothing
  }
}
