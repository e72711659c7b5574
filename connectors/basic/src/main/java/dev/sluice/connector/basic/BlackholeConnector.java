package dev.sluice.connector.basic;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import java.util.List;
import java.util.Optional;

/** Takes any changelog and forgets it. Stateless; safe for use by any thread. */
public final class BlackholeConnector implements Connector {
  private static final int MANY = 1024;

  @Override
  public String name() {
    return "blackhole";
  }

  @Override
  public String description() {
    return "Takes any rows and forgets them.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of();
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return SourceCapabilities.NONE;
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return new SinkCapabilities(true, ChangelogMode.RETRACT, DeliveryGuarantee.NONE, MANY);
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    throw UserError.of(
        ErrorCode.NOT_A_SOURCE,
        "'" + request.table().name() + "' (connector 'blackhole') cannot be read");
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    return new PlainSink(Writer::new);
  }

  private static final class Writer implements SinkWriter {
    @Override
    public void write(RecordBatch batch) {
      batch.close();
    }

    @Override
    public Optional<Committable> prepare(long epoch) {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
