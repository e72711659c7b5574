package dev.sluice.format;

import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.RowEncoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Changes of a database's rows as JSON: records that hold the kind of the change and the row before
 * and after it. Rows themselves are as {@link JsonFormat} has them. Stateless; safe for use by any
 * thread.
 */
abstract class CdcFormat implements RowFormat {
  private static final JsonFormat ROWS = new JsonFormat();

  private final String name;
  private final OptionSpec timestamps;
  private final OptionSpec ignoreErrors;

  CdcFormat(String name) {
    this.name = name;
    timestamps =
        OptionSpec.oneOf(
                name + ".timestamp-format.standard",
                List.of("SQL", "ISO-8601"),
                "How timestamps are written; both are read.")
            .withDefault("SQL");
    ignoreErrors =
        OptionSpec.of(
                name + ".ignore-parse-errors",
                Type.BOOLEAN,
                "Not supported: use 'on-error' = 'drop'.",
                "false")
            .only(Role.SOURCE);
  }

  /** Options besides the common ones. */
  List<OptionSpec> more() {
    return List.of();
  }

  /** How the records of this format are taken apart. */
  abstract CdcDecoder.Layout layout(Options options);

  /** What stands before and behind the row in a record that adds or removes it. */
  abstract CdcEncoder.Frame frame(boolean adds);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final List<OptionSpec> options() {
    List<OptionSpec> specs = new ArrayList<>(List.of(timestamps, ignoreErrors));
    specs.addAll(more());
    return specs;
  }

  @Override
  public final ChangelogMode changelog() {
    return ChangelogMode.RETRACT;
  }

  @Override
  public final void validate(Schema schema, Options options) {
    JsonFormat.refuseIgnoringErrors(options, ignoreErrors);
    ROWS.checkTypes(schema);
  }

  @Override
  public final RowDecoder decoder(
      Schema record, Schema wanted, Options options, BufferAllocator allocator) {
    return new CdcDecoder(new JsonDecoder(wanted, false, allocator), layout(options));
  }

  @Override
  public final RowEncoder encoder(Schema schema, Options options) {
    boolean iso = options.string(timestamps).equalsIgnoreCase("ISO-8601");
    return new CdcEncoder(new JsonEncoder(schema, iso, false), frame(true), frame(false));
  }
}
