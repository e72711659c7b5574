package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.OverNode;
import dev.sluice.type.Schema;

/**
 * Tells the rows whose time the watermark has not passed, by the hidden column and by the
 * operator's clock, from late ones and those without a time, which are counted: as {@code
 * rows.late} both, those without a time as {@code rows.null-time} besides. Stateless.
 */
final class TimelyRows {
  private final OverNode.ByTime time;
  private final Schema input;
  private final Clock clock;

  TimelyRows(OverNode.ByTime time, Schema input, Clock clock) {
    this.time = time;
    this.input = input;
    this.clock = clock;
  }

  /** The rows that come in time; with {@code allInTime} none is late. */
  Rows of(RecordBatch batch, boolean allInTime, OperatorContext context) {
    Rows rows = Rows.of(batch);
    int[] kept = new int[rows.count()];
    int n = 0;
    int unusable = 0;
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      if (batch.vector(time.column()).isNull(position)) {
        unusable++;
        continue;
      }
      long at = Cells.word(batch.vector(time.column()), input.type(time.column()), position);
      boolean marked =
          time.rowWatermark().isPresent()
              && !batch.vector(time.rowWatermark().getAsInt()).isNull(position);
      if (allInTime || !marked && at > clock.watermark()) {
        kept[n++] = position;
      }
    }
    if (unusable > 0) {
      context.count("rows.null-time", unusable);
    }
    if (rows.count() > n) {
      context.count("rows.late", rows.count() - n);
    }
    return Rows.at(kept, n);
  }
}
