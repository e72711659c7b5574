package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import dev.sluice.plan.PlanPrinter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Joins whose small input is sent to every task give the rows of those that share both inputs out,
 * which the random joins hold against another engine.
 */
class BroadcastTest {
  @TempDir Path directory;

  private String tables() {
    return """
    CREATE TABLE f (id INT, k INT, v INT)
      WITH ('connector' = 'filesystem', 'path' = '%1$s/f.csv');
    CREATE TABLE d (k INT, w INT) WITH ('connector' = 'filesystem', 'path' = '%1$s/d.csv');
    CREATE TABLE many (id INT, k INT, v INT)
      WITH ('connector' = 'filesystem', 'path' = '%1$s/many.csv');
    CREATE VIEW seen AS SELECT k, w FROM d;
    CREATE VIEW joined AS SELECT d.k, d.w FROM d JOIN d AS e ON d.k = e.k;
    CREATE TABLE s (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
      WITH ('connector' = 'datagen', 'rows-per-second' = '1');
    """
        .formatted(directory);
  }

  @BeforeEach
  void writeTables() throws Exception {
    Random random = new Random(5);
    StringBuilder facts = new StringBuilder("id,k,v\n");
    for (int i = 0; i < 300; i++) {
      String key = random.nextInt(12) == 0 ? "" : "" + random.nextInt(20);
      facts.append(i).append(',').append(key).append(',').append(random.nextInt(9)).append('\n');
    }
    StringBuilder small = new StringBuilder("k,w\n");
    for (int i = 0; i < 25; i++) {
      String key = random.nextInt(8) == 0 ? "" : "" + random.nextInt(20);
      small.append(key).append(',').append(random.nextInt(9)).append('\n');
    }
    Files.writeString(directory.resolve("f.csv"), facts);
    Files.writeString(directory.resolve("d.csv"), small);
    Files.writeString(directory.resolve("many.csv"), facts + "1,2,3\n".repeat(300_000));
  }

  private String plan(String sql) {
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                Map.of(),
                "broadcast",
                directory));
    return session.prepare(List.of(new SqlText("q", tables() + sql))).stream()
        .filter(Step.Query.class::isInstance)
        .map(step -> PlanPrinter.print(((Step.Query) step).plan(), sink -> ""))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT %s f.id, d.w FROM f JOIN d ON f.k = d.k",
        "SELECT %s f.id, d.w FROM d JOIN f ON f.k = d.k AND f.v <> d.w",
        "SELECT %s f.id, d.w FROM f LEFT JOIN d ON f.k = d.k",
        "SELECT %s f.id, d.w FROM f LEFT JOIN d ON f.k = d.k AND f.v < d.w",
        "SELECT %s f.id, d.w FROM d RIGHT JOIN f ON f.k = d.k AND f.v < d.w",
        "SELECT %s f.id, d.w FROM f JOIN d ON f.v > d.w + 4",
        "SELECT %s f.id, d.w FROM f CROSS JOIN d",
        "SELECT %s f.v, COUNT(*) AS n, SUM(d.w) AS s FROM f JOIN d ON f.k = d.k GROUP BY f.v",
        "SELECT %s f.id FROM f LEFT SEMI JOIN d ON f.k = d.k",
        "SELECT %s f.id FROM f LEFT ANTI JOIN d ON f.k = d.k",
        "SELECT %s f.id, d.w FROM f JOIN seen AS d ON f.k = d.k",
        "SELECT %s e.w, d.w FROM d AS e LEFT JOIN d ON e.k = d.k",
        "SELECT %s f.id, d.w, g.id FROM f JOIN d ON f.k = d.k JOIN f AS g ON g.id = f.id",
      })
  void sameRowsWithAndWithout(String query) throws Exception {
    String hinted = query.formatted("/*+ BROADCAST(d) */");
    assertThat(plan(hinted)).contains("broadcast");
    assertThat(plan(query.formatted(""))).doesNotContain("broadcast");
    List<List<Object>> expected = Answers.ours(tables() + query.formatted(""), 4096, 1, directory);
    assertThat(expected).hasSizeGreaterThan(4);
    for (int[] way : new int[][] {{1, 2}, {7, 5}, {4096, 5}}) {
      assertThat(Answers.ours(tables() + hinted, way[0], way[1], directory))
          .as(way[0] + " rows a batch, " + way[1] + " tasks")
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void theSmallInputIsChosenByItsSize() {
    assertThat(plan("SELECT many.id, d.w FROM many JOIN d ON many.k = d.k")).contains("broadcast");
    assertThat(plan("SELECT many.id, d.w FROM d JOIN many ON many.k = d.k")).contains("broadcast");
    assertThat(plan("SELECT many.id, d.w FROM many LEFT JOIN d ON many.k = d.k"))
        .contains("broadcast");
    assertThat(plan("SELECT many.id, d.w FROM d LEFT JOIN many ON many.k = d.k"))
        .doesNotContain("broadcast");
    assertThat(plan("SELECT many.id, d.w FROM d FULL JOIN many ON many.k = d.k"))
        .doesNotContain("broadcast");
    assertThat(plan("SELECT f.id, d.w FROM d JOIN f ON f.k = d.k")).doesNotContain("broadcast");
    assertThat(plan("SELECT s.v, d.w FROM s JOIN d ON s.k = d.k"))
        .contains("broadcast")
        .contains(
            "rows of the right input, which ends, all in every task; those of the left one until"
                + " then");
    assertThat(plan("SELECT s.v, d.w FROM s LEFT JOIN d ON s.k = d.k")).doesNotContain("broadcast");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BROADCAST(d) | f.id FROM d LEFT JOIN f ON f.k = d.k | rows of its left input that stand alone
          BROADCAST(d) | f.id FROM f FULL JOIN d ON f.k = d.k | rows of its right input that stand alone
          BROADCAST(e) | f.id FROM f JOIN d ON f.k = d.k | no table of this join is called 'e'
          BROADCAST | f.id FROM f JOIN d ON f.k = d.k | names tables of a join
          BROADCAST(f) | f.id FROM f | names tables of a join
          BROADCAST(d, f) | f.id FROM f JOIN d ON f.k = d.k | no join here can send 'f'
          BROADCAST(d) | s.v FROM s LEFT JOIN d ON s.k = d.k | takes rows back
          BROADCAST(s) | s.v FROM s JOIN d ON s.k = d.k | the left input never ends
          BROADCAST(x) | x.v FROM s AS x JOIN s AS y ON x.ts = y.ts | the left input never ends
          BROADCAST(j) | f.id FROM f JOIN joined AS j ON f.k = j.k | reads more than one table
          """)
  void hintsThatCannotBeFollowedAreRefused(String hint, String query, String why) {
    assertThatThrownBy(() -> plan("SELECT /*+ " + hint + " */ " + query))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.getMessage()).contains(why);
              assertThat(e.position()).isPresent();
              assertThat(e.hint()).isPresent();
            });
  }
}
