package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.FaultPoint;
import dev.sluice.engine.RunControl;
import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.testing.kafka.KafkaServer;
import java.io.IOException;
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
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Pipelines in processes of their own, from a file or a topic over a window or a join into files,
 * three databases and a topic, and what their sinks must hold in the end. One thread.
 */
final class CrashRig {
  private static final int ROWS = 15_000;
  private static final String FILE = "'connector' = 'filesystem', 'path' = 'in.json'";
  private static final Pattern FLOW = Pattern.compile("([\\d,]+) read = (.*)");
  private static final Pattern COUNT = Pattern.compile("(?:^|\\+ )([\\d,]+) ");

  static final String WINDOW =
      "  SELECT CAST(window_start AS STRING) AS t, k, COUNT(*) AS n, SUM(v) AS v"
          + "  FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND))"
          + "  GROUP BY k, window_start, window_end;";

  static final String JOIN =
      "  SELECT CAST(a.ts AS STRING) AS t, a.k AS k, a.v AS n, b.v AS v FROM s AS a JOIN s AS b"
          + " ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '0.2' SECOND"
          + " WHERE a.v > 900;";

  private final Path directory;
  private final long seed;
  final Random random;
  private int pipelines;

  CrashRig(Path directory, long seed) throws IOException {
    this.directory = directory;
    this.seed = seed;
    random = new Random(seed);
    input();
  }

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

  static String login(String url, String user, String password) {
    return "'" + url + "', 'username' = '" + user + "', 'password' = '" + password + "')";
  }

  /**
   * What to do to a process: halt it at the n-th pass of a point, or after some time kill it, let
   * it stand still for a while, or ask it to end.
   */
  record Kill(String point, int pass, int millis, String signal) {
    static final Kill NONE = new Kill("", 0, 0, "");

    static Kill at(String point, int pass) {
      return new Kill(point, pass, 0, "");
    }

    static Kill after(int millis, String signal) {
      return new Kill("", 0, millis, signal);
    }
  }

  /** How a process ended, and after how long since the signal, if it was sent one. */
  record End(int code, String output, long millis) {}

  /** Starts a pipeline's process; its output goes to {@code log}. */
  private Process start(String name, String point, String log) throws IOException {
    List<String> jvm = List.of("-XX:TieredStopAtLevel=1", "-Xmx400m", "-Dsluice.fault=" + point);
    String parallelism = Integer.toString(1 + random.nextInt(3));
    return ChildRun.of(
            directory,
            jvm,
            "run",
            name + ".sql",
            "--checkpoint-dir",
            name + "_checkpoints",
            "--parallelism",
            parallelism)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(log).toFile())
        .start();
  }

  /** A pipeline as text, and what is to be true of its sinks. */
  interface Subject {
    String sql(String name);

    /** Whatever a life has ended with. */
    void requirePart(String name, CharSequence story);

    /** When it has come to its end. */
    void requireAll(String name, String story) throws Exception;
  }

  /** From a file and from a topic by turns, into all kinds of sinks. */
  private final class Everywhere implements Subject {
    private final String query;
    private final List<String> expected;
    private final String from;

    Everywhere(String query, List<String> expected) {
      this.query = query;
      this.expected = expected;
      String topic =
          "'connector' = 'kafka', 'topic' = 'crash-in', 'scan.bounded.mode' = 'latest-offset',"
              + " 'properties.bootstrap.servers' = '"
              + KafkaServer.shared().bootstrap()
              + "'";
      from = pipelines % 2 == 0 ? topic : FILE;
    }

    @Override
    public String sql(String name) {
      KafkaServer.shared().createTopic(name, 2);
      return CrashRig.this.sql(from, name, query);
    }

    @Override
    public void requirePart(String name, CharSequence story) {
      requireNoStranger(name, expected, story);
    }

    @Override
    public void requireAll(String name, String story) throws Exception {
      CrashRig.this.check(name, expected, story);
    }
  }

  /** One pipeline, its lives and deaths. */
  final class Pipeline {
    final String name = "r" + pipelines + "_" + Long.toString(seed & 0xffffff, 36);
    private final Subject subject;
    private final StringBuilder story = new StringBuilder("seed " + seed + ":");

    Pipeline(String query, List<String> expected) throws IOException {
      this(new Everywhere(query, expected));
    }

    Pipeline(Subject subject) throws IOException {
      this.subject = subject;
      pipelines++;
      Files.writeString(directory.resolve(name + ".sql"), subject.sql(name));
    }

    String story() {
      return story.toString();
    }

    /** One life; whatever it ends with, what readers see is a part of the whole. */
    End run(Kill kill) throws IOException, InterruptedException {
      Process process = start(name, kill.point() + ":" + kill.pass(), name + ".log");
      long signalled = System.nanoTime();
      if (kill.point().startsWith("savepoint")) {
        askForSavepoint(process);
      }
      if (kill.millis() > 0 && !process.waitFor(kill.millis(), TimeUnit.MILLISECONDS)) {
        ChildRun.signal(process, kill.signal());
        signalled = System.nanoTime();
        if (kill.signal().equals("STOP")) {
          assertThat(process.waitFor(1500, TimeUnit.MILLISECONDS)).isFalse();
          ChildRun.signal(process, "CONT");
        }
      }
      return ended(kill.toString(), process, name + ".log", signalled);
    }

    /** As soon as the run is there; it may end before it is asked. */
    private void askForSavepoint(Process process) throws IOException, InterruptedException {
      Path checkpoints = directory.resolve(name + "_checkpoints");
      while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
        Optional<RunControl.Run> run =
            Files.isDirectory(checkpoints) ? RunControl.find(checkpoints) : Optional.empty();
        if (run.isPresent() && run.get().pid() == process.pid()) {
          RunControl.ask(
              checkpoints,
              new RunControl.Request(run.get().token(), RunControl.Action.SAVEPOINT, ""));
          return;
        }
      }
    }

    private End ended(String what, Process process, String log, long since)
        throws IOException, InterruptedException {
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        story.append("\n(took three minutes and was killed)");
      }
      End end =
          new End(
              process.waitFor(),
              Files.readString(directory.resolve(log)),
              TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
      story.append('\n').append(what).append(" -> ").append(end.code());
      subject.requirePart(name, story);
      requireBalance(end.output(), story);
      return end;
    }

    /** A life that is to end by what is done to it, or before; true in the first case. */
    boolean dies(Kill kill) throws IOException, InterruptedException {
      End end = run(kill);
      if (end.code() == 0) {
        return false;
      }
      // 137 is both what the points and SIGKILL leave
      assertThat(end.code()).as(story + "\n" + end.output()).isEqualTo(FaultPoint.STATUS);
      return true;
    }

    /** Two processes that are started at the same moment. */
    List<End> race() throws IOException, InterruptedException {
      Process one = start(name, "", name + ".log");
      Process two = start(name, "", name + ".two.log");
      long now = System.nanoTime();
      return List.of(
          ended("one", one, name + ".log", now), ended("two", two, name + ".two.log", now));
    }

    /** Runs to the end and compares every sink with the undisturbed run. */
    void finish() throws Exception {
      End end = run(Kill.NONE);
      assertThat(end.code()).as(story + "\n" + end.output()).isZero();
      check();
    }

    void check() throws Exception {
      subject.requireAll(name, story.toString());
    }
  }

  /** Every row that was read is accounted for, in the words of the run's own summary. */
  static void requireBalance(String output, CharSequence story) {
    Matcher flow = FLOW.matcher(output);
    while (flow.find()) {
      Matcher part = COUNT.matcher(flow.group(2));
      long sum = 0;
      while (part.find()) {
        sum += number(part.group(1));
      }
      assertThat(sum).as(flow.group() + ", " + story).isEqualTo(number(flow.group(1)));
      assertThat(flow.group()).as(story.toString()).doesNotContain("not taken");
    }
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
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
  List<String> calm(String name, String query) throws IOException {
    KafkaServer.shared().createTopic(name, 1);
    Files.writeString(directory.resolve(name + ".sql"), sql(FILE, name, query));
    Invocation calm = Invocation.of(directory, "run", name + ".sql");
    assertThat(calm.code()).as(calm.err()).isZero();
    assertThat(FLOW.matcher(calm.err()).find()).as(calm.err()).isTrue();
    requireBalance(calm.err(), name);
    List<String> expected = files(directory.resolve(name + ".csv"));
    assertThat(expected).hasSizeGreaterThan(500);
    return expected;
  }
}
