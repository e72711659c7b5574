package dev.sluice.engine.status;

import dev.sluice.operator.StepStatus;
import java.time.Duration;
import java.util.List;

/**
 * Where a job stands: what moves event time, what waits for it, what memory it takes. A value.
 *
 * @param age how long ago it was taken; long if the job's thread is busy or blocked
 * @param sources one entry a source
 * @param operators one entry an operator that keeps state or windows, over all its tasks
 * @param sinks one entry a sink, as it is now
 * @param memory what is taken of the process's memory
 * @param restarts what has become of failures that may pass
 */
public record JobStatus(
    Duration age,
    List<Source> sources,
    List<StepStatus> operators,
    List<Sink> sinks,
    Memory memory,
    Restarts restarts) {
  /** The status of a job that has never started again. */
  public JobStatus(
      Duration age,
      List<Source> sources,
      List<StepStatus> operators,
      List<Sink> sinks,
      Memory memory) {
    this(age, sources, operators, sinks, memory, Restarts.NONE);
  }

  /** The same with what is known of restarts. */
  public JobStatus with(Restarts known) {
    return new JobStatus(age, sources, operators, sinks, memory, known);
  }

  /**
   * What the writers of a sink are at.
   *
   * @param name declared name
   * @param busy how long the slowest has been at one piece of work; zero: none is at work
   * @param batches that wait for them
   * @param bytes that wait for them
   */
  public record Sink(String name, Duration busy, int batches, long bytes) {}

  /**
   * Bytes in use and the most there may be.
   *
   * @param state kept by operators of this job
   * @param stateLimit of {@code state.memory}
   * @param spilled state that is on disk
   * @param spilledPeak the most there was at once
   * @param offHeap batches, of all jobs of the process
   * @param offHeapPeak the most there were at once
   * @param offHeapLimit the most there may be
   * @param heap of the process, garbage included
   * @param heapLimit the most the heap may grow to
   */
  public record Memory(
      long state,
      long stateLimit,
      long spilled,
      long spilledPeak,
      long offHeap,
      long offHeapPeak,
      long offHeapLimit,
      long heap,
      long heapLimit) {
    /** Before anything has been measured. */
    public static final Memory NONE = new Memory(0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * How often a job has started again.
   *
   * @param count successful starts after the first
   * @param attempt the last of those in a row; 0 if there was none
   * @param attempts the most in a row
   * @param reason of the last
   * @param waiting whether it is not running now but will start again
   */
  public record Restarts(int count, int attempt, int attempts, String reason, boolean waiting) {
    /** Nothing has failed yet. */
    public static final Restarts NONE = new Restarts(0, 0, 0, "", false);

    /** It runs again. */
    public Restarts done() {
      return new Restarts(count + 1, attempt, attempts, reason, false);
    }

    /** It will not be tried again. */
    public Restarts over() {
      return new Restarts(count, attempt, attempts, reason, false);
    }
  }

  /**
   * @param name declared name
   * @param bounded whether it ends
   * @param finished whether it has ended
   * @param timed whether it has a watermark
   * @param watermarkMicros the merged watermark; {@link Long#MIN_VALUE} before the first
   * @param idleAfterMicros silence after which a split no longer holds the watermark back; 0: never
   * @param skewedRows rows rejected for a time stamp too far in the future
   * @param splits the ordered sequences it reads
   */
  public record Source(
      String name,
      boolean bounded,
      boolean finished,
      boolean timed,
      long watermarkMicros,
      long idleAfterMicros,
      long skewedRows,
      List<Split> splits) {}

  /** What a sequence of splits is doing. */
  public enum Phase {
    /** Waits until one before it has been read. */
    WAITING,
    READING,
    /** Silent for so long that it holds nothing back. */
    IDLE,
    ENDED
  }

  /**
   * @param name as the connector calls it: a file, a partition
   * @param rows rows read
   * @param watermarkMicros its own watermark; {@link Long#MIN_VALUE} before its first row
   * @param silent since its last row, or since the start
   */
  public record Split(String name, Phase phase, long rows, long watermarkMicros, Duration silent) {}
}
