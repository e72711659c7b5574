package dev.sluice.engine;

import dev.sluice.connector.Committable;
import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.checkpoint.CheckpointDraft;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.host.Activity;
import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A checkpoint whose state has been copied, on its way to the disk and the sinks while the job goes
 * on. One step; its fields are not shared but for the outcome.
 */
final class CheckpointFlight implements Activity {
  private final long epoch;
  private final boolean last;
  private final Checkpoints checkpoints;
  private final CheckpointDraft draft;
  private final List<SinkFeed> sinks;
  private final Function<List<Manifest.SinkState>, Manifest> manifest;
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile boolean over;

  /**
   * Takes ownership of {@code draft}.
   *
   * @param manifest makes it from what the sinks have ready
   */
  CheckpointFlight(
      long epoch,
      boolean last,
      Checkpoints checkpoints,
      CheckpointDraft draft,
      List<SinkFeed> sinks,
      Function<List<Manifest.SinkState>, Manifest> manifest) {
    this.epoch = epoch;
    this.last = last;
    this.checkpoints = checkpoints;
    this.draft = draft;
    this.sinks = sinks;
    this.manifest = manifest;
  }

  long epoch() {
    return epoch;
  }

  @Override
  public boolean isReady() {
    return sinks.stream().allMatch(SinkFeed::isPrepared);
  }

  /** Whether it has come to an end, good or bad. */
  boolean isOver() {
    return over;
  }

  /** Throws what it failed with. */
  void check() {
    if (failure.isEmpty()) {
      return;
    }
    if (failure.get() instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure.get();
  }

  @Override
  public boolean step() {
    try (draft) {
      run();
    } catch (IOException | UncheckedIOException e) {
      failure = Optional.of(failed(e));
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
    return false;
  }

  @Override
  public void end() {
    over = true;
  }

  private void run() throws IOException {
    Map<SinkFeed, List<Committable>> ready = new LinkedHashMap<>();
    sinks.forEach(sink -> ready.put(sink, sink.prepared()));
    FaultPoint.pass("checkpoint.prepared");
    draft.writeState();
    FaultPoint.pass("checkpoint.state");
    Manifest made =
        manifest.apply(ready.entrySet().stream().map(e -> e.getKey().state(e.getValue())).toList());
    checkpoints.publish(draft, made);
    FaultPoint.pass("checkpoint.durable");
    ready.forEach(
        (sink, committables) -> {
          sink.commit(epoch, committables, last);
          FaultPoint.pass("checkpoint.sink-committed");
        });
    FaultPoint.pass("checkpoint.committed");
    checkpoints.committed(made);
  }

  private UserError failed(Exception e) {
    return UserError.of(
            ErrorCode.CHECKPOINT_FAILED,
            "checkpoint "
                + epoch
                + " cannot be written to '"
                + checkpoints.storage().location()
                + "'")
        .withDetail(String.valueOf(e.getMessage()))
        .withHint("what was committed stays; the next run goes on from the checkpoint before")
        .causedBy(e);
  }
}
