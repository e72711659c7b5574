package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes with little memory: they end in clear words, or not at all. */
class MemoryTest {
  @TempDir Path directory;

  /** What a process said. */
  private record Ended(int code, String out, String err) {}

  private Ended run(List<String> jvm, String sql) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--") || a.startsWith("-XX") || a.startsWith("-Dio"))
        .forEach(command::add);
    command.addAll(jvm);
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.cli.Main", "-e", sql));
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out)
            .redirectError(err)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("it hangs: " + Files.readString(err.toPath()));
    }
    return new Ended(
        process.exitValue(),
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
}
