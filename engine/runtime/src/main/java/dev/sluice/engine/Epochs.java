package dev.sluice.engine;

import dev.sluice.connector.SplitSource.Position;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.sink.SinkFeed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The epochs of a job: ends them between two ticks, with a checkpoint if there are any, and takes
 * note when they are committed, which may be ticks later. The job's thread.
 */
final class Epochs implements AutoCloseable {
  private static final long LANDING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** A slice of copying is no shorter and no longer. */
  private static final long LEAST_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  private static final long MOST_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long FLIGHT_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private final TickLoop.Parts parts;
  private final Pauses pauses = new Pauses();
  private Optional<InFlight> inFlight = Optional.empty();
  private long lastCommitNanos;
  private boolean positionsMoved;
  private boolean asked;
  private long epoch;
  private long begunEpoch;

  /** A checkpoint under way, and how far its rows go in the sources. */
  private record InFlight(
      CheckpointFlight flight,
      StateCopying copying,
      Map<TickLoop.Source, Map<String, Position>> safe) {}

  Epochs(TickLoop.Parts parts) {
    this.parts = parts;
    lastCommitNanos = parts.host().nanoTime();
  }

  /** The last epoch that is committed. */
  long epoch() {
    return epoch;
  }

  /** The last epoch that has ended; perhaps not committed yet. */
  long begunEpoch() {
    return begunEpoch;
  }

  /** How long the job has rested for checkpoints. */
  Pauses pauses() {
    return pauses;
  }

  /** Whether the interval is over, and the state has been copied for the checkpoint before. */
  boolean isDue() {
    return asked && inFlight.isEmpty()
        || !isCopying()
            && parts.host().nanoTime() - lastCommitNanos
                >= parts.options().commitInterval().toNanos();
  }

  private boolean isCopying() {
    return inFlight.isPresent() && !inFlight.get().copying().isDone();
  }

  /**
   * Copies a slice of the state for the checkpoint under way: about as long as the tick took, so
   * that half of the time at most goes to it.
   *
   * @return whether there was something to copy
   */
  boolean copySlice(long tickNanos) {
    if (!isCopying()) {
      return false;
    }
    CheckpointFlight flight = inFlight.get().flight();
    if (flight.isOver()) {
      // it has failed
      land(false);
    } else if (!flight.isFull()) {
      long begun = parts.host().nanoTime();
      if (parts.options().copiedKeys() > 0) {
        inFlight.get().copying().copyKeys(parts.options().copiedKeys());
      } else {
        inFlight
            .get()
            .copying()
            .copyFor(Math.max(LEAST_SLICE_NANOS, Math.min(MOST_SLICE_NANOS, tickNanos)));
      }
      noteCopied();
      pauses.add(parts.host().nanoTime() - begun);
    }
    return true;
  }

  /** Copies whatever is left, for somebody waits. */
  private void copyRest() {
    while (isCopying() && !inFlight.get().flight().isOver()) {
      if (inFlight.get().flight().isFull()) {
        inFlight.get().flight().relieve();
      }
      inFlight.get().copying().copyFor(MOST_SLICE_NANOS);
    }
    noteCopied();
  }

  private void noteCopied() {
    if (inFlight.isPresent() && inFlight.get().copying().isDone()) {
      inFlight.get().flight().copied();
    }
  }

  /** Rows have been read. */
  void moved() {
    positionsMoved = true;
  }

  /** Asks for a checkpoint as soon as there can be one, though nothing may have come. */
  void ask() {
    asked = true;
    positionsMoved = true;
  }

  /**
   * Ends the epoch, commits all sinks, then tells the sources how far they are safe.
   *
   * @param last whether the run ends
   * @param complete whether all input has ended
   * @param settled whether no operator has put input off
   */
  void commit(boolean last, boolean complete, boolean settled) {
    // one at a time: a disk or sink that does not keep up holds the job back here
    land(true);
    lastCommitNanos = parts.host().nanoTime();
    asked = false;
    if (!last && !positionsMoved && parts.allSinks().stream().noneMatch(SinkFeed::isDirty)) {
      return;
    }
    Map<TickLoop.Source, Map<String, Position>> safe = new LinkedHashMap<>();
    for (TickLoop.Source source : parts.sources()) {
      source.feed().filter(f -> settled).ifPresent(f -> safe.put(source, f.safePositions()));
    }
    positionsMoved &= !settled;
    if (parts.checkpoints().isEmpty()) {
      epoch++;
      begunEpoch = epoch;
      parts.allSinks().forEach(sink -> sink.commit(epoch, last));
      tellSources(safe);
      return;
    }
    long begun = parts.host().nanoTime();
    Checkpointing.Begun made = parts.checkpoints().get().begin(parts, last && complete, last);
    inFlight = Optional.of(new InFlight(made.flight(), made.copying(), safe));
    parts.checkpointer().start(made.flight());
    begunEpoch = made.flight().epoch();
    noteCopied();
    pauses.add(parts.host().nanoTime() - begun);
    if (last) {
      land(true);
    }
  }

  /** Takes note of a checkpoint that has been written and committed, or has failed. */
  void land(boolean wait) {
    if (inFlight.isEmpty() || !wait && !inFlight.get().flight().isOver()) {
      return;
    }
    if (wait) {
      copyRest();
    }
    InFlight landing = inFlight.get();
    parts.host().await(landing.flight()::isOver);
    while (!landing.flight().isOver()) {
      LockSupport.parkNanos(this, LANDING_NANOS);
    }
    inFlight = Optional.empty();
    landing.copying().close();
    landing.flight().check();
    epoch = landing.flight().epoch();
    tellSources(landing.safe());
  }

  private void tellSources(Map<TickLoop.Source, Map<String, Position>> safe) {
    safe.forEach(
        (source, positions) ->
            source
                .feed()
                .orElseThrow()
                .committed(positions)
                .ifPresent(told -> parts.checkpoints().orElseThrow().tellOnce(told)));
  }

  /** The checkpoint this run went on from; 0 if there was none. */
  long restoredEpoch() {
    return parts.checkpoints().flatMap(Checkpointing::from).map(Manifest::epoch).orElse(0L);
  }

  /** The failure, or what has led to it. */
  RuntimeException toldAs(RuntimeException failure) {
    return parts.checkpoints().map(c -> c.toldAs(failure)).orElse(failure);
  }

  /** Begins to copy the newest checkpoint, when what is under way has been committed. */
  SavepointFlight beginSavepoint(Optional<String> to) {
    SavepointFlight flight = new SavepointFlight(parts.checkpoints().orElseThrow(), to);
    parts.checkpointer().start(flight);
    return flight;
  }

  /** Copies the newest checkpoint; where to, it says. */
  Checkpointing.Savepoint savepoint(Optional<String> to) {
    return parts.checkpoints().orElseThrow().savepoint(to);
  }

  /** The term of this run as the owner of its checkpoints; empty if there are none. */
  Optional<Long> token() {
    return parts.checkpoints().map(Checkpointing::token);
  }

  /** A commit under way is waited for: nobody would know what became of it. */
  @Override
  public void close() throws InterruptedException {
    inFlight.ifPresent(
        under -> {
          under.flight().abandon();
          under.copying().close();
        });
    parts.checkpointer().shutdown();
    inFlight.ifPresent(under -> parts.host().await(under.flight()::isOver));
    if (!parts.checkpointer().await(FLIGHT_MILLIS)) {
      parts.checkpointer().interrupt();
      parts.checkpointer().await(FLIGHT_MILLIS);
    }
  }
}
