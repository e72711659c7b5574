package dev.sluice.format;

import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import java.util.List;

/** {@code {"before": …, "after": …, "op": "c"}}, in an envelope with the schema or without. */
public final class DebeziumJsonFormat extends CdcFormat {
  private static final String NAME = "debezium-json";
  private static final OptionSpec SCHEMA_INCLUDE =
      OptionSpec.of(
              NAME + ".schema-include",
              Type.BOOLEAN,
              "Whether records hold their schema, and the change in 'payload'.",
              "true")
          .withDefault("false")
          .only(Role.SOURCE);

  public DebeziumJsonFormat() {
    super(NAME);
  }

  @Override
  List<OptionSpec> more() {
    return List.of(SCHEMA_INCLUDE);
  }

  @Override
  CdcDecoder.Layout layout(Options options) {
    return options.bool(SCHEMA_INCLUDE)
        ? CdcDecoder.Layout.DEBEZIUM_WITH_SCHEMA
        : CdcDecoder.Layout.DEBEZIUM;
  }

  @Override
  CdcEncoder.Frame frame(boolean adds) {
    return adds
        ? new CdcEncoder.Frame("{\"before\":null,\"after\":", ",\"op\":\"c\"}")
        : new CdcEncoder.Frame("{\"before\":", ",\"after\":null,\"op\":\"d\"}");
  }
}
