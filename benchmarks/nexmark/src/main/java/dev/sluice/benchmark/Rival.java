package dev.sluice.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine under measurement; each run is a process of its own. */
enum Rival {
  SLUICE("Sluice") {
    @Override
    Timed run(Place place, Cell cell, Path data, Path csv)
        throws IOException, InterruptedException {
      return sluice(
          place,
          cell.label(),
          place.write(cell.label() + "-sluice.sql", cell.streamingSql(data, false, csv)));
    }
  },
  FLINK("Flink SQL") {
    @Override
    Timed run(Place place, Cell cell, Path data, Path csv)
        throws IOException, InterruptedException {
      return flink(place, cell, data, csv, false);
    }
  },
  /** Its operators hand on objects without copying them, a setting that Flink leaves off. */
  FLINK_REUSE("Flink SQL, object reuse") {
    @Override
    Timed run(Place place, Cell cell, Path data, Path csv)
        throws IOException, InterruptedException {
      return flink(place, cell, data, csv, true);
    }
  },
  DUCKDB("DuckDB") {
    @Override
    Timed run(Place place, Cell cell, Path data, Path csv)
        throws IOException, InterruptedException {
      // EXPLAIN ANALYZE computes every column of every row and drops them
      String question =
          csv == null
              ? "EXPLAIN ANALYZE " + cell.oracle()
              : "COPY (" + cell.oracle() + "\n) TO '" + csv + "' (FORMAT csv, HEADER false)";
      return duckDb(
          place,
          cell.label(),
          place.write(cell.label() + "-duckdb.sql", cell.oracleSql(data, question)));
    }
  };

  /** Runs a file with Sluice. */
  static Timed sluice(Place place, String label, Path sql)
      throws IOException, InterruptedException {
    return sluice(place, label, sql, 2);
  }

  /** Runs a file with Sluice on the first cores, a task on each. */
  static Timed sluice(Place place, String label, Path sql, int cores)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "taskset",
            "--cpu-list",
            "0-" + (cores - 1),
            place.root().resolve("sluice").toString(),
            "run",
            sql.toString(),
            "--parallelism",
            String.valueOf(cores),
            "--json");
    ChildProcess.Outcome run =
        ChildProcess.run(place.logs(), label + "-sluice", command, Map.of("SLUICE_NO_BUILD", "1"));
    return timed(run, "elapsedMillis");
  }

  private static Timed flink(Place place, Cell cell, Path data, Path csv, boolean reuse)
      throws IOException, InterruptedException {
    Path sql = place.write(cell.label() + "-flink.sql", cell.streamingSql(data, true, csv));
    List<String> command =
        new ArrayList<>(List.of(place.java(), FLINK_HEAP, "-XX:+ExitOnOutOfMemoryError"));
    for (String opened :
        new String[] {"java.lang", "java.util", "java.nio", "java.net", "java.lang.invoke"}) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-cp");
    command.add(place.classPath("flink"));
    command.addAll(
        List.of("dev.sluice.benchmark.flink.FlinkSql", sql.toString(), "2", String.valueOf(reuse)));
    return timed(
        ChildProcess.run(place.logs(), cell.label() + "-flink", command, Map.of()), "jobMillis");
  }

  /** Runs a file with DuckDB. */
  static Timed duckDb(Place place, String label, Path file)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            place.java(),
            "-cp",
            place.classPath("nexmark"),
            "dev.sluice.benchmark.DuckSql",
            file.toString(),
            "2");
    return timed(
        ChildProcess.run(place.logs(), label + "-duckdb", command, Map.of()), "elapsedMillis");
  }

  /** How many rows DuckDB gives. */
  static long count(Place place, Cell cell, Path data) throws IOException, InterruptedException {
    String question = "SELECT COUNT(*) FROM (" + cell.oracle() + "\n)";
    return duckDb(
            place,
            cell.label(),
            place.write(cell.label() + "-duckdb.sql", cell.oracleSql(data, question)))
        .rows();
  }

  /** Enough for q9; with half of it Flink runs out of memory there. */
  static final String FLINK_HEAP = "-Xmx8g";

  final String label;

  Rival(String label) {
    this.label = label;
  }

  /** Runs the cell; with {@code csv}, the result is written there, otherwise dropped. */
  abstract Timed run(Place place, Cell cell, Path data, Path csv)
      throws IOException, InterruptedException;

  static Timed timed(ChildProcess.Outcome run, String field) throws IOException {
    String[] lines = run.output().strip().split("\n");
    JsonNode summary = new ObjectMapper().readTree(lines[lines.length - 1]);
    if (!summary.has(field)) {
      throw new IOException(
          "no '" + field + "' in the last line of the output: " + lines[lines.length - 1]);
    }
    return new Timed(
        summary.get(field).asDouble(),
        run.millis(),
        run.peakBytes(),
        summary.path("rowsOut").asLong());
  }

  /** Where the project lies and working files go. */
  record Place(Path root, Path work) {

    /** Outlives {@code mvn clean}: the data takes a minute to write. */
    Path data() {
      return root.resolve("benchmarks/.sluice/data");
    }

    Path logs() {
      return work.resolve("logs");
    }

    String java() {
      return ProcessHandle.current().info().command().orElse("java");
    }

    Path write(String name, String text) throws IOException {
      return Files.writeString(Files.createDirectories(work).resolve(name), text);
    }

    String classPath(String module) throws IOException {
      Path target = root.resolve("benchmarks").resolve(module).resolve("target");
      return target.resolve("classes")
          + ":"
          + Files.readString(target.resolve("classpath.txt")).strip();
    }
  }
}
