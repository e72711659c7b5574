package dev.sluice.connector.jdbc;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import dev.sluice.testing.databases.MariaDbServer;
import dev.sluice.testing.databases.PostgresServer;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rows a second into real databases, eight columns, with and without a key; not a test. Run {@link
 * #main} with the test class path.
 */
final class LoadSpeed {
  private static final int ROWS = 400_000;
  private static final int BATCH = 4_000;
  private static final Schema SCHEMA =
      Schema.of(
          new Field("id", DataType.of(Kind.BIGINT).notNull()),
          new Field("auction", DataType.of(Kind.BIGINT)),
          new Field("bidder", DataType.of(Kind.BIGINT)),
          new Field("price", DataType.decimal(12, 2)),
          new Field("channel", DataType.string()),
          new Field("url", DataType.string()),
          new Field("ts", DataType.timestamp(3)),
          new Field("extra", DataType.string()));

  private LoadSpeed() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("load-speed");
    Map<String, Map<String, String>> targets = new TreeMap<>();
    targets.put("h2", Map.of("url", "jdbc:h2:" + folder.resolve("speed")));
    PostgresServer postgres = PostgresServer.shared();
    targets.put(
        "postgresql",
        Map.of(
            "url", postgres.url(),
            "username", PostgresServer.USER,
            "password", PostgresServer.PASSWORD));
    MariaDbServer maria = MariaDbServer.shared();
    targets.put(
        "mariadb",
        Map.of(
            "url", maria.url(),
            "username", MariaDbServer.USER,
            "password", MariaDbServer.PASSWORD));
    for (int round = 0; round < 2; round++) {
      for (Map.Entry<String, Map<String, String>> target : targets.entrySet()) {
        for (boolean keyed : List.of(false, true)) {
          String name = "speed_" + round + (keyed ? "_keyed" : "");
          Map<String, String> options = new TreeMap<>(target.getValue());
          options.put("table.create", "true");
          TableRef table =
              new TableRef(
                  name,
                  "jdbc",
                  options,
                  Set.of("password"),
                  SCHEMA,
                  Map.of(),
                  keyed ? List.of("id") : List.of(),
                  List.of());
          long rate = load(folder, table);
          System.out.printf(
              "%d %-10s %-6s %,9d rows/s%n",
              round, target.getKey(), keyed ? "upsert" : "insert", rate);
        }
      }
    }
    // the servers' threads would keep the process alive
    System.exit(0);
  }

  private static long load(Path folder, TableRef table) throws Exception {
    try (JdbcHarness harness = new JdbcHarness(folder)) {
      List<RecordBatch> batches = new ArrayList<>();
      for (int from = 0; from < ROWS; from += BATCH) {
        batches.add(batch(harness, from));
      }
      long start = System.nanoTime();
      try (TableSink sink = harness.sink(table);
          SinkWriter writer = sink.writer(0)) {
        int epoch = 0;
        for (RecordBatch batch : batches) {
          writer.write(batch);
          if (++epoch % 10 == 0) {
            List<Committable> ready = writer.prepare(epoch).stream().toList();
            sink.committer().commit(ready, false);
          }
        }
      }
      return (long) (ROWS / ((System.nanoTime() - start) / 1e9));
    }
  }

  private static RecordBatch batch(JdbcHarness harness, int from) {
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, harness.allocator())) {
      for (int i = from; i < from + BATCH; i++) {
        builder.add(
            RowKind.INSERT,
            (long) i,
            1000L + i % 977,
            2000L + i % 1511,
            java.math.BigDecimal.valueOf(i % 100_000, 2),
            "channel-" + i % 17,
            "https://www.example.com/item.htm?query=" + i,
            1_700_000_000_000_000L + i * 1000L,
            "abcdefghijklmnopqrstuvwxyz0123456789");
      }
      return builder.build();
    }
  }
}
