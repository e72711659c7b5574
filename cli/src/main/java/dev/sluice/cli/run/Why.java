package dev.sluice.cli.run;

import dev.sluice.cli.print.Cells;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.operator.StepStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers why there is no output: which source, split and operator holds event time, since when,
 * and what would release it. Stateless.
 */
public final class Why {
  /** A job's thread takes its status several times a second unless something keeps it. */
  private static final Duration BUSY = Duration.ofSeconds(5);

  private Why() {}

  /** Lines for a person, each with its line break. */
  public static String text(JobStatus status) {
    List<String> lines = new ArrayList<>();
    if (status.restarts().waiting()) {
      return "it waits to start again after: " + status.restarts().reason() + "\n";
    }
    List<JobStatus.Sink> stuck =
        status.sinks().stream().filter(sink -> sink.busy().compareTo(BUSY) > 0).toList();
    stuck.forEach(sink -> lines.add(stalled(sink)));
    if (status.age().compareTo(BUSY) > 0 && stuck.isEmpty()) {
      lines.add(
          "the job has been at one piece of work for "
              + span(status.age())
              + ": a sink that is slow, or much to compute");
    }
    long spilled = status.memory().spilled();
    if (spilled > 0) {
      lines.add(
          "state on disk: "
              + Cells.grouped((spilled >> 20) + 1)
              + " MiB, which come back part by part");
    }
    boolean all = status.sources().stream().allMatch(JobStatus.Source::finished);
    if (all && !status.sources().isEmpty() && spilled == 0) {
      lines.add("all input has been read and has gone through");
    }
    status.sources().stream().filter(s -> !s.finished()).forEach(s -> source(s, lines));
    boolean waiting = false;
    for (StepStatus operator : status.operators()) {
      if (operator.waiting().isPresent()) {
        waiting = true;
        lines.add(waiting(operator));
      }
    }
    long rows = status.sources().stream().mapToLong(Why::rows).sum();
    if (!waiting && !all && rows > 0) {
      lines.add(
          "no window is open: rows that came were left out by conditions or joins, came late, or"
              + " have been given");
    }
    return lines.isEmpty() ? "nothing is read\n" : String.join("\n", lines) + "\n";
  }

  private static String stalled(JobStatus.Sink sink) {
    String text =
        "stalled: sink '"
            + sink.name()
            + "' has been at one write or commit for "
            + span(sink.busy());
    return sink.batches() == 0
        ? text
        : text
            + "; "
            + Cells.grouped(sink.batches())
            + " batches wait for it ("
            + Cells.grouped((sink.bytes() + 1023) >> 10)
            + " KiB), and reading pauses";
  }

  private static long rows(JobStatus.Source source) {
    return source.splits().stream().mapToLong(JobStatus.Split::rows).sum();
  }

  private static void source(JobStatus.Source source, List<String> lines) {
    String name = "source '" + source.name() + "': ";
    if (source.splits().isEmpty()) {
      lines.add(name + "there is nothing to read yet, no file or partition");
      return;
    }
    if (rows(source) == 0) {
      lines.add(name + "no row has come yet");
    }
    if (source.timed()) {
      String watermark =
          source.watermarkMicros() == Long.MIN_VALUE
              ? "no watermark yet"
              : "watermark " + Cells.timestamp(source.watermarkMicros(), 3);
      Optional<JobStatus.Split> holder = holder(source);
      if (holder.isPresent()) {
        lines.add(name + watermark + ", held by " + held(holder.get()));
        lines.add("  released by " + release(source, holder.get()));
      } else {
        boolean ended = source.splits().stream().allMatch(s -> s.phase() == JobStatus.Phase.ENDED);
        lines.add(
            name
                + watermark
                + (ended ? "; all there is has been read" : "; every split is silent"));
        lines.add(
            ended
                ? "  released by something new to read, with later time stamps"
                : "  released by a row with a later time stamp in any of them");
      }
    } else if (rows(source) > 0) {
      lines.add(name + Cells.grouped(rows(source)) + " rows, no watermark declared");
    }
    if (source.skewedRows() > 0) {
      lines.add(
          "  "
              + Cells.grouped(source.skewedRows())
              + " rows moved no time: they lie further ahead than MAX FUTURE SKEW; is a clock"
              + " wrong?");
    }
  }

  /** The split whose watermark all others wait for. */
  private static Optional<JobStatus.Split> holder(JobStatus.Source source) {
    return source.splits().stream()
        .filter(s -> s.phase() == JobStatus.Phase.READING || s.phase() == JobStatus.Phase.WAITING)
        .min(
            Comparator.comparingLong(JobStatus.Split::watermarkMicros)
                .thenComparing(s -> s.phase() == JobStatus.Phase.READING ? 1 : 0));
  }

  private static String held(JobStatus.Split split) {
    String name = "split '" + split.name() + "', ";
    if (split.phase() == JobStatus.Phase.WAITING) {
      return name + "which is read after those before it";
    }
    if (split.rows() == 0) {
      return name + "without a row for " + span(split.silent());
    }
    return split.silent().toSeconds() < 2
        ? name + "which is being read"
        : name + "silent for " + span(split.silent());
  }

  private static String release(JobStatus.Source source, JobStatus.Split split) {
    if (split.phase() == JobStatus.Phase.WAITING) {
      return "its turn";
    }
    String row = "a row with a later time stamp there";
    if (source.bounded()) {
      return row + ", or its end";
    }
    if (source.idleAfterMicros() <= 0) {
      return row + "; IDLE AFTER INTERVAL … in its WATERMARK clause would let others go on";
    }
    Duration after = Duration.ofNanos(source.idleAfterMicros() * 1000);
    Duration left = after.minus(split.silent());
    return row
        + ", or after "
        + span(after)
        + " of silence (IDLE AFTER)"
        + (left.isNegative() ? "" : ": in " + span(left));
  }

  private static String waiting(StepStatus operator) {
    int open = operator.waiting().orElseThrow().open();
    long due = operator.waiting().get().dueMicros();
    if (due == Long.MAX_VALUE) {
      return operator.label()
          + (open == 0
              ? " holds event time until the end of the input: what came may still change"
              : ": " + Cells.grouped(open) + " wait for the end of the input");
    }
    String ahead =
        operator.watermarkMicros() == Long.MIN_VALUE
            ? ""
            : " (" + span(Duration.ofNanos((due - operator.watermarkMicros()) * 1000)) + " ahead)";
    return operator.label()
        + ": "
        + Cells.grouped(open)
        + (open == 1 ? " window" : " windows")
        + " open; the first gives its rows at watermark "
        + Cells.timestamp(due, 3)
        + ahead;
  }

  private static String span(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200
        ? seconds / 60 + " min"
        : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
  }

  /** The same for a program: the parts of the summary's object that tell of event time. */
  static void json(JobStatus status, List<Map<String, Object>> sources, Map<String, Object> run) {
    for (JobStatus.Source source : status.sources()) {
      List<Object> splits = new ArrayList<>();
      for (JobStatus.Split split : source.splits()) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", split.name());
        map.put("phase", split.phase().name().toLowerCase(java.util.Locale.ROOT));
        map.put("rows", split.rows());
        putTime(map, split.watermarkMicros());
        map.put("silentMillis", split.silent().toMillis());
        splits.add(map);
      }
      sources.stream()
          .filter(s -> s.get("name").equals(source.name()) && !s.containsKey("sequences"))
          .findFirst()
          .ifPresent(
              s -> {
                putTime(s, source.watermarkMicros());
                s.put("sequences", splits);
              });
    }
    List<Object> operators = new ArrayList<>();
    for (StepStatus operator : status.operators()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", operator.label());
      map.put("stage", operator.stage());
      putTime(map, operator.watermarkMicros());
      map.put("stateBytes", operator.stateBytes());
      map.put("spilledBytes", operator.spilledBytes());
      operator
          .waiting()
          .ifPresent(
              w -> {
                map.put("openWindows", w.open());
                if (w.dueMicros() != Long.MAX_VALUE) {
                  map.put("nextAtWatermark", Cells.timestamp(w.dueMicros(), 3));
                }
              });
      operators.add(map);
    }
    run.put("operators", operators);
    List<Object> writers = new ArrayList<>();
    for (JobStatus.Sink sink : status.sinks()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", sink.name());
      map.put("busyMillis", sink.busy().toMillis());
      map.put("waitingBatches", sink.batches());
      map.put("waitingBytes", sink.bytes());
      writers.add(map);
    }
    run.put("writers", writers);
    run.put("memory", memory(status.memory()));
  }

  private static Map<String, Object> memory(JobStatus.Memory memory) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("stateBytes", memory.state());
    map.put("stateLimit", memory.stateLimit());
    map.put("spilledBytes", memory.spilled());
    map.put("spilledPeak", memory.spilledPeak());
    map.put("offHeapBytes", memory.offHeap());
    map.put("offHeapPeak", memory.offHeapPeak());
    map.put("offHeapLimit", memory.offHeapLimit());
    map.put("heapBytes", memory.heap());
    map.put("heapLimit", memory.heapLimit());
    return map;
  }

  private static void putTime(Map<String, Object> map, long watermark) {
    if (watermark > Long.MIN_VALUE && watermark < Summary.END_OF_TIME) {
      map.put("watermark", Cells.timestamp(watermark, 3));
    }
  }
}
