package dev.sluice.over;

/**
 * The rows of one partition in a chunk.
 *
 * @param start its first row
 * @param fresh the first row for which results are wanted; those before are there to be looked at
 * @param end behind its last row
 * @param rowsBefore how many rows the partition had before the fresh ones
 * @param peersBefore how many groups of equal rows it had before the fresh ones
 */
public record Segment(int start, int fresh, int end, long rowsBefore, long peersBefore) {
  /** A whole partition. */
  public static Segment whole(int start, int end) {
    return new Segment(start, start, end, 0, 0);
  }
}
