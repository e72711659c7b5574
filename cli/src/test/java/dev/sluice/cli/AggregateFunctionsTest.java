package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Aggregates in Java, grouped, windowed, distinct, filtered, and over updates. */
class AggregateFunctionsTest {
  private static final String SOURCE =
      """
      package acme;

      import dev.sluice.udf.*;
      import java.math.BigDecimal;
      import java.util.*;

      public class Agg extends AggregateFunction<Double, Agg.Acc> {
        public static class Acc {
          public double sum = 0;
          public int weight = 0;
        }

        @Override
        public Acc createAccumulator() { return new Acc(); }

        public void accumulate(Acc acc, double value, int weight) {
          acc.sum += value * weight;
          acc.weight += weight;
        }

        public void retract(Acc acc, double value, int weight) {
          acc.sum -= value * weight;
          acc.weight -= weight;
        }

        public void merge(Acc acc, Iterable<Acc> others) {
          for (Acc other : others) {
            acc.sum += other.sum;
            acc.weight += other.weight;
          }
        }

        @Override
        public Double getValue(Acc acc) {
          return acc.weight == 0 ? null : acc.sum / acc.weight;
        }

        /** Keeps all it sees, in order; cannot take back nor merge. */
        public static class Seen {
          public List<String> createAccumulator() { return new ArrayList<>(); }

          public void accumulate(List<String> acc, String... values) {
            if (values.length > 0 && "bad".equals(values[0])) {
              throw new IllegalStateException("seen it");
            }
            acc.add(String.join("+", Arrays.asList(values)));
          }

          public String getValue(List<String> acc) {
            List<String> sorted = new ArrayList<>(acc);
            Collections.sort(sorted);
            return String.join(",", sorted);
          }
        }

        public static class Opaque {
          public Thread createAccumulator() { return new Thread(); }

          public void accumulate(Thread acc, int value) {}

          public int getValue(Thread acc) { return 0; }
        }
      }
      """;

  private static final String ROWS =
      "k,v,w,ts\n"
          + "a,1.5,2,2020-01-01 00:00:01\n"
          + "b,3.0,1,2020-01-01 00:00:02\n"
          + "a,4.5,1,2020-01-01 00:00:11\n"
          + "a,,1,2020-01-01 00:00:12\n"
          + "b,3.0,1,2020-01-01 00:00:21\n"
          + ",2.0,5,2020-01-01 00:00:22\n";

  @TempDir Path directory;

  private Invocation run(String settings, String sql) throws Exception {
    if (Files.notExists(directory.resolve("agg.jar"))) {
      JavaJar.of(directory, "agg", "Agg", SOURCE);
      Files.writeString(directory.resolve("t.csv"), ROWS);
    }
    return Invocation.of(
        directory,
        "-e",
        settings
            + "CREATE FUNCTION wavg AS 'acme.Agg' USING JAR 'agg.jar';"
            + "CREATE FUNCTION seen AS 'acme.Agg$Seen' USING JAR 'agg.jar';"
            + "CREATE TABLE t (k STRING, v DOUBLE, w INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)"
            + " WITH ('connector' = 'filesystem', 'path' = 't.csv', 'format' = 'csv');"
            + sql);
  }

  private String rows(String sql) throws Exception {
    Invocation run = run("", sql);
    assertThat(run.err()).as(sql).isEmpty();
    return run.out();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 2", "4096, 5"})
  void groupsAlikeInEveryBatching(int batch, int parallelism) throws Exception {
    Invocation run =
        run(
            "SET 'batch.rows' = '" + batch + "'; SET 'parallelism' = '" + parallelism + "';",
            "SELECT k, wavg(v, w) AS a, seen(k, CAST(w AS STRING)) AS s FROM t GROUP BY k ORDER BY"
                + " k");
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo("k,a,s\na,2.5,\"a+1,a+1,a+2\"\nb,3.0,\"b+1,b+1\"\n,2.0,null+5\n");
  }

  @Test
  void noRowsGiveTheEmptyAccumulatorsValue() throws Exception {
    assertThat(rows("SELECT wavg(v, w) IS NULL AS a, seen(k) AS s FROM t WHERE w > 9"))
        .isEqualTo("a,s\ntrue,\"\"\n");
  }

  @Test
  void filterAndDistinctApply() throws Exception {
    assertThat(rows("SELECT wavg(v, w) FILTER (WHERE k = 'a') AS a, seen(DISTINCT k) AS s FROM t"))
        .isEqualTo("a,s\n2.5,\"a,b\"\n");
  }

  @Test
  void windowsMergePanesOrKeepApart() throws Exception {
    String window =
        " FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND,"
            + " INTERVAL '20' SECOND)) GROUP BY window_start, window_end ORDER BY window_start";
    assertThat(rows("SELECT wavg(v, w) AS a" + window))
        .isEqualTo("a\n2.0\n2.625\n2.5\n2.1666666666666665\n");
    assertThat(rows("SELECT seen(CAST(w AS STRING)) AS s" + window))
        .isEqualTo("s\n\"1,2\"\n\"1,1,1,2\"\n\"1,1,1,5\"\n\"1,5\"\n");
  }

  @Test
  void updatesAreTakenBackOrRefused() throws Exception {
    String inner =
        " FROM (SELECT k, MAX(v) AS v, CAST(1 AS INT) AS w FROM t GROUP BY k) EMIT ON UPDATE";
    assertThat(rows("SELECT wavg(v, w) AS a" + inner)).isEqualTo("a\n3.1666666666666665\n");
    Invocation refused = run("", "SELECT seen(k) AS a" + inner);
    assertThat(refused.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err())
        .contains("'seen' cannot take back rows")
        .contains("retract(java.util.List,java.lang.String[])");
  }

  @Test
  void failuresNameTheFunction() throws Exception {
    Invocation run = run("", "SELECT seen('bad') FROM t");
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("function seen failed for ('bad'): java.lang.IllegalStateException: seen it");
  }

  @Test
  void opaqueAccumulatorsAreRefused() throws Exception {
    Invocation run = run("", "CREATE FUNCTION o AS 'acme.Agg$Opaque' USING JAR 'agg.jar'");
    assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("the accumulator java.lang.Thread cannot be kept as state");
  }
}
