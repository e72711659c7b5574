package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
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

  private static Connection duckdb;

  @TempDir static Path directory;

  @BeforeAll
  static void makeData() throws SQLException {
    duckdb = NexmarkTables.make();
    try (Statement statement = duckdb.createStatement()) {
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
