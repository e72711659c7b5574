package dev.sluice.batch;

/**
 * Which positions of a batch's vectors a loop visits, in ascending order, each once: all of the
 * first {@link #count}, or a list. Immutable after construction; the array is handed over.
 */
public final class Rows {
  private static final int[] NONE = new int[0];

  private final boolean dense;
  private final int[] positions;
  private final int count;

  private Rows(boolean dense, int[] positions, int count) {
    this.dense = dense;
    this.positions = positions;
    this.count = count;
  }

  /** Positions 0 to {@code count} - 1. */
  public static Rows dense(int count) {
    return new Rows(true, NONE, count);
  }

  /** The first {@code count} entries of {@code positions}. */
  public static Rows at(int[] positions, int count) {
    return new Rows(false, positions, count);
  }

  /** The rows of {@code batch} that count. */
  public static Rows of(RecordBatch batch) {
    return batch
        .selection()
        .map(s -> at(s.positions(), s.count()))
        .orElseGet(() -> dense(batch.length()));
  }

  public boolean isDense() {
    return dense;
  }

  public int count() {
    return count;
  }

  /** The list, for loops; empty if dense. Not to be changed. */
  public int[] positions() {
    return positions;
  }

  /** Copies the positions of {@code n} rows, from row {@code from}, to index {@code at} and on. */
  public void copy(int from, int n, int[] to, int at) {
    if (!dense) {
      System.arraycopy(positions, from, to, at, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      to[at + i] = from + i;
    }
  }

  /** The position of the {@code row}-th. */
  public int position(int row) {
    return dense ? row : positions[row];
  }
}
