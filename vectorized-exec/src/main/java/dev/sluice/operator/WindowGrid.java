package dev.sluice.operator;

import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.WindowSpec;
import dev.sluice.type.DataType;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Which windows a pane belongs to. Windows are named by their end; the ends of a pane's windows are
 * an arithmetic sequence. Times are at most {@link #LIMIT} from the epoch, so that nothing
 * overflows. Single-threaded.
 *
 * <p>Over TIMESTAMP_LTZ, windows of whole days follow the calendar of the session's zone: the grid
 * is then one of wall-clock times, and a day may have 23 or 25 hours. All other grids are of the
 * time column's own values.
 */
final class WindowGrid {
  /** Rows further from the epoch than this (some 70 000 years) are in no window. */
  static final long LIMIT = 1L << 61;

  private static final long DAY = 86_400_000_000L;

  private final WindowSpec spec;
  private final long pane;
  private final long step;
  private final long unit;
  private final long lateness;
  private final boolean instants;
  private final boolean days;
  private final Optional<WindowSpec.Months> months;
  private ZoneId zone = ZoneOffset.UTC;

  WindowGrid(WindowSpec spec, long unitMicros, long latenessMicros, DataType timeType) {
    this.spec = spec;
    this.instants = timeType.kind() == DataType.Kind.TIMESTAMP_LTZ;
    this.days = instants && spec.paneMicros() % DAY == 0;
    this.months =
        spec instanceof WindowSpec.Months calendar ? Optional.of(calendar) : Optional.empty();
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

  /** The session's zone; before anything else is asked. */
  void in(ZoneId session) {
    zone = session;
  }

  /** Turns times of rows into those of the grid. */
  void toGrid(long[] times, int count) {
    if (days) {
      for (int i = 0; i < count; i++) {
        boolean usable = times[i] >= -LIMIT && times[i] <= LIMIT;
        times[i] = usable ? TimeFunctions.toLocal(times[i], zone) : times[i];
      }
    }
  }

  /** A bound of a window as a value of {@code type}. */
  long bound(long time, DataType type) {
    if (!instants || type.kind() == DataType.Kind.TIMESTAMP_LTZ) {
      return instant(time);
    }
    return days ? time : TimeFunctions.toLocal(time, zone);
  }

  /** A time of the grid as one of the time column and of watermarks. */
  private long instant(long time) {
    return days ? TimeFunctions.toInstant(time, zone) : time;
  }

  /** End of the pane that starts at {@code paneStart}. */
  long paneEnd(long paneStart) {
    return months.isPresent() ? months.get().shifted(paneStart, 1) : paneStart + pane;
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
    return paneEnd(paneStart);
  }

  /** End of the last window that holds the pane. */
  long lastEnd(long paneStart) {
    if (spec instanceof WindowSpec.Hop hop) {
      return floor(paneStart, hop.slideMicros()) + hop.sizeMicros();
    }
    return months.isPresent()
        ? paneEnd(paneStart)
        : floor(paneStart, spec.sizeMicros()) + spec.sizeMicros();
  }

  /** Start of the window that ends at {@code end}. */
  long start(long end) {
    if (months.isPresent()) {
      return months.get().shifted(end, -1);
    }
    return spec instanceof WindowSpec.Cumulate
        ? floor(end - 1, spec.sizeMicros())
        : end - spec.sizeMicros();
  }

  /** The watermark at which a window that ends at {@code end} takes no more rows. */
  long closesAt(long end) {
    return instant(end) - unit + lateness;
  }

  /** Whether a window that ends at {@code end} takes no more rows at {@code watermark}. */
  boolean isClosed(long end, long watermark) {
    return watermark >= closesAt(end);
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
    if (days) {
      long open = first + step;
      while (isClosed(open, watermark)) {
        open += step;
      }
      return open;
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
    return instant(end) - unit;
  }
}
