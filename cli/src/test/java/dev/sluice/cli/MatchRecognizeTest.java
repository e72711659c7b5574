package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MATCH_RECOGNIZE by name: the ticker of Flink's manual, other constructs, and what is refused. */
class MatchRecognizeTest {
  private static final String TICKER =
      "symbol,price,tax,ts\n"
          + "ACME,12,1,2020-01-01 10:00:00\n"
          + "ACME,17,2,2020-01-01 10:00:01\n"
          + "ACME,19,1,2020-01-01 10:00:02\n"
          + "ACME,21,3,2020-01-01 10:00:03\n"
          + "ACME,25,2,2020-01-01 10:00:04\n"
          + "ACME,18,1,2020-01-01 10:00:05\n"
          + "ACME,15,1,2020-01-01 10:00:06\n"
          + "ACME,14,2,2020-01-01 10:00:07\n"
          + "ACME,24,2,2020-01-01 10:00:08\n"
          + "ACME,25,2,2020-01-01 10:00:09\n"
          + "ACME,19,1,2020-01-01 10:00:10\n";

  @TempDir Path directory;

  @BeforeEach
  void writeRows() throws Exception {
    Files.writeString(directory.resolve("ticker.csv"), TICKER);
  }

  private Invocation run(String sql) {
    return Invocation.of(
        directory,
        "-e",
        "CREATE STREAM ticker (symbol STRING, price INT, tax INT, ts TIMESTAMP(3), WATERMARK FOR ts"
            + " AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' ="
            + " 'ticker.csv', 'format' = 'csv');"
            + sql);
  }

  private String rows(String sql) {
    Invocation run = run(sql);
    assertThat(run.err()).as(sql).isEmpty();
    return run.out();
  }

  private String match(String select, String clauses) {
    return rows(
        "SELECT "
            + select
            + " FROM ticker MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY ts "
            + clauses
            + ")");
  }

  @Test
  void flinksTickerRunsAsItStands() {
    assertThat(
            rows(
                """
                SELECT *
                FROM ticker
                    MATCH_RECOGNIZE (
                        PARTITION BY symbol
                        ORDER BY ts
                        MEASURES
                            START_ROW.ts AS start_tstamp,
                            LAST(PRICE_DOWN.ts) AS bottom_tstamp,
                            LAST(PRICE_UP.ts) AS end_tstamp
                        ONE ROW PER MATCH
                        AFTER MATCH SKIP TO LAST PRICE_UP
                        PATTERN (START_ROW PRICE_DOWN+ PRICE_UP)
                        DEFINE
                            PRICE_DOWN AS
                                (LAST(PRICE_DOWN.price, 1) IS NULL AND PRICE_DOWN.price < START_ROW.price) OR
                                    PRICE_DOWN.price < LAST(PRICE_DOWN.price, 1),
                            PRICE_UP AS
                                PRICE_UP.price > LAST(PRICE_DOWN.price, 1)
                    ) MR
                """))
        .isEqualTo(
            "symbol,start_tstamp,bottom_tstamp,end_tstamp\n"
                + "ACME,2020-01-01 10:00:04.000,2020-01-01 10:00:07.000,2020-01-01 10:00:08.000\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      textBlock =
          """
          A+?                    : 12,12
          A{2,3}                 : 12,19
          A{2,3}?                : 12,17
          A+                     : 12,21
          A{,2} B                : 12,19
          (B | A) A              : 12,17
          A B?                   : 12,17
          A B??                  : 12,12
          PERMUTE(A, C) B        : 19,25
          """)
  void quantifiersAndAlternation(String pattern, String range) {
    String sql =
        "MEASURES FIRST(price) AS f, LAST(price) AS l PATTERN ("
            + pattern
            + ") DEFINE A AS A.price < 22, C AS C.price = 21, B AS B.price > 12";
    String used = pattern.replaceAll("PERMUTE", "");
    for (String name : new String[] {"B", "C"}) {
      if (!used.contains(name)) {
        sql = sql.replaceFirst(", " + name + " AS " + name + ".price [<>=] \\d+", "");
      }
    }
    String first = match("f, l", sql).lines().skip(1).findFirst().orElse("none");
    assertThat(first).isEqualTo(range);
  }

  @Test
  void exclusionsSubsetsAndNavigationInAllRows() {
    assertThat(
            match(
                "price, c, n, m, p",
                "MEASURES CLASSIFIER() AS c, COUNT(Ends.price) AS n, FINAL MIN(price) AS m,"
                    + " PREV(price, 2) AS p ALL ROWS PER MATCH PATTERN (strt {- down+ -} Up+)"
                    + " SUBSET Ends = (strt, up) DEFINE Down AS down.price < PREV(down.price),"
                    + " UP AS price > PREV(price)"))
        .isEqualTo("price,c,n,m,p\n25,strt,1,14,19\n24,Up,2,14,15\n25,Up,3,14,14\n");
  }

  @Test
  void anchorsHoldAMatchToTheEndsOfItsPartition() {
    String ends =
        "MEASURES FIRST(price) AS f, LAST(price) AS l PATTERN (%s) DEFINE A AS A.price %s";
    assertThat(match("f, l", ends.formatted("^ A+", "< 20"))).isEqualTo("f,l\n12,19\n");
    assertThat(match("f, l", ends.formatted("A+ $", "> 18"))).isEqualTo("f,l\n24,19\n");
    assertThat(match("f, l", ends.formatted("^ A+ $", "> 18"))).isEqualTo("f,l\n");
    assertThat(match("f, l", ends.formatted("^ A+ $", "> 1"))).isEqualTo("f,l\n12,19\n");
  }

  @Test
  void aPatternMayMatchWithoutARow() {
    String empty = "PATTERN (A*) DEFINE A AS A.price > 20";
    assertThat(
            match(
                "m, n, p",
                "MEASURES MATCH_NUMBER() AS m, COUNT(A.tax) AS n, A.price AS p " + empty))
        .isEqualTo("m,n,p\n1,0,\n2,0,\n3,0,\n4,2,25\n5,0,\n6,0,\n7,0,\n8,2,25\n9,0,\n");
    assertThat(
            match(
                "price, c, n",
                "MEASURES CLASSIFIER() AS c, COUNT(*) AS n ALL ROWS PER MATCH " + empty))
        .isEqualTo(
            "price,c,n\n"
                + "12,,0\n"
                + "17,,0\n"
                + "19,,0\n"
                + "21,A,1\n"
                + "25,A,2\n"
                + "18,,0\n"
                + "15,,0\n"
                + "14,,0\n"
                + "24,A,1\n"
                + "25,A,2\n"
                + "19,,0\n");
  }

  @Test
  void nextLooksAheadAndNavigationsNest() {
    assertThat(
            match(
                "p, n, q",
                "MEASURES A.price AS p, NEXT(A.price) AS n, PREV(FIRST(A.price, 0), 2) AS q PATTERN"
                    + " (A) DEFINE A AS NEXT(A.price) < A.price AND PREV(A.price) < A.price"))
        .isEqualTo("p,n,q\n25,18,19\n25,19,14\n");
  }

  @Test
  void lateRowsGoWhereTheyAreSent() throws Exception {
    Files.writeString(
        directory.resolve("ticker.csv"),
        TICKER + "ACME,99,9,2020-01-01 10:00:03\nACME,20,1,2020-01-01 10:00:11\n");
    Invocation run =
        run(
            "CREATE SINK late (price INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path'"
                + " = 'late.csv'); CREATE SINK o WITH ('connector' = 'filesystem', 'path' ="
                + " 'o.csv') AS SELECT f, l FROM ticker MATCH_RECOGNIZE (ORDER BY ts MEASURES"
                + " FIRST(A.price) AS f, LAST(A.price) AS l PATTERN (A{2,}) DEFINE A AS A.price >"
                + " 18) LATE ROWS TO late");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Files.readString(directory.resolve("late.csv")))
        .isEqualTo("price,ts\n99,2020-01-01 10:00:03.000\n");
    assertThat(Files.readString(directory.resolve("o.csv"))).isEqualTo("f,l\n19,25\n24,20\n");
  }

  @Test
  void theLastRowOfAnEndlessInputIsNotToBeHad() {
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE STREAM s (v INT, ts AS PROCTIME(), t TIMESTAMP(3), WATERMARK FOR t AS t) WITH"
                + " ('connector' = 'datagen');"
                + "SELECT * FROM s MATCH_RECOGNIZE (ORDER BY t MEASURES A.v AS v PATTERN (A $)"
                + " DEFINE A AS A.v > 1)");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("$ in a PATTERN needs an input that ends");
  }

  @Test
  void matchRowtimeIsAnEventTimeForWindows() {
    assertThat(
            rows(
                "CREATE VIEW pairs AS SELECT rt FROM ticker MATCH_RECOGNIZE (ORDER BY ts MEASURES"
                    + " MATCH_ROWTIME() AS rt PATTERN (A B) DEFINE B AS B.price > A.price);"
                    + "SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE pairs,"
                    + " DESCRIPTOR(rt), INTERVAL '5' SECOND))"
                    + " GROUP BY window_start, window_end ORDER BY window_start"))
        .isEqualTo("window_start,n\n2020-01-01 10:00:00.000,2\n2020-01-01 10:00:05.000,1\n");
  }

  @Test
  void boundedInputMayBeInAnyOrder() {
    assertThat(
            rows(
                "SELECT * FROM ticker MATCH_RECOGNIZE (ORDER BY price DESC, tax MEASURES"
                    + " A.price AS a, B.price AS b PATTERN (A B) DEFINE B AS B.price = A.price)"))
        .isEqualTo("a,b\n25,25\n19,19\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ORDER BY ts MEASURES A.price AS p ALL ROWS PER MATCH OMIT EMPTY MATCHES PATTERN (A*) DEFINE A AS A.price > 1 | OMIT
          ORDER BY ts MEASURES A.price AS p ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (A) DEFINE A AS A.price > 1 | WITH
          MEASURES A.price AS p PATTERN (A) DEFINE A AS A.price > 1                | ORDER BY
          ORDER BY ts MEASURES A.price AS p PATTERN (A) WITHIN INTERVAL '1' MONTH DEFINE A AS A.price > 1 | WITHIN
          ORDER BY ts MEASURES A.price AS p PATTERN (A) DEFINE A AS SUM(LAST(A.price, 1)) > 1 | aggregate
          ORDER BY ts MEASURES A.prize AS p PATTERN (A) DEFINE A AS A.price > 1 | prize
          """)
  void whatIsNotSupportedIsRefused(String clauses, String why) {
    Invocation run = run("SELECT * FROM ticker MATCH_RECOGNIZE (" + clauses + ")");
    assertThat(run.code()).as(run.out()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains(why).contains("hint:");
  }

  @Test
  void unboundedInputNeedsItsEventTime() {
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE STREAM s (v INT, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');"
                + "SELECT * FROM s MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS v PATTERN (A)"
                + " DEFINE A AS A.v > 1)");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("must be ordered by its event time first");
  }

  @Test
  void nestedQuantifiersDoNotMultiplyTheWays() throws Exception {
    StringBuilder more = new StringBuilder(TICKER);
    for (int i = 11; i < 60; i++) {
      more.append("ACME,30,0,2020-01-01 10:00:").append(i).append('\n');
    }
    Files.writeString(directory.resolve("ticker.csv"), more);
    assertThat(
            match(
                "n, e",
                "MEASURES COUNT(*) AS n, LAST(ts) AS e PATTERN ((((A+)+)+)+ B) DEFINE A AS"
                    + " FIRST(A.price) >= 19 AND A.price = 30 OR COUNT(A.tax) = 1, B AS B.price ="
                    + " 30"))
        .isEqualTo("n,e\n50,2020-01-01 10:00:59.000\n");
  }

  @Test
  void aSkipThatLeadsNowhereFailsTheRun() {
    Invocation run =
        run(
            "SELECT * FROM ticker MATCH_RECOGNIZE (ORDER BY ts MEASURES A.price AS p AFTER MATCH"
                + " SKIP TO FIRST A PATTERN (A B) DEFINE B AS B.price > 1)");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("SKIP TO A leads back to the match's first row");
  }
}
