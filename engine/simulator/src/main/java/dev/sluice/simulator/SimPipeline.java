package dev.sluice.simulator;

import java.util.List;
import java.util.Random;

/**
 * A pipeline to be simulated.
 *
 * @param script its text
 * @param edited the same with one more sink
 * @param bounded whether its input ends
 */
record SimPipeline(String script, String edited, boolean bounded, List<String> sinks) {
  /** A query, the columns of a keyed sink for it, and what may read it. */
  private record Query(String sql, String columns, String key, boolean appends) {}

  private static final String TUMBLE =
      "SELECT window_start AS t, COALESCE(k, '-') AS k, COUNT(*) AS n, SUM(v) AS v FROM"
          + " TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND))"
          + " GROUP BY k, window_start, window_end";
  private static final String WINDOWED = "t TIMESTAMP(3), k STRING, n BIGINT, v BIGINT";

  private static final List<Query> QUERIES =
      List.of(
          new Query(
              "SELECT id, k, v * 2 AS v FROM a WHERE v % 3 <> 0",
              "id BIGINT, k STRING, v BIGINT", "id", true),
          new Query(TUMBLE, WINDOWED, "t, k", true),
          new Query(
              TUMBLE.replace("TUMBLE(", "HOP(").replace("'5'", "'2' SECOND, INTERVAL '6'"),
              WINDOWED,
              "t, k",
              true),
          new Query(
              "SELECT window_start AS t, COALESCE(k, '-') AS k, COUNT(*) AS n, MAX(v) AS v FROM"
                  + " TABLE(SESSION(TABLE a PARTITION BY k, DESCRIPTOR(ts), INTERVAL '2' SECOND))"
                  + " GROUP BY k, window_start, window_end",
              WINDOWED,
              "t, k",
              true),
          new Query(
              "SELECT a.id AS id, b.id AS other, a.v + b.v AS v FROM a JOIN b ON a.k = b.k AND b.ts"
                  + " BETWEEN a.ts - INTERVAL '1' SECOND AND a.ts + INTERVAL '1' SECOND",
              "id BIGINT, other BIGINT, v BIGINT",
              "id, other",
              true),
          new Query(
              "SELECT a.k AS k, COUNT(*) AS n, SUM(b.v) AS v FROM a LEFT JOIN b ON a.id = b.id"
                  + " WHERE a.k IS NOT NULL GROUP BY a.k",
              "k STRING, n BIGINT, v BIGINT",
              "k",
              false),
          new Query(
              "SELECT COALESCE(k, '-') AS k, COUNT(*) AS n, SUM(v) AS v, MIN(v) AS m FROM a"
                  + " GROUP BY COALESCE(k, '-')",
              "k STRING, n BIGINT, v BIGINT, m BIGINT",
              "k",
              false),
          new Query(
              "SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND"
                  + " CURRENT ROW) AS v FROM a",
              "id BIGINT, v BIGINT",
              "id",
              true),
          new Query(
              "SELECT k, r, id, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v"
                  + " DESC, id) AS r FROM a WHERE k IS NOT NULL) WHERE r <= 3",
              "k STRING, r BIGINT, id BIGINT, v BIGINT",
              "k, r",
              false),
          new Query(
              "SELECT id, 'a' AS s, v FROM a UNION ALL SELECT id, 'b' AS s, v FROM b",
              "id BIGINT, s STRING, v BIGINT",
              "id, s",
              true),
          new Query("SELECT DISTINCT v % 10 AS v FROM a", "v BIGINT", "v", false));

  /** A late row may join two sessions or come when they are given: then order shows. */
  private static int delay(Query query) {
    return query.sql().contains("SESSION") ? 8 : 2;
  }

  private static String source(String name, boolean bounded, int delay) {
    return "CREATE STREAM "
        + name
        + " (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '"
        + delay
        + "' SECOND) WITH ('connector' = 'sim', 'bounded' = '"
        + bounded
        + "');\n";
  }

  private static String sink(String name, String with) {
    return "CREATE SINK " + name + " WITH (" + with + ") AS SELECT * FROM w;\n";
  }

  static SimPipeline of(Random random) {
    Query query = QUERIES.get(random.nextInt(QUERIES.size()));
    boolean bounded = random.nextInt(3) > 0;
    boolean appends = bounded || query.appends();
    StringBuilder text = new StringBuilder("SET 'source.idle-timeout' = '0 s';\n");
    text.append(source("a", bounded, delay(query))).append(source("b", bounded, delay(query)));
    text.append("CREATE VIEW w AS ").append(query.sql()).append(";\n");
    List<String> sinks = new java.util.ArrayList<>();
    if (appends) {
      sinks.add("bag");
      text.append(sink("bag", "'connector' = 'sim'"));
    }
    if (appends && random.nextBoolean()) {
      sinks.add("parts");
      text.append(sink("parts", "'connector' = 'filesystem', 'format' = 'csv', 'path' = 'parts'"));
    }
    if (appends && random.nextInt(3) == 0) {
      sinks.add("whole");
      text.append(
          sink("whole", "'connector' = 'filesystem', 'format' = 'csv', 'path' = 'whole.csv'"));
    }
    if (!appends || random.nextBoolean()) {
      sinks.add("keyed");
      text.append("CREATE SINK keyed (")
          .append(query.columns())
          .append(", PRIMARY KEY (")
          .append(query.key())
          .append(
              ") NOT ENFORCED) WITH ('connector' = 'sim');\nINSERT INTO keyed SELECT * FROM w;\n");
    }
    String script = text.toString();
    String extra =
        "CREATE SINK extra WITH ('connector' = 'sim') AS SELECT id, ts FROM a WHERE v > 50;\n";
    return new SimPipeline(script, script + extra, bounded, sinks);
  }
}
