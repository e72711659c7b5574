package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Standard output that cannot take what is printed, and what is printed before a failure. */
class OutputTest {
  private static final String ENDLESS =
      "CREATE STREAM d (n BIGINT) WITH ('connector' = 'datagen'); ";

  @TempDir Path directory;

  @Test
  void fullDiskIsAFailureForEveryCommand() throws Exception {
    Files.writeString(directory.resolve("a.sql"), "SELECT 1 AS a;");
    for (String[] command :
        new String[][] {
          {"-e", "SELECT 1 AS a"},
          {"-e", "SHOW TABLES"},
          {"-f", "a.sql"},
          {"explain", "a.sql"},
          {"--help"}
        }) {
      Invocation run = writingTo("No space left on device", command);
      assertThat(run.code()).as(command[0]).isEqualTo(ExitCode.FAILED);
      assertThat(run.err())
          .as(command[0])
          .isEqualTo("error[SLU-4004]: cannot write standard output: No space left on device\n");
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void endlessQueryEndsWhereNothingCanBeWritten() {
    Invocation run = writingTo("No space left on device", "-e", ENDLESS + "SELECT n FROM d");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("No space left on device");
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void readerWhoHasGoneEndsAQueryAndAPrintingPipelineQuietly() {
    String sink = "CREATE SINK p (n BIGINT) WITH ('connector' = 'print'); ";
    for (String statement :
        new String[] {"SELECT n FROM d", sink + "INSERT INTO p SELECT n FROM d"}) {
      Invocation run = writingTo("Broken pipe", "-e", ENDLESS + statement);
      assertThat(run.err()).isEmpty();
      assertThat(run.code()).isZero();
    }
  }

  @Test
  void refusedQueryPrintsNoHeader() {
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE TABLE t (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'none.csv',"
                + " 'format' = 'csv'); SELECT n FROM t");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void emptyResultStillHasItsHeader() {
    assertThat(
            Invocation.of(directory, "-e", "SELECT x AS a FROM (VALUES 1) AS v (x) WHERE x > 1")
                .out())
        .isEqualTo("a\n");
  }

  @Test
  void shellWithoutATerminalRunsAScript() {
    Invocation run = Invocation.withInput("SELECT 1 AS a;\nSELECT 2 AS a;\n", directory, "repl");
    assertThat(run.out()).isEqualTo("a\n1\na\n2\n");
    assertThat(run.code()).isZero();
    Invocation wrong = Invocation.withInput("SELECT 1 AS a;\nSELEC 2;\n", directory, "repl");
    assertThat(wrong.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(wrong.out()).isEmpty();
    Invocation failing =
        Invocation.withInput(
            "SELECT 1 / n FROM (SELECT LENGTH('') AS n FROM (VALUES 1, 2) AS v (x) WHERE x = 2);",
            directory,
            "repl");
    assertThat(failing.code()).isNotZero();
  }

  private Invocation writingTo(String failure, String... args) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(args, Invocation.console("", broken, err, directory, Map.of()));
    return new Invocation(code, "", err.toString(StandardCharsets.UTF_8));
  }
}
