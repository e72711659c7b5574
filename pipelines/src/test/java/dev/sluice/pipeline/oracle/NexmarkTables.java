package dev.sluice.pipeline.oracle;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A minute of Nexmark's bids, auctions and people, in DuckDB. */
final class NexmarkTables {
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

  private NexmarkTables() {}

  /** A database with the tables person, auction and bid. */
  static Connection make() throws SQLException {
    Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = duckdb.createStatement()) {
      for (String sql : DATA.split(";\\s*\\n")) {
        statement.execute(sql);
      }
    }
    return duckdb;
  }
}
