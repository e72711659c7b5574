package dev.sluice.plan;

/**
 * How watermarks of a source are made, per split: the running maximum of {@code expression} over
 * the split's rows.
 *
 * @param timeColumn the event-time column of the scan's output
 * @param unitMicros resolution of that column, see {@link TimeAttribute}
 * @param expression TIMESTAMP expression over the scan's output, usually column minus an interval
 * @param idleMicros a split silent for this long stops holding the watermark back; 0: never
 * @param maxFutureSkewMicros a row stamped further than this ahead of the wall clock is rejected
 *     instead of moving the watermark; 0: no guard
 */
public record WatermarkSpec(
    int timeColumn, long unitMicros, Expr expression, long idleMicros, long maxFutureSkewMicros) {}
