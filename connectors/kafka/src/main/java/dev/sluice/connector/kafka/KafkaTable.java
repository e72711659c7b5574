package dev.sluice.connector.kafka;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowFormat;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which columns of a table stand in a record's key, in its value, or beside them as metadata.
 * Immutable; safe for use by any thread.
 *
 * @param table the declaration
 * @param options its options
 * @param key the columns that make the key, in the order of {@code key.fields}; none if records
 *     have no key
 * @param value the columns that stand in the value, as declared
 */
record KafkaTable(TableRef table, Options options, Schema key, Schema value) {
  /** Refuses keys that name no column. */
  static KafkaTable of(TableRef table, Options options) {
    List<Field> physical =
        table.schema().fields().stream()
            .filter(f -> !table.metadata().containsKey(f.name()))
            .toList();
    List<Field> key = new ArrayList<>();
    for (String name : keyNames(table, options)) {
      key.add(
          physical.stream()
              .filter(f -> f.name().equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(() -> noSuchKey(table, name, physical)));
    }
    boolean exceptKey = options.string(KafkaOptions.VALUE_FIELDS).equalsIgnoreCase("EXCEPT_KEY");
    List<Field> value = physical.stream().filter(f -> !exceptKey || !key.contains(f)).toList();
    return new KafkaTable(table, options, new Schema(key), new Schema(value));
  }

  private static List<String> keyNames(TableRef table, Options options) {
    Optional<String> named = options.find(KafkaOptions.KEY_FIELDS);
    return named.isPresent() ? KafkaOptions.list(named.get()) : table.primaryKey();
  }

  private static UserError noSuchKey(TableRef table, String name, List<Field> physical) {
    List<String> known = physical.stream().map(Field::name).toList();
    return UserError.of(
            ErrorCode.OPTION_VALUE,
            "option 'key.fields' of '"
                + table.name()
                + "' names '"
                + name
                + "', which is no column")
        .withHint(DidYouMean.hint(name, known, "columns: " + String.join(", ", known)));
  }

  /** Refuses, without I/O, what formats and metadata cannot carry. */
  void validate(Role role) {
    valueFormat().validate(value, options);
    if (key.size() > 0) {
      keyFormat().validate(key, options);
    } else if (options.has(KafkaOptions.KEY_FORMAT)) {
      throw UserError.of(
              ErrorCode.MISSING_OPTION, "'" + table.name() + "' has a key.format but no key")
          .withHint("add 'key.fields' = '<columns>', or a PRIMARY KEY");
    }
    if (!table.primaryKey().isEmpty()
        && !List.copyOf(key.names().stream().map(String::toLowerCase).toList())
            .containsAll(table.primaryKey().stream().map(String::toLowerCase).toList())) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "option 'key.fields' of '" + table.name() + "' must hold the columns of its PRIMARY KEY");
    }
    table.metadata().forEach((column, name) -> validateMetadata(column, name, role));
  }

  private void validateMetadata(String column, String name, Role role) {
    if (!Metadata.TYPES.containsKey(name)) {
      throw UserError.of(
              ErrorCode.UNKNOWN_COLUMN, "unknown metadata '" + name + "' for connector 'kafka'")
          .withHint(
              DidYouMean.hint(
                  name,
                  Metadata.TYPES.keySet(),
                  "known: " + String.join(", ", Metadata.TYPES.keySet())));
    }
    if (role == Role.SINK && !Metadata.isWritable(name)) {
      throw UserError.of(
              ErrorCode.NOT_A_SINK,
              "column '"
                  + column
                  + "' of '"
                  + table.name()
                  + "' cannot be written: metadata '"
                  + name
                  + "' is given by Kafka")
          .withHint("make it METADATA VIRTUAL");
    }
    if (!Metadata.fits(name, table.type(column))) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED_TYPE,
              "column '"
                  + column
                  + "' of '"
                  + table.name()
                  + "' is "
                  + table.type(column)
                  + ", but metadata '"
                  + name
                  + "' is "
                  + Metadata.TYPES.get(name))
          .withHint("declare it as " + Metadata.TYPES.get(name).withNullable(true));
    }
  }

  RowFormat valueFormat() {
    return ConnectorRegistry.rowFormat(KafkaOptions.valueFormat(options));
  }

  RowFormat keyFormat() {
    return ConnectorRegistry.rowFormat(KafkaOptions.keyFormat(options));
  }

  /** Where a wanted column comes from. */
  sealed interface Origin {
    /** Column {@code index} of what the value's decoder gives. */
    record Value(int index) implements Origin {}

    /** Column {@code index} of what the key's decoder gives. */
    record Key(int index) implements Origin {}

    /** Metadata, column {@code index} of those wanted. */
    record Meta(int index) implements Origin {}
  }

  /**
   * What a query wants, taken apart.
   *
   * @param wanted the columns of the batches
   * @param fromKey columns to decode out of keys; those that stand in the value too are not here
   * @param fromValue columns to decode out of values
   * @param metadata the metadata columns
   * @param metadataKeys their keys, in the same order
   * @param origins for each wanted column where it is
   */
  record Wanted(
      Schema wanted,
      Schema fromKey,
      Schema fromValue,
      Schema metadata,
      List<String> metadataKeys,
      List<Origin> origins) {}

  /** Takes the columns of {@code wanted} apart. */
  Wanted wanted(Schema wanted) {
    List<Field> fromKey = new ArrayList<>();
    List<Field> fromValue = new ArrayList<>();
    List<Field> metadata = new ArrayList<>();
    List<String> metadataKeys = new ArrayList<>();
    List<Origin> origins = new ArrayList<>();
    Map<String, String> names = table.metadata();
    for (Field field : wanted.fields()) {
      if (names.containsKey(field.name())) {
        origins.add(new Origin.Meta(metadata.size()));
        metadata.add(field);
        metadataKeys.add(names.get(field.name()));
      } else if (value.indexOf(field.name()).isPresent()) {
        origins.add(new Origin.Value(fromValue.size()));
        fromValue.add(field);
      } else {
        origins.add(new Origin.Key(fromKey.size()));
        fromKey.add(field);
      }
    }
    return new Wanted(
        wanted,
        new Schema(fromKey),
        new Schema(fromValue),
        new Schema(metadata),
        metadataKeys,
        origins);
  }
}
