package dev.sluice.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A snapshot of a job's counters. A value.
 *
 * @param elapsed since the start
 * @param sources one entry a source
 * @param sinks one entry a sink
 * @param lateRows rows that came too late for all their windows
 * @param epoch number of the last committed epoch
 * @param stopped whether the run was ended by {@link Job#stop} rather than by the end of its input
 * @param stateBytes the most state that was kept at once, about
 * @param restarts how often it has started again after a fault
 */
public record RunReport(
    Duration elapsed,
    List<Source> sources,
    List<Sink> sinks,
    long lateRows,
    long epoch,
    boolean stopped,
    long stateBytes,
    int restarts) {
  /**
   * @param name declared name
   * @param rows decoded rows, rejected ones not counted
   * @param malformed records that could not be decoded
   * @param skewed rows rejected for a time stamp too far in the future
   * @param bytes read from the outside
   * @param splits known splits
   * @param finishedSplits those read to their end
   * @param watermarkMicros the merged watermark; {@link Long#MIN_VALUE} before the first
   * @param heldBackBy the split that holds the watermark, empty text if none
   */
  public record Source(
      String name,
      long rows,
      long malformed,
      long skewed,
      long bytes,
      int splits,
      int finishedSplits,
      long watermarkMicros,
      String heldBackBy) {
    private Source after(Source before) {
      return new Source(
          name,
          rows + before.rows,
          malformed + before.malformed,
          skewed + before.skewed,
          bytes + before.bytes,
          splits,
          finishedSplits,
          watermarkMicros,
          heldBackBy);
    }
  }

  /**
   * @param name declared name
   * @param rows rows written
   * @param committedRows rows committed
   */
  public record Sink(String name, long rows, long committedRows) {}

  /** This report as that of a run that goes on where another has ended. */
  RunReport after(RunReport before, int times, Duration sinceStart) {
    List<Source> bothSources = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      bothSources.add(sources.get(i).after(before.sources().get(i)));
    }
    List<Sink> bothSinks = new ArrayList<>();
    for (int i = 0; i < sinks.size(); i++) {
      Sink old = before.sinks().get(i);
      Sink now = sinks.get(i);
      bothSinks.add(
          new Sink(
              now.name(),
              now.rows() + old.committedRows(),
              now.committedRows() + old.committedRows()));
    }
    return new RunReport(
        sinceStart,
        bothSources,
        bothSinks,
        lateRows + before.lateRows(),
        Math.max(epoch, before.epoch()),
        stopped,
        Math.max(stateBytes, before.stateBytes()),
        times);
  }

  public long rowsIn() {
    return sources.stream().mapToLong(Source::rows).sum();
  }

  public long rowsOut() {
    return sinks.stream().mapToLong(Sink::rows).sum();
  }

  public long malformed() {
    return sources.stream().mapToLong(Source::malformed).sum();
  }
}
