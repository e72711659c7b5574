package dev.sluice.pipeline.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of window at the edges of its input: a table of edges, each with its rows ({@code
 * key:value@second}) and, by kind, the windows that come of them ({@code key start..end rows sum}).
 * However results are emitted, and however rows are cut into batches and tasks, the last ones are
 * those. {@code -Daccept=true} writes what comes out as the new expectation.
 */
class WindowEdgesTest {
  private static final Path TABLE = Path.of("src/test/resources/window-edges.txt");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final LocalDateTime ZERO = LocalDateTime.of(2024, 1, 1, 0, 0);
  private static final Map<String, String> KINDS = kinds();
  private static final List<String> EMITS =
      List.of("", " EMIT ON UPDATE", " EMIT EVERY INTERVAL '0.001' SECOND");
  private static final int[][] WAYS = {{1, 1}, {7, 2}, {4096, 5}};

  @TempDir Path directory;

  /** Rows, and what stands behind the query. */
  private record Edge(String name, String rows, String clause, Map<String, String> expected) {
    static Edge of(List<String> lines) {
      String[] head = lines.get(0).split("\\|", -1);
      Map<String, String> expected = new LinkedHashMap<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] cell = line.split("\\|", -1);
        expected.put(cell[0].strip(), cell[1].strip());
      }
      String clause = head.length > 2 ? " " + head[2].strip() : "";
      return new Edge(head[0].strip(), head[1].strip(), clause, expected);
    }

    String text(Map<String, String> cells) {
      StringBuilder text = new StringBuilder(name + " | " + rows);
      text.append(clause.isEmpty() ? "" : " |" + clause);
      cells.forEach(
          (kind, windows) -> text.append("\n  ").append(kind).append(" | ").append(windows));
      return text.toString().replaceAll(" +\n", "\n").stripTrailing();
    }
  }

  private static Map<String, String> kinds() {
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("TUMBLE", "TUMBLE(t, ts, INTERVAL '10' SECOND)");
    kinds.put("HOP", "HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)");
    kinds.put("CUMULATE", "CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)");
    kinds.put(
        "SESSION", "TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND))");
    kinds.put("TUMBLE ROWS", "TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2))");
    kinds.put("HOP ROWS", "TABLE(HOP(TABLE t PARTITION BY k, ROWS 1, ROWS 2))");
    return kinds;
  }

  private static List<Edge> edges() throws Exception {
    List<Edge> edges = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      if (!line.startsWith(" ") && !lines.isEmpty()) {
        edges.add(Edge.of(lines));
        lines.clear();
      }
      lines.add(line);
    }
    edges.add(Edge.of(lines));
    return edges;
  }

  @TestFactory
  Stream<DynamicContainer> windowsOfEveryKind() throws Exception {
    if (Boolean.getBoolean("accept")) {
      List<String> texts = new ArrayList<>();
      for (Edge edge : edges()) {
        Map<String, String> cells = new LinkedHashMap<>();
        for (String kind : KINDS.keySet()) {
          if (isAsked(edge, kind)) {
            cells.put(kind, windows(edge, kind, "", WAYS[0]));
          }
        }
        texts.add(edge.text(cells));
      }
      Files.writeString(TABLE, String.join("\n", texts) + "\n");
    }
    return edges().stream()
        .map(
            edge ->
                DynamicContainer.dynamicContainer(
                    edge.name(),
                    KINDS.keySet().stream()
                        .filter(kind -> isAsked(edge, kind))
                        .map(kind -> DynamicTest.dynamicTest(kind, () -> check(edge, kind)))));
  }

  /** Of windows of rows there is no lateness to allow. */
  private static boolean isAsked(Edge edge, String kind) {
    return edge.clause().isEmpty() || !kind.endsWith("ROWS");
  }

  private void check(Edge edge, String kind) throws Exception {
    for (int i = 0; i < EMITS.size(); i++) {
      int[] way = WAYS[(i + edge.name().length()) % WAYS.length];
      assertThat(windows(edge, kind, EMITS.get(i), way))
          .as("%s: %s%s, batch.rows %d, parallelism %d", edge, kind, EMITS.get(i), way[0], way[1])
          .isEqualTo(edge.expected().get(kind));
    }
  }

  private String windows(Edge edge, String kind, String emit, int[] way) throws Exception {
    String rows =
        Stream.of(edge.rows().split(" "))
            .filter(row -> !row.isEmpty())
            .map(WindowEdgesTest::row)
            .collect(Collectors.joining(", "));
    String sql =
        "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5'"
            + " SECOND) WITH ('connector' = 'values', 'rows' = '["
            + rows
            + "]');\nSELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM "
            + KINDS.get(kind)
            + " GROUP BY k, window_start, window_end"
            + emit
            + edge.clause();
    return Answers.ours(sql, way[0], way[1], directory).stream()
        .map(WindowEdgesTest::shown)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String row(String text) {
    String[] parts = text.split("[:@]");
    String key = parts[0].equals("-") ? "null" : '"' + parts[0] + '"';
    String value = parts[1].equals("-") ? "null" : parts[1];
    String time =
        parts[2].equals("-")
            ? "null"
            : '"' + TIME.format(ZERO.plusSeconds(Long.parseLong(parts[2]))) + '"';
    return "[" + key + ", " + value + ", " + time + "]";
  }

  private static String shown(List<Object> row) {
    return row.stream()
        .map(WindowEdgesTest::cell)
        .collect(Collectors.joining(" "))
        .replaceFirst("(\\S+ \\S+) (\\S+)", "$1..$2");
  }

  private static String cell(Object value) {
    if (value instanceof LocalDateTime time) {
      return Long.toString(Duration.between(ZERO, time).toSeconds());
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value.equals("NULL") ? "-" : value.toString();
  }
}
