package dev.sluice.connector.basic;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Made-up rows. Every value is a function of the seed, the column and the row's number, so the same
 * declaration gives the same set of rows at any parallelism (but for times relative to now).
 * Stateless; safe for use by any thread.
 */
public final class DatagenConnector implements Connector {
  static final OptionSpec ROWS_PER_SECOND =
      OptionSpec.of(
          "rows-per-second",
          Type.LONG,
          "Rows a second over all splits; by default 10000, and no limit if number-of-rows is"
              + " given.",
          "1000");
  static final OptionSpec NUMBER_OF_ROWS =
      OptionSpec.of(
          "number-of-rows",
          Type.LONG,
          "Rows in all; without it (and any sequence end) it never ends.",
          "1000000");
  static final OptionSpec SEED =
      OptionSpec.of("seed", Type.LONG, "Another seed gives other random values.", "7")
          .withDefault("0");

  @Override
  public String name() {
    return "datagen";
  }

  @Override
  public String description() {
    return "Made-up rows: sequences and seeded random values.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    List<OptionSpec> specs = new ArrayList<>(List.of(ROWS_PER_SECOND, NUMBER_OF_ROWS, SEED));
    for (Field field : table.schema().fields()) {
      specs.addAll(FieldOptions.of(field.name()).all());
    }
    return specs;
  }

  /** The options of one column. */
  record FieldOptions(
      OptionSpec kind,
      OptionSpec start,
      OptionSpec end,
      OptionSpec step,
      OptionSpec min,
      OptionSpec max,
      OptionSpec length,
      OptionSpec maxPast,
      OptionSpec nullRate) {
    static FieldOptions of(String column) {
      String prefix = "fields." + column + ".";
      return new FieldOptions(
          OptionSpec.oneOf(prefix + "kind", List.of("random", "sequence"), "How values are made.")
              .withDefault("random"),
          OptionSpec.of(prefix + "start", Type.STRING, "First value of a sequence.", "1"),
          OptionSpec.of(
              prefix + "end",
              Type.STRING,
              "Last value of a sequence; the table ends there.",
              "1000"),
          OptionSpec.of(
                  prefix + "step", Type.DURATION, "From one time of a sequence to the next.", "1 s")
              .withDefault("1 ms"),
          OptionSpec.of(prefix + "min", Type.STRING, "Smallest random value.", "0"),
          OptionSpec.of(prefix + "max", Type.STRING, "Greatest random value.", "100"),
          OptionSpec.of(
                  prefix + "length", Type.INTEGER, "Characters or bytes of a random value.", "10")
              .withDefault("100"),
          OptionSpec.of(
                  prefix + "max-past",
                  Type.DURATION,
                  "How far before now a random time may lie.",
                  "1 h")
              .withDefault("0"),
          OptionSpec.of(prefix + "null-rate", Type.DOUBLE, "Share of NULLs.", "0.1")
              .withDefault("0"));
    }

    List<OptionSpec> all() {
      return List.of(kind, start, end, step, min, max, length, maxPast, nullRate);
    }
  }

  @Override
  public void validate(TableRef table, Role role) {
    if (role == Role.SINK) {
      throw notASink(table);
    }
    for (Field field : table.schema().fields()) {
      Kind kind = field.type().kind();
      if (kind.isNested() || kind == Kind.NULL) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED_TYPE,
                "datagen cannot make column '"
                    + field.name()
                    + "' of type "
                    + field.type().withNullable(true))
            .withHint("make scalar columns and build arrays, maps and rows in the query");
      }
    }
    Generators.columns(table, checked(table));
  }

  private static UserError notASink(TableRef table) {
    return UserError.of(
        ErrorCode.NOT_A_SINK, "'" + table.name() + "' (connector 'datagen') cannot be written");
  }

  private Options checked(TableRef table) {
    return Options.check(table, CommonOptions.with(options(table)), Role.SOURCE);
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    boolean bounded = rows(table, checked(table)).isPresent();
    return new SourceCapabilities(true, bounded, true, false, false, true);
  }

  /** Rows in all: the least of number-of-rows and the lengths of the sequences that end. */
  private static OptionalLong rows(TableRef table, Options options) {
    long rows = options.has(NUMBER_OF_ROWS) ? options.number(NUMBER_OF_ROWS) : Long.MAX_VALUE;
    for (Generators.Column column : Generators.columns(table, options)) {
      rows = Math.min(rows, column.rows());
    }
    return rows == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(rows);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return SinkCapabilities.NONE;
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    TableRef table = request.table();
    validate(table, Role.SOURCE);
    Options options = checked(table);
    OptionalLong rows = rows(table, options);
    long rate =
        options.has(ROWS_PER_SECOND)
            ? options.number(ROWS_PER_SECOND)
            : options.has(NUMBER_OF_ROWS) ? Long.MAX_VALUE : 10_000;
    if (rate <= 0) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE,
          "option 'rows-per-second' of '" + table.name() + "' must be positive");
    }
    return new DatagenSource(
        request,
        Generators.columns(table, options),
        rows,
        rate,
        Math.max(1, context.parallelism()));
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    throw notASink(table);
  }
}
