package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The queries of Nexmark, word for word as they run on Flink, over a minute of bids, auctions and
 * people that come up to three seconds out of order: the final rows equal DuckDB's batch answers,
 * whether results come once or as changes, whatever the batch size and parallelism.
 */
class NexmarkOracleTest {
  private static final Path QUERIES = Path.of("../benchmarks/nexmark/sql/streaming");
  private static final Path ANSWERS = Path.of("../benchmarks/nexmark/sql/duckdb");
  private static final String CHECK = "-- check:";

  /** Rows, one after the other every so many milliseconds, with a time of up to 3 s before that. */
  private static final String DATA =
      """
      CREATE MACRO draw(i, what, below) AS CAST(hash(i, what) % below AS BIGINT);
      CREATE MACRO stamp(i, step) AS TIMESTAMP '2015-07-15 00:00:00' + to_milliseconds(i * step - draw(i, 99, 3000));
      CREATE TABLE person AS
      SELECT 1000 + i AS id, 'name ' || draw(i, 1, 40) AS name, 'mail' || i AS emailAddress,
        '1234 5678' AS creditCard, 'city' || draw(i, 2, 7) AS city,
        ['OR', 'ID', 'CA', 'WA', 'NY'][1 + draw(i, 3, 5)] AS state, stamp(i, 500) AS dateTime, 'x' AS extra
      FROM range(120) AS r(i);
      CREATE TABLE auction AS
      SELECT i AS id, 'item ' || i AS itemName, 'what' AS description, 1 + draw(i, 4, 100) AS initialBid,
        100 + draw(i, 5, 1000) AS reserve, stamp(i, 166) AS dateTime,
        stamp(i, 166) + to_milliseconds(1000 + draw(i, 6, 30000)) AS expires,
        1000 + draw(i, 7, 150) AS seller, 10 + draw(i, 8, 5) AS category, '' AS extra
      FROM range(360) AS r(i);
      CREATE TABLE bid AS
      SELECT CASE WHEN draw(i, 9, 2) = 0 THEN i // 20 ELSE draw(i, 10, 400) END AS auction,
        1000 + draw(i, 11, 150) AS bidder, 50 + draw(i, 12, 2000000) AS price,
        'channel-' || draw(i, 13, 6) AS channel,
        'https://www.nexmark.com/' || draw(i, 14, 100) || '/b/c/item.htm?query=1&channel_id=' || draw(i, 15, 9) AS url,
        stamp(i, 10) AS dateTime, 'e' || i AS extra
      FROM range(6000) AS r(i);
      """;

  private static Connection duckdb;

  @TempDir static Path directory;

  @BeforeAll
  static void makeData() throws SQLException {
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = duckdb.createStatement()) {
      for (String sql : DATA.split(";\\s*\\n")) {
        statement.execute(sql);
      }
      for (String table : List.of("person", "auction", "bid")) {
        statement.execute("COPY %s TO '%s' (FORMAT parquet)".formatted(table, file(table)));
      }
    }
  }

  private static Path file(String table) {
    return directory.resolve(table + ".parquet");
  }

  private String sources() {
    String with =
        "WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) WITH ('connector' ="
            + " 'filesystem', 'format' = 'parquet', 'path' = '%s');\n";
    return ("CREATE TABLE person (id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard"
            + " VARCHAR, city VARCHAR, state VARCHAR, dateTime TIMESTAMP(3), extra VARCHAR, "
            + with.formatted(file("person")))
        + ("CREATE TABLE auction (id BIGINT, itemName VARCHAR, description VARCHAR, initialBid"
            + " BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller"
            + " BIGINT, category BIGINT, extra VARCHAR, "
            + with.formatted(file("auction")))
        + ("CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url"
            + " VARCHAR, dateTime TIMESTAMP(3), extra VARCHAR, "
            + with.formatted(file("bid")));
  }

  static Stream<String> queries() throws IOException {
    try (Stream<Path> files = Files.list(QUERIES)) {
      return files
          .map(f -> f.getFileName().toString().replace(".sql", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void equalsTheBatchAnswer(String name) throws Exception {
    String ours = Files.readString(QUERIES.resolve(name + ".sql"));
    String duck = Files.readString(ANSWERS.resolve(name + ".sql"));
    List<List<Object>> expected = Answers.duck(duckdb, checked(duck));
    assertThat(expected).isNotEmpty();
    for (String emit : List.of("", " EMIT ON UPDATE")) {
      if (!emit.isEmpty() && !updates(name)) {
        continue;
      }
      for (int[] way : new int[][] {{32_768, 2}, {7, 5}, {512, 1}}) {
        List<List<Object>> rows =
            Answers.ours(sources() + checked(ours) + emit + ";", way[0], way[1], directory);
        Optional<String> difference = Answers.difference(rows, expected);
        assertThat(difference)
            .as("%s%s, batch.rows %d, parallelism %d", name, emit, way[0], way[1])
            .isEmpty();
      }
    }
  }

  /** Whether results can come as changes: there is a step that is not windowed. */
  private static boolean updates(String name) {
    return Set.of("q3", "q4", "q9", "q15", "q16", "q17", "q18", "q19", "q20").contains(name);
  }

  /** Only the columns that ties cannot change. */
  private static String checked(String query) {
    String body = query.strip();
    if (!body.startsWith(CHECK)) {
      return body;
    }
    int end = body.indexOf('\n');
    return "SELECT " + body.substring(CHECK.length(), end) + " FROM (" + body.substring(end) + ")";
  }
}
