package dev.sluice.connector.file;

import dev.sluice.connector.Fetch;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows a second on one thread, printed; run by hand with a Parquet file of flights as the argument.
 */
final class ReadSpeed {
  private ReadSpeed() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("read-speed");
    try (FileHarness host = new FileHarness(folder)) {
      Schema bids =
          Schema.of(
              new Field("auction", DataType.of(Kind.BIGINT)),
              new Field("bidder", DataType.of(Kind.BIGINT)),
              new Field("price", DataType.of(Kind.BIGINT)),
              new Field("channel", DataType.string()),
              new Field("url", DataType.string()),
              new Field("dateTime", DataType.timestamp(3)),
              new Field("extra", DataType.string()));
      writeBids(folder, 1_000_000);
      if (args.length > 0) {
        Schema flights =
            Schema.of(
                new Field("date", DataType.timestamp(3)),
                new Field("delay", DataType.of(Kind.BIGINT)),
                new Field("distance", DataType.of(Kind.BIGINT)),
                new Field("origin", DataType.string()));
        measure(
            host,
            "parquet, 2 columns",
            FileHarness.table(flights, Map.of("path", args[0])),
            List.of(0, 1));
        measure(
            host,
            "parquet, 4 columns",
            FileHarness.table(flights, Map.of("path", args[0])),
            List.of(0, 1, 2, 3));
      }
      measure(
          host,
          "json, 2 of 7 columns",
          FileHarness.table(bids, Map.of("path", "bids.json")),
          List.of(0, 5));
      measure(
          host,
          "json, 7 columns",
          FileHarness.table(bids, Map.of("path", "bids.json")),
          List.of(0, 1, 2, 3, 4, 5, 6));
      measure(
          host,
          "csv, 2 of 7 columns",
          FileHarness.table(bids, Map.of("path", "bids.csv")),
          List.of(0, 5));
      measure(
          host,
          "csv, 7 columns",
          FileHarness.table(bids, Map.of("path", "bids.csv")),
          List.of(0, 1, 2, 3, 4, 5, 6));
    } finally {
      Files.deleteIfExists(folder.resolve("bids.json"));
      Files.deleteIfExists(folder.resolve("bids.csv"));
      Files.deleteIfExists(folder);
    }
  }

  private static void writeBids(Path folder, int rows) throws IOException {
    try (BufferedWriter json = Files.newBufferedWriter(folder.resolve("bids.json"));
        BufferedWriter csv = Files.newBufferedWriter(folder.resolve("bids.csv"))) {
      csv.write("auction,bidder,price,channel,url,dateTime,extra\n");
      for (int i = 0; i < rows; i++) {
        String url = "https://www.nexmark.com/abcd/efgh/ijkl/item.htm?query=1&channel_id=" + i * 17;
        String time = "2024-01-01 00:" + (10 + i / 60 % 50) + ":" + (10 + i % 50) + ".123";
        String extra =
            "[MUIX^WKcNJ_QIY]Q\\YKKSKUMIUWMYPTLLMITLOSRNR".substring(i % 9).replace("\\", "/");
        json.write(
            "{\"auction\":"
                + (1000 + i % 977)
                + ",\"bidder\":"
                + (2000 + i % 7919)
                + ",\"price\":"
                + i * 31L
                + ",\"channel\":\"channel-"
                + i % 10000
                + "\",\"url\":\""
                + url
                + "\",\"dateTime\":\""
                + time
                + "\",\"extra\":\""
                + extra
                + "\"}\n");
        csv.write(
            (1000 + i % 977)
                + ","
                + (2000 + i % 7919)
                + ","
                + i * 31L
                + ",channel-"
                + i % 10000
                + ","
                + url
                + ","
                + time
                + ","
                + extra
                + "\n");
      }
    }
  }

  private static void measure(FileHarness host, String name, TableRef table, List<Integer> columns)
      throws IOException {
    for (int round = 0; round < 5; round++) {
      long start = System.nanoTime();
      long rows = 0;
      try (SplitSource source = host.open(table, columns, Optional.empty())) {
        for (Split split : source.discover(Map.of())) {
          try (SplitReader reader = source.reader(split, host)) {
            Fetch fetch = reader.fetch(32_768, 1 << 24, Duration.ofMillis(5));
            while (!(fetch instanceof Fetch.EndOfSplit)) {
              if (fetch instanceof Fetch.Rows got) {
                rows += got.batch().rowCount();
                got.batch().close();
              }
              fetch = reader.fetch(32_768, 1 << 24, Duration.ofMillis(5));
            }
          }
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (round == 4) {
        System.out.printf(
            "%-22s %.2f million rows/s, %.1f million values/s%n",
            name, rows / seconds / 1e6, rows / seconds * columns.size() / 1e6);
      }
    }
  }
}
