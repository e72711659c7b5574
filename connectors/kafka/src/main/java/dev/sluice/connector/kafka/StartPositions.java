package dev.sluice.connector.kafka;

import dev.sluice.connector.Options;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the reading of each partition begins and ends, by {@code scan.startup.mode} and {@code
 * scan.bounded.mode}. Used by the thread that opens the source.
 */
final class StartPositions {
  private static final Pattern SPECIFIC =
      Pattern.compile("\\s*partition\\s*:\\s*(\\d+)\\s*,\\s*offset\\s*:\\s*(\\d+)\\s*");
  private static final String WATERMARK = "sluice:watermark=";

  /**
   * A position.
   *
   * @param offset of the first record to read
   * @param watermarkMicros the watermark an earlier run had reached there
   */
  record Start(long offset, long watermarkMicros) {}

  private final TableRef table;
  private final Options options;
  private final Consumer<?, ?> consumer;

  StartPositions(TableRef table, Options options, Consumer<?, ?> consumer) {
    this.table = table;
    this.options = options;
    this.consumer = consumer;
  }

  /** The last states of keys are known only to who reads from the beginning. */
  private static String mode(TableRef table, Options options) {
    boolean byGroup = options.has(KafkaOptions.GROUP) && table.primaryKey().isEmpty();
    return options
        .find(KafkaOptions.STARTUP)
        .map(m -> m.toLowerCase(Locale.ROOT))
        .orElse(byGroup ? "group-offsets" : "earliest-offset");
  }

  /** Refuses, without I/O, modes whose further option is missing, and options of other modes. */
  static void validate(TableRef table, Options options) {
    String mode = mode(table, options);
    if (mode.equals("group-offsets")) {
      options.string(KafkaOptions.GROUP.asRequired());
    }
    require(table, options, mode.equals("timestamp"), KafkaOptions.STARTUP_TIMESTAMP, mode);
    require(table, options, mode.equals("specific-offsets"), KafkaOptions.STARTUP_OFFSETS, mode);
    String bounded = options.string(KafkaOptions.BOUNDED).toLowerCase(Locale.ROOT);
    require(table, options, bounded.equals("timestamp"), KafkaOptions.BOUNDED_TIMESTAMP, bounded);
    if (options.has(KafkaOptions.STARTUP_OFFSETS)) {
      specific(table, options);
    }
  }

  private static void require(
      TableRef table,
      Options options,
      boolean needed,
      dev.sluice.connector.OptionSpec spec,
      String mode) {
    if (needed) {
      options.string(spec);
    } else if (options.has(spec)) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option '"
                  + spec.key()
                  + "' of '"
                  + table.name()
                  + "' is of no use in mode '"
                  + mode
                  + "'")
          .withHint(spec.description());
    }
  }

  private static Map<Integer, Long> specific(TableRef table, Options options) {
    Map<Integer, Long> offsets = new HashMap<>();
    String text = options.string(KafkaOptions.STARTUP_OFFSETS);
    for (String part : KafkaOptions.list(text)) {
      Matcher matcher = SPECIFIC.matcher(part);
      if (!matcher.matches()) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE,
                "option '"
                    + KafkaOptions.STARTUP_OFFSETS.key()
                    + "' of '"
                    + table.name()
                    + "' cannot take '"
                    + part
                    + "'")
            .withHint("write it like '" + KafkaOptions.STARTUP_OFFSETS.example() + "'");
      }
      offsets.put(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }
    return offsets;
  }

  /** Where to begin with partitions that were there when the run began. */
  Map<TopicPartition, Start> starts(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Start> starts = new HashMap<>();
    switch (mode(table, options)) {
      case "latest-offset" -> fill(starts, consumer.endOffsets(partitions));
      case "timestamp" ->
          fill(starts, at(partitions, options.number(KafkaOptions.STARTUP_TIMESTAMP)));
      case "specific-offsets" -> {
        Map<Integer, Long> given = specific(table, options);
        consumer
            .beginningOffsets(partitions)
            .forEach(
                (p, begin) ->
                    starts.put(
                        p, new Start(given.getOrDefault(p.partition(), begin), Long.MIN_VALUE)));
      }
      case "group-offsets" -> groupOffsets(partitions, starts);
      default -> fill(starts, consumer.beginningOffsets(partitions));
    }
    return starts;
  }

  private static void fill(Map<TopicPartition, Start> starts, Map<TopicPartition, Long> offsets) {
    offsets.forEach(
        (partition, offset) -> starts.put(partition, new Start(offset, Long.MIN_VALUE)));
  }

  private void groupOffsets(
      Collection<TopicPartition> partitions, Map<TopicPartition, Start> starts) {
    String reset =
        options
            .withPrefix(KafkaOptions.PROPERTIES)
            .getOrDefault(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")
            .toLowerCase(Locale.ROOT);
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(java.util.Set.copyOf(partitions));
    Map<TopicPartition, Long> otherwise =
        reset.equals("latest")
            ? consumer.endOffsets(partitions)
            : consumer.beginningOffsets(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata found = committed.get(partition);
      if (found != null) {
        starts.put(partition, new Start(found.offset(), watermark(found.metadata())));
      } else if (reset.equals("none")) {
        throw UserError.of(
                ErrorCode.MISSING_TARGET,
                "group '"
                    + options.string(KafkaOptions.GROUP)
                    + "' has no offset for partition "
                    + partition
                    + " of '"
                    + table.name()
                    + "'")
            .withHint("leave 'properties.auto.offset.reset' = 'none' out to begin at the earliest");
      } else {
        starts.put(partition, new Start(otherwise.get(partition), Long.MIN_VALUE));
      }
    }
  }

  /** The metadata of a committed offset that keeps a watermark; read back by {@link #starts}. */
  static String metadata(long watermarkMicros) {
    return watermarkMicros == Long.MIN_VALUE ? "" : WATERMARK + watermarkMicros;
  }

  private static long watermark(String metadata) {
    if (metadata != null && metadata.startsWith(WATERMARK)) {
      String number = metadata.substring(WATERMARK.length());
      if (number.matches("-?\\d{1,18}")) {
        return Long.parseLong(number);
      }
    }
    return Long.MIN_VALUE;
  }

  /** The offset where each partition's reading ends; {@link Long#MAX_VALUE} if it does not. */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    return switch (options.string(KafkaOptions.BOUNDED).toLowerCase(Locale.ROOT)) {
      case "latest-offset" -> consumer.endOffsets(partitions);
      case "timestamp" -> at(partitions, options.number(KafkaOptions.BOUNDED_TIMESTAMP));
      default -> {
        Map<TopicPartition, Long> never = new HashMap<>();
        partitions.forEach(p -> never.put(p, Long.MAX_VALUE));
        yield never;
      }
    };
  }

  /** The first offsets at or after a time; the end where there is none. */
  private Map<TopicPartition, Long> at(Collection<TopicPartition> partitions, long millis) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(p -> times.put(p, millis));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
    found.forEach(
        (partition, at) -> {
          if (at != null) {
            offsets.put(partition, at.offset());
          }
        });
    return offsets;
  }
}
