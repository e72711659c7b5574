package dev.sluice.planner.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.planner.ast.CreateTable;
import dev.sluice.planner.ast.EmittingQuery;
import dev.sluice.planner.ast.OutputClause;
import dev.sluice.planner.ast.TableElement;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.dialect.AnsiSqlDialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SluiceParserTest {
  private static String written(SqlNode node) {
    return node.toSqlString(AnsiSqlDialect.DEFAULT).getSql();
  }

  private static SqlNode selected(String query) throws SyntaxException {
    return ((SqlSelect) SluiceParser.query(query)).getSelectList().get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE OR REPLACE STREAM IF NOT EXISTS s (a BIGINT NOT NULL, k STRING METADATA FROM 'key'"
            + " VIRTUAL, m BYTES METADATA, d AS a * 2, ts TIMESTAMP(3) COMMENT 'when', l"
            + " TIMESTAMP_LTZ(3), PRIMARY KEY (a, k) NOT ENFORCED, WATERMARK FOR ts AS ts -"
            + " INTERVAL '5' SECOND IDLE AFTER INTERVAL '1' MINUTE MAX FUTURE SKEW INTERVAL '1'"
            + " HOUR) PARTITIONED BY (k) WITH ('connector' = 'it''s', 'ключ' = '€', scan.mode ="
            + " 'x', table-name = 'y')",
        "CREATE TEMPORARY TABLE t (a ARRAY<INT NOT NULL>, m MAP<STRING, ARRAY<DATE>>, r ROW<x INT,"
            + " y ROW<z STRING NOT NULL>>, i INT ARRAY, o DECIMAL(10, 2) PRIMARY KEY NOT ENFORCED)"
            + " WITH ('connector' = 'x')",
        "CREATE SINK k WITH ('connector' = 'x') AS SELECT a FROM t EMIT CHANGES",
        "CREATE TEMPORARY VIEW IF NOT EXISTS v (x, y) AS SELECT a, b FROM t",
        "CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'a.jar', JAR 'b.jar'",
        "CREATE FUNCTION f (a INT, b STRING NOT NULL) RETURNS ARRAY<INT> AS 'a + 1'",
        "DROP FUNCTION IF EXISTS f",
        "DROP SINK k",
        "INSERT INTO s (a, date) SELECT a, b FROM t EMIT EVERY INTERVAL '1' MINUTE ALLOWED LATENESS"
            + " INTERVAL '1' HOUR LATE ROWS TO late ON CONFLICT DO DEDUPLICATE",
        "INSERT INTO s (SELECT a FROM t) EMIT FINAL ON CONFLICT DO NOTHING",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
        "EXPLAIN STATE INSERT INTO a SELECT 1",
        "EXPLAIN PLAN FOR SELECT 1",
        "EXPLAIN DOT SELECT 1",
        "DESCRIBE TABLE t",
        "SHOW CREATE VIEW v",
        "SHOW CREATE sink",
        "SHOW CONNECTORS",
        "SET 'a' = 'b'",
        "SET",
        "RESET 'a'",
        "SELECT * FROM TUMBLE(TABLE t PARTITION BY k, ROWS 100)",
        "SELECT a::INT FROM t LEFT ANTI JOIN u ON t.k = u.k",
        "SELECT a FROM t LEFT SEMI JOIN u ON t.k = u.k EMIT ON UPDATE"
      })
  void writesEachTreeSoThatItReadsAsTheSame(String sql) throws SyntaxException {
    String once = written(SluiceParser.statement(sql));
    assertThat(written(SluiceParser.statement(once))).isEqualTo(once);
  }

  @Test
  void takesBothQuoteStylesForNames() throws SyntaxException {
    assertThat(((SqlIdentifier) selected("SELECT \"a\"\"`b\" FROM t")).getSimple())
        .isEqualTo("a\"`b");
    assertThat(((SqlIdentifier) selected("SELECT `a``\"b` FROM t")).getSimple()).isEqualTo("a`\"b");
    assertThat(((SqlIdentifier) selected("SELECT \"x\".`Y` FROM t")).names)
        .containsExactly("x", "Y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "avg",
        "close",
        "comment",
        "count",
        "date",
        "datetime",
        "day",
        "emit",
        "error",
        "hour",
        "if",
        "key",
        "late",
        "max",
        "min",
        "minute",
        "month",
        "name",
        "open",
        "percent",
        "rank",
        "result",
        "second",
        "sink",
        "start",
        "string",
        "sum",
        "time",
        "timestamp",
        "type",
        "user",
        "value",
        "watermark",
        "year"
      })
  void wordsThatPeopleCallColumnsNeedNoQuotes(String name) throws SyntaxException {
    assertThat(((SqlIdentifier) selected("SELECT " + name + " FROM t")).getSimple())
        .isEqualTo(name);
    String uses =
        "SELECT t.@, @ AS @, (@) + 1, f(@, @), CASE @ WHEN 1 THEN @ ELSE @ END FROM t WHERE @ > 1"
            + " AND @ IN (1, @) OR @ BETWEEN @ AND 2 GROUP BY @, a HAVING MAX(@) > 1 ORDER BY @";
    SluiceParser.statement(uses.replace("@", name));
    SluiceParser.statement(
        "CREATE STREAM @ (@ INT, x AS @ + 1, PRIMARY KEY (@)) PARTITIONED BY (@) WITH ('c' = 'd')"
            .replace("@", name));
    SluiceParser.statement("INSERT INTO t (@, a) SELECT a @, b FROM u @".replace("@", name));
  }

  @Test
  void wordsOfTypesAndFunctionsKeepTheirMeaning() throws SyntaxException {
    SluiceParser.statement(
        "SELECT DATE '2020-01-01', TIMESTAMP '2020-01-01 00:00:00', TIME '10:00:00', CAST(a AS"
            + " DATE), CAST(a AS TIMESTAMP(3)), YEAR(a), EXTRACT(DAY FROM a), FLOOR(a TO HOUR),"
            + " INTERVAL '1' DAY, COUNT(*), POSITION('a' IN b), CURRENT_DATE, USER(),"
            + " TIMESTAMPDIFF(SECOND, a, b), JSON_OBJECT('k' VALUE 1) FROM t");
    assertThat(written(selected("SELECT DATE '2020-01-01' FROM t"))).contains("2020-01-01");
  }

  @Test
  void streamBehindSelectSaysNothing() throws SyntaxException {
    assertThat(written(SluiceParser.query("SELECT STREAM a FROM t")))
        .isEqualTo(written(SluiceParser.query("SELECT a FROM t")));
  }

  @Test
  void emitBeginsAClauseOnlyBehindAQuery() throws SyntaxException {
    EmittingQuery query =
        (EmittingQuery)
            SluiceParser.statement(
                "SELECT emit FROM a JOIN emit ON a.x = emit.x JOIN b emit ON 1 = emit.y EMIT ON"
                    + " UPDATE");
    assertThat(query.clauses())
        .extracting(OutputClause::kind)
        .containsExactly(OutputClause.Kind.EMIT_ON_UPDATE);
  }

  @Test
  void elementsSayWhetherTheyTakeNull() throws SyntaxException {
    CreateTable create =
        (CreateTable)
            SluiceParser.statement(
                "CREATE TABLE t (a ARRAY<INT NOT NULL> NOT NULL, b INT) WITH ('c' = 'd')");
    assertThat(create.elements())
        .extracting(e -> ((TableElement.Physical) e).type().getNullable())
        .containsExactly(false, true);
    assertThat(written(create)).contains("ARRAY < INTEGER NOT NULL > NOT NULL");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE STREM s            | 1:8  | STREAM
          SELECT a FROM t ORDER a   | 1:23 | BY
          SHOW ALL                  | 1:6  | STREAMS
          SELECT a FROM t EMIT ON x | 1:25 | WINDOW
          DROP TABLE                | 0:0  |
          SELECT a # b FROM t       | 1:10 |
          """)
  void saysWhatItExpectedAndWhere(String sql, String place, String expected) {
    SyntaxException e =
        catchThrowableOfType(SyntaxException.class, () -> SluiceParser.statement(sql));
    assertThat(e.isUnexpectedToken()).isTrue();
    assertThat(e.position().getLineNum() + ":" + e.position().getColumnNum()).isEqualTo(place);
    if (expected != null) {
      assertThat(e.expected().words()).contains(expected);
    }
  }

  @Test
  void knowsItsWords() {
    assertThat(SluiceParser.keywords()).contains("EMIT", "SELECT", "WATERMARK", "DATE").isSorted();
    assertThat(SluiceParser.isReserved("select")).isTrue();
    assertThat(SluiceParser.isReserved("date")).isFalse();
  }
}
