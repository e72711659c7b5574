package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.FaultPoint;
import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.testing.kafka.KafkaServer;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pipelines in processes of their own that are killed, at named points and at random instants, and
 * started again until they finish: every sink must hold the rows of an undisturbed run, each once.
 * {@code -Dcrash.kills=200} asks for more kills than the dozen of every build, {@code
 * -Dcrash.seed=…} repeats a run.
 */
class CrashTest {
  private static final int KILLS = Integer.getInteger("crash.kills", 12);
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
  private static final int ROWS = 15_000;
  private static final String FILE = "'connector' = 'filesystem', 'path' = 'in.json'";

  private static final List<String> POINTS =
      List.of(
          "checkpoint.begin",
          "checkpoint.prepared",
          "checkpoint.state",
          "storage.written",
          "storage.forced",
          "storage.renamed",
          "checkpoint.durable",
          "checkpoint.sink-committed",
          "checkpoint.committed",
          "checkpoint.retention",
          "recovery.sink",
          "file.part-renamed",
          "file.written",
          "file.renamed",
          "jdbc.marked",
          "jdbc.loaded",
          "jdbc.committed",
          "kafka.sent",
          "kafka.committed");

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private int round;

  private void input() throws IOException {
    StringBuilder text = new StringBuilder();
    long time = 0;
    for (int i = 0; i < ROWS; i++) {
      time += random.nextInt(40);
      long at = Math.max(0, time - random.nextInt(4000));
      text.append(
          String.format(
              Locale.ROOT,
              "{\"k\":\"k%d\",\"v\":%d,\"ts\":\"2024-01-01 %02d:%02d:%02d.%03d\"}%n",
              random.nextInt(20),
              random.nextInt(1000),
              at / 3_600_000,
              at / 60_000 % 60,
              at / 1000 % 60,
              at % 1000));
    }
    Files.writeString(directory.resolve("in.json"), text);
    KafkaServer.shared().createTopic("crash-in", 1);
    KafkaServer.shared().produce("crash-in", 0, text.toString().split("\\R"));
  }

  private static final String WINDOW =
      "  SELECT CAST(window_start AS STRING) AS t, k, COUNT(*) AS n, SUM(v) AS v"
          + "  FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND))"
          + "  GROUP BY k, window_start, window_end;";

  private static final String JOIN =
      "  SELECT CAST(a.ts AS STRING) AS t, a.k AS k, a.v AS n, b.v AS v FROM s AS a JOIN s AS b"
          + " ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '0.2' SECOND"
          + " WHERE a.v > 900;";

  private String sql(String from, String to, String query) {
    String table =
        "WITH ('connector' = 'jdbc', 'table.create' = 'true', 'table-name' = 'w_"
            + to
            + "', 'url' = ";
    PostgresServer postgres = PostgresServer.shared();
    MariaDbServer maria = MariaDbServer.shared();
    return String.join(
        "\n",
        "SET 'pipeline.name' = 'crash_" + to + "';",
        "SET 'checkpoint.interval' = '30 ms';",
        "SET 'batch.rows' = '300';",
        "CREATE STREAM s (k STRING, v BIGINT, ts TIMESTAMP(3),",
        "  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('format' = 'json', " + from + ");",
        "CREATE VIEW w AS",
        query,
        sink("files", "WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '" + to + "')"),
        sink(
            "file",
            "WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '" + to + ".csv')"),
        sink("h2", table + "'jdbc:h2:./" + to + "_db')"),
        sink("pg", table + login(postgres.url(), PostgresServer.USER, PostgresServer.PASSWORD)),
        sink("maria", table + login(maria.url(), MariaDbServer.USER, MariaDbServer.PASSWORD)),
        sink(
            "topic",
            "WITH ('connector' = 'kafka', 'format' = 'csv', 'topic' = '"
                + to
                + "', 'properties.bootstrap.servers' = '"
                + KafkaServer.shared().bootstrap()
                + "')"));
  }

  private static String sink(String name, String with) {
    return "CREATE SINK " + name + " " + with + " AS SELECT * FROM w;";
  }

  private static String login(String url, String user, String password) {
    return "'" + url + "', 'username' = '" + user + "', 'password' = '" + password + "')";
  }

  /**
   * What to do to a process: halt it at the n-th pass of a point, kill it after some time, or let
   * it stand still for a while then.
   */
  private record Kill(String point, int pass, int millis, boolean pause) {
    static final Kill NONE = new Kill("", 0, 0, false);

    static Kill of(Random random) {
      if (random.nextInt(4) == 0) {
        return new Kill("", 0, 300 + random.nextInt(3500), random.nextInt(3) == 0);
      }
      String point = POINTS.get(random.nextInt(POINTS.size()));
      return new Kill(point, 1 + random.nextInt(point.startsWith("storage") ? 30 : 8), 0, false);
    }
  }

  private record End(int code, String output) {}

  private End child(String name, Kill kill) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            a -> a.startsWith("--add-opens") || a.startsWith("--enable") || a.startsWith("-Dio"))
        .forEach(command::add);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx400m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    if (!kill.point().isEmpty()) {
      command.add("-Dsluice.fault=" + kill.point() + ":" + kill.pass());
    }
    int parallelism = 1 + random.nextInt(3);
    command.addAll(
        List.of(
            "dev.sluice.cli.Main",
            "run",
            name + ".sql",
            "--checkpoint-dir",
            name + "_checkpoints",
            "--parallelism",
            Integer.toString(parallelism)));
    File log = directory.resolve(name + ".log").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    if (kill.millis() > 0 && !process.waitFor(kill.millis(), TimeUnit.MILLISECONDS)) {
      if (kill.pause()) {
        signal(process, "STOP");
        assertThat(process.waitFor(1500, TimeUnit.MILLISECONDS)).isFalse();
        signal(process, "CONT");
      } else {
        process.destroyForcibly();
      }
    }
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new End(process.waitFor(), Files.readString(log.toPath()));
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Runs one pipeline to its end, killed up to {@code most} times; gives the times it was. */
  private int round(int most, String query, List<String> expected) throws Exception {
    String name = "r" + round++ + "_" + Long.toString(SEED & 0xffffff, 36);
    // by turns from a file and from a topic
    String topic =
        "'connector' = 'kafka', 'topic' = 'crash-in', 'scan.bounded.mode' = 'latest-offset',"
            + " 'properties.bootstrap.servers' = '"
            + KafkaServer.shared().bootstrap()
            + "'";
    String from = round % 2 == 0 ? topic : FILE;
    Files.writeString(directory.resolve(name + ".sql"), sql(from, name, query));
    KafkaServer.shared().createTopic(name, 2);
    int kills = 0;
    StringBuilder story = new StringBuilder("seed " + SEED + ":");
    while (true) {
      Kill kill = kills < most ? Kill.of(random) : Kill.NONE;
      End end = child(name, kill);
      requireNoStranger(name, expected, story);
      story.append('\n').append(kill).append(" -> ").append(end.code());
      if (end.code() == 0) {
        break;
      }
      // 137 is both what the points and SIGKILL leave
      assertThat(end.code()).as(story + "\n" + end.output()).isEqualTo(FaultPoint.STATUS);
      kills++;
    }
    check(name, expected, story.toString());
    return kills;
  }

  /** What readers of the topic see between two lives is a part of the whole. */
  private static void requireNoStranger(String name, List<String> expected, CharSequence story) {
    List<String> left = new ArrayList<>(expected);
    for (var committed : KafkaServer.shared().records(name, true)) {
      String row = new String(committed.value(), StandardCharsets.UTF_8);
      assertThat(left.remove(row)).as("'" + row + "' is there once too often, " + story).isTrue();
    }
  }

  private void check(String name, List<String> expected, String story) throws Exception {
    assertThat(files(directory.resolve(name))).as("files, " + story).isEqualTo(expected);
    assertThat(files(directory.resolve(name + ".csv"))).as("file, " + story).isEqualTo(expected);
    assertThat(rows("jdbc:h2:" + directory.resolve(name + "_db"), "sa", "", name))
        .as("h2, " + story)
        .isEqualTo(expected);
    assertThat(
            rows(PostgresServer.shared().url(), PostgresServer.USER, PostgresServer.PASSWORD, name))
        .as("postgres, " + story)
        .isEqualTo(expected);
    assertThat(rows(MariaDbServer.shared().url(), MariaDbServer.USER, MariaDbServer.PASSWORD, name))
        .as("mariadb, " + story)
        .isEqualTo(expected);
    assertThat(
            KafkaServer.shared().records(name, true).stream()
                .map(r -> new String(r.value(), StandardCharsets.UTF_8))
                .sorted())
        .as("kafka, " + story)
        .containsExactlyElementsOf(expected);
    assertThat(KafkaServer.shared().isSettled(name)).as("no open transaction, " + story).isTrue();
    try (Stream<Path> left = Files.list(directory.resolve(name))) {
      assertThat(left.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(".")))
          .as("leftovers, " + story)
          .isEmpty();
    }
  }

  private static List<String> files(Path path) throws IOException {
    List<String> rows = new ArrayList<>();
    List<Path> all = new ArrayList<>();
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        files.forEach(all::add);
      }
    } else {
      all.add(path);
    }
    for (Path file : all) {
      List<String> lines = Files.readAllLines(file);
      rows.addAll(lines.subList(1, lines.size()));
    }
    rows.sort(null);
    return rows;
  }

  private static List<String> rows(String url, String user, String password, String name)
      throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT t, k, n, v FROM w_" + name)) {
      while (found.next()) {
        rows.add(
            found.getString(1)
                + ","
                + found.getString(2)
                + ","
                + found.getLong(3)
                + ","
                + found.getLong(4));
      }
    }
    rows.sort(null);
    return rows;
  }

  /** The rows of an undisturbed run. */
  private List<String> calm(String name, String query) throws IOException {
    KafkaServer.shared().createTopic(name, 1);
    Files.writeString(directory.resolve(name + ".sql"), sql(FILE, name, query));
    Invocation calm = Invocation.of(directory, "run", name + ".sql");
    assertThat(calm.code()).as(calm.err()).isZero();
    List<String> expected = files(directory.resolve(name + ".csv"));
    assertThat(expected).hasSizeGreaterThan(500);
    return expected;
  }

  @Test
  void noRowIsLostAndNoneIsThereTwice() throws Exception {
    input();
    List<String> windows = calm("calm", WINDOW);
    List<String> pairs = KILLS > 12 ? calm("calm2", JOIN) : List.of();
    int kills = 0;
    while (kills < KILLS) {
      boolean join = KILLS > 12 && round % 3 == 2;
      kills += round(Math.min(6, KILLS - kills), join ? JOIN : WINDOW, join ? pairs : windows);
    }
    System.out.println(kills + " kills in " + round + " pipelines, seed " + SEED);
  }
}
