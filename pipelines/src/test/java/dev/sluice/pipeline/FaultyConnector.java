package dev.sluice.pipeline;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.Committer;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Files that cannot be reached now and then: {@code 'connector' = 'faulty'}. */
final class FaultyConnector implements Connector {
  private final Connector files = ConnectorRegistry.load().connector("filesystem");
  private final Function<String, Optional<IOException>> faults;

  /**
   * @param faults what a call of {@code open}, {@code fetch}, {@code write} or {@code prepare}
   *     fails with
   */
  FaultyConnector(Function<String, Optional<IOException>> faults) {
    this.faults = faults;
  }

  private void pass(String call) throws IOException {
    Optional<IOException> fault = faults.apply(call);
    if (fault.isPresent()) {
      throw fault.get();
    }
  }

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public String description() {
    return "Files that cannot be reached now and then.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return files.options(table);
  }

  @Override
  public Map<String, DataType> metadata(TableRef table) {
    return files.metadata(table);
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return files.sourceCapabilities(table);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return files.sinkCapabilities(table);
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    try {
      pass("open");
    } catch (IOException e) {
      throw new IllegalStateException("cannot open", e);
    }
    SplitSource source = files.openSource(request, context);
    return new SplitSource() {
      @Override
      public boolean bounded() {
        return source.bounded();
      }

      @Override
      public List<Split> discover(Map<String, Offset> known) {
        return source.discover(known);
      }

      @Override
      public Optional<Duration> discoveryInterval() {
        return source.discoveryInterval();
      }

      @Override
      public boolean splitsEnd() {
        return source.splitsEnd();
      }

      @Override
      public SplitReader reader(Split split, ReaderContext readerContext) {
        return FaultyConnector.this.reader(source.reader(split, readerContext));
      }

      @Override
      public void close() {
        source.close();
      }
    };
  }

  private SplitReader reader(SplitReader reader) {
    return new SplitReader() {
      @Override
      public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) throws IOException {
        pass("fetch");
        return reader.fetch(maxRows, maxBytes, maxWait);
      }

      @Override
      public void wakeUp() {
        reader.wakeUp();
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    TableSink sink = files.openSink(table, context);
    return new TableSink() {
      @Override
      public SinkWriter writer(int task) {
        return FaultyConnector.this.writer(sink.writer(task));
      }

      @Override
      public Committer committer() {
        return sink.committer();
      }

      @Override
      public Optional<EpochTarget> epochTarget() {
        return sink.epochTarget();
      }

      @Override
      public void close() {
        sink.close();
      }
    };
  }

  private SinkWriter writer(SinkWriter writer) {
    return new SinkWriter() {
      @Override
      public void write(RecordBatch batch) throws IOException {
        try {
          pass("write");
        } catch (IOException e) {
          batch.close();
          throw e;
        }
        writer.write(batch);
      }

      @Override
      public void endOfTick() throws IOException {
        writer.endOfTick();
      }

      @Override
      public Optional<Committable> prepare(long epoch) throws IOException {
        pass("prepare");
        return writer.prepare(epoch);
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }
}
