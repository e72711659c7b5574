package dev.sluice.connector.kafka;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Topics of Apache Kafka: unbounded or, on request, bounded sources, and sinks that append or, with
 * a PRIMARY KEY, write the last state of each key and a tombstone for a deleted one. Stateless;
 * safe for use by any thread.
 */
public class KafkaConnector implements Connector {
  private static final int MANY_WRITERS = 64;

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public String description() {
    return "Topics of Apache Kafka: rows in json and csv, changes of rows by key or in the json of"
        + " Debezium, Canal and Maxwell.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return KafkaOptions.of(table);
  }

  @Override
  public Map<String, DataType> metadata(TableRef table) {
    return Metadata.TYPES;
  }

  @Override
  public void validate(TableRef table, Role role) {
    Options options = KafkaOptions.check(table, role);
    KafkaTable.of(table, options).validate(role);
    ClientSettings.validate(table);
    if (role == Role.SOURCE) {
      StartPositions.validate(table, options);
      validateChanges(table, options);
    } else {
      validateSink(table, options);
    }
  }

  private static void validateChanges(TableRef table, Options options) {
    boolean apart = options.string(KafkaOptions.VALUE_FIELDS).equalsIgnoreCase("EXCEPT_KEY");
    if (apart && KafkaOptions.isOfChanges(table)) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "'"
                  + table.name()
                  + "': records of "
                  + KafkaOptions.valueFormat(options)
                  + " hold whole rows, the columns of the key too")
          .withHint("leave 'value.fields-include' out");
    }
  }

  private static void validateSink(TableRef table, Options options) {
    if (KafkaOptions.list(options.string(KafkaOptions.TOPIC)).size() != 1) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "sink '" + table.name() + "' must name one topic");
    }
    if (options.has(KafkaOptions.TRANSACTIONS)
        && guarantee(options) != DeliveryGuarantee.EXACTLY_ONCE) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'sink.transactional-id-prefix' of '"
                  + table.name()
                  + "' is of use only with 'delivery-guarantee' = 'exactly-once'")
          .withHint("leave one of them out");
    }
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    String mode =
        table
            .options()
            .getOrDefault(
                KafkaOptions.BOUNDED.key(), KafkaOptions.BOUNDED.defaultValue().orElseThrow());
    boolean bounded = !mode.toLowerCase(Locale.ROOT).equals("unbounded");
    ChangelogMode changelog =
        KafkaOptions.isOfChanges(table)
            ? ChangelogMode.RETRACT
            : table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT;
    return new SourceCapabilities(true, bounded, true, false, false, true).withChangelog(changelog);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    ChangelogMode accepts =
        KafkaOptions.isOfChanges(table)
            ? ChangelogMode.RETRACT
            : table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT;
    String guarantee = KafkaOptions.guarantee(table);
    DeliveryGuarantee promised =
        switch (guarantee.toLowerCase(Locale.ROOT)) {
          case "none" -> DeliveryGuarantee.NONE;
          case "exactly-once" -> DeliveryGuarantee.EXACTLY_ONCE;
          default -> DeliveryGuarantee.AT_LEAST_ONCE;
        };
    return new SinkCapabilities(true, accepts, promised, MANY_WRITERS);
  }

  /** What the user asks for. */
  static DeliveryGuarantee guarantee(Options options) {
    return switch (KafkaOptions.guarantee(options).toLowerCase(Locale.ROOT)) {
      case "exactly-once" -> DeliveryGuarantee.EXACTLY_ONCE;
      case "at-least-once" -> DeliveryGuarantee.AT_LEAST_ONCE;
      default -> DeliveryGuarantee.NONE;
    };
  }

  @Override
  public boolean isTransient(Throwable failure) {
    return Failures.isTransient(failure);
  }

  @Override
  public Optional<TableRef> fromStart(TableRef table, boolean untilNow) {
    Map<String, String> options = new TreeMap<>(table.options());
    for (OptionSpec spec :
        List.of(
            KafkaOptions.STARTUP_TIMESTAMP,
            KafkaOptions.STARTUP_OFFSETS,
            KafkaOptions.BOUNDED,
            KafkaOptions.BOUNDED_TIMESTAMP)) {
      options.remove(spec.key());
    }
    options.put(KafkaOptions.STARTUP.key(), "earliest-offset");
    if (untilNow) {
      options.put(KafkaOptions.BOUNDED.key(), "latest-offset");
    }
    return Optional.of(table.withOptions(options));
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    validate(request.table(), Role.SOURCE);
    return KafkaSource.open(request, KafkaOptions.check(request.table(), Role.SOURCE), context);
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    validate(table, Role.SINK);
    return KafkaSink.open(table, KafkaOptions.check(table, Role.SINK), context);
  }
}
