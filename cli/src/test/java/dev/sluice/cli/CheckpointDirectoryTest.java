package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory of checkpoints that is taken away from under a run. */
class CheckpointDirectoryTest {
  private static final int ROWS = 4000;

  @TempDir Path directory;

  private Invocation run() {
    return Invocation.of(directory, "run", "p.sql", "--checkpoint-dir", "c");
  }

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    if (Files.isDirectory(directory.resolve("out"))) {
      try (Stream<Path> files = Files.list(directory.resolve("out"))) {
        for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
          List<String> lines = Files.readAllLines(file);
          rows.addAll(lines.subList(1, lines.size()));
        }
      }
    }
    return rows;
  }

  /**
   * @param empty whether there is an empty one in its place
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRunWhoseCheckpointsAreGoneEndsAndSaysSo(boolean empty) throws Exception {
    Files.writeString(
        directory.resolve("p.sql"),
        "SET 'checkpoint.interval' = '50 ms'; CREATE STREAM s (id BIGINT) WITH ('connector' ="
            + " 'datagen', 'rows-per-second' = '4000', 'fields.id.kind' = 'sequence',"
            + " 'fields.id.start' = '1', 'fields.id.end' = '"
            + ROWS
            + "'); CREATE SINK o WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' ="
            + " 'out') AS SELECT id FROM s;");
    CompletableFuture<Invocation> first = CompletableFuture.supplyAsync(this::run);
    await().atMost(Duration.ofSeconds(60)).until(() -> !rows().isEmpty() || first.isDone());
    Path away = directory.resolve("away");
    Files.move(directory.resolve("c"), away);
    if (empty) {
      Files.createDirectory(directory.resolve("c"));
    }
    Invocation ended = first.get(60, TimeUnit.SECONDS);
    assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.err()).contains("deleted while the run used them", "put them back");
    if (empty) {
      try (Stream<Path> left = Files.walk(directory.resolve("c"))) {
        assertThat(left.filter(f -> f.getFileName().toString().startsWith("checkpoint"))).isEmpty();
      }
    }
    // put back, they are as good as before
    if (Files.exists(directory.resolve("c"))) {
      Files.move(directory.resolve("c"), directory.resolve("other"));
    }
    Files.move(away, directory.resolve("c"));
    Invocation end = run();
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(rows())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, ROWS).mapToObj(Integer::toString).toList());
  }
}
