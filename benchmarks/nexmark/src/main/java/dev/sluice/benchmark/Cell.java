package dev.sluice.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One question over one format. Sluice and Flink get the same words, DuckDB the same question in
 * its own.
 *
 * @param label how it is asked for
 * @param format of the files: parquet, json or csv
 * @param query for Sluice and Flink, over {@code bid}, {@code auction} and {@code person}
 * @param oracle for DuckDB, over the same
 * @param windowedCount whether the result is {@code (auction, window_start, num)}, so that every
 *     engine's rows can be held against DuckDB's; of other questions only the number of rows is
 */
record Cell(String label, String format, String query, String oracle, boolean windowedCount) {
  static final Cell TC_PARQUET =
      new Cell("tc-parquet", "parquet", Query.TUMBLE, Query.TUMBLE_ORACLE, true);
  static final Cell TC_NDJSON =
      new Cell("tc-ndjson", "json", Query.TUMBLE, Query.TUMBLE_ORACLE, true);
  private static final List<Cell> COUNTS =
      List.of(
          TC_PARQUET,
          TC_NDJSON,
          new Cell("tc-csv", "csv", Query.TUMBLE, Query.TUMBLE_ORACLE, true),
          new Cell("hop-parquet", "parquet", Query.HOP, Query.HOP_ORACLE, true),
          new Cell("hop-ndjson", "json", Query.HOP, Query.HOP_ORACLE, true));
  private static final List<String> STREAMS = List.of("bid", "auction", "person");

  /** The cells of those names, by comma; {@code nexmark} is every query of {@code directory}. */
  static List<Cell> of(String labels, Path directory) throws IOException {
    List<Cell> all;
    try (Stream<Path> files = Files.list(directory.resolve("streaming"))) {
      all =
          Stream.concat(
                  COUNTS.stream(),
                  files
                      .map(file -> file.getFileName().toString())
                      .filter(name -> name.startsWith("q"))
                      .sorted(java.util.Comparator.comparingInt(Cell::number))
                      .map(name -> nexmark(directory, name)))
              .collect(Collectors.toList());
    }
    if (labels.equals("nexmark")) {
      return all.subList(COUNTS.size(), all.size());
    }
    return Stream.of(labels.split(",")).filter(s -> !s.isEmpty()).map(s -> find(all, s)).toList();
  }

  private static int number(String file) {
    return Integer.parseInt(file.replaceAll("\\D", ""));
  }

  private static Cell nexmark(Path directory, String file) {
    try {
      return new Cell(
          file.replace(".sql", ""),
          "parquet",
          Files.readString(directory.resolve("streaming").resolve(file)).strip(),
          Files.readString(directory.resolve("duckdb").resolve(file)).strip(),
          false);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Cell find(List<Cell> all, String label) {
    return all.stream()
        .filter(cell -> cell.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no cell '"
                        + label
                        + "'; there are "
                        + all.stream().map(Cell::label).collect(Collectors.joining(", "))));
  }

  /**
   * The program for Flink or Sluice; with {@code csv}, the result goes to that directory, else it
   * is dropped.
   */
  String streamingSql(Path data, boolean flink, Path csv) {
    String source = "', 'format' = '" + format + "'";
    if (flink && format.equals("parquet")) {
      source += ", 'parquet.utc-timezone' = 'true'";
    } else if (!flink && format.equals("csv")) {
      source += ", 'csv.header' = 'false'";
    }
    String options = source;
    return streamingSql(
        stream -> "'connector' = 'filesystem', 'path' = '" + files(data, stream) + options,
        flink,
        csv);
  }

  /** The program for Sluice over streams that are read with {@code options}; drops the result. */
  String streamingSql(String options) {
    return streamingSql(stream -> options, false, null);
  }

  private String streamingSql(UnaryOperator<String> options, boolean flink, Path csv) {
    StringBuilder sql = new StringBuilder();
    for (String stream : STREAMS) {
      if (query.toLowerCase(Locale.ROOT).contains(stream)) {
        sql.append("CREATE TABLE ").append(stream).append(" (").append(columns(stream));
        sql.append(",\n  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND)\n");
        sql.append("WITH (").append(options.apply(stream)).append(");\n");
      }
    }
    // Flink writes no header and cannot be asked to
    String sink =
        csv == null
            ? "'connector' = 'blackhole'"
            : "'connector' = 'filesystem', 'path' = '"
                + csv
                + "', 'format' = 'csv'"
                + (flink ? "" : ", 'csv.header' = 'false'");
    return sql.append(flink ? "CREATE TABLE" : "CREATE SINK")
        .append(" answers WITH (")
        .append(sink)
        .append(") AS\n")
        .append(query)
        .append(";\n")
        .toString();
  }

  private static String columns(String stream) {
    return switch (stream) {
      case "bid" ->
          "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR,\n"
              + "  `dateTime` TIMESTAMP(3), extra VARCHAR";
      case "auction" ->
          "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,\n"
              + "  `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT,"
              + " extra VARCHAR";
      default ->
          "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR,\n"
              + "  state VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR";
    };
  }

  /** DuckDB's statements: the streams as views, then the question, the last. */
  String oracleSql(Path data, String question) {
    StringBuilder sql = new StringBuilder();
    for (String stream : STREAMS) {
      if (query.toLowerCase(Locale.ROOT).contains(stream)) {
        Path files = files(data, stream);
        sql.append("CREATE VIEW ").append(stream).append(" AS SELECT * FROM ");
        sql.append(
            format.equals("parquet")
                ? "read_parquet('" + files + "/*.parquet')"
                : format.equals("csv")
                    ? "read_csv('"
                        + files
                        + "/*.csv', header = false, columns = "
                        + NexmarkData.columns(stream)
                        + ")"
                    : "read_json('"
                        + files
                        + "/*.json', format = 'newline_delimited', columns = "
                        + NexmarkData.columns(stream)
                        + ")");
        sql.append(";\n");
      }
    }
    return sql.append(question).append('\n').toString();
  }

  /** The folder below the data's that holds its files. */
  String folder() {
    return format.equals("json") ? "ndjson" : format;
  }

  private Path files(Path data, String stream) {
    return data.resolve(folder()).resolve(stream);
  }

  private static final class Query {
    static final String TUMBLE =
        "SELECT auction, window_start, COUNT(*) AS num\n"
            + "FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))\n"
            + "GROUP BY auction, window_start, window_end";
    static final String TUMBLE_ORACLE =
        "SELECT auction, time_bucket(INTERVAL '10 seconds', dateTime) AS window_start, COUNT(*) AS"
            + " num FROM bid GROUP BY 1, 2";
    static final String HOP =
        "SELECT auction, window_start, COUNT(*) AS num\n"
            + "FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10'"
            + " SECOND))\n"
            + "GROUP BY auction, window_start, window_end";
    // panes first, then five windows for each pane: the fastest form DuckDB has for it
    static final String HOP_ORACLE =
        "SELECT auction, pane - to_seconds(2 * i) AS window_start, CAST(SUM(n) AS BIGINT) AS num"
            + " FROM (SELECT auction, time_bucket(INTERVAL '2 seconds', dateTime) AS pane, COUNT(*)"
            + " AS n FROM bid GROUP BY 1, 2), range(5) AS shifts(i) GROUP BY 1, 2";
  }
}
