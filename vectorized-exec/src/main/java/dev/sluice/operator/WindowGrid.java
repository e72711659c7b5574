package dev.sluice.operator;

import dev.sluice.plan.WindowSpec;

/**
 * Which windows a pane belongs to. Windows are named by their end; the ends of a pane's windows are
 * an arithmetic sequence. Immutable. Times are at most {@link #LIMIT} from the epoch, so that
 * nothing overflows.
 */
final class WindowGrid {
  /** Rows further from the epoch than this (some 70 000 years) are in no window. */
  static final long LIMIT = 1L << 61;

  private final WindowSpec spec;
  private final long pane;
  private final long step;
  private final long unit;
  private final long lateness;

  WindowGrid(WindowSpec spec, long unitMicros, long latenessMicros) {
    this.spec = spec;
    this.pane = spec.paneMicros();
    this.unit = unitMicros;
    this.lateness = Math.min(latenessMicros, LIMIT);
    this.step =
        spec instanceof WindowSpec.Hop hop
            ? hop.slideMicros()
            : spec instanceof WindowSpec.Cumulate cumulate
                ? cumulate.stepMicros()
                : spec.sizeMicros();
  }

  long pane() {
    return pane;
  }

  /** Distance between the ends of consecutive windows of a pane. */
  long step() {
    return step;
  }

  long paneStart(long time) {
    return spec.paneStart(time);
  }

  private long floor(long time, long width) {
    return time - Math.floorMod(time - spec.offsetMicros(), width);
  }

  /**
   * End of the earliest window that holds the pane; above {@link #lastEnd} if the pane lies in a
   * gap.
   */
  long firstEnd(long paneStart) {
    if (spec instanceof WindowSpec.Hop hop) {
      long earliest = paneStart + pane - hop.sizeMicros();
      return floor(earliest + hop.slideMicros() - 1, hop.slideMicros()) + hop.sizeMicros();
    }
    return paneStart + pane;
  }

  /** End of the last window that holds the pane. */
  long lastEnd(long paneStart) {
    if (spec instanceof WindowSpec.Hop hop) {
      return floor(paneStart, hop.slideMicros()) + hop.sizeMicros();
    }
    return floor(paneStart, spec.sizeMicros()) + spec.sizeMicros();
  }

  /** Start of the window that ends at {@code end}. */
  long start(long end) {
    return spec instanceof WindowSpec.Cumulate
        ? floor(end - 1, spec.sizeMicros())
        : end - spec.sizeMicros();
  }

  /** Whether a window that ends at {@code end} takes no more rows at {@code watermark}. */
  boolean isClosed(long end, long watermark) {
    return watermark >= end - unit + lateness;
  }

  /**
   * End of the pane's earliest window that still takes rows; above {@link #lastEnd} if none does.
   */
  long firstOpenEnd(long paneStart, long watermark) {
    long first = firstEnd(paneStart);
    if (!isClosed(first, watermark)) {
      return first;
    }
    long last = lastEnd(paneStart);
    if (isClosed(last, watermark)) {
      return Math.max(first, last) + step;
    }
    long behind = watermark - (first - unit + lateness);
    return first + (behind / step + 1) * step;
  }

  /** The watermark that flows on: no result with {@code window_time} at or before it follows. */
  long outgoing(long watermark) {
    if (watermark == Long.MAX_VALUE) {
      return watermark;
    }
    return watermark < Long.MIN_VALUE + lateness ? Long.MIN_VALUE : watermark - lateness;
  }

  /** Name of the first instant after the window, less one unit: its event time. */
  long windowTime(long end) {
    return end - unit;
  }
}
