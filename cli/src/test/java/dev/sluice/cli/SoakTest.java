package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.databases.PostgresServer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * One process for a long time, with more state than memory, checkpoints every second, and a fault
 * every minute: its memory, threads, files and checkpoints stay what they are, and no row is lost
 * or written twice. {@code -Psoak}: half an hour; {@code -Dsluice.soak.minutes} says how long.
 */
@EnabledIfSystemProperty(named = "sluice.soak.minutes", matches = "[0-9]+")
class SoakTest {
  private static final int MINUTES = Integer.getInteger("sluice.soak.minutes", 0);
  private static final long SAMPLE_SECONDS = 5;
  private static final int KEYS = 150_000;

  @TempDir Path directory;

  /** What the process had at a moment. */
  private record Sample(
      double minute, double mebibytes, int files, int threads, long checkpointBytes) {}

  private static String sql(PostgresServer postgres) {
    return "SET 'checkpoint.interval' = '1 s'; SET 'state.memory' = '8 MiB'; SET 'parallelism' ="
        + " '2'; SET 'restart.backoff' = '300 ms'; SET 'restart.max-backoff' = '2 s'; SET"
        + " 'restart.attempts' = '100';\n"
        + "CREATE STREAM s (id BIGINT, k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL"
        + " '1' SECOND) WITH ('connector' = 'datagen', 'rows-per-second' = '3000',"
        + " 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',"
        + " 'fields.k.min' = '0', 'fields.k.max' = '"
        + (KEYS - 1)
        + "', 'fields.ts.kind' = 'sequence', 'fields.ts.start' = '2024-01-01 00:00:00');\n"
        + "CREATE SINK per_key (k BIGINT, n BIGINT, hi BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH"
        + " ('connector' = 'jdbc', 'table-name' = 'soak', 'table.create' = 'true', 'url' = '"
        + postgres.url()
        + "', 'username' = '"
        + PostgresServer.USER
        + "', 'password' = '"
        + PostgresServer.PASSWORD
        + "');\n"
        + "CREATE SINK windows WITH ('connector' = 'blackhole') AS SELECT k, COUNT(*) AS n,"
        + " window_end FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY"
        + " k, window_start, window_end;\n"
        + "CREATE SINK pairs WITH ('connector' = 'blackhole') AS SELECT a.id, b.id AS other FROM s"
        + " a JOIN s b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '10' SECOND AND b.ts;\n"
        + "INSERT INTO per_key SELECT k, COUNT(*) AS n, MAX(id) AS hi FROM s GROUP BY k;\n";
  }

  private Process start() throws IOException {
    // a heap that is all there from the start: what grows is something else
    List<String> jvm =
        List.of(
            "-Xms160m",
            "-Xmx160m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-Dsluice.off-heap=96m");
    ProcessBuilder builder =
        ChildRun.of(directory, jvm, "run", "soak.sql", "--checkpoint-dir", "c", "--json");
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    return builder
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private Sample sample(Process process, double minute) throws IOException {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    double resident = 0;
    int threads = 0;
    for (String line : Files.readAllLines(proc.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        resident = Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      } else if (line.startsWith("Threads:")) {
        threads = Integer.parseInt(line.replaceAll("\\D", ""));
      }
    }
    int files = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.resolve("fd"))) {
      for (Path ignored : open) {
        files++;
      }
    }
    return new Sample(minute, resident, files, threads, size(directory.resolve("c")));
  }

  private static long size(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long sum = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.toList()) {
        // checkpoints come and go meanwhile
        sum += Files.isRegularFile(file) ? file.toFile().length() : 0;
      }
    }
    return sum;
  }

  private static void fault(int number, Process process, PostgresServer postgres)
      throws IOException, InterruptedException {
    switch (number % 3) {
      case 0 -> postgres.restart(2_000);
      case 1 -> {
        signal("STOP", process);
        TimeUnit.SECONDS.sleep(4);
        signal("CONT", process);
      }
      default -> cutConnections(postgres);
    }
  }

  private static void signal(String name, Process process)
      throws IOException, InterruptedException {
    assertThat(ChildRun.signal(process, name)).as("kill -%s", name).isZero();
  }

  private static void cutConnections(PostgresServer postgres) {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
              + " backend_type = 'client backend'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Mebibytes a minute, by least squares. */
  private static double slope(List<Sample> samples) {
    double x = samples.stream().mapToDouble(Sample::minute).average().orElseThrow();
    double y = samples.stream().mapToDouble(Sample::mebibytes).average().orElseThrow();
    double both = 0;
    double square = 0;
    for (Sample sample : samples) {
      both += (sample.minute() - x) * (sample.mebibytes() - y);
      square += (sample.minute() - x) * (sample.minute() - x);
    }
    return both / square;
  }

  private void report(List<Sample> samples, List<Sample> warm) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < samples.size(); i += Math.max(1, samples.size() / 40)) {
      Sample s = samples.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "%5.1f min  %6.1f MiB  %3d files  %3d threads  %5.1f MiB of checkpoints%n",
              s.minute(),
              s.mebibytes(),
              s.files(),
              s.threads(),
              s.checkpointBytes() / 1048576.0));
    }
    text.append(String.format(Locale.ROOT, "slope %.3f MiB/min%n", slope(warm)));
    text.append(Files.readString(directory.resolve("out")));
    text.append(Files.readString(directory.resolve("err")));
    Path target = Path.of("target", "soak.txt");
    Files.createDirectories(target.toAbsolutePath().getParent());
    Files.writeString(target, text);
  }

  @Test
  void nothingGrows() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    Files.writeString(directory.resolve("soak.sql"), sql(postgres));
    Process process = start();
    List<Sample> samples = new ArrayList<>();
    awaitFirstRows(process, postgres);
    long begun = System.nanoTime();
    Random random = new Random(11);
    int faults = 0;
    double nextFault = 1;
    try {
      double minute = 0;
      while (minute < MINUTES) {
        assertThat(process.waitFor(SAMPLE_SECONDS, TimeUnit.SECONDS))
            .as(Files.readString(directory.resolve("err")))
            .isFalse();
        minute = (System.nanoTime() - begun) / 6e10;
        samples.add(sample(process, minute));
        if (minute > nextFault && minute < MINUTES - 0.5) {
          fault(faults++, process, postgres);
          nextFault += 0.75 + random.nextDouble() / 2;
        }
      }
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<Sample> warm = samples.subList(samples.size() / 3, samples.size());
    report(samples, warm);
    assertThat(process.exitValue())
        .as(Files.readString(directory.resolve("err")))
        .isIn(0, 130, 143);
    requireEveryRow(postgres);
    assertThat(faults).isGreaterThanOrEqualTo(MINUTES / 2);
    assertThat(slope(warm)).as("MiB a minute").isLessThan(1);
    Sample first = warm.get(0);
    // while it restarts, a process has fewer; never more
    for (Sample sample : warm) {
      assertThat(sample.files()).isLessThanOrEqualTo(first.files() + 10);
      assertThat(sample.threads()).isLessThanOrEqualTo(first.threads() + 6);
    }
    Sample last = warm.get(warm.size() - 1);
    assertThat(last.files()).isLessThanOrEqualTo(first.files() + 5);
    assertThat(last.threads()).isLessThanOrEqualTo(first.threads() + 2);
    assertThat(last.checkpointBytes()).isLessThan(256L << 20);
  }

  private void awaitFirstRows(Process process, PostgresServer postgres) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!hasRows(postgres)) {
      assertThat(process.waitFor(200, TimeUnit.MILLISECONDS))
          .as(Files.readString(directory.resolve("err")))
          .isFalse();
      assertThat(System.nanoTime()).as("no row arrives").isLessThan(end);
    }
  }

  private static boolean hasRows(PostgresServer postgres) {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT 1 FROM soak LIMIT 1")) {
      return found.next();
    } catch (SQLException e) {
      // the table is made by the pipeline
      return false;
    }
  }

  /** The rows that were read are in the groups, each of them once. */
  private void requireEveryRow(PostgresServer postgres) throws SQLException, IOException {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT SUM(n) FROM soak")) {
      assertThat(found.next()).isTrue();
      assertThat(found.getLong(1)).isPositive().isEqualTo(told("rowsIn"));
    }
    assertThat(told("restarts")).isPositive();
  }

  /** A number that the run told at its end. */
  private long told(String name) throws IOException {
    Matcher found =
        Pattern.compile("\"" + name + "\": ?([0-9]+)")
            .matcher(Files.readString(directory.resolve("out")));
    assertThat(found.find()).as(name).isTrue();
    return Long.parseLong(found.group(1));
  }
}
