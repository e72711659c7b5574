package dev.sluice.benchmark;

import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * A file of bids, eight columns, into a table without a key: Sluice, which reads it as CSV, beside
 * the database's own way of loading that file. The servers run on the same cores.
 */
final class LoadCell {
  private static final String COLUMNS =
      "id BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR(100), url"
          + " VARCHAR(200), ts TIMESTAMP(3), extra VARCHAR(400)";

  /** A target and its own way of loading. */
  private interface Bare {
    void load(Connection connection, Path csv) throws SQLException, IOException;
  }

  private record Target(String name, String url, String user, String password, Bare bare) {
    Connection connect() throws SQLException {
      return DriverManager.getConnection(url, user, password);
    }

    /** An empty table; {@link #COLUMNS} in the dialect's words. */
    void create() throws SQLException {
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE IF EXISTS bids");
        statement.execute(
            "CREATE TABLE bids ("
                + (name.equals("MariaDB")
                    ? COLUMNS.replace("TIMESTAMP(3)", "DATETIME(3)")
                    : COLUMNS)
                + ")");
      }
    }

    long rows() throws SQLException {
      try (Connection connection = connect();
          Statement statement = connection.createStatement();
          ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM bids")) {
        count.next();
        return count.getLong(1);
      }
    }
  }

  private LoadCell() {}

  /** Times by database and what loaded it, Sluice's first. */
  static Map<String, Map<String, List<Timed>>> run(Rival.Place place, Path data, int rounds)
      throws IOException, InterruptedException, SQLException {
    Path csv = csv(place, data);
    long expected;
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT COUNT(*) FROM read_csv('" + csv + "', header = false)")) {
      count.next();
      expected = count.getLong(1);
    }
    Map<String, Map<String, List<Timed>>> all = new LinkedHashMap<>();
    for (Target target : targets(place)) {
      Map<String, List<Timed>> times = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        boolean first = round % 2 == 0;
        for (boolean own : new boolean[] {first, !first}) {
          target.create();
          Timed timed = own ? sluice(place, target, csv) : bare(target, csv, expected);
          if (target.rows() != expected) {
            throw new IllegalStateException(
                target.name() + " has " + target.rows() + " rows instead of " + expected);
          }
          String name = own ? Rival.SLUICE.label : "its own bulk load";
          System.err.printf("%s, %s: %.0f ms%n", target.name(), name, timed.engineMillis());
          times.computeIfAbsent(name, n -> new ArrayList<>()).add(timed);
        }
      }
      all.put("%s, %,d rows".formatted(target.name(), expected), times);
    }
    return all;
  }

  private static Path csv(Rival.Place place, Path data) throws SQLException, IOException {
    Path file = Files.createDirectories(place.work()).resolve("load.csv");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT row_number() OVER () AS id, auction, bidder, price, channel, url,"
              + " strftime(dateTime, '%Y-%m-%d %H:%M:%S.%g') AS ts, extra FROM '"
              + data
              + "/parquet/bid/*.parquet') TO '"
              + file
              + "' (FORMAT csv, HEADER false)");
    }
    return file;
  }

  private static List<Target> targets(Rival.Place place) {
    return List.of(
        new Target(
            "PostgreSQL",
            PostgresServer.shared().url(),
            PostgresServer.USER,
            PostgresServer.PASSWORD,
            (connection, csv) -> {
              try (BufferedReader text = Files.newBufferedReader(csv)) {
                connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY bids FROM STDIN (FORMAT csv)", text);
              }
            }),
        new Target(
            "MariaDB",
            MariaDbServer.shared().url() + "?allowLocalInfile=true",
            MariaDbServer.USER,
            MariaDbServer.PASSWORD,
            (connection, csv) ->
                execute(
                    connection,
                    "LOAD DATA LOCAL INFILE '"
                        + csv
                        + "' INTO TABLE bids FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY"
                        + " '\"' ESCAPED BY ''")),
        new Target(
            "H2, file",
            "jdbc:h2:" + place.work().resolve("load-h2"),
            "sa",
            "",
            (connection, csv) ->
                execute(
                    connection,
                    "INSERT INTO bids SELECT * FROM CSVREAD('"
                        + csv
                        + "', 'id,auction,bidder,price,channel,url,ts,extra')")));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Timed bare(Target target, Path csv, long rows) throws SQLException, IOException {
    long started = System.nanoTime();
    try (Connection connection = target.connect()) {
      target.bare().load(connection, csv);
    }
    double millis = (System.nanoTime() - started) / 1e6;
    return new Timed(millis, millis, 0, rows);
  }

  private static Timed sluice(Rival.Place place, Target target, Path csv)
      throws IOException, InterruptedException {
    String columns = COLUMNS.replaceAll("VARCHAR\\(\\d+\\)", "VARCHAR");
    String sql =
        "CREATE STREAM file ("
            + columns
            + ") WITH ('connector' = 'filesystem', 'format' = 'csv', 'csv.header' = 'false', 'path'"
            + " = '"
            + csv
            + "');\nCREATE SINK bids ("
            + columns
            + ") WITH ('connector' = 'jdbc', 'url' = '"
            + target.url().replace("?allowLocalInfile=true", "")
            + "', 'username' = '"
            + target.user()
            + "', 'password' = '"
            + target.password()
            + "');\nINSERT INTO bids SELECT * FROM file;\n";
    String label = "load-" + target.name().replaceAll("\\W", "");
    return Rival.sluice(place, label, place.write(label + ".sql", sql));
  }
}
