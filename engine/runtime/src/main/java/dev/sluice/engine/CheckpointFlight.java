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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A checkpoint on its way to the disk and the sinks while the job goes on: what has been copied of
 * the state is written as it comes, and when all of it is there the rest follows.
 */
final class CheckpointFlight implements Activity {
  private static final long LOOK_NANOS = 1_000_000;

  private final long epoch;
  private final boolean last;
  private final Checkpoints checkpoints;
  private final CheckpointDraft draft;
  private final List<SinkFeed> sinks;
  private final Function<List<Manifest.SinkState>, Manifest> manifest;
  private volatile boolean copied;
  private volatile boolean abandoned;
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
    return abandoned
        || draft.hasWaiting()
        || copied && sinks.stream().allMatch(SinkFeed::isPrepared);
  }

  /** Whether copying had better wait until more has been written. */
  boolean isFull() {
    return draft.isFull();
  }

  /** Writes what waits, by the thread that calls. */
  void relieve() {
    try {
      draft.writeWaiting();
    } catch (UncheckedIOException e) {
      throw failed(e);
    }
  }

  /** All state has been copied. */
  void copied() {
    copied = true;
  }

  /** The copy will not come to its end. */
  void abandon() {
    abandoned = !copied;
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
    // what is copied after this is seen in the next step
    boolean all = copied;
    try {
      draft.writeWaiting();
      if (!all && !abandoned) {
        LockSupport.parkNanos(this, LOOK_NANOS);
        return true;
      }
      if (all) {
        run();
      }
      draft.close();
    } catch (IOException | UncheckedIOException e) {
      endWith(failed(e));
    } catch (RuntimeException | Error e) {
      endWith(e);
    }
    return false;
  }

  private void endWith(Throwable e) {
    try {
      draft.close();
    } catch (IOException | RuntimeException closing) {
      e.addSuppressed(closing);
    }
    failure = Optional.of(e);
  }

  @Override
  public void end() {
    over = true;
  }

  private void run() throws IOException {
    Map<SinkFeed, List<Committable>> ready = new LinkedHashMap<>();
    sinks.forEach(sink -> ready.put(sink, sink.prepared()));
    FaultPoint.pass("checkpoint.prepared");
    Manifest made =
        checkpoints.publish(
            draft,
            () ->
                manifest.apply(
                    ready.entrySet().stream().map(e -> e.getKey().state(e.getValue())).toList()));
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
    String place = "'" + checkpoints.storage().location() + "'";
    UserError failed =
        UserError.of(
                ErrorCode.CHECKPOINT_FAILED,
                "checkpoint " + epoch + " cannot be written to " + place)
            .causedBy(e);
    if (isGone(e)) {
      return failed
          .withDetail("The checkpoints that were there have been deleted while the run used them.")
          .withHint(
              "put them back, or empty the targets: a run that finds no checkpoints begins anew and"
                  + " writes all rows again");
    }
    return failed
        .withDetail(String.valueOf(e.getMessage()))
        .withHint("what was committed stays; the next run goes on from the checkpoint before");
  }

  private boolean isGone(Exception failure) {
    try {
      return checkpoints.isGone();
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }
}
