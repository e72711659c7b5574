package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is typed, the parser reads it or says what is wrong with it and where. */
class MutatedStatementsTest {
  private static final int ROUNDS = 2_000;
  private static final long SEED = 20261121;

  private static final List<String> STATEMENTS =
      List.of(
          "CREATE STREAM s ( a DECIMAL ( 10 , 2 ) NOT NULL , k STRING METADATA FROM 'key' VIRTUAL ,"
              + " d AS a * 2 , ts TIMESTAMP ( 3 ) , PRIMARY KEY ( a ) NOT ENFORCED , WATERMARK FOR"
              + " ts AS ts - INTERVAL '5' SECOND IDLE AFTER INTERVAL '1' MINUTE ) PARTITIONED BY ("
              + " k ) WITH ( 'connector' = 'x' , b . c = 'y' )",
          "CREATE OR REPLACE SINK t WITH ( 'connector' = 'x' ) AS SELECT a , \"b\" FROM TUMBLE ( t"
              + " , ts , INTERVAL '1' HOUR ) EMIT EVERY INTERVAL '1' MINUTE",
          "INSERT INTO t ( date , `value` ) SELECT x :: INT , CASE WHEN y > 1.5e3 THEN DATE"
              + " '2020-01-01' ELSE NULL END FROM a LEFT JOIN b ON a . k = b . k WHERE x IN ( 1 , 2"
              + " ) GROUP BY x ORDER BY y LIMIT 5 ALLOWED LATENESS INTERVAL '1' DAY LATE ROWS TO u",
          "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT X'1f' ; INSERT INTO b SELECT 2 ; END",
          "CREATE TABLE t ( m MAP < STRING , ARRAY < ROW < x INT , y TIME ( 2 ) > > > ) WITH ("
              + " 'connector' = 'x' )",
          "EXPLAIN PLAN FOR SELECT COUNT ( * ) OVER ( PARTITION BY a ORDER BY b ROWS 3 PRECEDING )"
              + " FROM ( VALUES ( 1 , 'it''s' ) ) AS v ( a , b )",
          "SET 'parallelism' = '2' ; RESET 'parallelism' ; SHOW CREATE VIEW v ; DROP VIEW IF EXISTS"
              + " v ; DESCRIBE v");

  @Test
  void areReadOrRefusedAtAPlaceInTheText() {
    List<String> words = new ArrayList<>();
    STATEMENTS.forEach(s -> words.addAll(List.of(s.split(" "))));
    words.addAll(
        List.of("'", "\"", "`", "/*", "*/", "--", "${X}", "\n", ";", "9999999999999", "€"));
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String text = mutated(STATEMENTS.get(random.nextInt(STATEMENTS.size())), words, random);
      Planner planner = new Planner(ConnectorRegistry.of(), Map.of(), name -> Optional.empty());
      try {
        planner.parse("test", text);
        read++;
      } catch (UserError e) {
        assertThat(e.position()).as("%s%n%s", text, e).isPresent();
        assertThat(isInside(e.position().get(), text)).as("%s%n%s", text, e).isTrue();
        assertThat(e.summary()).as(text).isNotBlank().doesNotContain("null");
      } catch (RuntimeException e) {
        throw new AssertionError(text, e);
      }
    }
    assertThat(read).isPositive().isLessThan(ROUNDS);
  }

  private static String mutated(String statement, List<String> words, Random random) {
    List<String> tokens = new ArrayList<>(List.of(statement.split(" ")));
    for (int change = random.nextInt(3); change >= 0; change--) {
      int at = random.nextInt(tokens.size());
      switch (random.nextInt(4)) {
        case 0 -> tokens.remove(at);
        case 1 -> tokens.add(at, words.get(random.nextInt(words.size())));
        case 2 -> tokens.set(at, words.get(random.nextInt(words.size())));
        default -> tokens.add(random.nextInt(tokens.size()), tokens.remove(at));
      }
    }
    return String.join(random.nextInt(8) == 0 ? "\n" : " ", tokens);
  }

  /** One column behind the end is where a text ends too early. */
  private static boolean isInside(SourcePosition position, String text) {
    String[] lines = text.split("\n", -1);
    return position.line() >= 1
        && position.line() <= lines.length
        && position.column() >= 1
        && position.column() <= lines[position.line() - 1].length() + 1;
  }
}
