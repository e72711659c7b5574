package dev.sluice.cli.run;

import dev.sluice.cli.print.Cells;
import dev.sluice.cli.print.JsonText;
import dev.sluice.cli.print.TextWidth;
import dev.sluice.engine.RunReport;
import dev.sluice.engine.status.JobStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is said of a run at its end. Stateless. */
final class Summary {
  /** Watermarks from here on mean that the input has ended. */
  static final long END_OF_TIME = 253_402_300_800_000_000L;

  private Summary() {}

  /** For a person: one line for the run, one each for its sources and sinks. */
  static String text(RunReport report) {
    List<String[]> lines = new ArrayList<>();
    for (RunReport.Source source : report.sources()) {
      String rejected = count(source.malformed(), "malformed");
      if (source.skewed() > 0) {
        rejected += ", " + count(source.skewed(), "too far in the future");
      }
      lines.add(line("source", source.name(), source.rows(), report.elapsed(), rejected));
    }
    for (RunReport.Sink sink : report.sinks()) {
      long open = sink.rows() - sink.committedRows();
      List<String> notes = new ArrayList<>();
      if (sink.rejected() > 0) {
        notes.add(count(sink.rejected(), "that did not fit"));
      }
      if (open > 0) {
        notes.add(count(open, "not committed"));
      }
      lines.add(line("sink", sink.name(), sink.rows(), report.elapsed(), String.join(", ", notes)));
    }
    StringBuilder out = new StringBuilder(report.stopped() ? "stopped" : "done");
    out.append(" in ").append(seconds(report.elapsed()));
    out.append(": ").append(Cells.grouped(report.rowsIn())).append(" rows in, ");
    out.append(Cells.grouped(report.rowsOut())).append(" out, ");
    out.append(count(report.lateRows(), "late")).append(", ");
    out.append(count(report.malformed(), "malformed")).append(", ");
    out.append(rate(report.rowsIn(), report.elapsed())).append('\n');
    align(out, lines);
    if (report.stateBytes() > 1 << 20) {
      out.append("  state of at most ")
          .append(Cells.grouped((report.stateBytes() + (1 << 20) - 1) >> 20))
          .append(" MiB\n");
    }
    lookups(report.lookups()).ifPresent(text -> out.append("  ").append(text).append('\n'));
    for (RunReport.Flow flow : report.flows()) {
      if (flow.filtered() + flow.late() + flow.rejected() != 0 || flow.missing() != 0) {
        out.append("  ").append(flow(flow)).append('\n');
      }
    }
    if (report.restarts() > 0) {
      out.append("  started again ")
          .append(report.restarts() == 1 ? "once" : report.restarts() + " times")
          .append(" after a fault\n");
    }
    return out.toString();
  }

  /** Where the rows of a source have gone: a sum that comes out even, or says so. */
  private static String flow(RunReport.Flow flow) {
    String text =
        flow.source()
            + ": "
            + count(flow.read(), "read")
            + " = "
            + count(flow.used(), "to " + flow.target())
            + " + "
            + count(flow.filtered(), "filtered")
            + " + "
            + count(flow.late(), "late")
            + (flow.rejected() == 0 ? "" : " + " + count(flow.rejected(), "that did not fit"));
    return flow.missing() == 0 ? text : text + " + " + count(flow.missing(), "not taken");
  }

  private static Optional<String> lookups(RunReport.Lookups lookups) {
    if (lookups.requests() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "lookups: "
            + count(lookups.hits(), "rows' keys known")
            + ", "
            + count(lookups.misses(), "asked for")
            + " in "
            + count(lookups.requests(), "requests"));
  }

  /** What a query's rows do not tell: records that are not in them. Empty if all are. */
  static Optional<String> leftOut(RunReport report) {
    List<String> parts = new ArrayList<>();
    if (report.lateRows() > 0) {
      parts.add(count(report.lateRows(), "late"));
    }
    for (RunReport.Source source : report.sources()) {
      if (source.malformed() > 0) {
        parts.add(count(source.malformed(), "malformed") + " of '" + source.name() + "'");
      }
      if (source.skewed() > 0) {
        parts.add(count(source.skewed(), "too far in the future") + " of '" + source.name() + "'");
      }
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of("not in the result: " + String.join(", ", parts));
  }

  private static String[] line(String role, String name, long rows, Duration elapsed, String note) {
    return new String[] {role, name, Cells.grouped(rows) + " rows", rate(rows, elapsed), note};
  }

  private static void align(StringBuilder out, List<String[]> lines) {
    int[] widths = new int[5];
    for (String[] line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], TextWidth.of(line[i]));
      }
    }
    for (String[] line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String blanks = TextWidth.padding(line[i], widths[i]);
        boolean number = i == 2 || i == 3;
        text.append("  ").append(number ? blanks + line[i] : line[i] + blanks);
      }
      out.append(text.toString().stripTrailing()).append('\n');
    }
  }

  /** For a program: one object. {@code error} is the failure's code and message, if it failed. */
  static String json(
      RunReport report, JobStatus job, String status, Optional<Map<String, Object>> error) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("status", status);
    run.put("elapsedMillis", report.elapsed().toMillis());
    run.put("rowsIn", report.rowsIn());
    run.put("rowsOut", report.rowsOut());
    run.put("late", report.lateRows());
    run.put("malformed", report.malformed());
    run.put("rowsPerSecond", perSecond(report.rowsIn(), report.elapsed()));
    run.put("epoch", report.epoch());
    run.put("stateBytes", report.stateBytes());
    run.put("restarts", report.restarts());
    if (report.lookups().requests() > 0) {
      run.put("lookupHits", report.lookups().hits());
      run.put("lookupMisses", report.lookups().misses());
      run.put("lookupRequests", report.lookups().requests());
    }
    if (report.pauses().count() > 0) {
      Map<String, Object> pauses = new LinkedHashMap<>();
      pauses.put("count", report.pauses().count());
      pauses.put("pauseMillis99", millis(report.pauses().percentile99()));
      pauses.put("pauseMillisMax", millis(report.pauses().longest()));
      run.put("checkpoints", pauses);
    }
    List<Map<String, Object>> sources = new ArrayList<>();
    for (RunReport.Source source : report.sources()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", source.name());
      map.put("rows", source.rows());
      map.put("malformed", source.malformed());
      map.put("skewed", source.skewed());
      map.put("bytes", source.bytes());
      map.put("splits", source.splits());
      map.put("finishedSplits", source.finishedSplits());
      map.put("rowsPerSecond", perSecond(source.rows(), report.elapsed()));
      sources.add(map);
    }
    List<Object> sinks = new ArrayList<>();
    for (RunReport.Sink sink : report.sinks()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", sink.name());
      map.put("rows", sink.rows());
      map.put("committedRows", sink.committedRows());
      map.put("rejected", sink.rejected());
      map.put("rowsPerSecond", perSecond(sink.rows(), report.elapsed()));
      sinks.add(map);
    }
    run.put("sources", sources);
    run.put("sinks", sinks);
    List<Object> flows = new ArrayList<>();
    for (RunReport.Flow flow : report.flows()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("source", flow.source());
      map.put("target", flow.target());
      map.put("read", flow.read());
      map.put("filtered", flow.filtered());
      map.put("late", flow.late());
      map.put("rejected", flow.rejected());
      map.put("used", flow.used());
      map.put("missing", flow.missing());
      flows.add(map);
    }
    run.put("flows", flows);
    Why.json(job, sources, run);
    error.ifPresent(e -> run.put("error", e));
    return JsonText.of(run);
  }

  private static double millis(Duration time) {
    return time.toNanos() / 10_000 / 100.0;
  }

  private static String count(long number, String what) {
    return Cells.grouped(number) + " " + what;
  }

  private static String rate(long rows, Duration elapsed) {
    return Cells.grouped(perSecond(rows, elapsed)) + " rows/s";
  }

  private static long perSecond(long rows, Duration elapsed) {
    long nanos = elapsed.toNanos();
    return nanos <= 0 ? 0 : Math.round(rows * 1e9 / nanos);
  }

  /** {@code 0.8 s}, {@code 75 s}, {@code 2:03:04}. */
  static String seconds(Duration elapsed) {
    long whole = elapsed.toSeconds();
    if (whole < 10) {
      return String.format(Locale.ROOT, "%.1f s", elapsed.toMillis() / 1000.0);
    }
    return whole < 600
        ? whole + " s"
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
