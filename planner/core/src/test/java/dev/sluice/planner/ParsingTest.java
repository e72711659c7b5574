package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsingTest {
  private final Planner planner =
      new Planner(ConnectorRegistry.of(), Map.of("TOPIC", "orders"), name -> Optional.empty());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE STREAM s (value BIGINT, date DATE, k STRING METADATA FROM 'key' VIRTUAL, d AS value"
            + " * 2, ts TIMESTAMP(3), PRIMARY KEY (k) NOT ENFORCED, WATERMARK FOR ts AS ts -"
            + " INTERVAL '5' SECOND IDLE AFTER INTERVAL '1' MINUTE MAX FUTURE SKEW INTERVAL '1'"
            + " HOUR) PARTITIONED BY (k) WITH ('connector' = 'x')",
        "CREATE OR REPLACE TABLE IF NOT EXISTS t (a ARRAY<INT>, m MAP<STRING, DATE>, r ROW<x INT, y"
            + " STRING>) WITH ('connector' = 'x')",
        "CREATE SINK k WITH ('connector' = 'print') AS SELECT value, year FROM t EMIT CHANGES",
        "CREATE TEMPORARY VIEW v AS SELECT STREAM \"a\", `b` FROM t",
        "INSERT INTO s (a, b) SELECT a, b FROM t EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '1'"
            + " MINUTE LATE ROWS TO late",
        "EXPLAIN STATE SELECT 1",
        "SHOW CREATE s",
        "DESCRIBE s",
        "DROP STREAM IF EXISTS s",
        "SELECT t.value, date, `day`, result AS value FROM t WHERE year = 1 AND value > 2 GROUP BY"
            + " month, day",
        "SELECT EXTRACT(DAY FROM ts), TIMESTAMPDIFF(SECOND, a, b), CAST(x AS DATE), DATE"
            + " '2020-01-01', COUNT(*) FROM t",
        "SELECT x AS timestamp, y AS date FROM t WHERE date > DATE '2020-01-01'",
        "CREATE STREAM s (timestamp TIMESTAMP(3), WATERMARK FOR timestamp AS timestamp - INTERVAL"
            + " '1' SECOND) WITH ('connector' = 'x')",
        "CREATE STREAM s (dateTime TIMESTAMP(3), WATERMARK FOR dateTime AS dateTime - INTERVAL '4'"
            + " SECOND) WITH ('connector' = 'x')",
        "SELECT B.dateTime, dateTime AS t FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime),"
            + " INTERVAL '10' SECOND)) B WHERE dateTime BETWEEN B.dateTime AND expires",
        "SELECT 1, -- ${UNSET} in a comment\n 2 /* ${UNSET} */, 3",
        "SELECT FLOOR(ts TO HOUR), INTERVAL '1' DAY, CAST(x AS TIMESTAMP(3)), MAX(value) FROM t",
        "SELECT * FROM TABLE(TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL"
            + " '1' DAY))",
        "SELECT * FROM TUMBLE(t, ts, INTERVAL '1' WEEK), HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1'"
            + " DAY, INTERVAL '1' MONTH), CUMULATE(t, ts, INTERVAL '1' HOUR, INTERVAL '1' DAY),"
            + " SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' MINUTE)",
        "SELECT TUMBLE_START(ts, INTERVAL '1' HOUR), HOP_ROWTIME(ts, INTERVAL '1' HOUR, INTERVAL"
            + " '1' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' HOUR), SESSION(ts, INTERVAL '1'"
            + " HOUR)",
        "SELECT * FROM a FULL OUTER JOIN b USING (k) CROSS JOIN UNNEST(a.l) AS u (x) LEFT JOIN"
            + " LATERAL TABLE(f(x)) AS v (y) ON TRUE",
        "SELECT * FROM a JOIN d FOR SYSTEM_TIME AS OF a.ts AS d ON a.k = d.k LEFT ASOF JOIN q"
            + " MATCH_CONDITION q.ts <= a.ts ON q.k = a.k",
        "SELECT *, SUM(x) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR"
            + " PRECEDING AND CURRENT ROW) AS s, LAG(x, 1) OVER w FROM t WINDOW w AS (PARTITION BY"
            + " k ORDER BY ts ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) QUALIFY ROW_NUMBER() OVER"
            + " (PARTITION BY k ORDER BY ts DESC) <= 3",
        "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.ts AS first_ts,"
            + " LAST(B.ts) AS last_ts ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A"
            + " B+ C) WITHIN INTERVAL '1' HOUR DEFINE A AS A.x > 1, B AS B.x > PREV(B.x), C AS C.x"
            + " < 1)",
        "WITH c AS (SELECT 1 AS x), d (y) AS (VALUES (1), (2)) SELECT x FROM c UNION ALL (SELECT y"
            + " FROM d EXCEPT SELECT 3) INTERSECT SELECT 4 ORDER BY x DESC NULLS LAST LIMIT 5"
            + " OFFSET 2",
        "SELECT DISTINCT a, COUNT(*) FILTER (WHERE x > 1), LISTAGG(y, ',') WITHIN GROUP (ORDER BY"
            + " y) FROM t GROUP BY GROUPING SETS ((a), (a, b), ()), CUBE (c), ROLLUP (d)",
        "SELECT TRY_CAST(x AS ROW<a INT, b ARRAY<STRING NOT NULL>>), CAST(y AS TIMESTAMP WITH LOCAL"
            + " TIME ZONE), JSON_VALUE(j, '$.a' RETURNING INT), a.b.c, l[1].x, m['k'], x::DOUBLE"
            + " PRECISION, PROCTIME(), CURRENT_WATERMARK(ts), a IS NOT DISTINCT FROM b, a || 'x'"
            + " NOT LIKE '%x', IF(a, 1, 2) FROM t /*+ OPTIONS('x' = 'y') */",
        "INSERT INTO t VALUES (1, 'a'), (2, U&'\\00e4')",
        "EXECUTE STATEMENT SET BEGIN END"
      })
  void acceptsTheStatementsOfTheDialect(String sql) {
    assertThatCode(() -> planner.parse("test", sql + ";")).doesNotThrowAnyException();
  }

  @Test
  void saysSoIfAStatementIsNestedTooDeeply() {
    String sql = "SELECT " + "(".repeat(100_000) + "1" + ")".repeat(100_000);
    UserError error = catchThrowableOfType(UserError.class, () -> planner.parse("test", sql));
    assertThat(error.summary()).contains("nested too deeply");
    assertThat(error.position()).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE STREM s (a INT)            | SLU-1001 | 1:8  | STREAM
          SELCT 1                           | SLU-1001 | 1:1  | SELECT
          SELECT value, a b c FROM t        | SLU-1001 | 1:19 |
          SELECT 'abc                       | SLU-1006 | 1:8  |
          SELECT 1 /* never closed          | SLU-1006 | 1:10 |
          SELECT ${TOPIK}                   | SLU-1002 | 1:8  | TOPIC
          SELECT '${TOPIC}', a b c FROM t   | SLU-1001 | 1:24 |
          SELECT 1 EMIT SOMETIMES           | SLU-1001 | 1:15 |
          EXPLAIN                           | SLU-1001 | 1:8  |
          INSERT INTO a                     | SLU-1001 | 1:14 |
          CREATE VIEW v AS                  | SLU-1001 | 1:17 |
          CREATE STREAM s (a AS)            | SLU-1001 | 1:22 |
          SELECT * FORM t                   | SLU-1001 | 1:10 | FROM
          SELECT a FROM t WERE x = 1        | SLU-1001 | 1:17 | WHERE
          SELECT a FROM t GRUOP BY x        | SLU-1001 | 1:17 | GROUP
          SELECT a b c FROM t               | SLU-1001 | 1:12 | comma missing before 'c'
          SELECT a, FROM t                  | SLU-1001 | 1:11 | one too many
          SELECT f(1 + (2 FROM t            | SLU-1001 | 1:17 | bracket at 1:14
          SELECT (1                         | SLU-1001 | 1:10 | bracket at 1:8 is not closed
          SELECT 1) FROM t                  | SLU-1001 | 1:9  | no '('
          SELECT order FROM t               | SLU-1001 | 1:8  | as a name write it `order`
          SELECT a FROM t WHERE a = 1 AND   | SLU-1001 | 1:29 | missing behind 'AND'
          SELECT a FROM t WHERE a == 1      | SLU-1001 | 1:25 | one '='
          SELECT CAST(a AS VARCHA) FROM t   | SLU-1001 | 1:18 | VARCHAR
          SELECT a::ARRAY<BIGNT> FROM t     | SLU-1001 | 1:17 | BIGINT
          EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1 END | SLU-1001 | 1:52 | is a ';' missing before 'END'
          SELECT CASE WHEN a THEN b FROM t  | SLU-1001 | 1:27 | END of a CASE
          SELECT a # b                      | SLU-1001 | 1:10 |
          INSERT INTO 'a' SELECT 1          | SLU-1001 | 1:13 | double quotes or backticks
          SET parallelism = 2               | SLU-1001 | 1:5  | 'parallelism'
          SHOW STREMS                       | SLU-1001 | 1:6  | STREAMS
          UPDATE t SET a = 1                | SLU-1001 | 1:1  |
          DROP STRAEM s                     | SLU-1001 | 1:6  | STREAM
          RESET 'paralelism'                | SLU-1003 | 1:7  | parallelism
          SELECT 1 ALLOWED LATENES x        | SLU-1001 | 1:18 | LATENESS
          SELECT 1 EMIT CHANGES EMIT FINAL  | SLU-1001 | 1:23 |
          SELECT 1 EMIT EVERY 5             | SLU-2015 | 1:21 |
          SELECT 1 EMIT EVERY INTERVAL 'x' HOUR | SLU-2015 | 1:21 | INTERVAL '5' SECOND
          SELECT 1 ON CONFLICT DO NOTHING   | SLU-2007 | 1:10 |
          CREATE FUNCTION f AS 'x' USING JAR '' | SLU-2007 | 1:22 | rename
          CREATE FUNCTION f AS 'x' USING JAR 5 | SLU-1001 | 1:36 | '5'
          SELECT COALESCE(1, ROWS 2)        | SLU-2009 | 1:20 | TUMBLE
          CREATE STREAM s (a BIGNT) WITH ('connector' = 'x')  | SLU-1001 | 1:20 | BIGINT
          CREATE STREAM s (a DECIMAL(39)) WITH ('connector' = 'x')  | SLU-1001 | 1:20 | 1 to 38
          CREATE STREAM s (a ARRAY<MAP<INT, TIME(9)>>) WITH ('connector' = 'x') | SLU-2007 | 1:35 |
          CREATE STREAM s (a INT, A INT) WITH ('connector' = 'x')   | SLU-2002 | 1:25 |
          CREATE STREAM s (a INT) WIHT ('connector' = 'x')    | SLU-1001 | 1:25 | WITH
          CREATE STREAM s (a INT) WITH ("connector" = 'x')    | SLU-1001 | 1:31 | 'connector'
          CREATE STREAM s (a INT) WITH ('x' = '1', 'x' = '2') | SLU-1001 | 1:42 |
          CREATE STREAM s (a INT, WATERMRK FOR a AS a) WITH ('connector' = 'x') | SLU-1001 | 1:25 | WATERMARK
          CREATE STREAM s (a INT PRIMARY KEY, b INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'x') | SLU-2002 | 1:44 | one PRIMARY KEY
          CREATE STREAM s (t TIMESTAMP(3), WATERMARK FOR t AS t, WATERMARK FOR t AS t) WITH ('connector' = 'x') | SLU-2002 | 1:56 | one WATERMARK
          CREATE STREAM s (a INT) WITH ('connector' = 'x') AS SELECT 1 | SLU-2013 | 1:53 | CREATE SINK
          SET 'paralelism' = '2'            | SLU-1003 | 1:5  | parallelism
          """)
  void pointsAtTheMistake(String sql, String code, String place, String hint) {
    UserError error = catchThrowableOfType(UserError.class, () -> planner.parse("test", sql));
    assertThat(error).isNotNull();
    assertThat(error.position().map(p -> p.line() + ":" + p.column()))
        .as(error.toString())
        .contains(place);
    assertThat(error.code().id()).contains(code);
    if (hint != null) {
      assertThat(error.hint().orElse("")).contains(hint);
    }
  }

  @Test
  void splitsAtSemicolonsOutsideStringsAndComments() {
    List<Statement> statements =
        planner.parse("test", "SELECT ';' -- ;\n; /* ; */ SELECT 2;;\nSELECT 3");
    assertThat(statements)
        .extracting(Statement::text)
        .containsExactly("SELECT ';'", "SELECT 2", "SELECT 3");
    assertThat(statements.get(2).position().line()).isEqualTo(3);
  }

  @Test
  void variablesSetInTheTextYieldToTheCommandLine() {
    List<Statement> statements =
        planner.parse(
            "test",
            "SET 'TOPIC' = 'other'; SET 'N' = '7'; INSERT INTO ${TOPIC} SELECT ${N}, ${M:1};");
    assertThat(statements.get(2)).isInstanceOf(Statement.Insert.class);
    assertThat(((Statement.Insert) statements.get(2)).target()).isEqualTo("orders");
  }

  @Test
  void readsTheInsertsOfAStatementSet() {
    String set = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;";
    assertThat(planner.parse("test", set + "SELECT CASE WHEN a THEN 1 END FROM t"))
        .extracting(Statement::text)
        .containsExactly(
            "INSERT INTO a SELECT 1",
            "INSERT INTO b SELECT 2",
            "SELECT CASE WHEN a THEN 1 END FROM t");
  }

  @Test
  void placesMistakesBehindVariablesAndInsideStatementSets() {
    UserError error =
        catchThrowableOfType(
            UserError.class,
            () ->
                planner.parse(
                    "test",
                    "SELECT 1;\n"
                        + "EXECUTE STATEMENT SET BEGIN\n"
                        + "  INSERT INTO ${TOPIC} SELECT '${TOPIC}' a b c;\n"
                        + "END;"));
    assertThat(error.position().map(p -> p.line() + ":" + p.column())).contains("3:44");
  }

  @Test
  void resetForgetsASetting() {
    planner.parse("test", "SET 'parallelism' = '2'; SET 'batch.rows' = '8'; RESET 'parallelism'");
    assertThat(planner.settings()).containsOnlyKeys("batch.rows");
    planner.parse("test", "RESET");
    assertThat(planner.settings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT 'a;",
        "SELECT /* ;",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;"
      })
  void asksForMoreWhileAStatementIsOpen(String text) {
    assertThat(planner.isIncomplete(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SELECT 1;",
        "-- note",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;"
      })
  void isContentWithWholeStatements(String text) {
    assertThat(planner.isIncomplete(text)).isFalse();
  }
}
