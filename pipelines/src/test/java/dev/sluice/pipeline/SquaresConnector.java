package dev.sluice.pipeline;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.LookupRequest;
import dev.sluice.connector.LookupSource;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.plan.TableRef;
import dev.sluice.type.RowKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * A table (n BIGINT, square BIGINT) of the even numbers, found by n only; {@code 'connector' =
 * 'squares'}. What a lookup goes through before it answers is the test's business.
 */
final class SquaresConnector implements Connector {
  /** What happens before a lookup for some keys answers. */
  interface Before {
    void lookup(List<Long> keys) throws IOException;
  }

  private final Before before;
  private final LongPredicate known;
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  SquaresConnector(Before before) {
    this(before, n -> n % 2 == 0);
  }

  /**
   * @param known whether a number is in the table, when it is asked for
   */
  SquaresConnector(Before before, LongPredicate known) {
    this.before = before;
    this.known = known;
  }

  /** The most lookups there were at once. */
  int mostAtOnce() {
    return mostAtOnce.get();
  }

  /** Lookups opened and not closed. */
  int open() {
    return open.get();
  }

  @Override
  public String name() {
    return "squares";
  }

  @Override
  public String description() {
    return "Squares of even numbers.";
  }

  @Override
  public List<OptionSpec> options(TableRef table) {
    return List.of();
  }

  @Override
  public SourceCapabilities sourceCapabilities(TableRef table) {
    return new SourceCapabilities(true, false, false, false, true, false);
  }

  @Override
  public SinkCapabilities sinkCapabilities(TableRef table) {
    return SinkCapabilities.NONE;
  }

  @Override
  public SplitSource openSource(ScanRequest request, ConnectorContext context) {
    throw new IllegalStateException("looked up only");
  }

  @Override
  public TableSink openSink(TableRef table, ConnectorContext context) {
    throw new IllegalStateException("looked up only");
  }

  @Override
  public boolean findsByKey(TableRef table) {
    return true;
  }

  @Override
  public LookupSource openLookup(LookupRequest request, ConnectorContext context) {
    open.incrementAndGet();
    return new LookupSource() {
      private boolean closed;

      @Override
      public void lookup(RecordBatch keys, Consumer<RecordBatch> rows) throws IOException {
        List<Long> wanted = new ArrayList<>();
        for (int i = 0; i < keys.rowCount(); i++) {
          wanted.add(Cells.word(keys.vector(0), keys.schema().type(0), keys.position(i)));
        }
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
          before.lookup(wanted);
        } finally {
          atOnce.decrementAndGet();
        }
        try (BatchBuilder builder = new BatchBuilder(request.schema(), context.allocator())) {
          for (long n : wanted) {
            if (known.test(n)) {
              Object[] row = request.columns().stream().map(c -> c == 0 ? n : n * n).toArray();
              builder.add(RowKind.INSERT, row);
            }
          }
          rows.accept(builder.build());
        }
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          open.decrementAndGet();
        }
      }
    };
  }
}
