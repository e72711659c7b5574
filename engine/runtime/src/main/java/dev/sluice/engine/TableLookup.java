package dev.sluice.engine;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.Lookup;
import dev.sluice.operator.Output;
import dev.sluice.plan.LookupJoinNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A table of a connector as a lookup join asks for it: by key where the connector can, or read from
 * end to end. Used by one task.
 */
final class TableLookup implements Lookup {
  private static final int ROWS = 8192;
  private static final long BYTES = 8L << 20;
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final LookupJoinNode node;
  private final Connector connector;
  private final ConnectorContext context;
  private Optional<LookupSource> source = Optional.empty();

  TableLookup(LookupJoinNode node, Connector connector, ConnectorContext context) {
    this.node = node;
    this.connector = connector;
    this.context = context;
  }

  @Override
  public void rows(RecordBatch keys, Output rows) {
    try (keys) {
      if (source.isEmpty()) {
        source =
            Optional.of(
                connector.openLookup(
                    new LookupRequest(node.table(), node.columns(), node.tableKeys()), context));
      }
      source.get().lookup(keys, rows::emit);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void all(Output rows) {
    ScanRequest request =
        new ScanRequest(node.table(), node.columns(), Optional.empty(), OptionalInt.empty());
    RejectedRows rejected = new RejectedRows(node.table(), Optional.empty(), context.allocator());
    try (SplitSource table = connector.openSource(request, context)) {
      for (Split split : table.discover(Map.of())) {
        try (SplitReader reader = table.reader(split, rejected)) {
          read(reader, rows);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void read(SplitReader reader, Output rows) throws IOException {
    Fetch fetch = reader.fetch(ROWS, BYTES, WAIT);
    while (!(fetch instanceof Fetch.EndOfSplit)) {
      if (fetch instanceof Fetch.Rows some) {
        rows.emit(some.batch());
      }
      fetch = reader.fetch(ROWS, BYTES, WAIT);
    }
  }

  private UserError failed(IOException e) {
    return UserError.of(
            ErrorCode.SOURCE_FAILED, "looking up rows of '" + node.table().name() + "' failed")
        .withDetail(String.valueOf(e.getMessage()))
        .causedBy(e);
  }

  @Override
  public void close() {
    source.ifPresent(LookupSource::close);
    source = Optional.empty();
  }
}
