package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Processes with little memory: they end in clear words, or not at all. */
class MemoryTest {
  private static final Duration PATIENCE =
      Duration.ofMinutes(2L * Integer.getInteger("sluice.soak.minutes", 1));

  @TempDir Path directory;

  /** What a process said, and the most memory it had; 0 where that is not known. */
  private record Ended(int code, long resident, String out, String err) {}

  private static long resident(Process process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException e) {
      // another system, or the process has just ended
      return 0;
    }
  }

  private List<String> java(List<String> jvm, String sql) {
    List<String> flags = new ArrayList<>(jvm);
    flags.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    return ChildRun.of(directory, flags, "-e", sql).command();
  }

  private Ended run(List<String> jvm, String sql) throws Exception {
    return run(java(jvm, sql));
  }

  private Ended run(List<String> command) throws Exception {
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out)
            .redirectError(err)
            .start();
    long resident = 0;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
      resident = Math.max(resident, resident(process));
      if (System.nanoTime() > end) {
        process.destroyForcibly();
        throw new AssertionError("it hangs: " + Files.readString(err.toPath()));
      }
    }
    return new Ended(
        process.exitValue(),
        resident,
        Files.readString(out.toPath(), StandardCharsets.UTF_8),
        Files.readString(err.toPath(), StandardCharsets.UTF_8));
  }

  private static String numbers(long rows) {
    return "CREATE TABLE d (k BIGINT, t AS CAST(k AS STRING) || ' and then some text') WITH"
        + " ('connector' = 'datagen', 'number-of-rows' = '"
        + rows
        + "', 'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '"
        + rows
        + "');";
  }

  @Test
  void fullHeapIsTold() throws Exception {
    Ended run =
        run(
            List.of("-Xmx80m", "-XX:MaxDirectMemorySize=1g"),
            "SET 'state.memory' = '1 GiB';"
                + numbers(3_000_000)
                + "SELECT k, t FROM d ORDER BY t DESC, k");
    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.err())
        .contains("SLU-4005", "the process has no memory left", "kept by Sort", "SLUICE_MEMORY")
        .doesNotContain("OutOfMemory", "bug");
  }

  @Test
  void tooManyBatchesAreTold() throws Exception {
    Ended run =
        run(
            List.of("-Dsluice.off-heap=1m"),
            numbers(1_000_000) + "SELECT k, t, COUNT(*) AS n FROM d GROUP BY k, t");
    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.err())
        .contains("SLU-4005", "batches on their way take", "1.0 MiB", "'batch.rows'")
        .doesNotContain("OutOfMemory", "bug", "Memory was leaked");
  }

  /** What the launcher makes of SLUICE_MEMORY=256m. */
  private static final List<String> BUDGET =
      List.of("-Xmx160m", "-Xmn40m", "-Dsluice.off-heap=96m");

  /** Of the budget, and what a JVM needs beside it. */
  private static final long MOST_RESIDENT = (256L + 150) << 20;

  @Test
  void stateManyTimesItsMemoryGoesToDisk() throws Exception {
    long rows = 800_000;
    Ended run =
        run(
            BUDGET,
            "SET 'state.memory' = '16 MiB';"
                + numbers(rows)
                + "SELECT COUNT(*) AS g, SUM(n) AS n, SUM(k) AS k FROM (SELECT k, t, COUNT(*) AS n"
                + " FROM d GROUP BY k, t);"
                + "SELECT COUNT(*) AS g, SUM(k) AS k, SUM(k2) AS k2 FROM (SELECT a.k, b.k AS k2"
                + " FROM d a FULL JOIN (SELECT k + 500000 AS k, t FROM d) b ON a.k = b.k);");
    assertThat(run.code()).as(run.err()).isZero();
    long sum = rows * (rows + 1) / 2;
    assertThat(run.out())
        .contains(rows + "," + rows + "," + sum)
        .contains((rows + 500_000) + "," + sum + "," + (sum + rows * 500_000));
    assertThat(run.resident()).isLessThan(MOST_RESIDENT);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.soak.minutes", matches = "[0-9]+")
  void tenTimesTheWholeBudgetOfState() throws Exception {
    long rows = 8_000_000;
    long sum = rows * (rows + 1) / 2;
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put(
        "SELECT COUNT(*) AS g, SUM(n) AS n, SUM(k) AS k FROM (SELECT k, t, COUNT(*) AS n FROM d"
            + " GROUP BY k, t)",
        rows + "," + rows + "," + sum);
    answers.put(
        "SELECT COUNT(*) AS g, SUM(k) AS k FROM (SELECT DISTINCT k, t FROM d)", rows + "," + sum);
    answers.put(
        "SELECT COUNT(*) AS g, SUM(k) AS k, SUM(k2) AS k2 FROM (SELECT a.k, b.k AS k2 FROM d a FULL"
            + " JOIN (SELECT k + 500000 AS k, t FROM d) b ON a.k = b.k)",
        (rows + 500_000) + "," + sum + "," + (sum + rows * 500_000));
    answers.put(
        "SELECT COUNT(*) AS g, SUM(n) AS n FROM (SELECT k, t, COUNT(*) AS n FROM"
            + " TABLE(SESSION(TABLE d PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY"
            + " k, t, window_start, window_end)",
        rows + "," + rows);
    for (Map.Entry<String, String> answer : answers.entrySet()) {
      Ended run = run(BUDGET, timed(rows) + answer.getKey());
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).contains(answer.getValue());
      assertThat(run.resident()).as(answer.getKey()).isLessThan(MOST_RESIDENT);
    }
  }

  private static String timed(long rows) {
    String ordered =
        ", ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('fields.ts.kind' = 'sequence',"
            + " 'fields.ts.start' = '2024-01-01 00:00:00', ";
    return numbers(rows).replace(") WITH (", ordered);
  }

  @Test
  void nothingIsLeftOfAKilledProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                java(
                    List.of(),
                    "SET 'state.memory' = '2 MiB'; SET 'spill.dir' = 'disk';"
                        + numbers(50_000_000)
                        + "SELECT COUNT(*) AS g FROM (SELECT k, t, COUNT(*) AS n FROM d GROUP BY k,"
                        + " t)"))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("killed").toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    // a file has its name only while it is being opened
    while (spilled(process) == 0 || !isEmpty(directory.resolve("disk"))) {
      assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).as("it has ended").isFalse();
      assertThat(System.nanoTime()).as("nothing goes to disk").isLessThan(end);
    }
    process.destroyForcibly();
    assertThat(process.waitFor()).isEqualTo(128 + 9);
    assertThat(directory.resolve("disk")).isEmptyDirectory();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** How many nameless files the process has open where state goes. */
  private long spilled(Process process) throws IOException {
    Path open = Path.of("/proc", Long.toString(process.pid()), "fd");
    long found = 0;
    try (Stream<Path> all = Files.list(open)) {
      for (Path file : all.toList()) {
        try {
          found += Files.readSymbolicLink(file).startsWith(directory.resolve("disk")) ? 1 : 0;
        } catch (NoSuchFileException e) {
          continue; // closed meanwhile
        }
      }
    }
    return found;
  }

  @Test
  void fullDiskIsTold() throws Exception {
    List<String> limited =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 4096; exec \"$@\"", "limited"));
    limited.addAll(
        java(
            List.of("-XX:-UsePerfData"),
            "SET 'state.memory' = '2 MiB'; SET 'spill.dir' = 'disk';"
                + numbers(1_000_000)
                + "SELECT COUNT(*) AS g FROM (SELECT k, t, COUNT(*) AS n FROM d GROUP BY k, t)"));
    Ended run = run(limited);
    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.err())
        .contains("SLU-4009", "putting away state", "disk", "'spill.dir'")
        .doesNotContain("bug", "Memory was leaked");
    assertThat(directory.resolve("disk")).isEmptyDirectory();
  }
}
