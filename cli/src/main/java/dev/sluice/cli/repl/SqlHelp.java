package dev.sluice.cli.repl;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The shapes of the statements, for {@code \h}. Stateless. */
final class SqlHelp {
  private static final Map<String, String> SHAPES = shapes();

  private SqlHelp() {}

  private static Map<String, String> shapes() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put(
        "CREATE STREAM",
        """
        CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name (
          column type [NOT NULL] [METADATA [FROM 'key'] [VIRTUAL]] | column AS expression, …
          [PRIMARY KEY (columns) NOT ENFORCED],
          [WATERMARK FOR ts AS ts - INTERVAL '5' SECOND [IDLE AFTER interval] [MAX FUTURE SKEW interval]]
        ) WITH ('connector' = '…', …);
        """);
    map.put("CREATE TABLE", "CREATE TABLE … as CREATE STREAM; it may be read and written\n");
    map.put(
        "CREATE SINK",
        "CREATE SINK name [(columns, [PRIMARY KEY (…) NOT ENFORCED])] WITH (…) [AS SELECT …];\n");
    map.put("CREATE VIEW", "CREATE [TEMPORARY] VIEW name AS SELECT …;\n");
    map.put("INSERT", "INSERT INTO sink [(columns)] SELECT … [EMIT …];\n");
    map.put(
        "SELECT",
        """
        SELECT expression [AS name], …
        FROM name | (query) | TUMBLE(name, DESCRIPTOR(ts), INTERVAL '1' HOUR)
           | HOP(name, DESCRIPTOR(ts), slide, size)
        [WHERE condition] [GROUP BY window_start, window_end, columns] [HAVING condition]
        [ORDER BY …] [LIMIT n] [EMIT ON WINDOW CLOSE | ON UPDATE];
        """);
    map.put("EXPLAIN", "EXPLAIN [LOGICAL | PHYSICAL | STATE | JSON] statement;\n");
    map.put(
        "SHOW", "SHOW STREAMS | TABLES | SINKS | VIEWS | FUNCTIONS | CONNECTORS | CREATE name;\n");
    map.put("DESCRIBE", "DESCRIBE name;\n");
    map.put("SET", "SET ['key' = 'value'];\n");
    map.put("DROP", "DROP STREAM | TABLE | SINK | VIEW | FUNCTION [IF EXISTS] name;\n");
    return map;
  }

  /** The statements whose name starts with {@code topic}, or the list of all names. */
  static String about(String topic) {
    String wanted = topic.strip().replace(";", "").toUpperCase(Locale.ROOT);
    StringBuilder out = new StringBuilder();
    if (!wanted.isEmpty()) {
      SHAPES.forEach((name, shape) -> out.append(name.startsWith(wanted) ? shape : ""));
    }
    if (out.isEmpty()) {
      out.append("\\h followed by one of: ")
          .append(String.join(", ", SHAPES.keySet()))
          .append('\n');
    }
    return out.toString();
  }
}
