package dev.sluice.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one command: {@code --events N --rounds N --cells a,b --engines a,b --kafka --latency --load
 * --memory --cold-start}. Each round runs every engine once, in an order that turns from round to
 * round; one more run per engine, untimed, writes its result for the comparison with DuckDB's.
 */
final class Benchmarks {

  private static final long CHECKED_EVENTS = 1_000_000;

  private static final Set<String> VALUES = Set.of("events", "rounds", "cells", "engines");
  private static final Set<String> FLAGS =
      Set.of("memory", "cold-start", "kafka", "latency", "load", "scaling", "generate");

  private final Rival.Place place;
  private final Map<String, String> options;
  private final Report report;

  private Benchmarks(Rival.Place place, Map<String, String> options) {
    this.place = place;
    this.options = options;
    this.report = new Report(place);
  }

  public static void main(String[] args) throws Exception {
    Path root = Path.of(System.getProperty("sluice.root", "")).toAbsolutePath();
    Path work = root.resolve("benchmarks/target");
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      boolean valued = VALUES.contains(name) && i + 1 < args.length;
      if (!valued && !FLAGS.contains(name)) {
        System.err.println("what is '" + args[i] + "'? The options are in run.sh");
        System.exit(2);
      }
      options.put(name, valued ? args[++i] : "true");
    }
    new Benchmarks(new Rival.Place(root, work), options).run();
  }

  private void run() throws IOException, InterruptedException, SQLException {
    long events = Long.parseLong(options.getOrDefault("events", "10000000"));
    int rounds = Integer.parseInt(options.getOrDefault("rounds", "3"));
    Path data = NexmarkData.prepare(place.data(), events);
    if (options.containsKey("generate")) {
      return;
    }
    List<Rival> rivals = rivals(options.getOrDefault("engines", "sluice,flink,duckdb"));
    report.start(events, rounds);
    List<Cell> cells =
        Cell.of(
            options.getOrDefault("cells", "tc-parquet,tc-ndjson"),
            place.root().resolve("benchmarks/nexmark/sql"));
    Map<Rival, List<Double>> ratios = new EnumMap<>(Rival.class);
    for (Cell cell : cells) {
      if (cell.format().equals("csv")) {
        NexmarkData.prepareCsv(data);
        NexmarkData.prepareCsv(NexmarkData.prepare(place.data(), CHECKED_EVENTS));
      }
      check(cell, rivals);
      NexmarkData.warm(data.resolve(cell.folder()));
      Map<Rival, List<Timed>> times = times(cell, rivals, data, rounds);
      report.cell(cell, times);
      if (times.containsKey(Rival.SLUICE)) {
        double own = median(times.get(Rival.SLUICE));
        times.forEach(
            (rival, runs) ->
                ratios.computeIfAbsent(rival, r -> new ArrayList<>()).add(median(runs) / own));
      }
    }
    ratios.remove(Rival.SLUICE);
    report.summary();
    report.means(ratios);
    if (options.containsKey("kafka")) {
      report.table("kafka, JSON", KafkaCell.run(place, data, rounds));
    }
    if (options.containsKey("load")) {
      LoadCell.run(place, data, rounds).forEach(report::table);
    }
    if (options.containsKey("scaling")) {
      ScalingCell.run(place, data, rounds).forEach(report::table);
    }
    if (options.containsKey("latency")) {
      LatencyCell.run(place).forEach(report::latency);
    }
    if (options.containsKey("cold-start")) {
      coldStart(rounds);
    }
    if (options.containsKey("memory")) {
      memory(data, events);
    }
    System.out.println(report.write());
    // the servers' threads would keep the process alive
    System.exit(0);
  }

  /** The times of each engine; one that fails, for want of memory perhaps, is left out, aloud. */
  private Map<Rival, List<Timed>> times(Cell cell, List<Rival> rivals, Path data, int rounds)
      throws InterruptedException {
    Map<Rival, List<Timed>> times = new EnumMap<>(Rival.class);
    List<Rival> running = new ArrayList<>(rivals);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < rivals.size(); i++) {
        Rival rival = rivals.get((i + round) % rivals.size());
        if (!running.contains(rival)) {
          continue;
        }
        try {
          Timed timed = rival.run(place, cell, data, null);
          System.err.printf(
              "%s %s: %.0f ms, process %.0f ms%n",
              cell.label(), rival.label, timed.engineMillis(), timed.processMillis());
          times.computeIfAbsent(rival, r -> new ArrayList<>()).add(timed);
        } catch (IOException e) {
          System.err.printf("%s %s: failed, %s%n", cell.label(), rival.label, e.getMessage());
          running.remove(rival);
          times.remove(rival);
        }
      }
    }
    return times;
  }

  private static double median(List<Timed> runs) {
    return Report.median(runs.stream().map(Timed::engineMillis).collect(Collectors.toList()));
  }

  private static List<Rival> rivals(String names) {
    return Arrays.stream(names.split(","))
        .map(name -> Rival.valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_')))
        .collect(Collectors.toList());
  }

  private void coldStart(int rounds) throws IOException, InterruptedException {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i <= rounds; i++) {
      List<String> command = List.of(place.root().resolve("sluice").toString(), "-e", "VALUES 1");
      millis.add(
          ChildProcess.run(place.logs(), "cold-start", command, Map.of("SLUICE_NO_BUILD", "1"))
              .millis());
    }
    report.coldStart(millis);
  }

  private void memory(Path data, long events)
      throws IOException, InterruptedException, SQLException {
    Path small = NexmarkData.prepare(place.data(), events / 10);
    for (Cell cell : new Cell[] {Cell.TC_PARQUET, Cell.TC_NDJSON}) {
      long less = Rival.SLUICE.run(place, cell, small, null).peakBytes();
      long more = Rival.SLUICE.run(place, cell, data, null).peakBytes();
      report.memory(cell, events / 10, less, events, more);
    }
  }

  /**
   * Every engine's rows against DuckDB's, as sets with multiplicity; or, of questions that are
   * compared elsewhere (NexmarkOracleTest), Sluice's number of rows.
   */
  private void check(Cell cell, List<Rival> rivals)
      throws IOException, InterruptedException, SQLException {
    Path data = NexmarkData.prepare(place.data(), CHECKED_EVENTS);
    if (!cell.windowedCount()) {
      if (rivals.contains(Rival.SLUICE)) {
        long expected = Rival.count(place, cell, data);
        long rows = Rival.SLUICE.run(place, cell, data, null).rows();
        if (rows != expected) {
          throw new IllegalStateException(
              cell.label() + ": " + rows + " rows instead of " + expected);
        }
        report.counted(cell, rows);
      }
      return;
    }
    Path results = place.work().resolve("check").resolve(cell.label());
    delete(results);
    Files.createDirectories(results);
    Path expected = results.resolve("duckdb.csv");
    Rival.DUCKDB.run(place, cell, data, expected);
    for (Rival rival : rivals) {
      if (rival == Rival.DUCKDB) {
        continue;
      }
      Path actual = results.resolve(rival.name());
      rival.run(place, cell, data, actual);
      report.checked(cell, rival, compare(expected, actual));
    }
  }

  private static long compare(Path expected, Path actual) throws IOException, SQLException {
    String files;
    try (Stream<Path> found = Files.walk(actual)) {
      files =
          found
              .filter(Files::isRegularFile)
              .filter(file -> fileSize(file) > 0)
              .map(file -> "'" + file + "'")
              .collect(Collectors.joining(", ", "[", "]"));
    }
    String columns =
        ", header = false, columns = {auction: 'BIGINT', window_start: 'TIMESTAMP', num:"
            + " 'BIGINT'})";
    String left = "SELECT * FROM read_csv('" + expected + "'" + columns;
    String right = "SELECT * FROM read_csv(" + files + columns;
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT (SELECT COUNT(*) FROM ("
                    + left
                    + ")), (SELECT COUNT(*) FROM ("
                    + left
                    + " EXCEPT ALL "
                    + right
                    + ")), (SELECT COUNT(*) FROM ("
                    + right
                    + " EXCEPT ALL "
                    + left
                    + "))")) {
      rows.next();
      if (rows.getLong(2) + rows.getLong(3) > 0) {
        throw new IllegalStateException(
            actual
                + ": "
                + rows.getLong(2)
                + " rows missing and "
                + rows.getLong(3)
                + " too many of "
                + rows.getLong(1));
      }
      return rows.getLong(1);
    }
  }

  private static long fileSize(Path file) {
    return file.toFile().length();
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
          Files.delete(file);
        }
      }
    }
  }
}
