package dev.sluice.aggregate;

import dev.sluice.batch.Rows;

/**
 * Rows on their way into groups.
 *
 * @param rows which positions of the batch
 * @param slots the group of each row, by index into {@code rows}
 * @param sequence arrival number of position 0 of the batch: positions behind it count on
 */
public record SlotRows(Rows rows, int[] slots, long sequence) {
  public int count() {
    return rows.count();
  }

  /** The arrival number of the {@code row}-th row: greater means later. */
  public long arrival(int row) {
    return sequence + rows.position(row);
  }
}
