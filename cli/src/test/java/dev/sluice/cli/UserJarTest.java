package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jars of users that are in each other's way, or broken. */
class UserJarTest {
  @TempDir Path directory;

  @Test
  void classesOfTheSameNameInTwoJarsAreTwo() throws Exception {
    for (int i = 1; i <= 2; i++) {
      JavaJar.of(
          directory,
          "j" + i,
          "Same",
          "package acme; public class Same { static int calls; public int eval() { return "
              + i
              + " * 10 + ++calls; } }");
    }
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE FUNCTION f AS 'acme.Same' USING JAR 'j1.jar'; CREATE FUNCTION g AS"
                + " 'acme.Same' USING JAR 'j2.jar'; SELECT f() AS a; SELECT g() AS b;");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("a\n11\nb\n21\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'static { if (true) throw new IllegalStateException(\"no init\"); }', ''",
    "'', 'if (true) throw new StackOverflowError();'",
    "'', 'int[] none = new int[0]; none[1] = 1;'",
    "'', 'if (true) throw new NoClassDefFoundError(\"acme/Gone\");'"
  })
  void aClassThatFailsEndsTheRunAndNothingElse(String init, String body) throws Exception {
    JavaJar.of(
        directory,
        "bad",
        "Bad",
        "package acme; public class Bad { "
            + init
            + " public int eval(int a) { "
            + body
            + " return a; } }");
    Invocation run =
        Invocation.of(
            directory,
            "-e",
            "CREATE FUNCTION f AS 'acme.Bad' USING JAR 'bad.jar'; SELECT f(x) AS v FROM (VALUES"
                + " (1)) AS t(x);");
    assertThat(run.code()).as(run.err()).isIn(ExitCode.FAILED, ExitCode.REFUSED);
    assertThat(run.err()).contains("error[SLU-").doesNotContain("bug in Sluice");
    assertThat(Invocation.of(directory, "-e", "VALUES 1").code()).isZero();
  }
}
