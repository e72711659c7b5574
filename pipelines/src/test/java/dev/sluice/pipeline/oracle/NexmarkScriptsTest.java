package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scripts of Nexmark and of its queries of patterns as Flink runs them, sinks, views and functions
 * included, over the one stream of events with a ROW for each kind; only where the events come from
 * is ours. Behind a line of dashes stands what DuckDB is asked; patterns are beyond it, there every
 * batch size and parallelism must agree.
 */
class NexmarkScriptsTest {
  private static final Path SCRIPTS = Path.of("src/test/resources/nexmark");
  private static final String CUT = "\n----\n";
  private static final String ASKED = "-- asked: ";
  private static final List<int[]> WAYS = List.of(new int[] {32_768, 1}, new int[] {64, 5});

  private static final String EVENTS =
      """
      COPY (
        SELECT 0 AS event_type, person, NULL AS auction, NULL AS bid, person.dateTime AS event_time FROM person
        UNION ALL SELECT 1, NULL, auction, NULL, auction.dateTime FROM auction
        UNION ALL SELECT 2, NULL, NULL, bid, bid.dateTime FROM bid
        ORDER BY event_time
      ) TO '%s/events.json' (FORMAT json);
      COPY (SELECT i, 'side ' || i FROM range(300) AS r(i)) TO '%1$s/side_input.txt' (FORMAT csv, HEADER false)
      """;

  private static final String SOURCES =
      """
      SET 'NEXMARK_DIR' = '%s';
      SET 'SUBMIT_TIME' = '1';
      CREATE TABLE events (
        event_type int,
        person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR,
          `dateTime` TIMESTAMP(3), extra VARCHAR>,
        auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,
          `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
        bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3),
          extra VARCHAR>,
        `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` WHEN event_type = 1 THEN auction.`dateTime`
          ELSE bid.`dateTime` END,
        WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
      ) WITH ('connector' = 'filesystem', 'path' = '%1$s/events.json', 'format' = 'json');
      CREATE VIEW person AS SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city,
        person.state, `dateTime`, person.extra FROM events WHERE event_type = 0;
      CREATE VIEW auction AS SELECT auction.id, auction.itemName, auction.description, auction.initialBid,
        auction.reserve, `dateTime`, auction.expires, auction.seller, auction.category, auction.extra
        FROM events WHERE event_type = 1;
      CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, `dateTime`, bid.extra
        FROM events WHERE event_type = 2;
      """;

  @TempDir static Path directory;

  private static Connection duckdb;

  @BeforeAll
  static void makeData() throws SQLException {
    duckdb = NexmarkTables.make();
    try (Statement statement = duckdb.createStatement()) {
      for (String sql : EVENTS.formatted(directory).split(";\\s*\\n")) {
        statement.execute(sql);
      }
    }
  }

  static Stream<String> scripts() throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void givesTheRowsOfABatchEngine(String name) throws Exception {
    String[] parts = Files.readString(SCRIPTS.resolve(name)).split(CUT);
    String sources = SOURCES.formatted(directory);
    // patterns are about several bids of one bidder for one auction
    boolean pattern = name.startsWith("cep");
    String script =
        (pattern ? sources.replace("bid.bidder,", "MOD(bid.bidder, 3) AS bidder,") : sources)
            + parts[0];
    assertThat(steps(script)).as("the script as it stands plans").isNotEmpty();
    String duck = parts.length > 1 ? parts[1] : "";
    String asked =
        duck.startsWith(ASKED) ? duck.substring(ASKED.length(), duck.indexOf('\n')) : "{}";
    String query = asQuery(script, asked);
    List<List<Object>> expected =
        duck.isEmpty()
            ? Answers.ours(query, WAYS.get(0)[0], WAYS.get(0)[1], directory)
            : Answers.duck(duckdb, duck.substring(duck.startsWith(ASKED) ? duck.indexOf('\n') : 0));
    assertThat(expected).isNotEmpty();
    for (int[] way : WAYS.subList(duck.isEmpty() ? 1 : 0, WAYS.size())) {
      List<List<Object>> rows = Answers.ours(query, way[0], way[1], directory);
      assertThat(Answers.difference(rows, expected))
          .as("%s, batch.rows %d, parallelism %d", name, way[0], way[1])
          .isEmpty();
    }
  }

  /** The script with its INSERT as a query. */
  private static String asQuery(String script, String asked) {
    int insert = script.lastIndexOf("INSERT INTO");
    int query = script.indexOf("SELECT", insert);
    String body = script.substring(query, script.lastIndexOf(';'));
    return script.substring(0, insert) + asked.replace("{}", body) + ";";
  }

  private static List<Step> steps(String script) {
    return session(Map.of()).prepare(List.of(new SqlText("script", script)));
  }

  private static Session session(Map<String, String> settings) {
    return new Session(
        new SessionOptions(
            ConnectorRegistry.load(),
            Map.of(),
            name -> Optional.empty(),
            settings,
            "nexmark",
            directory));
  }

  @Test
  void filesOfPartitionsHaveEveryBidAndAreMarked() throws Exception {
    String script =
        SOURCES.formatted(directory)
            + Files.readString(SCRIPTS.resolve("q10.sql")).split(CUT)[0]
            + "\n";
    Session session = session(Map.of("batch.rows", "100"));
    for (Step step : session.prepare(List.of(new SqlText("q10", script)))) {
      if (step instanceof Step.Pipeline pipeline) {
        session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder()).await();
      }
    }
    Path folder = directory.resolve("data/output/1/bid");
    List<String> marked = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(f -> f.getFileName().toString().equals("_SUCCESS"))
          .forEach(f -> marked.add(folder.relativize(f.getParent()).toString()));
    }
    assertThat(marked)
        .containsExactlyInAnyOrder("dt=2015-07-14/hm=23%3A59", "dt=2015-07-15/hm=00%3A00");
    List<List<Object>> written =
        Answers.duck(
            duckdb,
            "SELECT auction, bidder, price, dateTime, extra FROM read_csv('%s/*/*/*.csv')"
                .formatted(folder));
    assertThat(
            Answers.difference(
                written,
                Answers.duck(duckdb, "SELECT auction, bidder, price, dateTime, extra FROM bid")))
        .isEmpty();
  }
}
