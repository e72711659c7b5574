package dev.sluice.pipeline;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Splits that never end and whose rows come when the test gives them; {@code 'connector' =
 * 'script'}. Values are what {@link BatchBuilder#add} takes.
 */
final class ScriptConnector implements Connector {
  private final Map<String, BlockingQueue<Object[]>> splits = new LinkedHashMap<>();

  ScriptConnector(String... names) {
    for (String name : names) {
      splits.put(name, new LinkedBlockingQueue<>());
    }
  }

  /** A row of all columns. */
  void give(String split, Object... row) {
    splits.get(split).add(row);
  }

  @Override
  public String name() {
    return "script";
  }

  @Override
  public String description() {
    return "Rows that a test gives.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of();
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return new SourceCapabilities(true, false, false, false, false, false);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return SinkCapabilities.NONE;
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    throw new IllegalStateException("read only");
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    return new SplitSource() {
      @Override
      public boolean bounded() {
        return false;
      }

      @Override
      public List<Split> discover(Map<String, Offset> known) {
        List<Split> found = new ArrayList<>();
        for (String name : splits.keySet()) {
          if (!known.containsKey(name)) {
            found.add(new Split(name, "", Offset.of(0)));
          }
        }
        return found;
      }

      @Override
      public SplitReader reader(Split split, ReaderContext reader) {
        return new Reader(request, context, splits.get(split.id()));
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }

  private static final class Reader implements SplitReader {
    private final ScanRequest request;
    private final ConnectorContext context;
    private final BlockingQueue<Object[]> rows;
    private long read;

    Reader(ScanRequest request, ConnectorContext context, BlockingQueue<Object[]> rows) {
      this.request = request;
      this.context = context;
      this.rows = rows;
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) {
      Object[] row;
      try {
        row = rows.poll(Math.min(maxWait.toMillis(), 20), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Fetch.Nothing(Offset.of(read));
      }
      if (row == null) {
        return new Fetch.Nothing(Offset.of(read));
      }
      Object[] wanted = request.columns().stream().map(column -> row[column]).toArray();
      try (BatchBuilder builder = new BatchBuilder(request.schema(), context.allocator())) {
        return new Fetch.Rows(builder.add(RowKind.INSERT, wanted).build(), Offset.of(++read));
      }
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
