package dev.sluice.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures as a Markdown page: medians, spread, ratios, and the machine they are from. */
final class Report {

  private final Rival.Place place;
  private final StringBuilder page = new StringBuilder();
  private final Map<String, Map<Rival, List<Timed>>> cells = new LinkedHashMap<>();

  Report(Rival.Place place) {
    this.place = place;
  }

  void start(long events, int rounds) throws IOException {
    add("# Nexmark: Sluice, Flink SQL, DuckDB%n%n");
    add(
        "%,d events (bids are 92 %% of them), %d rounds, order of the engines turning.%n",
        events, rounds);
    add(
        "%d cores, %s, Java %s, %s.%n",
        Runtime.getRuntime().availableProcessors(),
        cpu(),
        System.getProperty("java.version"),
        System.getProperty("os.name"));
    add(
        "Parallelism 2 everywhere. Flink %s (streaming, %s), DuckDB %s.%n",
        version("flink", "flink-clients"), Rival.FLINK_HEAP, version("nexmark", "duckdb_jdbc"));
    add(
        "*Engine* is the time the engine itself counts for the job (Flink: net run time of the job;"
            + " Sluice: elapsed of%n");
    add(
        "the run; DuckDB: the statement); *process* is from starting the JVM to its exit. Sinks"
            + " drop the rows.%n");
  }

  void checked(Cell cell, Rival rival, long rows) {
    System.err.printf("%s: %s gives DuckDB's %,d rows%n", cell.label(), rival.label, rows);
    add(
        "%n%s: %s gives the same %,d rows as DuckDB on 1 million events.%n",
        cell.label(), rival.label, rows);
  }

  void counted(Cell cell, long rows) {
    System.err.printf("%s: as many rows as DuckDB, %,d%n", cell.label(), rows);
    add("%n%s: as many rows as DuckDB on 1 million events, %,d.%n", cell.label(), rows);
  }

  /** All cells in one table: the medians of an engine's times, as multiples of Sluice's, memory. */
  void summary() {
    List<Rival> rivals =
        cells.values().stream()
            .flatMap(times -> times.keySet().stream())
            .distinct()
            .sorted()
            .collect(Collectors.toList());
    StringBuilder head = new StringBuilder("%n## All%n%n| engine ms |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (Rival rival : rivals) {
      boolean own = rival == Rival.SLUICE;
      head.append(' ').append(rival.label).append(own ? " | peak MB |" : " | × | peak MB |");
      rule.append(own ? " --- | --- |" : " --- | --- | --- |");
    }
    add(head + "%n" + rule + "%n");
    cells.forEach(
        (label, times) -> {
          add("| %s |", label);
          for (Rival rival : rivals) {
            List<Timed> runs = times.get(rival);
            if (runs == null) {
              add(rival == Rival.SLUICE ? " failed | |" : " failed | | |");
            } else {
              double peak = runs.stream().mapToLong(Timed::peakBytes).max().orElse(0) / 1e6;
              add(" %,.0f |%s %.0f |", millis(runs), multiple(times, rival), peak);
            }
          }
          add("%n");
        });
  }

  private static String multiple(Map<Rival, List<Timed>> times, Rival rival) {
    if (rival == Rival.SLUICE) {
      return "";
    }
    return times.containsKey(Rival.SLUICE)
        ? String.format(
            Locale.ROOT, " %.2f |", millis(times.get(rival)) / millis(times.get(Rival.SLUICE)))
        : " |";
  }

  private static double millis(List<Timed> runs) {
    return median(runs.stream().map(Timed::engineMillis).collect(Collectors.toList()));
  }

  private Map<String, Map<String, Double>> multiples() {
    Map<String, Map<String, Double>> multiples = new LinkedHashMap<>();
    cells.forEach(
        (label, times) -> {
          if (times.containsKey(Rival.SLUICE)) {
            Map<String, Double> bars = new LinkedHashMap<>();
            times.keySet().stream()
                .filter(rival -> rival != Rival.SLUICE)
                .sorted()
                .forEach(
                    rival ->
                        bars.put(
                            rival.label,
                            millis(times.get(rival)) / millis(times.get(Rival.SLUICE))));
            multiples.put(label, bars);
          }
        });
    return multiples;
  }

  /** Geometric means over the cells of other engines' times as parts of Sluice's. */
  void means(Map<Rival, List<Double>> ratios) {
    ratios.forEach(
        (rival, all) ->
            add(
                "%n%s: geometric mean of its time / Sluice's over %d queries: %.2f (%.2f to"
                    + " %.2f).%n",
                rival.label,
                all.size(),
                Math.exp(all.stream().mapToDouble(Math::log).average().orElse(0)),
                all.stream().mapToDouble(Double::doubleValue).min().orElse(0),
                all.stream().mapToDouble(Double::doubleValue).max().orElse(0)));
  }

  void cell(Cell cell, Map<Rival, List<Timed>> times) {
    cells.put(cell.label(), times);
    Map<String, List<Timed>> named = new LinkedHashMap<>();
    times.forEach((rival, runs) -> named.put(rival.label, runs));
    table(cell.label(), named);
  }

  /** A table of what was measured, by engine. */
  void table(String title, Map<String, List<Timed>> times) {
    add("%n## %s%n%n", title);
    add(
        "| engine | engine ms: median (min–max) | process ms: median (min–max) | time / Sluice's,"
            + " engine | process | peak MB |%n");
    add("| --- | --- | --- | --- | --- | --- |%n");
    List<Timed> own = times.get(Rival.SLUICE.label);
    times.forEach(
        (engine, runs) -> {
          List<Double> inside = runs.stream().map(Timed::engineMillis).collect(Collectors.toList());
          List<Double> process =
              runs.stream().map(Timed::processMillis).collect(Collectors.toList());
          add("| %s | %s | %s |", engine, spread(inside), spread(process));
          if (own == null) {
            add(" – | – |");
          } else {
            double mine =
                median(own.stream().map(Timed::engineMillis).collect(Collectors.toList()));
            double whole =
                median(own.stream().map(Timed::processMillis).collect(Collectors.toList()));
            add(" %.2f | %.2f |", median(inside) / mine, median(process) / whole);
          }
          add(" %.0f |%n", runs.stream().mapToLong(Timed::peakBytes).max().orElse(0) / 1e6);
        });
  }

  void coldStart(List<Double> millis) {
    add("%n## Cold start%n%n`sluice -e \"VALUES 1\"`: %s ms%n", spread(millis));
  }

  void latency(String question, LatencyCell.Outcome outcome) {
    add(
        "%nFrom topic to topic at 50,000 rows a second, %s: median %.1f ms, 99 %% within %.1f ms,"
            + " most %.1f ms, of %,d results.%n",
        question, outcome.median(), outcome.p99(), outcome.most(), outcome.results());
  }

  void memory(Cell cell, long fewer, long less, long events, long more) {
    add("%n## Memory, %s%n%n", cell.label());
    add(
        "Sluice's peak resident memory: %.0f MB at %,d events, %.0f MB at %,d: %.2f times.%n",
        less / 1e6, fewer, more / 1e6, events, (double) more / less);
  }

  /** Writes the page and returns it. */
  String write() throws IOException {
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now(ZoneOffset.UTC));
    Path folder = Files.createDirectories(place.work().resolve("results"));
    Path file = folder.resolve(time + ".md");
    Files.writeString(file, page);
    Map<String, Map<String, Double>> multiples = multiples();
    if (!multiples.isEmpty()) {
      String title = "Engine time as a multiple of Sluice's (more: slower than Sluice)";
      Files.writeString(folder.resolve(time + ".svg"), Chart.draw(title, multiples));
    }
    return page + "\n(" + file + " and its chart)";
  }

  private static String spread(List<Double> values) {
    double min = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double max = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return String.format(Locale.ROOT, "%,.0f (%,.0f–%,.0f)", median(values), min, max);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().collect(Collectors.toList());
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private String version(String module, String artifact) throws IOException {
    for (String jar : place.classPath(module).split(":")) {
      String name = jar.substring(jar.lastIndexOf('/') + 1);
      if (name.startsWith(artifact + "-")) {
        return name.substring(artifact.length() + 1).replace(".jar", "");
      }
    }
    return "of an unknown version";
  }

  private static String cpu() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }

  private void add(String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values));
  }
}
