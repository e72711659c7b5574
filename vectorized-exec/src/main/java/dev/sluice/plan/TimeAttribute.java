package dev.sluice.plan;

/**
 * The event-time column of a relation: rows of it are promised by watermarks.
 *
 * @param column index in the schema
 * @param unitMicros the resolution: 1000 for TIMESTAMP(3). A window ending at {@code e} is complete
 *     once the watermark reaches {@code e - unitMicros}; a watermark {@code w} promises that no row
 *     at or before {@code w} follows
 */
public record TimeAttribute(int column, long unitMicros) {
  /** Resolution of a TIMESTAMP of that many fractional digits. */
  public static long unitMicros(int precision) {
    long unit = 1_000_000;
    for (int i = 0; i < Math.min(precision, 6); i++) {
      unit /= 10;
    }
    return unit;
  }
}
