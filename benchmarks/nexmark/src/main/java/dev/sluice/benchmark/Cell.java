package dev.sluice.benchmark;

import java.nio.file.Path;

/**
 * One question over one format. {@code query} is the body that Sluice and Flink share, {@code
 * oracle} the same question for DuckDB over {@code bid}; both give the same columns.
 */
enum Cell {
  TC_PARQUET("tc-parquet", "parquet", Query.TUMBLE, Query.TUMBLE_ORACLE),
  TC_NDJSON("tc-ndjson", "json", Query.TUMBLE, Query.TUMBLE_ORACLE),
  HOP_PARQUET("hop-parquet", "parquet", Query.HOP, Query.HOP_ORACLE),
  HOP_NDJSON("hop-ndjson", "json", Query.HOP, Query.HOP_ORACLE);

  final String label;
  private final String format;
  private final String query;
  private final String oracle;

  Cell(String label, String format, String query, String oracle) {
    this.label = label;
    this.format = format;
    this.query = query;
    this.oracle = oracle;
  }

  static Cell of(String label) {
    for (Cell cell : values()) {
      if (cell.label.equals(label)) {
        return cell;
      }
    }
    throw new IllegalArgumentException(
        "no cell '" + label + "'; there are tc-parquet, tc-ndjson, hop-parquet, hop-ndjson");
  }

  /**
   * The program for Flink or Sluice; with {@code csv}, the result goes to that directory, else it
   * is dropped.
   */
  String streamingSql(Path data, boolean flink, Path csv) {
    String source =
        "'connector' = 'filesystem', 'path' = '"
            + bids(data)
            + "', 'format' = '"
            + format
            + "'"
            + (flink && format.equals("parquet") ? ", 'parquet.utc-timezone' = 'true'" : "");
    // Flink writes no header and cannot be asked to
    String sink =
        csv == null
            ? "'connector' = 'blackhole'"
            : "'connector' = 'filesystem', 'path' = '"
                + csv
                + "', 'format' = 'csv'"
                + (flink ? "" : ", 'csv.header' = 'false'");
    return "CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url"
        + " VARCHAR,\n"
        + "  `dateTime` TIMESTAMP(3), extra VARCHAR,\n"
        + "  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND)\n"
        + "WITH ("
        + source
        + ");\n"
        + "CREATE TABLE counts (auction BIGINT, window_start TIMESTAMP(3), num BIGINT)\nWITH ("
        + sink
        + ");\n"
        + "INSERT INTO counts\n"
        + query
        + ";\n";
  }

  String oracleSql(Path data) {
    String reader =
        format.equals("parquet")
            ? "read_parquet('" + bids(data) + "/*.parquet')"
            : "read_json('"
                + bids(data)
                + "/*.json', format = 'newline_delimited', columns = "
                + NexmarkData.columns("bid")
                + ")";
    return oracle.replace("FROM bid", "FROM " + reader);
  }

  private Path bids(Path data) {
    return data.resolve(format.equals("json") ? "ndjson" : format).resolve("bid");
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
