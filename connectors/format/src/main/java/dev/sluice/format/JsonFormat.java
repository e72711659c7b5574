package dev.sluice.format;

import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.RowEncoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One JSON object a record; keys are matched to column names exactly. A missing key is NULL; of a
 * repeated key the last counts. Strings that hold numbers or truth values are taken for them,
 * nothing else is converted. Stateless; safe for use by any thread.
 */
public final class JsonFormat implements RowFormat {
  static final OptionSpec TIMESTAMP_FORMAT =
      OptionSpec.oneOf(
              "json.timestamp-format",
              List.of("SQL", "ISO-8601"),
              "How timestamps are written; both are read.")
          .withDefault("SQL");
  static final OptionSpec TIMESTAMP_STANDARD =
      OptionSpec.oneOf(
          "json.timestamp-format.standard",
          List.of("SQL", "ISO-8601"),
          "Flink's name of json.timestamp-format.");
  static final OptionSpec FAIL_ON_MISSING =
      OptionSpec.of(
              "json.fail-on-missing-field",
              Type.BOOLEAN,
              "Whether a missing key is an error instead of NULL.",
              "true")
          .withDefault("false")
          .only(Role.SOURCE);
  static final OptionSpec IGNORE_ERRORS =
      OptionSpec.of(
              "json.ignore-parse-errors",
              Type.BOOLEAN,
              "Not supported: use 'on-error' = 'drop'.",
              "false")
          .only(Role.SOURCE);
  static final OptionSpec IGNORE_NULLS =
      OptionSpec.of(
              "json.encode.ignore-null-fields",
              Type.BOOLEAN,
              "Whether NULLs are left out when writing.",
              "true")
          .withDefault("false")
          .only(Role.SINK);

  @Override
  public String name() {
    return "json";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        TIMESTAMP_FORMAT, TIMESTAMP_STANDARD, FAIL_ON_MISSING, IGNORE_ERRORS, IGNORE_NULLS);
  }

  @Override
  public void validate(Schema schema, Options options) {
    refuseIgnoringErrors(options, IGNORE_ERRORS);
    checkTypes(schema);
  }

  void checkTypes(Schema schema) {
    for (Field field : schema.fields()) {
      checkMaps(field.name(), field.type());
    }
  }

  static void refuseIgnoringErrors(Options options, OptionSpec spec) {
    if (options.has(spec) && options.bool(spec)) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "option '" + spec.key() + "' is not supported")
          .withHint(
              "write 'on-error' = 'drop' to drop and count such records, or 'on-error' ="
                  + " 'to:<sink>' to keep them");
    }
  }

  private static void checkMaps(String column, DataType type) {
    if (type.kind() == Kind.MAP && type.children().get(0).type().kind().isNested()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED_TYPE,
              "json cannot carry the key of column '" + column + "' of type " + type)
          .withHint("keys of JSON objects are text: use a scalar key type");
    }
    type.children().forEach(child -> checkMaps(column, child.type()));
  }

  @Override
  public RowDecoder decoder(
      Schema record, Schema wanted, Options options, BufferAllocator allocator) {
    return new JsonDecoder(wanted, options.bool(FAIL_ON_MISSING), allocator);
  }

  @Override
  public RowEncoder encoder(Schema schema, Options options) {
    String standard =
        options.find(TIMESTAMP_STANDARD).orElseGet(() -> options.string(TIMESTAMP_FORMAT));
    return new JsonEncoder(
        schema, standard.equalsIgnoreCase("ISO-8601"), options.bool(IGNORE_NULLS));
  }
}
