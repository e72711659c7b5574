package dev.sluice.connector.basic;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import java.io.Flushable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Prints every row of a changelog on a line: {@code +I[1, abc]}. Stateless; safe for use by any
 * thread.
 */
public final class PrintConnector implements Connector {
  static final OptionSpec IDENTIFIER =
      OptionSpec.of(
              "print-identifier", Type.STRING, "Text before each row, followed by '> '.", "delays")
          .only(Role.SINK);
  static final OptionSpec STANDARD_ERROR =
      OptionSpec.of("standard-error", Type.BOOLEAN, "Whether to print to standard error.", "true")
          .withDefault("false")
          .only(Role.SINK);

  @Override
  public String name() {
    return "print";
  }

  @Override
  public String description() {
    return "Prints each row on a line, such as +I[1, abc].";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of(IDENTIFIER, STANDARD_ERROR);
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return SourceCapabilities.NONE;
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return new SinkCapabilities(true, ChangelogMode.RETRACT, DeliveryGuarantee.NONE, 1);
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    throw UserError.of(
        ErrorCode.NOT_A_SOURCE,
        "'" + request.table().name() + "' (connector 'print') cannot be read");
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    Options options = Options.check(table, CommonOptions.with(options(table)), Role.SINK);
    String prefix =
        options.find(IDENTIFIER).filter(t -> !t.isEmpty()).map(t -> t + "> ").orElse("");
    Appendable target = options.bool(STANDARD_ERROR) ? System.err : context.standardOutput();
    return new PlainSink(() -> new Writer(prefix, target));
  }

  private static final class Writer implements SinkWriter {
    private final String prefix;
    private final Appendable target;
    private final TextWriter text = new TextWriter();

    Writer(String prefix, Appendable target) {
      this.prefix = prefix;
      this.target = target;
    }

    @Override
    public void write(RecordBatch batch) throws IOException {
      try (batch) {
        StringBuilder lines = new StringBuilder();
        for (int row = 0; row < batch.rowCount(); row++) {
          text.clear();
          RowText.row(batch, batch.position(row), text);
          lines.append(prefix).append(RowText.printable(text.toString())).append('\n');
        }
        target.append(lines);
      }
    }

    @Override
    public void endOfTick() throws IOException {
      if (target instanceof Flushable flushable) {
        flushable.flush();
      }
    }

    @Override
    public Optional<Committable> prepare(long epoch) throws IOException {
      endOfTick();
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
