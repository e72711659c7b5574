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
 * @param pauses for checkpoints
 * @param flows where rows have gone since the last start; empty before the end
 * @param lookups of all lookup joins
 */
public record RunReport(
    Duration elapsed,
    List<Source> sources,
    List<Sink> sinks,
    long lateRows,
    long epoch,
    boolean stopped,
    long stateBytes,
    int restarts,
    Pauses pauses,
    List<Flow> flows,
    Lookups lookups) {
  /**
   * What lookup joins have asked of their tables.
   *
   * @param hits rows whose key was remembered or asked for already
   * @param misses keys that had to be asked for
   * @param requests in which they were, and reads of whole tables
   */
  public record Lookups(long hits, long misses, long requests) {
    /** No lookups. */
    public static final Lookups NONE = new Lookups(0, 0, 0);

    private Lookups after(Lookups before) {
      return new Lookups(hits + before.hits, misses + before.misses, requests + before.requests);
    }
  }

  /**
   * What has become of the rows of a source on the way to the first operator that does more than
   * filter, or to a sink: read = filtered + late + rejected + used, or a row was lost.
   *
   * @param source declared name
   * @param target the operator or sink
   * @param read decoded rows
   * @param filtered rows that conditions on the way left out
   * @param late rows that came too late for the operator, or without a time
   * @param rejected rows that do not fit the sink's columns
   * @param used rows that the operator or sink took
   */
  public record Flow(
      String source, String target, long read, long filtered, long late, long rejected, long used) {
    /** Rows nobody knows of. Not 0 where a LIMIT was reached: nobody wanted the rest. */
    public long missing() {
      return read - filtered - late - rejected - used;
    }
  }

  /**
   * How long the rows had to wait for checkpoints: the copying, not the writing.
   *
   * @param count of checkpoints
   * @param percentile99 of the last thousand
   */
  public record Pauses(int count, Duration percentile99, Duration longest) {
    /** Without checkpoints. */
    public static final Pauses NONE = new Pauses(0, Duration.ZERO, Duration.ZERO);

    private Pauses after(Pauses before) {
      return new Pauses(
          count + before.count,
          longer(percentile99, before.percentile99),
          longer(longest, before.longest));
    }

    private static Duration longer(Duration a, Duration b) {
      return a.compareTo(b) > 0 ? a : b;
    }
  }

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
   * @param rejected changes that were left out as they do not fit its columns
   */
  public record Sink(String name, long rows, long committedRows, long rejected) {}

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
              now.committedRows() + old.committedRows(),
              now.rejected() + old.rejected()));
    }
    return new RunReport(
        sinceStart,
        bothSources,
        bothSinks,
        lateRows + before.lateRows(),
        Math.max(epoch, before.epoch()),
        stopped,
        Math.max(stateBytes, before.stateBytes()),
        times,
        pauses.after(before.pauses()),
        flows,
        lookups.after(before.lookups()));
  }

  /** This report once everything in it is committed. */
  RunReport allCommitted(long asEpoch) {
    return new RunReport(
        elapsed,
        sources,
        sinks.stream().map(s -> new Sink(s.name(), s.rows(), s.rows(), s.rejected())).toList(),
        lateRows,
        asEpoch,
        stopped,
        stateBytes,
        restarts,
        pauses,
        flows,
        lookups);
  }

  /** This report with what a later one knows of commits. */
  RunReport committedAs(RunReport later) {
    return new RunReport(
        elapsed,
        sources,
        later.sinks(),
        lateRows,
        later.epoch(),
        stopped,
        stateBytes,
        restarts,
        later.pauses(),
        flows,
        lookups);
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
