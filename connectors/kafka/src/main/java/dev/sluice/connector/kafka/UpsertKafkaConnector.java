package dev.sluice.connector.kafka;

import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.List;

/**
 * Topics of Apache Kafka whose records are the last state of their key, under Flink's name: {@code
 * kafka} with a PRIMARY KEY, read from the beginning. Stateless; safe for use by any thread.
 */
public final class UpsertKafkaConnector extends KafkaConnector {
  @Override
  public String name() {
    return "upsert-kafka";
  }

  @Override
  public String description() {
    return "Topics of Apache Kafka that hold the last state of each key, deletions as tombstones.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return super.options(table).stream()
        .filter(spec -> !spec.key().startsWith("scan.startup."))
        .filter(spec -> !spec.key().equals(KafkaOptions.FORMAT.key()))
        .filter(spec -> !spec.key().equals(KafkaOptions.KEY_FIELDS.key()))
        .toList();
  }

  @Override
  public void validate(TableRef table, Role role) {
    if (table.primaryKey().isEmpty()) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE, "'" + table.name() + "' of upsert-kafka needs a PRIMARY KEY")
          .withHint("add PRIMARY KEY (columns of the key) NOT ENFORCED, or use connector kafka");
    }
    if (KafkaOptions.isOfChanges(table)) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "'" + table.name() + "' of upsert-kafka holds rows: 'value.format' is json or csv")
          .withHint("read change records with connector kafka");
    }
    super.validate(table, role);
  }
}
