package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Table functions in Java, in FROM. */
class TableFunctionsTest {
  private static final String SOURCE =
      """
      package acme;

      import dev.sluice.udf.*;
      import java.util.*;

      @FunctionHint(output = @DataTypeHint("ROW<word STRING, length INT>"))
      public class Split extends TableFunction<Row> {
        public void eval(String text) {
          if (text == null) {
            return;
          }
          for (String s : text.split(" ")) {
            if (s.equals("boom")) {
              throw new IllegalStateException("no");
            }
            collect(Row.of(s, s.length()));
          }
        }

        public record Part(int number, String part) {}

        public static class Parts extends TableFunction<Part> {
          public void eval(String text, int width) {
            for (int i = 0; i * width < text.length(); i++) {
              collect(new Part(i, text.substring(i * width, Math.min(text.length(), i * width + width))));
            }
          }
        }

        public static class Count extends TableFunction<Integer> {
          public void eval(int n) {
            for (int i = 0; i < n; i++) {
              collect(i);
            }
          }
        }
      }
      """;

  @TempDir Path directory;

  private Invocation run(String sql) throws Exception {
    if (Files.notExists(directory.resolve("split.jar"))) {
      JavaJar.of(directory, "split", "Split", SOURCE);
      Files.writeString(directory.resolve("t.csv"), "id,s,n\n1,a bc,2\n2,,0\n3,def,\n");
    }
    return Invocation.of(
        directory,
        "-e",
        "CREATE FUNCTION words AS 'acme.Split' USING JAR 'split.jar';"
            + "CREATE FUNCTION parts AS 'acme.Split$Parts' USING JAR 'split.jar';"
            + "CREATE FUNCTION counted AS 'acme.Split$Count' USING JAR 'split.jar';"
            + "CREATE TABLE t (id INT, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' ="
            + " 't.csv', 'format' = 'csv', 'csv.null-literal' = '');"
            + sql);
  }

  private String rows(String sql) throws Exception {
    Invocation run = run(sql);
    assertThat(run.err()).as(sql).isEmpty();
    return run.out();
  }

  @Test
  void lateralTableGivesRows() throws Exception {
    String expected = "id,word,length\n1,a,1\n1,bc,2\n3,def,3\n";
    String order = " ORDER BY id, word";
    assertThat(rows("SELECT id, word, length FROM t, LATERAL TABLE(words(s))" + order))
        .isEqualTo(expected);
    assertThat(
            rows("SELECT id, word, length FROM t CROSS JOIN LATERAL TABLE(words(s)) AS x" + order))
        .isEqualTo(expected);
    assertThat(
            rows(
                "SELECT id, w AS word, l AS length FROM t JOIN LATERAL TABLE(words(s)) AS x(w, l)"
                    + " ON TRUE"
                    + order))
        .isEqualTo(expected);
  }

  @Test
  void leftJoinKeepsRowsWithoutAny() throws Exception {
    assertThat(
            rows(
                "SELECT id, w FROM t LEFT JOIN LATERAL TABLE(words(s)) AS x(w, l) ON TRUE ORDER BY"
                    + " id, w"))
        .isEqualTo("id,w\n1,a\n1,bc\n2,\n3,def\n");
  }

  @Test
  void recordsAndSingleValuesAreRows() throws Exception {
    assertThat(
            rows(
                "SELECT id, number, part FROM t, LATERAL TABLE(parts(COALESCE(s, ''), 2)) ORDER BY"
                    + " id, number"))
        .isEqualTo("id,number,part\n1,0,a \n1,1,bc\n3,0,de\n3,1,f\n");
    assertThat(rows("SELECT id, i FROM t, LATERAL TABLE(counted(n)) AS c(i) ORDER BY i"))
        .isEqualTo("id,i\n1,0\n1,1\n");
    assertThat(rows("SELECT i FROM TABLE(counted(3)) AS c(i) ORDER BY i"))
        .isEqualTo("i\n0\n1\n2\n");
  }

  @Test
  void failuresNameTheFunction() throws Exception {
    Invocation run = run("SELECT word FROM t, LATERAL TABLE(words(s || ' boom'))");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("function words failed for ('a bc boom')");
  }
}
