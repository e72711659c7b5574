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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines that are stopped and copied from outside, and gone on with elsewhere. */
class SavepointsTest {
  private static final int ROWS = 6000;

  @TempDir Path directory;

  private CompletableFuture<Invocation> start(int perSecond, String... more) throws IOException {
    Files.writeString(
        directory.resolve("p.sql"),
        "SET 'checkpoint.interval' = '50 ms';"
            + " CREATE STREAM s (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '"
            + perSecond
            + "', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '"
            + ROWS
            + "');"
            + " CREATE SINK o WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv')"
            + " AS SELECT id, SUM(id) OVER (ORDER BY id) AS t FROM (SELECT id FROM s ORDER BY id"
            + " LIMIT 100000);"
            + " CREATE SINK p WITH ('connector' = 'filesystem', 'path' = 'plain', 'format' ="
            + " 'csv') AS SELECT id FROM s;");
    List<String> arguments = new ArrayList<>(List.of("run", "p.sql"));
    arguments.addAll(List.of(more));
    return CompletableFuture.supplyAsync(
        () -> Invocation.of(directory, arguments.toArray(new String[0])));
  }

  private Invocation sluice(String... arguments) {
    return Invocation.of(directory, arguments);
  }

  private void awaitRows(int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> Files.isDirectory(directory.resolve("plain")) && rows("plain").size() >= count);
  }

  private List<String> rows(String folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
        List<String> lines = Files.readAllLines(file);
        rows.addAll(lines.subList(1, lines.size()));
      }
    }
    return rows;
  }

  private void checkRows() throws IOException {
    assertThat(rows("plain"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, ROWS).mapToObj(Integer::toString).toList());
    assertThat(rows("out"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, ROWS).mapToObj(i -> i + "," + i * (i + 1L) / 2).toList());
  }

  @Test
  void aRunIsStoppedWithASavepointAndGoneOnWithElsewhere() throws Exception {
    CompletableFuture<Invocation> run = start(1500, "--checkpoint-dir", "c");
    awaitRows(200);
    Invocation savepoint = sluice("savepoint", "c", "early");
    assertThat(savepoint.code()).as(savepoint.err()).isZero();
    assertThat(savepoint.out()).matches("savepoint \\d+ is in .*early\\n");
    assertThat(run).isNotDone();
    Invocation twice = sluice("savepoint", "c", "early");
    assertThat(twice.code()).isEqualTo(ExitCode.FAILED);
    assertThat(twice.out()).contains("is not empty");
    Invocation second = sluice("run", "p.sql", "--checkpoint-dir", "c");
    assertThat(second.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(second.err())
        .contains("in use by another process")
        .contains("process " + ProcessHandle.current().pid());
    Invocation stop = sluice("stop", "c", "--savepoint");
    assertThat(stop.code()).as(stop.err()).isZero();
    assertThat(stop.out()).containsPattern("stopped; savepoint \\d+ is in .*savepoints");
    Invocation stopped = run.get();
    assertThat(stopped.code()).as(stopped.err()).isZero();
    assertThat(stopped.err()).contains("stopped in");
    assertThat(rows("plain")).hasSizeLessThan(ROWS);
    Invocation again = sluice("stop", "c");
    assertThat(again.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(again.err()).contains("no run keeps its checkpoints in 'c' now");

    assertThat(sluice("checkpoints", "list", "c").out())
        .containsPattern("(?m)^ +\\d+ .*  savepoint in savepoints/\\d+$");
    Path kept;
    try (Stream<Path> all = Files.list(directory.resolve("c/savepoints"))) {
      kept = all.findFirst().orElseThrow();
    }
    // a savepoint is not run in
    assertThat(sluice("run", "p.sql", "--checkpoint-dir", kept.toString()).err())
        .contains("is a savepoint");
    assertThat(sluice("run", "p.sql", "--from-savepoint", "early").err())
        .contains("needs a directory for the checkpoints");
    Invocation end =
        start(100_000, "--from-savepoint", kept.toString(), "--checkpoint-dir", "d").get();
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.err()).contains("begun from the savepoint").contains("going on from checkpoint");
    checkRows();

    // back to the first: what came later is withdrawn and made again
    Invocation back = start(100_000, "--from-savepoint", "early", "--checkpoint-dir", "e").get();
    assertThat(back.code()).as(back.err()).isZero();
    checkRows();
    Invocation same = sluice("run", "p.sql", "--from-savepoint", "early", "--checkpoint-dir", "e");
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(same.err()).contains("is not read").contains("nothing to do");
    checkRows();
  }

  @Test
  void whatIsAskedOfARunThatIsGoneIsNotAskedOfTheNext() throws Exception {
    CompletableFuture<Invocation> run = start(3000, "--checkpoint-dir", "c");
    awaitRows(100);
    assertThat(sluice("stop", "c").out()).containsPattern("stopped; checkpoint \\d+ is the last");
    assertThat(run.get().code()).isZero();
    Files.writeString(
        directory.resolve("c/.request"), "{\"token\":1,\"action\":\"STOP\",\"to\":\"\"}");
    Invocation end = start(100_000, "--checkpoint-dir", "c").get();
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.err()).contains("done in");
    checkRows();
  }
}
