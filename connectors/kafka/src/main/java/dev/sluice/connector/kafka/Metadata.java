package dev.sluice.connector.kafka;

import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What a record tells besides key and value, under Flink's names. Stateless; any thread. */
final class Metadata {
  static final String TIMESTAMP = "timestamp";
  static final String HEADERS = "headers";

  /** Metadata key to type. */
  static final Map<String, DataType> TYPES = types();

  private Metadata() {}

  private static Map<String, DataType> types() {
    Map<String, DataType> types = new TreeMap<>();
    types.put("topic", DataType.string().notNull());
    types.put("partition", DataType.of(Kind.INTEGER).notNull());
    types.put("offset", DataType.of(Kind.BIGINT).notNull());
    types.put("leader-epoch", DataType.of(Kind.INTEGER));
    types.put(TIMESTAMP, DataType.of(Kind.TIMESTAMP_LTZ, 3).notNull());
    types.put("timestamp-type", DataType.string().notNull());
    types.put(
        HEADERS, DataType.map(DataType.string().notNull(), DataType.of(Kind.VARBINARY)).notNull());
    return Collections.unmodifiableMap(types);
  }

  /** Whether a sink may fill it. */
  static boolean isWritable(String key) {
    return key.equals(TIMESTAMP) || key.equals(HEADERS);
  }

  /** Appends one record's value of {@code key}; {@code zone} makes a TIMESTAMP of an instant. */
  static void append(String key, ConsumerRecord<?, ?> record, ColumnBuilder out, ZoneId zone) {
    switch (key) {
      case "topic" -> text(record.topic(), out);
      case "partition" -> out.appendLong(record.partition());
      case "offset" -> out.appendLong(record.offset());
      case "leader-epoch" -> record.leaderEpoch().ifPresentOrElse(out::appendLong, out::appendNull);
      case TIMESTAMP -> out.appendLong(timestamp(record.timestamp(), out.kind(), zone));
      case "timestamp-type" -> text(record.timestampType().toString(), out);
      case HEADERS -> headers(record, out);
      default -> throw new IllegalStateException("unknown metadata '" + key + "'");
    }
  }

  private static long timestamp(long millis, Kind kind, ZoneId zone) {
    return switch (kind) {
      case BIGINT -> millis;
      case TIMESTAMP_LTZ -> millis * 1000;
      default -> {
        int offset = zone.getRules().getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds();
        yield (millis + offset * 1000L) * 1000;
      }
    };
  }

  private static void text(String value, ColumnBuilder out) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.appendBytes(bytes, 0, bytes.length);
  }

  private static void headers(ConsumerRecord<?, ?> record, ColumnBuilder out) {
    for (Header header : record.headers()) {
      text(header.key(), out.child(0));
      byte[] value = header.value();
      if (value == null) {
        out.child(1).appendNull();
      } else {
        out.child(1).appendBytes(value, 0, value.length);
      }
    }
    out.appendList();
  }

  /** Whether a column declared as {@code type} can take the metadata {@code key}. */
  static boolean fits(String key, DataType type) {
    Kind kind = type.kind();
    return switch (key) {
      case "partition", "leader-epoch" -> kind == Kind.INTEGER || kind == Kind.BIGINT;
      case "offset" -> kind == Kind.BIGINT;
      case TIMESTAMP -> kind == Kind.TIMESTAMP_LTZ || kind == Kind.TIMESTAMP || kind == Kind.BIGINT;
      case HEADERS ->
          kind == Kind.MAP
              && type.children().get(0).type().kind() == Kind.VARCHAR
              && type.children().get(1).type().kind() == Kind.VARBINARY;
      default -> kind == Kind.VARCHAR;
    };
  }
}
