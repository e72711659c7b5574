package dev.sluice.connector.kafka;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The options of {@code kafka}, under Flink's names. Constants; any thread. */
final class KafkaOptions {
  static final List<String> ROW_FORMATS = List.of("json", "csv");
  static final List<String> FORMATS =
      List.of("json", "csv", "debezium-json", "canal-json", "maxwell-json");

  static final OptionSpec TOPIC =
      OptionSpec.of("topic", Type.STRING, "The topic; a source may read several, a;b;c.", "orders")
          .asRequired();
  static final OptionSpec SERVERS =
      OptionSpec.of(
              "properties.bootstrap.servers",
              Type.STRING,
              "Where the brokers are.",
              "localhost:9092")
          .asRequired();
  static final OptionSpec GROUP =
      OptionSpec.of(
              "properties.group.id",
              Type.STRING,
              "The consumer group that keeps the offsets; without it none are kept.",
              "orders-per-minute")
          .only(Role.SOURCE);
  static final OptionSpec PROPERTIES =
      OptionSpec.of(
          "properties.*", Type.STRING, "Any setting of Kafka's own clients, such as TLS.", "SSL");
  static final OptionSpec STARTUP =
      OptionSpec.oneOf(
              "scan.startup.mode",
              List.of(
                  "earliest-offset",
                  "latest-offset",
                  "group-offsets",
                  "timestamp",
                  "specific-offsets"),
              "Where reading begins; by default group-offsets if there is a group, else"
                  + " earliest-offset.")
          .only(Role.SOURCE);
  static final OptionSpec STARTUP_TIMESTAMP =
      OptionSpec.of(
              "scan.startup.timestamp-millis",
              Type.LONG,
              "For mode timestamp: the first record at or after it.",
              "1767225600000")
          .only(Role.SOURCE);
  static final OptionSpec STARTUP_OFFSETS =
      OptionSpec.of(
              "scan.startup.specific-offsets",
              Type.STRING,
              "For mode specific-offsets; partitions not named begin at their earliest offset.",
              "partition:0,offset:42;partition:1,offset:300")
          .only(Role.SOURCE);
  static final OptionSpec BOUNDED =
      OptionSpec.oneOf(
              "scan.bounded.mode",
              List.of("unbounded", "latest-offset", "timestamp"),
              "Where reading ends; latest-offset: at what is there when the run begins.")
          .withDefault("unbounded")
          .only(Role.SOURCE);
  static final OptionSpec BOUNDED_TIMESTAMP =
      OptionSpec.of(
              "scan.bounded.timestamp-millis",
              Type.LONG,
              "For mode timestamp: the first record at or after it is not read.",
              "1767225600000")
          .only(Role.SOURCE);
  static final OptionSpec DISCOVERY =
      OptionSpec.of(
              "scan.topic-partition-discovery.interval",
              Type.DURATION,
              "How often to look for new partitions; 0 for never.",
              "30 s")
          .withDefault("5 min")
          .only(Role.SOURCE);
  static final OptionSpec FORMAT =
      OptionSpec.oneOf("format", FORMATS, "What the values are; json by default.")
          .withDefault("json");
  static final OptionSpec VALUE_FORMAT =
      OptionSpec.oneOf("value.format", FORMATS, "Another name of 'format'.");
  static final OptionSpec KEY_FORMAT =
      OptionSpec.oneOf(
          "key.format", ROW_FORMATS, "What the keys are; by default as the values, else json.");
  static final OptionSpec KEY_FIELDS =
      OptionSpec.of(
          "key.fields",
          Type.STRING,
          "The columns that make the key; by default those of the PRIMARY KEY.",
          "customer;region");
  static final OptionSpec VALUE_FIELDS =
      OptionSpec.oneOf(
              "value.fields-include",
              List.of("ALL", "EXCEPT_KEY"),
              "Whether the columns of the key stand in the value too.")
          .withDefault("ALL");
  static final OptionSpec GUARANTEE =
      OptionSpec.oneOf(
              "delivery-guarantee",
              List.of("exactly-once", "at-least-once", "none"),
              "exactly-once writes in transactions, seen by readers with isolation.level ="
                  + " read_committed when an epoch is committed.")
          .withDefault("exactly-once")
          .only(Role.SINK);
  static final OptionSpec SINK_GUARANTEE =
      OptionSpec.oneOf(
              "sink.delivery-guarantee",
              List.of("exactly-once", "at-least-once", "none"),
              "Flink's name of delivery-guarantee.")
          .only(Role.SINK);
  static final OptionSpec TRANSACTIONS =
      OptionSpec.of(
              "sink.transactional-id-prefix",
              Type.STRING,
              "Begins the names of the transactions; by default the pipeline's and table's name.",
              "shop-orders")
          .only(Role.SINK);
  static final OptionSpec PARTITIONER =
      OptionSpec.oneOf(
              "sink.partitioner",
              List.of("default", "fixed", "round-robin"),
              "default: by key, or spread if there is none; fixed: each writer to one partition.")
          .withDefault("default")
          .only(Role.SINK);

  private KafkaOptions() {}

  /** All options of a table, those of its formats included. */
  static List<OptionSpec> of(TableRef table) {
    List<OptionSpec> specs =
        new ArrayList<>(
            List.of(
                TOPIC,
                SERVERS,
                GROUP,
                PROPERTIES,
                STARTUP,
                STARTUP_TIMESTAMP,
                STARTUP_OFFSETS,
                BOUNDED,
                BOUNDED_TIMESTAMP,
                DISCOVERY,
                FORMAT,
                VALUE_FORMAT,
                KEY_FORMAT,
                KEY_FIELDS,
                VALUE_FIELDS,
                GUARANTEE,
                SINK_GUARANTEE,
                TRANSACTIONS,
                PARTITIONER));
    Map<String, String> given = table.options();
    for (String format : FORMATS) {
      boolean used =
          given.isEmpty()
              || format.equalsIgnoreCase(given.get(KEY_FORMAT.key()))
              || format.equals("json") && isOfChanges(valueFormat(given))
              || format.equalsIgnoreCase(valueFormat(given));
      if (used) {
        specs.addAll(ConnectorRegistry.rowFormat(format).options());
      }
    }
    return specs;
  }

  private static boolean isOfChanges(String format) {
    return !ROW_FORMATS.contains(format.toLowerCase(java.util.Locale.ROOT));
  }

  /** Whether the values of a table are changes of rows, not rows. */
  static boolean isOfChanges(TableRef table) {
    return isOfChanges(valueFormat(table.options()));
  }

  private static String valueFormat(Map<String, String> given) {
    return given.getOrDefault(
        VALUE_FORMAT.key(), given.getOrDefault(FORMAT.key(), FORMAT.defaultValue().orElseThrow()));
  }

  static String valueFormat(Options options) {
    return options
        .find(VALUE_FORMAT)
        .orElseGet(() -> options.string(FORMAT))
        .toLowerCase(java.util.Locale.ROOT);
  }

  static String keyFormat(Options options) {
    return options
        .find(KEY_FORMAT)
        .map(f -> f.toLowerCase(java.util.Locale.ROOT))
        .orElseGet(
            () -> {
              String values = valueFormat(options);
              return ROW_FORMATS.contains(values) ? values : ROW_FORMATS.get(0);
            });
  }

  /** What a sink promises, in the words of the option. */
  static String guarantee(Options options) {
    return options.find(SINK_GUARANTEE).orElseGet(() -> options.string(GUARANTEE));
  }

  /** The same of options that nobody has checked yet. */
  static String guarantee(TableRef table) {
    Map<String, String> given = table.options();
    return given.getOrDefault(
        SINK_GUARANTEE.key(),
        given.getOrDefault(GUARANTEE.key(), GUARANTEE.defaultValue().orElseThrow()));
  }

  static Options check(TableRef table, Role role) {
    return Options.check(table, CommonOptions.with(of(table)), role);
  }

  /** The parts of an option whose value is a list with semicolons. */
  static List<String> list(String value) {
    return Arrays.stream(value.split(";")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }
}
