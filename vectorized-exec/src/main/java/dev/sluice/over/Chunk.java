package dev.sluice.over;

import dev.sluice.batch.RecordBatch;
import java.util.List;

/** Rows of some partitions, each in its order. Owns its batch. Single-threaded. */
public final class Chunk implements AutoCloseable {
  private final RecordBatch batch;
  private final List<Segment> segments;
  private final int[] peerStart;
  private final int[] peerEnd;

  /**
   * Takes over the batch.
   *
   * @param peers per row whether it equals the one before in all keys of the order
   */
  public Chunk(RecordBatch batch, List<Segment> segments, boolean[] peers) {
    this.batch = batch;
    this.segments = List.copyOf(segments);
    int n = batch.length();
    peerStart = new int[n];
    peerEnd = new int[n];
    for (Segment segment : this.segments) {
      for (int i = segment.start(); i < segment.end(); i++) {
        peerStart[i] = i > segment.start() && peers[i] ? peerStart[i - 1] : i;
      }
      for (int i = segment.end() - 1; i >= segment.start(); i--) {
        boolean last = i + 1 == segment.end() || peerStart[i + 1] != peerStart[i];
        peerEnd[i] = last ? i + 1 : peerEnd[i + 1];
      }
    }
  }

  public RecordBatch batch() {
    return batch;
  }

  public List<Segment> segments() {
    return segments;
  }

  /** The first row equal to row {@code i}. */
  int peerStart(int i) {
    return peerStart[i];
  }

  /** Behind the last row equal to row {@code i}. */
  int peerEnd(int i) {
    return peerEnd[i];
  }

  @Override
  public void close() {
    batch.close();
  }
}
