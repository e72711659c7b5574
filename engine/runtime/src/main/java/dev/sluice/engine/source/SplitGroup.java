package dev.sluice.engine.source;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitSource.Position;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.host.Crew;
import dev.sluice.engine.status.JobStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One ordered sequence of splits: its rows are taken split after split, and it has one watermark.
 * Used by the thread that owns the feed.
 */
final class SplitGroup {
  /** A batch whose windows may still be open: where it starts and how late its rows are. */
  private record Unsettled(String split, Offset start, long maxTime) {}

  private final String name;
  private final Deque<Split> waiting = new ArrayDeque<>();
  private final Deque<SplitPump> pumps = new ArrayDeque<>();
  private final Deque<Unsettled> unsettled = new ArrayDeque<>();
  private final Map<String, Offset> latest = new LinkedHashMap<>();
  private final Map<String, Split> splits = new LinkedHashMap<>();
  private final Set<String> finished = new HashSet<>();
  private Optional<WatermarkAssigner> assigner = Optional.empty();
  private Optional<Crew> readers = Optional.empty();
  private long lastRowNanos;
  private long rows;

  SplitGroup(String name, long nowNanos) {
    this.name = name;
    this.lastRowNanos = nowNanos;
  }

  String name() {
    return name;
  }

  void add(Split split) {
    waiting.add(split);
    splits.put(split.id(), split);
    latest.put(split.id(), split.start());
  }

  /** Goes on from a checkpoint. */
  void resume(Manifest.GroupState saved) {
    for (Manifest.SplitState one : saved.splits()) {
      Split split =
          new Split(
              one.id(), one.detail(), new Offset(one.offset()), name, saved.watermarkMicros());
      if (one.finished()) {
        splits.put(split.id(), split);
        latest.put(split.id(), split.start());
        finished.add(split.id());
      } else {
        add(split);
      }
    }
  }

  /** The positions of the rows taken so far. */
  Manifest.GroupState snapshot() {
    List<Manifest.SplitState> states = new ArrayList<>();
    splits.forEach(
        (id, split) ->
            states.add(
                new Manifest.SplitState(
                    id, split.detail(), latest.get(id).value(), finished.contains(id))));
    return new Manifest.GroupState(name, watermark(), states);
  }

  Optional<Split> nextWaiting() {
    return Optional.ofNullable(waiting.poll());
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** The pumps of the splits that are being read or next to be read, in order. */
  Deque<SplitPump> pumps() {
    return pumps;
  }

  /** Reads a split as soon as one of the group's readers is free; {@code crew} makes these. */
  void read(SplitPump pump, Supplier<Crew> crew) {
    if (readers.isEmpty()) {
      readers = Optional.of(crew.get());
    }
    pumps.add(pump);
    readers.get().start(pump);
  }

  /** The first pump has given its last row. */
  void splitRead() {
    finished.add(pumps.remove().split().id());
    if (isExhausted()) {
      readers.ifPresent(Crew::shutdown);
      readers = Optional.empty();
    }
  }

  Optional<WatermarkAssigner> assigner() {
    return assigner;
  }

  void assigner(WatermarkAssigner value) {
    assigner = Optional.of(value);
  }

  /** Whether every split known so far has been read to its end. */
  boolean isExhausted() {
    return waiting.isEmpty() && pumps.isEmpty();
  }

  int finishedSplits() {
    return finished.size();
  }

  boolean isIdle(long nowNanos, long idleMicros) {
    return idleMicros > 0 && nowNanos - lastRowNanos > idleMicros * 1000;
  }

  void sawRows(int count, long nowNanos) {
    rows += count;
    lastRowNanos = nowNanos;
  }

  JobStatus.Split status(JobStatus.Phase phase, long nowNanos) {
    return new JobStatus.Split(
        name, phase, rows, watermark(), Duration.ofNanos(Math.max(0, nowNanos - lastRowNanos)));
  }

  /** {@link Long#MIN_VALUE} until the first row. */
  long watermark() {
    return assigner.map(WatermarkAssigner::watermark).orElse(Long.MIN_VALUE);
  }

  /** Takes note of where the rows of a batch lie and how late they are. */
  void taken(String split, Offset next, long maxTime, boolean windowed) {
    if (windowed && maxTime != Long.MIN_VALUE) {
      unsettled.add(new Unsettled(split, latest.get(split), maxTime));
    }
    latest.put(split, next);
  }

  /** Takes note of a position without rows. */
  void moved(String split, Offset next) {
    latest.put(split, next);
  }

  /**
   * Where a later run may start: before the first batch that may hold rows of a window not given
   * yet.
   *
   * @param watermark what windows have been given up to
   * @param horizonMicros width of the widest window plus lateness
   */
  Map<String, Position> safePositions(long watermark, long horizonMicros) {
    while (!unsettled.isEmpty() && settled(unsettled.peek(), watermark, horizonMicros)) {
      unsettled.poll();
    }
    Map<String, Position> safe = new LinkedHashMap<>();
    latest.forEach((split, offset) -> safe.put(split, new Position(offset, watermark)));
    unsettled
        .descendingIterator()
        .forEachRemaining(u -> safe.put(u.split(), new Position(u.start(), watermark)));
    return safe;
  }

  private static boolean settled(Unsettled batch, long watermark, long horizonMicros) {
    return batch.maxTime() < Long.MAX_VALUE - horizonMicros
        && batch.maxTime() + horizonMicros <= watermark;
  }

  /** Stops the pumps; their threads may still be at work. */
  void requestClose() {
    pumps.forEach(SplitPump::requestClose);
  }

  /** Waits for the pumps to end, once they have been stopped; drops what they still give. */
  boolean awaitReaders(long millis) throws InterruptedException {
    readers.ifPresent(Crew::shutdown);
    pumps.forEach(SplitPump::drain);
    return readers.isEmpty() || readers.get().await(millis);
  }

  /** Interrupts pumps that wait. */
  void interruptReaders() {
    readers.ifPresent(Crew::interrupt);
  }

  /** Releases what was read but not taken; once the pumps have ended. */
  void close() {
    pumps.forEach(SplitPump::drain);
    assigner.ifPresent(WatermarkAssigner::close);
  }

  /** A batch of this group that the feed gives out. */
  record Taken(SplitGroup group, RecordBatch batch) {}
}
