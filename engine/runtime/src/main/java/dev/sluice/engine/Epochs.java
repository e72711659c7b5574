package dev.sluice.engine;

import dev.sluice.connector.SplitSource.Position;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.sink.SinkFeed;
import java.nio.file.Path;
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
  private static final long FLIGHT_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private final TickLoop.Parts parts;
  private final Pauses pauses = new Pauses();
  private Optional<InFlight> inFlight = Optional.empty();
  private long lastCommitNanos;
  private boolean positionsMoved;
  private long epoch;
  private long begunEpoch;

  /** A checkpoint under way, and how far its rows go in the sources. */
  private record InFlight(
      CheckpointFlight flight, Map<TickLoop.Source, Map<String, Position>> safe) {}

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

  /** Whether the interval is over. */
  boolean isDue() {
    return parts.host().nanoTime() - lastCommitNanos >= parts.options().commitInterval().toNanos();
  }

  /** Rows have been read. */
  void moved() {
    positionsMoved = true;
  }

  /** Ends an epoch and waits for its commit, though nothing may have come. */
  void commitNow() {
    positionsMoved = true;
    commit(false, false, true);
    land(true);
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
    CheckpointFlight flight = parts.checkpoints().get().begin(parts, last && complete, last);
    pauses.add(parts.host().nanoTime() - begun);
    inFlight = Optional.of(new InFlight(flight, safe));
    parts.checkpointer().start(flight);
    begunEpoch = flight.epoch();
    if (last) {
      land(true);
    }
  }

  /** Takes note of a checkpoint that has been written and committed, or has failed. */
  void land(boolean wait) {
    if (inFlight.isEmpty() || !wait && !inFlight.get().flight().isOver()) {
      return;
    }
    InFlight landing = inFlight.get();
    parts.host().await(landing.flight()::isOver);
    while (!landing.flight().isOver()) {
      LockSupport.parkNanos(this, LANDING_NANOS);
    }
    inFlight = Optional.empty();
    landing.flight().check();
    epoch = landing.flight().epoch();
    tellSources(landing.safe());
  }

  private static void tellSources(Map<TickLoop.Source, Map<String, Position>> safe) {
    safe.forEach((source, positions) -> source.feed().orElseThrow().committed(positions));
  }

  /** The checkpoint this run went on from; 0 if there was none. */
  long restoredEpoch() {
    return parts.checkpoints().flatMap(Checkpointing::from).map(Manifest::epoch).orElse(0L);
  }

  /** The failure, or what has led to it. */
  RuntimeException toldAs(RuntimeException failure) {
    return parts.checkpoints().map(c -> c.toldAs(failure)).orElse(failure);
  }

  /** Copies the newest checkpoint; where to, it says. */
  Path savepoint(Optional<String> to) {
    return parts.checkpoints().orElseThrow().savepoint(to);
  }

  /** The term of this run as the owner of its checkpoints; empty if there are none. */
  Optional<Long> token() {
    return parts.checkpoints().map(Checkpointing::token);
  }

  /** A commit under way is waited for: nobody would know what became of it. */
  @Override
  public void close() throws InterruptedException {
    parts.checkpointer().shutdown();
    inFlight.ifPresent(under -> parts.host().await(under.flight()::isOver));
    if (!parts.checkpointer().await(FLIGHT_MILLIS)) {
      parts.checkpointer().interrupt();
      parts.checkpointer().await(FLIGHT_MILLIS);
    }
  }
}
