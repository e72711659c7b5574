package dev.sluice.plan;

import java.time.LocalDate;

/**
 * A window over an event-time column. All durations and times are microseconds; windows are half
 * open, aligned to the epoch plus the offset.
 *
 * <p>Windows are cut into panes: the smallest slices such that every window is a run of whole
 * panes. A row is aggregated once, into its pane; a window's result merges its panes.
 */
public sealed interface WindowSpec {
  /** Index of the TIMESTAMP or TIMESTAMP_LTZ input column. */
  int timeColumn();

  /** This window over another column index. */
  WindowSpec withTimeColumn(int column);

  /** Width of a pane. */
  long paneMicros();

  long offsetMicros();

  /** Width of the longest window. */
  long sizeMicros();

  /** Start of the pane that holds {@code time}. */
  default long paneStart(long time) {
    return time - Math.floorMod(time - offsetMicros(), paneMicros());
  }

  /** Consecutive windows of one size. */
  record Tumble(int timeColumn, long sizeMicros, long offsetMicros) implements WindowSpec {
    public Tumble {
      requirePositive(sizeMicros, "size");
    }

    @Override
    public Tumble withTimeColumn(int column) {
      return new Tumble(column, sizeMicros, offsetMicros);
    }

    @Override
    public long paneMicros() {
      return sizeMicros;
    }
  }

  /** Windows of {@code sizeMicros} that start every {@code slideMicros}. */
  record Hop(int timeColumn, long slideMicros, long sizeMicros, long offsetMicros)
      implements WindowSpec {
    public Hop {
      requirePositive(slideMicros, "slide");
      requirePositive(sizeMicros, "size");
    }

    @Override
    public Hop withTimeColumn(int column) {
      return new Hop(column, slideMicros, sizeMicros, offsetMicros);
    }

    /** The greatest common divisor of slide and size, so that both are whole numbers of panes. */
    @Override
    public long paneMicros() {
      long a = slideMicros;
      long b = sizeMicros;
      while (b != 0) {
        long rest = a % b;
        a = b;
        b = rest;
      }
      return a;
    }
  }

  /** Windows that share a start and grow by {@code stepMicros} up to {@code sizeMicros}. */
  record Cumulate(int timeColumn, long stepMicros, long sizeMicros, long offsetMicros)
      implements WindowSpec {
    public Cumulate {
      requirePositive(stepMicros, "step");
      requirePositive(sizeMicros, "size");
    }

    @Override
    public Cumulate withTimeColumn(int column) {
      return new Cumulate(column, stepMicros, sizeMicros, offsetMicros);
    }

    @Override
    public long paneMicros() {
      return stepMicros;
    }
  }

  /**
   * Consecutive windows of {@code months} calendar months, counted from January 1970. A pane is a
   * window; its width differs.
   */
  record Months(int timeColumn, int months) implements WindowSpec {
    private static final long DAY = 86_400_000_000L;

    public Months {
      requirePositive(months, "size");
    }

    @Override
    public Months withTimeColumn(int column) {
      return new Months(column, months);
    }

    /** The least width. */
    @Override
    public long paneMicros() {
      return 28L * months * DAY;
    }

    @Override
    public long offsetMicros() {
      return 0;
    }

    /** The greatest width. */
    @Override
    public long sizeMicros() {
      return 31L * months * DAY;
    }

    @Override
    public long paneStart(long time) {
      LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(time, DAY));
      long month = date.getYear() * 12L + date.getMonthValue() - 1 - 1970 * 12L;
      return monthStart(month - Math.floorMod(month, (long) months));
    }

    /** Start of the window {@code windows} after the one that starts at {@code start}. */
    public long shifted(long start, int windows) {
      LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(start, DAY));
      return date.plusMonths((long) windows * months).toEpochDay() * DAY;
    }

    private static long monthStart(long month) {
      return LocalDate.ofEpochDay(0).plusMonths(month).toEpochDay() * DAY;
    }
  }

  /**
   * Rows of one key with no more than {@code gapMicros} between them; ends that long after its last
   * row. Not made of panes.
   */
  record Session(int timeColumn, long gapMicros) implements WindowSpec {
    public Session {
      requirePositive(gapMicros, "gap");
    }

    @Override
    public Session withTimeColumn(int column) {
      return new Session(column, gapMicros);
    }

    @Override
    public long paneMicros() {
      throw new IllegalStateException("sessions have no panes");
    }

    @Override
    public long offsetMicros() {
      return 0;
    }

    /** The least: a session may last as long as rows keep coming. */
    @Override
    public long sizeMicros() {
      return gapMicros;
    }
  }

  /**
   * Windows that the rows name themselves, see {@link WindowColumns}. Not made of panes.
   *
   * @param timeColumn the window's end
   */
  record Attached(int startColumn, int timeColumn, long unitMicros, boolean local)
      implements WindowSpec {
    @Override
    public Attached withTimeColumn(int column) {
      return new Attached(startColumn, column, unitMicros, local);
    }

    @Override
    public long paneMicros() {
      throw new IllegalStateException("windows that rows name have no panes");
    }

    @Override
    public long offsetMicros() {
      return 0;
    }

    /** Nothing more: the rows came when their window did. */
    @Override
    public long sizeMicros() {
      return 0;
    }
  }

  /**
   * Windows of {@code size} rows of one key that start every {@code slide} rows; only while a query
   * is planned, see {@link CountWindowNode}.
   *
   * @param timeColumn the event time in whose order rows are counted, or -1
   */
  record Count(int timeColumn, long slide, long size) implements WindowSpec {
    public Count {
      requirePositive(slide, "slide");
      requirePositive(size, "size");
    }

    @Override
    public Count withTimeColumn(int column) {
      return new Count(column, slide, size);
    }

    @Override
    public long paneMicros() {
      throw new IllegalStateException("windows of a number of rows have no panes");
    }

    @Override
    public long offsetMicros() {
      return 0;
    }

    @Override
    public long sizeMicros() {
      throw new IllegalStateException("windows of a number of rows have no length in time");
    }
  }

  private static void requirePositive(long value, String what) {
    if (value <= 0) {
      throw new IllegalArgumentException("window " + what + " must be positive: " + value);
    }
  }
}
