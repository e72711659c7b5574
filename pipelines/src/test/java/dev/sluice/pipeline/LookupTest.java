package dev.sluice.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.engine.Job;
import dev.sluice.engine.RunReport;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lookups that are slow, stuck or fail: what goes on meanwhile, in which order, and after a stop.
 */
class LookupTest {
  private static final int ROWS = 300;

  @TempDir Path directory;

  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void release() {
    released.countDown();
  }

  private Job start(Connector squares, String sql, Map<String, String> settings) {
    ConnectorRegistry all = ConnectorRegistry.load();
    Map<String, String> both = new HashMap<>(Map.of("batch.rows", "10", "parallelism", "1"));
    both.putAll(settings);
    Session session =
        new Session(
            new SessionOptions(
                ConnectorRegistry.of(
                    squares, all.connector("datagen"), all.connector("filesystem")),
                Map.of(),
                name -> Optional.empty(),
                both,
                "lookup",
                directory));
    Step.Pipeline pipeline =
        session.prepare(List.of(new SqlText("lookup.sql", sql))).stream()
            .filter(Step.Pipeline.class::isInstance)
            .map(Step.Pipeline.class::cast)
            .findFirst()
            .orElseThrow();
    return session.start(pipeline.plan(), batch -> batch.close(), new StringBuilder());
  }

  private static String squares(String options) {
    return "CREATE TABLE squares (n BIGINT, square BIGINT) WITH ('connector' = 'squares'"
        + options
        + ");\n";
  }

  private static String numbers(String name) {
    return "CREATE TABLE "
        + name
        + " (k BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '"
        + ROWS
        + "', 'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '"
        + ROWS
        + "');\n";
  }

  private static String sink(String name, String query) {
    return "CREATE SINK "
        + name
        + " WITH ('connector' = 'filesystem', 'format' = 'csv', 'csv.header' = 'false', 'path' ="
        + " '"
        + name
        + ".csv') AS "
        + query
        + ";\n";
  }

  private static String joined(String hint) {
    return "SELECT "
        + hint
        + " k, square FROM d LEFT JOIN squares FOR SYSTEM_TIME AS OF PROCTIME() AS s ON d.k = s.n";
  }

  private List<String> rows(String name) throws IOException {
    return Files.readAllLines(directory.resolve(name + ".csv"));
  }

  private static List<String> expected() {
    return LongStream.rangeClosed(1, ROWS)
        .mapToObj(n -> n + "," + (n % 2 == 0 ? n * n : ""))
        .toList();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come about").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Gives a request time to be noticed that nothing can be seen of. */
  private static void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    await(() -> System.nanoTime() > end);
  }

  private void waitForRelease() {
    try {
      if (!released.await(90, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody lets the lookup go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void otherInputGoesOnWhileALookupIsStuck() throws Exception {
    SquaresConnector squares = new SquaresConnector(keys -> waitForRelease());
    Job job =
        start(
            squares,
            squares("")
                + numbers("d")
                + numbers("e")
                + sink("o", joined(""))
                + sink("p", "SELECT k FROM e"),
            Map.of());
    // a batch has a row at least
    await(() -> job.report().rowsIn() >= ROWS + 4);
    // four requests are on their way, each for the rows of a batch, and no more is read
    await(() -> squares.mostAtOnce() == 4);
    assertThat(job.report().rowsIn()).isLessThan(2 * ROWS);
    released.countDown();
    RunReport report = job.await();
    assertThat(report.rowsOut()).isEqualTo(2 * ROWS);
    assertThat(rows("o")).containsExactlyElementsOf(expected());
    assertThat(rows("p")).hasSize(ROWS);
    assertThat(squares.open()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 4",
    "', ''lookup.async'' = ''false''', 1",
    "', ''lookup.async.capacity'' = ''2''', 2"
  })
  void rowsKeepTheirOrderWhicheverAnswerComesFirst(String options, int most) throws Exception {
    SquaresConnector squares =
        new SquaresConnector(
            keys -> {
              try {
                // of several on their way the first is the slowest
                Thread.sleep(keys.get(0) % 40 < 20 ? 6 : 1);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Job job = start(squares, squares(options) + numbers("d") + sink("o", joined("")), Map.of());
    job.await();
    assertThat(rows("o")).containsExactlyElementsOf(expected());
    assertThat(squares.mostAtOnce()).isLessThanOrEqualTo(most);
  }

  @Test
  void whereOrderDoesNotMatterAStuckLookupHoldsOnlyItsOwnRows() throws Exception {
    SquaresConnector squares =
        new SquaresConnector(
            keys -> {
              if (keys.contains(3L)) {
                waitForRelease();
              }
            });
    Job job =
        start(
            squares,
            squares("")
                + numbers("d")
                + sink(
                    "o", joined("/*+ LOOKUP('table' = 's', 'output-mode' = 'allow_unordered') */")),
            Map.of());
    // the rows before the stuck one have been overtaken by many
    await(() -> job.report().rowsOut() > 100);
    released.countDown();
    job.await();
    assertThat(rows("o")).containsExactlyInAnyOrderElementsOf(expected());
    assertThat(rows("o").indexOf("1,")).isGreaterThan(50);
  }

  @Test
  void aLookupThatTakesTooLongFailsTheRun() {
    SquaresConnector squares = new SquaresConnector(keys -> waitForRelease());
    Job job =
        start(
            squares,
            squares(", 'lookup.timeout' = '200 ms'") + numbers("d") + sink("o", joined("")),
            Map.of());
    Thread later =
        new Thread(
            () -> {
              await(() -> squares.mostAtOnce() > 0);
              pause(400);
              released.countDown();
            });
    later.start();
    assertThatThrownBy(job::await)
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_FAILED);
              assertThat(e.getMessage()).contains("'squares' took longer than 200 ms");
            });
  }

  private static String retrying(int attempts, String delay) {
    return "/*+ LOOKUP('table' = 's', 'retry-predicate' = 'lookup_miss', 'retry-strategy' ="
        + " 'fixed_delay', 'fixed-delay' = '"
        + delay
        + "', 'max-attempts' = '"
        + attempts
        + "') */";
  }

  @ParameterizedTest
  @CsvSource({"1, 0, false", "2, 150, true", "5, 150, false"})
  void keysWithoutARowAreAskedForAgain(int attempts, int found, boolean view) throws Exception {
    Map<Long, Integer> times = new ConcurrentHashMap<>();
    // odd numbers come into the table when they are asked for the third time
    SquaresConnector squares =
        new SquaresConnector(
            keys -> keys.forEach(n -> times.merge(n, 1, Integer::sum)),
            n -> n % 2 == 0 || times.get(n) > 2);
    String query = joined(retrying(attempts, "5 ms"));
    String rows = view ? "SELECT * FROM seen" : query;
    String sql =
        squares("") + numbers("d") + "CREATE VIEW seen AS " + query + ";" + sink("o", rows);
    start(squares, sql, Map.of()).await();
    assertThat(rows("o")).hasSize(ROWS).filteredOn(row -> !row.endsWith(",")).hasSize(150 + found);
    assertThat(rows("o").get(1)).isEqualTo("2,4");
    assertThat(times.get(2L)).isOne();
    assertThat(times.get(3L)).isEqualTo(Math.min(3, 1 + attempts));
    assertThat(squares.open()).isZero();
  }

  @Test
  void aStopDoesNotWaitForRetries() throws Exception {
    SquaresConnector squares = new SquaresConnector(keys -> {});
    String sql = squares("") + numbers("d") + sink("o", joined(retrying(1, "1 min")));
    Job job = start(squares, sql, Map.of("checkpoint.dir", "c", "checkpoint.interval", "5 ms"));
    await(() -> job.report().rowsIn() >= 40);
    job.stop();
    assertThat(job.await().stopped()).isTrue();
    assertThat(squares.open()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          'max-attempts' = '3' | 'retry-predicate' is missing
          'retry-predicate' = 'x', 'retry-strategy' = 'fixed_delay' | cannot be 'x'
          'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = 'x', 'max-attempts' = '3' | cannot be 'x'
          'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '1 s', 'max-attempts' = '0' | cannot be '0'
          'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '1 min', 'max-attempts' = '3' | longer than 'lookup.timeout'
          'retry' = 'x' | LOOKUP has no option 'retry'
          """)
  void retriesThatCannotBeAreRefused(String options, String why) {
    String hint = "/*+ LOOKUP('table' = 's', " + options + ") */";
    String sql = squares("") + numbers("d") + sink("o", joined(hint));
    assertThatThrownBy(() -> start(new SquaresConnector(keys -> {}), sql, Map.of()))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.getMessage()).contains(why);
              assertThat(e.position()).isPresent();
              assertThat(e.hint()).isPresent();
            });
  }

  @Test
  void aLookupThatFailsFailsTheRun() {
    SquaresConnector squares =
        new SquaresConnector(
            keys -> {
              throw new IOException("no such luck");
            });
    Job job = start(squares, squares("") + numbers("d") + sink("o", joined("")), Map.of());
    assertThatThrownBy(job::await)
        .isInstanceOfSatisfying(
            UserError.class,
            e -> assertThat(e.detail()).hasValueSatisfying(d -> assertThat(d).contains("luck")));
    assertThat(squares.open()).isZero();
  }

  @Test
  void rowsThatWaitAreInTheCheckpoint() throws Exception {
    String sql = squares("") + numbers("d") + sink("o", joined(""));
    SquaresConnector stuck =
        new SquaresConnector(
            keys -> {
              if (keys.stream().anyMatch(n -> n > 50)) {
                waitForRelease();
              }
            });
    Map<String, String> settings = Map.of("checkpoint.dir", "c", "checkpoint.interval", "5 ms");
    Job first = start(stuck, sql, settings);
    await(() -> stuck.mostAtOnce() == 4);
    await(() -> first.report().rowsIn() >= 90);
    first.stop();
    pause(100);
    released.countDown();
    first.await();
    Map<String, String> wider = new HashMap<>(settings);
    wider.put("parallelism", "3");
    start(new SquaresConnector(keys -> {}), sql, wider).await();
    assertThat(rows("o")).containsExactlyInAnyOrderElementsOf(expected());
  }

  @Test
  void rowsThatWaitOutliveTheEndOfTheirSource() throws Exception {
    String sql = squares("") + numbers("d") + sink("o", joined(""));
    SquaresConnector stuck = new SquaresConnector(keys -> waitForRelease());
    Map<String, String> settings =
        Map.of("checkpoint.dir", "c", "checkpoint.interval", "5 ms", "batch.rows", "400");
    Job first = start(stuck, sql, settings);
    await(() -> first.report().rowsIn() == ROWS);
    pause(100);
    first.stop();
    pause(100);
    released.countDown();
    first.await();
    Map<String, String> wider = new HashMap<>(settings);
    wider.put("parallelism", "3");
    start(new SquaresConnector(keys -> {}), sql, wider).await();
    assertThat(rows("o")).containsExactlyInAnyOrderElementsOf(expected());
  }
}
