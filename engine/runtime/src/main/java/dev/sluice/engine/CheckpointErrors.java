package dev.sluice.engine;

import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;

/** What is said where checkpoints and targets do not agree, or one cannot be begun. Stateless. */
final class CheckpointErrors {
  private CheckpointErrors() {}

  static UserError ahead(SinkFeed sink, long epoch) {
    return UserError.of(
            ErrorCode.CHECKPOINT,
            "sink '"
                + sink.table().name()
                + "' has committed checkpoint "
                + sink.committedEpoch()
                + ", which is not there or damaged; the newest that can be used is "
                + epoch)
        .withDetail("Going on from it would write the rows between the two twice.")
        .withHint(
            "bring the missing checkpoint back, or give the sink a PRIMARY KEY: rows then replace"
                + " themselves");
  }

  static UserError behind(SinkFeed sink, Manifest.SinkState saved) {
    return UserError.of(
            ErrorCode.CHECKPOINT,
            "the target of '"
                + sink.table().name()
                + "' has gone back in time: checkpoint "
                + saved.before()
                + " was committed to it, it has "
                + sink.committedEpoch())
        .withDetail("It was restored from an older state, or it is another database.")
        .withHint("restore checkpoints of the same age, or begin anew with an empty target");
  }

  static UserError notBegun(String location, long epoch, java.io.UncheckedIOException e) {
    return UserError.of(
            ErrorCode.CHECKPOINT_FAILED,
            "checkpoint " + epoch + " cannot be begun in '" + location + "'")
        .withDetail(String.valueOf(e.getMessage()))
        .withHint("what was committed stays; the next run goes on from the checkpoint before")
        .causedBy(e);
  }
}
