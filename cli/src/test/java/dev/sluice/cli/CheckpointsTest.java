package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints as a user meets them: what is kept, what is said, what is refused. */
class CheckpointsTest {
  private static final String PIPELINE =
      """
      CREATE STREAM s (k STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
      CREATE SINK o WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv') AS
      SELECT k, v * 2 AS v FROM s;
      """;

  @TempDir Path directory;

  @BeforeEach
  void input() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      rows.append("{\"k\":\"k").append(i % 7).append("\",\"v\":").append(i).append("}\n");
    }
    Files.writeString(directory.resolve("in.json"), rows);
  }

  private Invocation run(String sql, String... more) throws IOException {
    Files.writeString(directory.resolve("p.sql"), sql);
    List<String> arguments =
        Stream.concat(Stream.of("run", "p.sql", "--checkpoint-dir", "checkpoints"), Stream.of(more))
            .toList();
    return Invocation.of(directory, arguments.toArray(new String[0]));
  }

  private long rows(String folder) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      long sum = 0;
      for (Path file : files.toList()) {
        sum += Files.readAllLines(file).size() - 1;
      }
      return sum;
    }
  }

  private Path newest() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("checkpoint-"))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  @Test
  void aFinishedPipelineIsNotRunAgain() throws Exception {
    String sql = String.format(PIPELINE, "out");
    Invocation first = run(sql);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err()).contains("sink 'o': exactly-once");
    assertThat(rows("out")).isEqualTo(1000);
    Invocation second = run(sql);
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.err()).contains("nothing to do");
    assertThat(rows("out")).isEqualTo(1000);
  }

  @Test
  void oneFileIsWrittenWholeAtTheEnd() throws Exception {
    Invocation first = run(String.format(PIPELINE, "out.csv"));
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(Files.readAllLines(directory.resolve("out.csv"))).hasSize(1001);
    Files.delete(directory.resolve("out.csv"));
    assertThat(run(String.format(PIPELINE, "out.csv")).code()).isZero();
    assertThat(Files.readAllLines(directory.resolve("out.csv"))).hasSize(1001);
  }

  @Test
  void aDamagedCheckpointIsNamedAndTheOneBeforeIsUsed() throws Exception {
    String sql =
        "SET 'checkpoint.interval' = '1 ms'; SET 'batch.rows' = '50';"
            + String.format(PIPELINE, "out");
    assertThat(run(sql).code()).isZero();
    try (RandomAccessFile file = new RandomAccessFile(newest().toFile(), "rw")) {
      file.seek(file.length() / 2);
      int was = file.read();
      file.seek(file.length() / 2);
      file.write(was ^ 1);
    }
    Invocation again = run(sql);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err())
        .contains("is damaged and not used")
        .contains("going on from checkpoint");
    assertThat(rows("out")).isEqualTo(1000);
  }

  @Test
  void aTornCheckpointIsNotUsed() throws Exception {
    String sql =
        "SET 'checkpoint.interval' = '1 ms'; SET 'batch.rows' = '50';"
            + String.format(PIPELINE, "out");
    assertThat(run(sql).code()).isZero();
    try (FileChannel file = FileChannel.open(newest(), StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 3);
    }
    Invocation again = run(sql);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("is damaged and not used");
    assertThat(rows("out")).isEqualTo(1000);
  }

  @Test
  void theCommandListsShowsAndDeletes() throws Exception {
    assertThat(run(String.format(PIPELINE, "out")).code()).isZero();
    Invocation list = Invocation.of(directory, "checkpoints", "list", "checkpoints");
    assertThat(list.out()).contains("(its input had ended)").contains("bytes  p");
    Invocation show = Invocation.of(directory, "checkpoints", "show", "checkpoints");
    assertThat(show.out()).contains("\"sources\"").contains("in.json");
    Invocation unknown = Invocation.of(directory, "checkpoints", "show", "checkpoints", "77");
    assertThat(unknown.code()).isEqualTo(ExitCode.REFUSED);
    Invocation delete = Invocation.of(directory, "checkpoints", "delete", "checkpoints");
    assertThat(delete.code()).isEqualTo(ExitCode.REFUSED);
    Invocation all = Invocation.of(directory, "checkpoints", "delete", "checkpoints", "--all");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(Invocation.of(directory, "checkpoints", "list", "checkpoints").out())
        .isEqualTo("no checkpoints\n");
  }

  @Test
  void twoPipelinesDoNotShareADirectory() throws Exception {
    Invocation both =
        run(
            String.format(PIPELINE, "out")
                + "SELECT 1;\nCREATE SINK p WITH ('connector' = 'filesystem', 'path' = 'more',"
                + " 'format' = 'csv') AS SELECT k FROM s;");
    assertThat(both.code()).isNotZero();
    assertThat(both.err()).contains("SLU-3011").contains("did not write to 'p'");
    assertThat(rows("out")).isEqualTo(1000);
  }

  @Test
  void explainTellsWhatIsPromised() throws Exception {
    Files.writeString(directory.resolve("p.sql"), String.format(PIPELINE, "out"));
    assertThat(Invocation.of(directory, "explain", "p.sql").out())
        .contains("delivery=at-least-once (exactly-once with checkpoints)");
    assertThat(Invocation.of(directory, "explain", "p.sql", "--checkpoint-dir", "c").out())
        .contains("delivery=exactly-once}");
    Files.writeString(
        directory.resolve("p.sql"),
        String.format(PIPELINE, "out")
            .replace(
                "'filesystem', 'path' = 'in.json', 'format' = 'json'",
                "'jdbc', 'url' = 'jdbc:h2:./x'"));
    assertThat(Invocation.of(directory, "explain", "p.sql", "--checkpoint-dir", "c").out())
        .contains("delivery=none ('s' cannot be read again");
  }

  @Test
  void aSecondRunOnTheSameDirectoryIsRefused() throws Exception {
    assertThat(run(String.format(PIPELINE, "out")).code()).isZero();
    try (FileChannel lock =
            FileChannel.open(
                directory.resolve("checkpoints").resolve(".lock"), StandardOpenOption.WRITE);
        java.nio.channels.FileLock held = lock.lock()) {
      assertThat(held.isValid()).isTrue();
      Invocation second = run(String.format(PIPELINE, "out"));
      assertThat(second.code()).isEqualTo(ExitCode.REFUSED);
      assertThat(second.err()).contains("SLU-3011").contains("in use by another process");
    }
  }

  @Test
  void lostStateIsListedAndRefused() throws Exception {
    String sql =
        """
        CREATE STREAM s (k STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
        CREATE SINK o WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv') AS
        SELECT k, SUM(v) AS v FROM s GROUP BY k;
        """;
    assertThat(run(sql).code()).isZero();
    Invocation changed = run(sql.replace("SUM(v)", "MIN(v)"));
    assertThat(changed.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(changed.err())
        .contains("SLU-3012")
        .contains("lost: SUM(v) of GroupAggregate", "lost: the rows from before in MIN(v)");
    Invocation allowed = run(sql.replace("SUM(v)", "MIN(v)"), "--allow-state-loss");
    assertThat(allowed.code()).as(allowed.err()).isZero();
  }
}
