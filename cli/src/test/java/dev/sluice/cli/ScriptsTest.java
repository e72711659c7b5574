package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements from arguments, files and standard input, through planner and engine. */
class ScriptsTest {
  private static final String ROWS =
      "CREATE TABLE t (name STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 't.csv',"
          + " 'format' = 'csv');";

  @TempDir Path directory;

  @Test
  void valuesPrintInEveryLayout() {
    assertThat(Invocation.of(directory, "-e", "SELECT 1 AS a, 'x' AS b").out())
        .isEqualTo("a,b\n1,x\n");
    assertThat(Invocation.of(directory, "-e", "SELECT 1 AS a, 'x' AS b", "--output", "json").out())
        .isEqualTo("{\"a\":1,\"b\":\"x\"}\n");
    assertThat(Invocation.of(directory, "-e", "SELECT 1 AS a, 'x' AS b", "--output", "table").out())
        .isEqualTo(" a | b\n---+---\n 1 | x\n(1 row)\n");
  }

  @Test
  void bareValuesNeedNoNames() {
    Invocation run = Invocation.of(directory, "-e", "VALUES 1");
    assertThat(run.code()).isZero();
    assertThat(run.out()).endsWith("\n1\n");
  }

  @Test
  void standardInputIsAScript() {
    Invocation run = Invocation.withInput("SELECT 2 AS a;\nSELECT 3 AS a;\n", directory);
    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualTo("a\n2\na\n3\n");
  }

  @Test
  void boundedAggregateShowsItsFinalRowsOnly() throws Exception {
    rows("ann,1", "bob,2", "ann,3");
    Invocation run =
        Invocation.of(
            directory, "-e", ROWS + "SELECT name, SUM(n) AS s FROM t GROUP BY name ORDER BY name");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("name,s\nann,4\nbob,2\n");
  }

  @Test
  void insertRunsBeforeTheQueryThatFollows() throws Exception {
    rows("ann,1", "bob,2");
    String sink =
        "CREATE TABLE u (name STRING) WITH ('connector' = 'filesystem', 'path' = 'u.csv', 'format'"
            + " = 'csv');";
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            ROWS + sink + "INSERT INTO u SELECT name FROM t WHERE n > 1; SELECT * FROM u");
    assertThat(run.out()).isEqualTo("name\nbob\n");
    assertThat(run.err()).startsWith("done in ").contains("2 rows in, 1 out");
    assertThat(run.code()).isZero();
  }

  @Test
  void mistakeInTheLastStatementLeavesNothingHalfDone() throws Exception {
    rows("ann,1");
    String sink =
        "CREATE TABLE u (name STRING) WITH ('connector' = 'filesystem', 'path' = 'u.csv', 'format'"
            + " = 'csv');";
    Invocation run =
        Invocation.of(
            directory, "-e", ROWS + sink + "INSERT INTO u SELECT name FROM t; SELECT nam FROM u");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("SLU-2003").contains("^^^").contains("name");
    assertThat(directory.resolve("u.csv")).doesNotExist();
  }

  @Test
  void unsetVariableIsRefusedWithItsLine() throws Exception {
    Files.writeString(directory.resolve("a.sql"), "SELECT 1;\nSELECT '${NOWHERE_SET}';\n");
    Invocation run = Invocation.of(directory, "check", "a.sql");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("SLU-1002").contains("NOWHERE_SET").contains("a.sql:2:");
  }

  @Test
  void variableFromTheCommandLineWins() throws Exception {
    Files.writeString(directory.resolve("a.sql"), "SELECT '${WHO:nobody}' AS who;\n");
    assertThat(Invocation.of(directory, "-f", "a.sql", "--set", "WHO=ann").out())
        .isEqualTo("who\nann\n");
    assertThat(Invocation.of(directory, "-f", "a.sql").out()).isEqualTo("who\nnobody\n");
  }

  @Test
  void failureWhileRunningIsNoRefusal() throws Exception {
    rows("ann,0");
    Invocation run = Invocation.of(directory, "-e", ROWS + "SELECT 1 / n FROM t");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).startsWith("error[SLU-4002]").doesNotContain("\tat ");
  }

  @Test
  void malformedRowStopsTheRunAndNamesItsPlace() throws Exception {
    rows("ann,1", "bob,two");
    Invocation run = Invocation.of(directory, "-e", ROWS + "SELECT * FROM t");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("SLU-4001").contains("t.csv").contains("two");
  }

  @Test
  void missingInputIsRefused() {
    Invocation run = Invocation.of(directory, "-e", ROWS + "SELECT * FROM t");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("t.csv");
  }

  @Test
  void definitionsAloneAreNothingToRun() throws Exception {
    Files.writeString(directory.resolve("a.sql"), ROWS);
    assertThat(Invocation.of(directory, "run", "a.sql").code()).isEqualTo(ExitCode.REFUSED);
    assertThat(Invocation.of(directory, "check", "a.sql").err())
        .isEqualTo("ok: 1 definition, 0 inserts, 0 queries\n");
  }

  @Test
  void jsonSummaryIsOneObjectOnStandardOutput() throws Exception {
    rows("ann,1", "bob,2");
    Files.writeString(
        directory.resolve("a.sql"),
        ROWS
            + "CREATE SINK b (n BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT n"
            + " FROM t;");
    Invocation run = Invocation.of(directory, "run", "a.sql", "--json");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith("{\"status\":\"done\"")
        .contains("\"rowsIn\":2,\"rowsOut\":2,\"late\":0,\"malformed\":0")
        .endsWith("}\n")
        .hasLineCount(1);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void explainPrintsThePlanInEachForm() throws Exception {
    rows("ann,1");
    Files.writeString(directory.resolve("a.sql"), ROWS + "SELECT name FROM t WHERE n > 1;");
    for (String format : new String[] {"text", "json", "dot"}) {
      Invocation run = Invocation.of(directory, "explain", "a.sql", "--format", format);
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).as(format).isNotBlank();
    }
  }

  @Test
  void showAndDescribeAnswerAsTables() {
    Invocation run = Invocation.of(directory, "-e", ROWS + "SHOW TABLES; DESCRIBE t");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("t").contains("name").contains("BIGINT");
  }

  private void rows(String... lines) throws Exception {
    Files.writeString(directory.resolve("t.csv"), "name,n\n" + String.join("\n", lines) + "\n");
  }

  @Test
  void stateOverItsMemoryEndsTheRunInClearWords() {
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "SET 'state.memory' = '100 KiB'; CREATE TABLE d (k BIGINT) WITH ('connector' ="
                + " 'datagen', 'number-of-rows' = '100000', 'fields.k.kind' = 'sequence',"
                + " 'fields.k.start' = '1', 'fields.k.end' = '100000'); SELECT COUNT(DISTINCT"
                + " CAST(k AS STRING)) AS n FROM d");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "SLU-4005",
            "over the 0.1 MiB of 'state.memory'",
            "kept by GroupAggregate",
            "the values of its aggregates",
            "SLUICE_MEMORY");
  }

  @Test
  void windowsOverMadeUpRowsFireAsTimeGoesOn() {
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE STREAM d (ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' ="
                + " 'datagen', 'rows-per-second' = '200'); SELECT 'fired' AS w FROM TUMBLE(d, ts,"
                + " INTERVAL '1' SECOND) GROUP BY window_start, window_end LIMIT 2");
    assertThat(run.out()).as(run.err()).isEqualTo("w\nfired\nfired\n");
  }

  @Test
  void unknownErrorPolicyIsRefusedByCheck() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("p.sql"),
            ROWS.replace("'format' = 'csv'", "'format' = 'csv', 'on-error' = 'skip'")
                + "SELECT name FROM t;");
    Invocation run = Invocation.of(directory, "check", file.toString());
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("SLU-3004", "'skip'", "fail, drop, or to:<sink>");
  }
}
