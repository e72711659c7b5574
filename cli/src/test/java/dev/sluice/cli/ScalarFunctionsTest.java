package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scalar functions in Java: from a jar compiled here, through planner and engine. */
class ScalarFunctionsTest {
  private static final String SOURCE =
      """
      package acme;

      import dev.sluice.udf.*;
      import java.math.BigDecimal;
      import java.time.*;
      import java.util.*;

      public class Fn extends ScalarFunction {
        private boolean open;

        @Override
        public void open(FunctionContext context) {
          open = true;
        }

        public String eval(int a, int b) { return "int+int=" + (a + b) + open; }

        public String eval(Integer a) { return "Integer=" + a; }

        public String eval(double a) { return "double=" + a; }

        public String eval(boolean a) { return "boolean=" + a; }

        public String eval(String a) { return a == null ? null : "String=" + a; }

        public String eval(BigDecimal a) { return "BigDecimal=" + a; }

        public String eval(byte[] a) { return "bytes=" + a.length; }

        public String eval(LocalDate a) { return "date=" + a; }

        public String eval(LocalTime a) { return "time=" + a; }

        public String eval(LocalDateTime a) { return "timestamp=" + a; }

        public String eval(Instant a) { return "instant=" + a; }

        public String eval(Duration a) { return "duration=" + a; }

        public String eval(Period a) { return "period=" + a; }

        public String eval(List<String> a) { return "list=" + a; }

        public String eval(Map<String, Integer> a) { return "map=" + a; }

        public String eval(Point a) { return "row=" + a.x() + "/" + a.y(); }

        public String eval(String first, Long... rest) {
          return first + "=" + Arrays.toString(rest);
        }

        public record Point(int x, String y) {}

        public static class Back {
          public Integer eval(String what, Integer a) { return a == null ? -1 : a + 1; }

          public long eval(long a) { return a + 1; }

          public Double eval(Double a) { return a == null ? null : a / 2; }

          public Boolean eval(Boolean a) { return a == null ? null : !a; }
        }

        public static class Nested {
          public List<Point> eval(int n) {
            List<Point> made = new ArrayList<>();
            for (int i = 0; i < n; i++) {
              made.add(new Point(i, "p" + i));
            }
            return made;
          }

          public Map<String, Long> eval(String a) { return new TreeMap<>(Map.of(a, 1L)); }

          @DataTypeHint("DECIMAL(10, 2)")
          public BigDecimal eval(double a) { return BigDecimal.valueOf(a); }

          @FunctionHint(output = @DataTypeHint("ROW<a INT, b STRING>"))
          public Row eval(boolean a) { return Row.of(1, a ? "yes" : null); }

          public LocalDateTime eval(LocalDateTime a) { return a.plusNanos(1_234_567); }

          public LocalDate eval(LocalDate a) { return a.plusDays(1); }

          public byte[] eval(byte[] a) { return new byte[] {a[0]}; }
        }

        public static class Bad {
          public int eval(String text, int n) throws Exception {
            if (n > 1) {
              throw new java.io.IOException("no luck with " + text);
            }
            return n;
          }
        }

        public static class Dice extends ScalarFunction {
          public int eval() { return 4; }

          @Override
          public boolean isDeterministic() { return false; }
        }

        public static class Mute {
          public void run() {}
        }

        public static class Thing {
          public int eval(Thread t) { return 0; }
        }

        public class Inner {
          public int eval(int a) { return a; }
        }
      }
      """;

  @TempDir Path directory;

  private Invocation run(String sql) throws Exception {
    if (Files.notExists(directory.resolve("fn.jar"))) {
      JavaJar.of(directory, "fn", "Fn", SOURCE);
    }
    return Invocation.of(
        directory,
        "-e",
        "CREATE FUNCTION f AS 'acme.Fn' USING JAR 'fn.jar';"
            + "CREATE FUNCTION back AS 'acme.Fn$Back' LANGUAGE JAVA USING JAR 'fn.jar';"
            + "CREATE FUNCTION nested AS 'acme.Fn$Nested' USING JAR 'fn.jar';"
            + "CREATE FUNCTION bad AS 'acme.Fn$Bad' USING JAR 'fn.jar';"
            + sql);
  }

  private String value(String expression) throws Exception {
    Invocation run = run("SELECT " + expression + " AS v");
    assertThat(run.err()).as(expression).isEmpty();
    return run.out().replaceFirst("v\n", "").replace("\n", "");
  }

  @Test
  void theBestOverloadIsCalled() throws Exception {
    assertThat(value("f(1, 2)")).isEqualTo("int+int=3true");
    assertThat(value("f(1)")).isEqualTo("Integer=1");
    assertThat(value("f(CAST(1 AS SMALLINT))")).isEqualTo("Integer=1");
    assertThat(value("F(CAST(1.5 AS FLOAT))")).isEqualTo("double=1.5");
    assertThat(value("f(1e0)")).isEqualTo("double=1.0");
    assertThat(value("f(1.50)")).isEqualTo("BigDecimal=1.50");
    assertThat(value("f(CAST(5 AS BIGINT))")).isEqualTo("BigDecimal=5");
    assertThat(value("f(TRUE)")).isEqualTo("boolean=true");
    assertThat(value("f('x')")).isEqualTo("String=x");
    assertThat(value("f('x', 1, 2)")).isEqualTo("\"x=[1, 2]\"");
    assertThat(value("f('x', NULL)")).isEqualTo("x=[null]");
  }

  @Test
  void everyTypeArrives() throws Exception {
    assertThat(value("f(X'0102')")).isEqualTo("bytes=2");
    assertThat(value("f(DATE '2020-02-29')")).isEqualTo("date=2020-02-29");
    assertThat(value("f(TIME '10:11:12')")).isEqualTo("time=10:11:12");
    assertThat(value("f(TIMESTAMP '1969-12-31 23:59:59.5')"))
        .isEqualTo("timestamp=1969-12-31T23:59:59.500");
    assertThat(value("f(CAST(TIMESTAMP '2020-01-01 00:00:00' AS TIMESTAMP_LTZ(3)))"))
        .isEqualTo("instant=2020-01-01T00:00:00Z");
    assertThat(value("f(INTERVAL '90' SECOND)")).isEqualTo("duration=PT1M30S");
    assertThat(value("f(INTERVAL '3' MONTH)")).isEqualTo("period=P3M");
    assertThat(value("f(ARRAY['a', NULL, 'b'])")).isEqualTo("\"list=[a, null, b]\"");
    assertThat(value("f(MAP['a', 1])")).isEqualTo("map={a=1}");
    assertThat(value("f(ROW(7, 'up'))")).isEqualTo("row=7/up");
  }

  @Test
  void everyTypeReturns() throws Exception {
    assertThat(value("back(41)")).isEqualTo("42");
    assertThat(value("back('', 41)")).isEqualTo("42");
    assertThat(value("back(1e0)")).isEqualTo("0.5");
    assertThat(value("back(TRUE)")).isEqualTo("false");
    assertThat(value("nested(2)[2].y")).isEqualTo("p1");
    assertThat(value("CARDINALITY(nested(0))")).isEqualTo("0");
    assertThat(value("nested('k')['k']")).isEqualTo("1");
    assertThat(value("nested(1.005e0)")).isEqualTo("1.01");
    assertThat(value("nested(TRUE).b || '!'")).isEqualTo("yes!");
    assertThat(value("nested(FALSE).b IS NULL")).isEqualTo("true");
    assertThat(value("nested(TIMESTAMP '2020-01-01 00:00:00')"))
        .isEqualTo("2020-01-01 00:00:00.001234");
    assertThat(value("nested(DATE '2020-02-28')")).isEqualTo("2020-02-29");
    assertThat(value("nested(X'0102') = X'01'")).isEqualTo("true");
  }

  @Test
  void nullGoesToBoxesAndEndsPrimitives() throws Exception {
    assertThat(value("back('', CAST(NULL AS INT))")).isEqualTo("-1");
    assertThat(value("back(CAST(NULL AS BIGINT)) IS NULL")).isEqualTo("true");
    assertThat(value("back(CAST(NULL AS DOUBLE)) IS NULL")).isEqualTo("true");
    assertThat(value("f(CAST(NULL AS STRING)) IS NULL")).isEqualTo("true");
    assertThat(value("f(CAST(NULL AS INT))")).isEqualTo("Integer=null");
  }

  @Test
  void functionsRunOverRowsAndInsideOneAnother() throws Exception {
    Invocation run =
        run(
            "SELECT back('', n) AS b, f(back(CAST(n AS BIGINT))) AS c FROM (VALUES (1), (2),"
                + " (CAST(NULL AS INT))) AS t(n) WHERE back('', n) < 3 ORDER BY b");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("b,c\n-1,BigDecimal=null\n2,BigDecimal=2\n");
  }

  @Test
  void aFailureNamesFunctionAndArguments() throws Exception {
    Invocation run = run("SELECT bad(s, n) FROM (VALUES ('a', 1), ('b', 2)) AS t(s, n)");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .startsWith("error[SLU-4002]")
        .contains("function bad failed for ('b', 2): java.io.IOException: no luck with b")
        .contains("Fn.java:");
  }

  @Test
  void wrongArgumentsAreRefusedWithWhatItTakes() throws Exception {
    Invocation run = run("SELECT bad(DATE '2020-01-01')");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("bad(STRING, INTEGER) RETURNS INTEGER").contains("^");
  }

  @Test
  void classesThatAreNoFunctionsAreRefused() throws Exception {
    refused("AS 'acme.Fn$Dice'", "is not deterministic");
    refused("AS 'acme.Fn$Mute'", "no public method 'eval'");
    refused("AS 'acme.Fn$Thing'", "takes a java.lang.Thread");
    refused("AS 'acme.Fn$Inner'", "constructor without parameters");
    refused("AS 'acme.Nowhere'", "there is no class acme.Nowhere");
  }

  private void refused(String what, String why) throws Exception {
    Invocation run = run("CREATE FUNCTION g " + what + " USING JAR 'fn.jar'");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains(why).contains("-e:1:").contains("^");
  }

  @Test
  void missingJarIsRefused() {
    Invocation run =
        Invocation.of(directory, "-e", "CREATE FUNCTION g AS 'a.B' USING JAR 'gone.jar'");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("there is no jar").contains("gone.jar");
  }

  @Test
  void functionsAreShownAndDropped() throws Exception {
    assertThat(run("SHOW FUNCTIONS").out()).contains("bad(STRING, INTEGER) RETURNS INTEGER");
    assertThat(run("DESCRIBE bad").out()).contains("bad(STRING, INTEGER) RETURNS INTEGER");
    assertThat(run("DESCRIBE FUNCTION split_index").out()).contains("SPLIT_INDEX('");
    assertThat(run("SHOW CREATE FUNCTION bad").out()).contains("AS 'acme.Fn$Bad' USING JAR");
    Invocation gone = run("DROP FUNCTION bad; SELECT bad('a', 1)");
    assertThat(gone.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(gone.err()).contains("no function BAD");
    assertThat(run("CREATE FUNCTION bad AS 'acme.Fn' USING JAR 'fn.jar'").err())
        .contains("exists already");
    assertThat(run("CREATE FUNCTION IF NOT EXISTS bad AS 'acme.Fn' USING JAR 'fn.jar'").code())
        .isZero();
  }

  @Test
  void aJarThatWasReplacedIsReadAnew() throws Exception {
    JavaJar.of(directory, "v", "V", "package acme; public class V {public int eval() {return 1;}}");
    String sql = "CREATE FUNCTION v AS 'acme.V' USING JAR 'v.jar'; SELECT v() AS v";
    assertThat(Invocation.of(directory, "-e", sql).out()).isEqualTo("v\n1\n");
    JavaJar.of(directory, "v", "V", "package acme; public class V {public int eval() {return 2;}}");
    assertThat(Invocation.of(directory, "-e", sql).out()).isEqualTo("v\n2\n");
  }
}
