package dev.sluice.batch;

/**
 * Which positions of a batch's vectors count, ascending. Immutable after construction: the array is
 * handed over and must not be changed. Safe for use by any thread.
 */
public final class Selection {
  private final int[] positions;
  private final int count;

  /** The first {@code count} entries of {@code positions}, ascending. */
  public Selection(int[] positions, int count) {
    this.positions = positions;
    this.count = count;
  }

  public int count() {
    return count;
  }

  /**
   * The array itself, for loops; only the first {@link #count} entries mean anything. Not to be
   * changed.
   */
  public int[] positions() {
    return positions;
  }
}
