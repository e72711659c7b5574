package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of state when a pipeline is changed between two runs. */
class PlanChangeTest {
  private static final long SEED = Long.getLong("sluice.restore.seed", System.nanoTime());
  private static final int ROWS = 1600;

  /** A stream of which the first run reads a part, and the sink that both runs have. */
  private static final String BASE =
      "CREATE STREAM a (id BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH"
          + " ('connector' = 'datagen', 'rows-per-second' = '%s', 'fields.v.min' = '0',"
          + " 'fields.v.max' = '100', 'fields.id.kind' = 'sequence',"
          + " 'fields.id.start' = '1', 'fields.id.end' = '"
          + ROWS
          + "', 'fields.ts.kind' = 'sequence', 'fields.ts.start' = '2024-01-01 00:00:00',"
          + " 'fields.ts.step' = '1 s', 'seed' = '7');\n";

  private static final String SUMS =
      "CREATE SINK o WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_o') AS SELECT"
          + " id %% 7 AS k, SUM(v) AS s, COUNT(*) AS n FROM a GROUP BY id %% 7;\n";

  private static final String WINDOWS =
      "CREATE SINK w WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_w') AS SELECT"
          + " window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1'"
          + " HOUR)) GROUP BY window_start, window_end;\n";

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  private Job start(String sql, String to, boolean allowLoss) {
    Map<String, String> settings = new HashMap<>();
    settings.put("checkpoint.dir", to + "_checkpoints");
    settings.put("checkpoint.interval", "5 ms");
    settings.put("batch.rows", "40");
    settings.put("parallelism", Integer.toString(1 + random.nextInt(4)));
    if (allowLoss) {
      settings.put("checkpoint.allow-state-loss", "true");
    }
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.load(),
                Map.of(),
                name -> Optional.empty(),
                settings,
                "change",
                directory));
    Step.Pipeline pipeline =
        session.prepare(List.of(new SqlText("change.sql", sql.replace("%s_", to + "_")))).stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
  }

  private static String sql(int perSecond, String... sinks) {
    return String.format(BASE, perSecond) + String.join("", sinks).replace("%%", "%");
  }

  /** Reads a part of the stream and stops. */
  private void begin(String to, String... sinks) throws Exception {
    Job job = start(sql(1500, sinks), to, false);
    long enough = 200 + random.nextInt(300);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> job.report().rowsIn() >= enough);
    job.stop();
    assertThat(job.await().stopped()).as("seed " + SEED).isTrue();
    assertThat(job.report().rowsIn()).isLessThan(ROWS);
    assertThat(job.report().flows()).isNotEmpty().allMatch(flow -> flow.missing() == 0);
  }

  private List<String> goOn(String to, boolean allowLoss, String... sinks) throws Exception {
    Job job = start(sql(1_000_000, sinks), to, allowLoss);
    job.await();
    return job.notices();
  }

  private List<String> rows(String folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (var files = Files.list(directory.resolve(folder))) {
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        List<String> lines = Files.readAllLines(file);
        rows.addAll(lines.subList(1, lines.size()));
      }
    }
    rows.sort(null);
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // a sink of other columns of the stream
        "CREATE SINK p WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_p') AS"
            + " SELECT id, ts FROM a;",
        // one with a filter
        "CREATE SINK p WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_p') AS"
            + " SELECT id FROM a WHERE v > 50;",
        // one with state of its own
        "CREATE SINK p WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_p') AS"
            + " SELECT id %% 3 AS k, MAX(v) AS m FROM a GROUP BY id %% 3;",
        // a view that nobody reads, and another layout of the text
        "CREATE VIEW unused AS SELECT v\nFROM a;",
      })
  void whatIsAddedChangesNothingElse(String addition) throws Exception {
    start(sql(1_000_000, SUMS, WINDOWS), "calm", false).await();
    begin("added", SUMS, WINDOWS);
    List<String> notices = goOn("added", false, SUMS, WINDOWS, addition);
    assertThat(rows("added_o")).as("seed " + SEED).isEqualTo(rows("calm_o"));
    assertThat(rows("added_w")).as("seed " + SEED).isEqualTo(rows("calm_w"));
    assertThat(notices).noneMatch(n -> n.startsWith("lost"));
    if (addition.contains("SINK p")) {
      assertThat(notices)
          .anyMatch(n -> n.startsWith("new: sink 'p' begins behind checkpoint"))
          .anyMatch(n -> n.startsWith("kept: GroupAggregate"));
      assertThat(rows("added_p")).isNotEmpty();
    }
    assertThat(notices.stream().anyMatch(n -> n.startsWith("new: GroupAggregate")))
        .isEqualTo(addition.contains("MAX(v)"));
  }

  @Test
  void aFilterInFrontIsToldAndItsStateKept() throws Exception {
    begin("filter", SUMS);
    List<String> notices =
        goOn("filter", false, SUMS.replace("FROM a GROUP", "FROM a WHERE v >= 0 GROUP"));
    assertThat(notices)
        .anyMatch(n -> n.startsWith("kept: ") && n.endsWith("though what it reads has changed"));
    start(sql(1_000_000, SUMS), "calm", false).await();
    assertThat(rows("filter_o")).as("seed " + SEED).isEqualTo(rows("calm_o"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SUM(v) AS s|MAX(id) AS s", "COUNT(*) AS n|COUNT(*) AS n, MIN(id) AS m"})
  void anAggregateMoreKnowsNothingOfTheRowsBeforeAndOthersKeepTheirState(String edit)
      throws Exception {
    String changed = SUMS.replace(edit.split("\\|")[0], edit.split("\\|")[1]);
    begin("calls", SUMS, WINDOWS);
    assertThatThrownBy(() -> goOn("calls", false, changed, WINDOWS))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.STATE_LOSS);
              assertThat(e.detail().orElseThrow())
                  .contains("lost: the rows from before in M")
                  .doesNotContain("lost: GroupAggregate")
                  .contains("kept: WindowAggregate");
            });
    List<String> notices = goOn("calls", true, changed, WINDOWS);
    assertThat(notices)
        .anyMatch(n -> n.startsWith("lost: the rows from before in M"))
        .anyMatch(n -> n.startsWith("kept: what is not lost of GroupAggregate"))
        .noneMatch(n -> n.startsWith("new: GroupAggregate"));
    assertThat(notices.stream().anyMatch(n -> n.startsWith("lost: SUM(v) of GroupAggregate")))
        .isEqualTo(edit.startsWith("SUM"));
    start(sql(1_000_000, SUMS, WINDOWS), "calm", false).await();
    assertThat(rows("calls_w")).as("seed " + SEED).isEqualTo(rows("calm_w"));
    // the count goes on, and the greatest is that of the rows behind the checkpoint
    assertThat(columns("calls_o", 0, 2)).as("seed " + SEED).isEqualTo(columns("calm_o", 0, 2));
    if (edit.startsWith("SUM")) {
      assertThat(columns("calls_o", 1)).allMatch(id -> Integer.parseInt(id) > ROWS - 7);
    } else {
      assertThat(columns("calls_o", 3)).allMatch(id -> Integer.parseInt(id) > 7);
      assertThat(columns("calls_o", 1)).isEqualTo(columns("calm_o", 1));
    }
  }

  private List<String> columns(String folder, int... columns) throws IOException {
    return rows(folder).stream()
        .map(
            row ->
                Arrays.stream(columns)
                    .mapToObj(c -> row.split(",", -1)[c])
                    .collect(Collectors.joining(",")))
        .sorted()
        .toList();
  }

  @Test
  void anotherKeyIsOtherStateWhateverItIsCalled() throws Exception {
    begin("key", SUMS);
    String changed = SUMS.replace("id %% 7", "id %% 5").replace("SUM(v) AS s", "MAX(v) AS s");
    assertThatThrownBy(() -> goOn("key", false, changed))
        .isInstanceOfSatisfying(
            UserError.class,
            e ->
                assertThat(e.detail().orElseThrow())
                    .contains("lost: GroupAggregate")
                    .doesNotContain("in MAX(v)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"id %% 7|id %% 6"})
  void otherStateIsRefusedUnlessItsLossIsAllowed(String edit) throws Exception {
    String changed =
        SUMS.replace(edit.split("\\|")[0], edit.split("\\|")[1])
            .replace("SUM(v) AS s", "MAX(v) AS s");
    begin("lost", SUMS, WINDOWS);
    assertThatThrownBy(() -> goOn("lost", false, changed, WINDOWS))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.STATE_LOSS);
              assertThat(e.detail().orElseThrow())
                  .contains("lost: GroupAggregate")
                  .contains("kept: WindowAggregate");
            });
    List<String> notices = goOn("lost", true, changed, WINDOWS);
    assertThat(notices)
        .anyMatch(n -> n.startsWith("lost: GroupAggregate"))
        .anyMatch(n -> n.startsWith("new: GroupAggregate"));
    start(sql(1_000_000, WINDOWS), "calm", false).await();
    assertThat(rows("lost_w")).as("seed " + SEED).isEqualTo(rows("calm_w"));
  }

  @Test
  void anotherWidthOfWindowIsOtherState() throws Exception {
    begin("width", WINDOWS);
    assertThatThrownBy(() -> goOn("width", false, WINDOWS.replace("'1' HOUR", "'2' HOUR")))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_LOSS));
  }

  @Test
  void aSinkThatIsGoneTakesItsStateWithIt() throws Exception {
    begin("gone", SUMS, WINDOWS);
    assertThatThrownBy(() -> goOn("gone", false, WINDOWS))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> assertThat(e.detail().orElseThrow()).contains("lost: GroupAggregate"));
    goOn("gone", true, WINDOWS);
    start(sql(1_000_000, WINDOWS), "calm", false).await();
    assertThat(rows("gone_w")).as("seed " + SEED).isEqualTo(rows("calm_w"));
  }

  private static final String PAIRS =
      "CREATE SINK j WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s_j') AS SELECT"
          + " l.id, l.v, r.id AS other FROM a l JOIN (SELECT id, v FROM a WHERE id %% 9 = 0) r ON"
          + " l.v = r.v;\n";

  @Test
  void aWiderTypeIsReadAsIt() throws Exception {
    String narrow = PAIRS + SUMS.replace("SUM(v) AS s", "MAX(v) AS s, COUNT(DISTINCT v) AS d");
    start(sql(1_000_000, narrow), "calm", false).await();
    Job job = start(sql(1500, narrow).replace("v BIGINT", "v INT"), "wide", false);
    while (job.report().rowsIn() < 500) {
      Thread.sleep(2);
    }
    job.stop();
    job.await();
    List<String> notices = goOn("wide", false, narrow);
    assertThat(notices)
        .anyMatch(n -> n.startsWith("migrated: Join") && n.contains("'v' was INTEGER, is BIGINT"))
        .noneMatch(n -> n.startsWith("lost"));
    assertThat(rows("wide_o")).as("seed " + SEED).isEqualTo(rows("calm_o"));
    assertThat(rows("wide_j")).as("seed " + SEED).isEqualTo(rows("calm_j"));
  }

  @Test
  void aFurtherColumnIsNullInRowsFromBefore() throws Exception {
    start(sql(1_000_000, PAIRS), "calm", false).await();
    begin("more", PAIRS);
    String more = PAIRS.replace("r.id AS other", "r.id AS other, l.ts, r.ts AS t");
    List<String> notices = goOn("more", false, more.replace("SELECT id, v", "SELECT id, v, ts"));
    assertThat(notices)
        .anyMatch(
            n -> n.startsWith("migrated: Join") && n.contains("'ts' is NULL in rows from before"))
        .noneMatch(n -> n.startsWith("lost"));
    List<String> three =
        rows("more_j").stream()
            .map(row -> String.join(",", List.of(row.split(",", -1)).subList(0, 3)))
            .sorted()
            .toList();
    assertThat(three).as("seed " + SEED).isEqualTo(rows("calm_j"));
    assertThat(rows("more_j")).anyMatch(row -> row.contains(",2024-01-01"));
  }
}
