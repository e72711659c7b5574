package dev.sluice.cli.run;

import dev.sluice.cli.print.Cells;
import dev.sluice.cli.print.TextWidth;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.engine.status.JobStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Tells how far a job is, on a thread of its own from construction to {@link #close}: a line
 * rewritten in place on a terminal, a line every ten seconds elsewhere, and a answer to why there
 * is no output after fifteen seconds without.
 */
final class Progress implements AutoCloseable {
  /** How much is told. */
  enum Mode {
    /** One line, rewritten. */
    LIVE,
    /** A line now and then. */
    PLAIN,
    /** Stalls only. */
    STALLS
  }

  private static final Duration LIVE_INTERVAL = Duration.ofMillis(200);
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
  static final Duration STALL_AFTER = Duration.ofSeconds(15);

  private final Job job;
  private final Mode mode;
  private final PrintStream err;
  private final IntSupplier width;
  private final LongSupplier results;
  private final Duration stallAfter;
  private final Thread thread;
  private int toldNotices;
  private boolean painted;
  private volatile boolean closed;

  /**
   * @param width columns of the terminal; asked before each line
   * @param results rows given to the caller rather than to a sink
   * @param stallAfter how long nothing may come out before that is told
   * @param toldNotices how many of the job's notices the user has seen
   */
  Progress(
      Job job,
      Mode mode,
      PrintStream err,
      IntSupplier width,
      LongSupplier results,
      Duration stallAfter,
      int toldNotices) {
    this.job = job;
    this.mode = mode;
    this.err = err;
    this.width = width;
    this.results = results;
    this.stallAfter = stallAfter;
    this.toldNotices = toldNotices;
    this.thread = new Thread(this::run, "progress");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    Rate rate = new Rate();
    Stall stall = new Stall();
    long nextPlain = System.nanoTime() + PLAIN_INTERVAL.toNanos();
    try {
      while (true) {
        Thread.sleep(LIVE_INTERVAL.toMillis());
        RunReport report = job.report();
        long now = System.nanoTime();
        tellNotices();
        if (stall.isToBeTold(report, now)) {
          print(
              "no output for "
                  + stall.seconds(now)
                  + " s: "
                  + Why.text(job.status()).stripTrailing(),
              false);
        }
        double perSecond = rate.update(report);
        if (mode == Mode.LIVE) {
          print(line(report, perSecond), true);
        } else if (mode == Mode.PLAIN && now >= nextPlain) {
          nextPlain = now + PLAIN_INTERVAL.toNanos();
          print(line(report, perSecond), false);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Those that came after the start, which whoever started the job has told. */
  private synchronized void tellNotices() {
    List<String> notices = job.notices();
    while (toldNotices < notices.size()) {
      print(notices.get(toldNotices++), false);
    }
  }

  /** Notices that nothing comes out; told after a while, then ever less often. */
  private final class Stall {
    private long out = -1;
    private long in = -1;
    private long outSince = System.nanoTime();
    private long inSince = outSince;
    private long patience = stallAfter.toNanos();

    boolean isToBeTold(RunReport report, long now) {
      long given = report.rowsOut() + results.getAsLong();
      if (given != out) {
        out = given;
        outSince = now;
        patience = stallAfter.toNanos();
      }
      if (report.rowsIn() != in) {
        in = report.rowsIn();
        inSince = now;
      }
      // input that ends may well give its rows at its end
      boolean reading =
          now - inSince < stallAfter.toNanos()
              && job.status().sources().stream().allMatch(JobStatus.Source::bounded);
      if (reading || now - outSince < patience) {
        return false;
      }
      patience *= 2;
      return true;
    }

    long seconds(long now) {
      return Duration.ofNanos(now - outSince).toSeconds();
    }
  }

  /** Rows per second over the last few seconds. */
  private static final class Rate {
    private long rows;
    private long nanos;
    private double smoothed = -1;

    double update(RunReport report) {
      long newRows = report.rowsIn();
      long newNanos = report.elapsed().toNanos();
      if (newNanos > nanos) {
        double current = (newRows - rows) * 1e9 / (newNanos - nanos);
        smoothed = smoothed < 0 ? current : 0.8 * smoothed + 0.2 * current;
      }
      rows = newRows;
      nanos = newNanos;
      return Math.max(0, smoothed);
    }
  }

  static String line(RunReport report, double perSecond) {
    List<String> parts = new ArrayList<>();
    parts.add(Cells.grouped(report.rowsIn()) + " rows in");
    parts.add(Cells.grouped(Math.round(perSecond)) + " rows/s");
    String watermark = watermarks(report);
    if (!watermark.isEmpty()) {
      parts.add("watermark " + watermark);
    }
    for (RunReport.Sink sink : report.sinks()) {
      parts.add(sink.name() + " " + Cells.grouped(sink.rows()));
    }
    if (report.lateRows() > 0) {
      parts.add(Cells.grouped(report.lateRows()) + " late");
    }
    if (report.malformed() > 0) {
      parts.add(Cells.grouped(report.malformed()) + " malformed");
    }
    parts.add(Summary.seconds(report.elapsed()));
    return String.join("  ", parts);
  }

  /** The lowest watermark that is neither before the first row nor past the last. */
  private static String watermarks(RunReport report) {
    return report.sources().stream()
        .mapToLong(RunReport.Source::watermarkMicros)
        .filter(w -> w > Long.MIN_VALUE && w < Summary.END_OF_TIME)
        .min()
        .stream()
        .mapToObj(w -> Cells.timestamp(w, 0))
        .findFirst()
        .orElse("");
  }

  private synchronized void print(String line, boolean inPlace) {
    if (closed) {
      return;
    }
    if (mode == Mode.LIVE) {
      String shown = inPlace ? TextWidth.cut(line, width.getAsInt() - 1) : line + "\n";
      err.print("\r\u001b[K" + shown);
      painted = inPlace;
    } else {
      err.print(line + "\n");
    }
    err.flush();
  }

  /** Ends the telling and takes the line away. */
  @Override
  public void close() {
    thread.interrupt();
    synchronized (this) {
      if (!closed) {
        tellNotices();
      }
      closed = true;
      if (painted) {
        err.print("\r\u001b[K");
        err.flush();
      }
    }
  }
}
