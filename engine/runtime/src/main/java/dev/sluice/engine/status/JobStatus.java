package dev.sluice.engine.status;

import dev.sluice.operator.StepStatus;
import java.time.Duration;
import java.util.List;

/**
 * Where a job stands: what moves event time, what waits for it. A value.
 *
 * @param age how long ago it was taken; long if the job's thread is busy or blocked
 * @param sources one entry a source
 * @param operators one entry an operator that keeps state or windows, over all its tasks
 */
public record JobStatus(Duration age, List<Source> sources, List<StepStatus> operators) {
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
