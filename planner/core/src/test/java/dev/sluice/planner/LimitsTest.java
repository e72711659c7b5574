package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.UserError;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts beyond all measure are planned or refused, soon, and never end the process. */
class LimitsTest {
  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("brackets", "SELECT " + "(".repeat(100_000)),
        Arguments.of("closed brackets", "SELECT " + "(".repeat(9000) + "1" + ")".repeat(9000)),
        Arguments.of("sum", "SELECT 1" + " + 1".repeat(20_000)),
        Arguments.of("conjunction", "SELECT 1 WHERE TRUE" + " AND 1 = 1".repeat(3000)),
        Arguments.of("not", "SELECT " + "NOT ".repeat(20_000) + "TRUE"),
        Arguments.of(
            "case", "SELECT " + "CASE WHEN TRUE THEN ".repeat(3000) + "1" + " END".repeat(3000)),
        Arguments.of("union", "SELECT 1 AS x" + " UNION ALL SELECT 1".repeat(10_000)),
        Arguments.of("arrays", "SELECT " + "ARRAY[".repeat(5000) + "1" + "]".repeat(5000)),
        Arguments.of(
            "types",
            "SELECT CAST(NULL AS " + "ARRAY<".repeat(5000) + "INT" + ">".repeat(5000) + ")"),
        Arguments.of(
            "longest list",
            "SELECT * FROM (VALUES (1)) AS t(x) WHERE x IN (" + numbers(50_000) + ")"),
        Arguments.of(
            "list", "SELECT * FROM (VALUES (1)) AS t(x) WHERE x IN (" + numbers(1_000_000) + ")"),
        Arguments.of(
            "columns",
            "CREATE STREAM s ("
                + IntStream.range(0, 100_000)
                    .mapToObj(i -> "c" + i + " INT")
                    .collect(Collectors.joining(","))
                + ") WITH ('connector' = 'x')"),
        Arguments.of("text", "SELECT '" + "x".repeat(10_000_000) + "'"),
        Arguments.of("comment", "/*" + "x".repeat(10_000_000) + "*/ SELECT 1"),
        Arguments.of("name", "SELECT " + "x".repeat(1_000_000)),
        Arguments.of("quotes", "SELECT " + "'".repeat(1_000_001)),
        Arguments.of("variables", "SELECT '" + "${A:".repeat(50_000) + "'"));
  }

  private static String numbers(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  /** Of the whole process, for texts are read on threads of their own; not of others' work. */
  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  @Timeout(60)
  void isPlannedOrRefused(String name, String text) {
    Planner planner = new Planner(ConnectorRegistry.of(), Map.of(), variable -> Optional.empty());
    long before = cpuNanos();
    boolean done;
    try {
      for (Statement statement : planner.parse("limits.sql", text)) {
        if (statement instanceof Statement.Definition definition) {
          planner.apply(definition);
        } else if (statement instanceof Statement.Query query) {
          planner.planQuery(query);
        }
      }
      done = true;
    } catch (UserError e) {
      done = !e.summary().isEmpty();
    }
    assertThat(done).isTrue();
    assertThat((cpuNanos() - before) / 1e9).as("seconds of all cores").isLessThan(10);
  }
}
