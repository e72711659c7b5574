package dev.sluice.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How Sluice's time grows: with one core and with two, with the number of keys and of rows beside
 * DuckDB. Cores are taken away with Linux's {@code taskset}.
 */
final class ScalingCell {
  private static final List<String> QUERIES = List.of("q5", "q7", "q9");
  private static final int ROWS = 10_000_000;
  private static final List<Integer> KEYS = List.of(1_000, 10_000, 100_000, 1_000_000, 10_000_000);
  private static final List<Integer> SIZES = List.of(1_000_000, 10_000_000, 100_000_000);

  private final Rival.Place place;
  private final int rounds;

  private ScalingCell(Rival.Place place, int rounds) {
    this.place = place;
    this.rounds = rounds;
  }

  /** Times by what was asked and by engine or number of cores. */
  static Map<String, Map<String, List<Timed>>> run(Rival.Place place, Path data, int rounds)
      throws IOException, InterruptedException, SQLException {
    ScalingCell cell = new ScalingCell(place, rounds);
    Map<String, Map<String, List<Timed>>> all = new LinkedHashMap<>();
    NexmarkData.warm(data.resolve("parquet"));
    for (String query : QUERIES) {
      all.put(query + " by cores", cell.cores(query, data));
    }
    for (int keys : KEYS) {
      all.put("sums of %,d rows by %,d keys".formatted(ROWS, keys), cell.besideDuckDb(ROWS, keys));
    }
    for (int rows : SIZES) {
      all.put("sums of %,d rows by 10,000 keys".formatted(rows), cell.besideDuckDb(rows, 10_000));
    }
    return all;
  }

  private Map<String, List<Timed>> cores(String query, Path data)
      throws IOException, InterruptedException {
    Cell cell = Cell.of(query, place.root().resolve("benchmarks/nexmark/sql")).get(0);
    Path sql = place.write("scaling-" + query + ".sql", cell.streamingSql(data, false, null));
    Map<String, List<Timed>> times = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int cores : new int[] {2, 1}) {
        String name = cores == 2 ? Rival.SLUICE.label : "on one core";
        Timed timed = Rival.sluice(place, "scaling", sql, cores);
        System.err.printf("%s, %d cores: %.0f ms%n", query, cores, timed.engineMillis());
        times.computeIfAbsent(name, n -> new ArrayList<>()).add(timed);
      }
    }
    return times;
  }

  private Map<String, List<Timed>> besideDuckDb(int rows, int keys)
      throws IOException, InterruptedException, SQLException {
    Path file = file(rows, keys);
    String sums = "SELECT k, COUNT(*) AS n, SUM(v) AS s FROM numbers GROUP BY k";
    Path own =
        place.write(
            "scaling-keys.sql",
            "CREATE TABLE numbers (k BIGINT, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '"
                + file
                + "', 'format' = 'parquet');\nCREATE SINK sums WITH ('connector' = 'blackhole') AS "
                + sums
                + ";\n");
    Path duck =
        place.write(
            "scaling-keys-duckdb.sql",
            "CREATE VIEW numbers AS SELECT * FROM '"
                + file
                + "';\nCREATE TABLE sums AS "
                + sums
                + ";\n");
    Map<String, List<Timed>> times = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (boolean ours : new boolean[] {round % 2 == 0, round % 2 != 0}) {
        Timed timed =
            ours
                ? Rival.sluice(place, "scaling-keys", own, 2)
                : Rival.duckDb(place, "scaling-keys", duck);
        String name = (ours ? Rival.SLUICE : Rival.DUCKDB).label;
        System.err.printf(
            "%,d rows, %,d keys, %s: %.0f ms%n", rows, keys, name, timed.engineMillis());
        times.computeIfAbsent(name, n -> new ArrayList<>()).add(timed);
      }
    }
    return times;
  }

  /** Numbers under evenly drawn keys. */
  private Path file(int rows, int keys) throws IOException, SQLException {
    Path folder = Files.createDirectories(place.data().resolve("numbers"));
    Path file = folder.resolve(rows + "-" + keys + ".parquet");
    if (!Files.exists(file)) {
      Path building = folder.resolve("building.parquet");
      try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = duck.createStatement()) {
        statement.execute(
            "COPY (SELECT (hash(r) %% %d)::BIGINT AS k, r AS v FROM range(%d) t(r)) TO '%s'"
                .formatted(keys, rows, building));
      }
      Files.move(building, file);
    }
    NexmarkData.warm(file);
    return file;
  }
}
