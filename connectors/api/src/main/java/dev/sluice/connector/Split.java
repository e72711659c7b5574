package dev.sluice.connector;

/**
 * A piece of a source that one reader reads in order: a file or a range of it, a topic's partition,
 * a key range of a table. A value; safe for use by any thread.
 *
 * <p>Splits of one group are pieces of one ordered sequence (the ranges of a file, listed in
 * order): readers may decode them side by side, but the host takes their rows one split after the
 * other and keeps one watermark for the group. So where a file is cut changes neither lateness nor
 * any result.
 *
 * @param id unique within the source and stable over restarts; shown to the user
 * @param detail what the connector needs to open it; only the connector reads it
 * @param start where to begin
 * @param group name of the sequence; the id itself for a split that stands alone
 * @param watermarkMicros the watermark the sequence had reached at {@code start} in an earlier run,
 *     so that rows of windows given then are not counted again; {@link Long#MIN_VALUE} if unknown
 */
public record Split(String id, String detail, Offset start, String group, long watermarkMicros) {
  /** A split that stands alone. */
  public Split(String id, String detail, Offset start) {
    this(id, detail, start, id, Long.MIN_VALUE);
  }

  /** A piece of a sequence. */
  public Split(String id, String detail, Offset start, String group) {
    this(id, detail, start, group, Long.MIN_VALUE);
  }

  /** The split from another position. */
  public Split from(Offset offset) {
    return new Split(id, detail, offset, group, watermarkMicros);
  }
}
