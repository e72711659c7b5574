package dev.sluice.benchmark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.nexmark.NexmarkConfiguration;
import org.apache.beam.sdk.nexmark.model.Auction;
import org.apache.beam.sdk.nexmark.model.Bid;
import org.apache.beam.sdk.nexmark.model.Event;
import org.apache.beam.sdk.nexmark.model.Person;
import org.apache.beam.sdk.nexmark.sources.generator.Generator;
import org.apache.beam.sdk.nexmark.sources.generator.GeneratorConfig;

/**
 * Nexmark events of Beam's generator as files: 5,000 events a second from 2015-07-15 00:00:00 UTC,
 * two parts per stream, rows to the parts in turn, once as NDJSON and once as Parquet. The
 * generator has no channel and url; both follow from the bid's ids, half of them from four hot
 * channels. Written once per size and kept.
 */
final class NexmarkData {

  static final int PARTS = 2;

  private static final String[] STREAMS = {"bid", "auction", "person"};

  private static final int EVENTS_PER_SECOND = 5_000;
  private static final String[] HOT_CHANNELS = {"Google", "Facebook", "Baidu", "Apple"};
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private final StringBuilder line = new StringBuilder(512);
  private long lastMillis = Long.MIN_VALUE;
  private String lastTimestamp = "";

  private NexmarkData() {}

  /** The columns of a stream as DuckDB's reader wants them. */
  static String columns(String stream) {
    return switch (stream) {
      case "bid" ->
          "{auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', url:"
              + " 'VARCHAR', dateTime: 'TIMESTAMP', extra: 'VARCHAR'}";
      case "auction" ->
          "{id: 'BIGINT', itemName: 'VARCHAR', description: 'VARCHAR', initialBid: 'BIGINT',"
              + " reserve: 'BIGINT', dateTime: 'TIMESTAMP', expires: 'TIMESTAMP', seller: 'BIGINT',"
              + " category: 'BIGINT', extra: 'VARCHAR'}";
      case "person" ->
          "{id: 'BIGINT', name: 'VARCHAR', emailAddress: 'VARCHAR', creditCard: 'VARCHAR', city:"
              + " 'VARCHAR', state: 'VARCHAR', dateTime: 'TIMESTAMP', extra: 'VARCHAR'}";
      default -> throw new IllegalArgumentException("no such stream: " + stream);
    };
  }

  /**
   * The directory with {@code ndjson/<stream>/} and {@code parquet/<stream>/} for that many events.
   */
  static Path prepare(Path directory, long events) throws IOException, SQLException {
    Path target = directory.resolve("nexmark-" + events);
    if (Files.exists(target)) {
      return target;
    }
    Path building = Files.createTempDirectory(Files.createDirectories(directory), "building-");
    System.err.println("writing " + events + " events to " + target);
    new NexmarkData().writeJson(building, events);
    writeParquet(building);
    return Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The streams as CSV too, without a header; written from the Parquet files when first wanted. */
  static void prepareCsv(Path data) throws IOException, SQLException {
    Path target = data.resolve("csv");
    if (Files.exists(target)) {
      return;
    }
    Path building = Files.createTempDirectory(data, "building-");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("SET threads = 1");
      for (String stream : STREAMS) {
        Path folder = Files.createDirectories(building.resolve(stream));
        for (int part = 0; part < PARTS; part++) {
          String name = stream + "-" + part;
          statement.execute(
              "COPY (SELECT * FROM read_parquet('"
                  + data.resolve("parquet").resolve(stream).resolve(name + ".parquet")
                  + "')) TO '"
                  + folder.resolve(name + ".csv")
                  + "' (FORMAT csv, HEADER false, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g')");
        }
      }
    }
    Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads every file of a folder once, so that no engine is timed reading from the disk what the
   * next one finds in memory.
   */
  static void warm(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
        try (InputStream in = Files.newInputStream(file)) {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
    }
  }

  private void writeJson(Path directory, long events) throws IOException {
    NexmarkConfiguration configuration = NexmarkConfiguration.DEFAULT.copy();
    configuration.firstEventRate = EVENTS_PER_SECOND;
    configuration.nextEventRate = EVENTS_PER_SECOND;
    configuration.numEventGenerators = 1;
    long start = Instant.parse("2015-07-15T00:00:00Z").toEpochMilli();
    Generator generator = new Generator(new GeneratorConfig(configuration, start, 1, events, 1));
    try (Parts bids = new Parts(directory, "bid");
        Parts auctions = new Parts(directory, "auction");
        Parts people = new Parts(directory, "person")) {
      while (generator.hasNext()) {
        Event event = generator.nextEvent().event;
        line.setLength(0);
        if (event.bid != null) {
          bids.write(bid(event.bid));
        } else if (event.newAuction != null) {
          auctions.write(auction(event.newAuction));
        } else {
          people.write(person(event.newPerson));
        }
      }
    }
  }

  private StringBuilder bid(Bid bid) {
    // a fixed scramble of the ids: the same bid has the same channel in every run
    long mixed = (bid.auction * 0x9E3779B97F4A7C15L + bid.bidder) * 0xBF58476D1CE4E5B9L + bid.price;
    mixed = (mixed ^ mixed >>> 30) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    int draw = (int) ((mixed >>> 33) % 10_000);
    boolean hot = (mixed >>> 20 & 1) == 0;
    String channel = hot ? HOT_CHANNELS[draw & 3] : "channel-" + draw;
    number("auction", bid.auction);
    number("bidder", bid.bidder);
    number("price", bid.price);
    text("channel", channel);
    text(
        "url",
        "https://www.nexmark.com/"
            + Long.toString(mixed >>> 1, 36)
            + "/item.htm?query=1&channel_id="
            + draw);
    timestamp("dateTime", bid.dateTime.getMillis());
    text("extra", bid.extra);
    return line;
  }

  private StringBuilder auction(Auction auction) {
    number("id", auction.id);
    text("itemName", auction.itemName);
    text("description", auction.description);
    number("initialBid", auction.initialBid);
    number("reserve", auction.reserve);
    timestamp("dateTime", auction.dateTime.getMillis());
    timestamp("expires", auction.expires.getMillis());
    number("seller", auction.seller);
    number("category", auction.category);
    text("extra", auction.extra);
    return line;
  }

  private StringBuilder person(Person person) {
    number("id", person.id);
    text("name", person.name);
    text("emailAddress", person.emailAddress);
    text("creditCard", person.creditCard);
    text("city", person.city);
    text("state", person.state);
    timestamp("dateTime", person.dateTime.getMillis());
    text("extra", person.extra);
    return line;
  }

  private void key(String name) {
    line.append(line.length() == 0 ? "{\"" : ",\"").append(name).append("\":");
  }

  private void number(String name, long value) {
    key(name);
    line.append(value);
  }

  private void timestamp(String name, long millis) {
    if (millis != lastMillis) {
      lastMillis = millis;
      lastTimestamp = TIMESTAMP.format(Instant.ofEpochMilli(millis));
    }
    key(name);
    line.append('"').append(lastTimestamp).append('"');
  }

  private void text(String name, String value) {
    key(name);
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < ' ') {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }

  private static void writeParquet(Path directory) throws IOException, SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("SET threads = 1");
      for (String stream : STREAMS) {
        Path target = Files.createDirectories(directory.resolve("parquet").resolve(stream));
        for (int part = 0; part < PARTS; part++) {
          Path json =
              directory.resolve("ndjson").resolve(stream).resolve(stream + "-" + part + ".json");
          statement.execute(
              "COPY (SELECT * FROM read_json('"
                  + json
                  + "', format = 'newline_delimited', columns = "
                  + columns(stream)
                  + ")) TO '"
                  + target.resolve(stream + "-" + part + ".parquet")
                  + "' (FORMAT parquet)");
        }
      }
    }
  }

  /** The files of one stream, rows in turn. */
  private static final class Parts implements AutoCloseable {
    private final OutputStream[] files = new OutputStream[PARTS];
    private long rows;

    Parts(Path directory, String stream) throws IOException {
      Path target = Files.createDirectories(directory.resolve("ndjson").resolve(stream));
      for (int part = 0; part < PARTS; part++) {
        files[part] =
            new BufferedOutputStream(
                Files.newOutputStream(target.resolve(stream + "-" + part + ".json")), 1 << 20);
      }
    }

    void write(StringBuilder line) throws IOException {
      line.append("}\n");
      files[(int) (rows++ % PARTS)].write(line.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      for (OutputStream file : files) {
        file.close();
      }
    }
  }
}
