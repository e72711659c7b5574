package dev.sluice.connector.basic;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.type.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.vector.FieldVector;

/**
 * Split k of n makes the rows whose number is k modulo n, so all splits advance together. Threads
 * as {@link SplitSource} says.
 */
record DatagenSource(
    ScanRequest request, List<Generators.Column> columns, OptionalLong rows, long rate, int splits)
    implements SplitSource {
  @Override
  public boolean bounded() {
    return rows.isPresent();
  }

  @Override
  public List<Split> discover(Map<String, Offset> known) {
    if (!known.isEmpty()) {
      return List.of();
    }
    List<Split> found = new ArrayList<>();
    for (int k = 0; k < splits; k++) {
      found.add(new Split("datagen-" + k + "-of-" + splits, k + "/" + splits, Offset.of(0)));
    }
    return found;
  }

  @Override
  public SplitReader reader(Split split, ReaderContext context) {
    int slash = split.detail().indexOf('/');
    int index = Integer.parseInt(split.detail().substring(0, slash));
    int of = Integer.parseInt(split.detail().substring(slash + 1));
    return new Reader(index, of, split.start().asLong(), context);
  }

  @Override
  public void close() {}

  private final class Reader implements SplitReader {
    private final int index;
    private final int of;
    private final long end;
    private final double perNano;
    private final long started = System.nanoTime();
    private final long first;
    private final ReaderContext context;
    private long next;
    private boolean woken;

    Reader(int index, int of, long start, ReaderContext context) {
      this.index = index;
      this.of = of;
      this.first = start;
      this.next = start;
      this.context = context;
      this.end = rows.isPresent() ? (rows.getAsLong() - index + of - 1) / of : Long.MAX_VALUE;
      this.perNano = rate == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : rate / 1e9 / of;
    }

    @Override
    public Fetch fetch(int maxRows, long maxBytes, Duration maxWait) {
      if (next >= end) {
        return new Fetch.EndOfSplit(Offset.of(next));
      }
      long due = Math.min(Math.min(maxRows, end - next), dueRows());
      if (due <= 0) {
        await(maxWait);
        due = Math.min(Math.min(maxRows, end - next), dueRows());
        if (due <= 0) {
          return new Fetch.Nothing(Offset.of(next));
        }
      }
      return new Fetch.Rows(make((int) due), Offset.of(next));
    }

    private long dueRows() {
      if (Double.isInfinite(perNano)) {
        return Long.MAX_VALUE;
      }
      return first + (long) ((System.nanoTime() - started) * perNano) - next;
    }

    private synchronized void await(Duration maxWait) {
      double missing = next - first + 1 - (System.nanoTime() - started) * perNano;
      long millis = Math.min(maxWait.toMillis(), (long) Math.ceil(missing / perNano / 1e6));
      if (!woken && millis > 0) {
        try {
          wait(millis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      woken = false;
    }

    @Override
    public synchronized void wakeUp() {
      woken = true;
      notifyAll();
    }

    private RecordBatch make(int count) {
      Schema schema = request.schema();
      FieldVector[] vectors = new FieldVector[schema.size()];
      try {
        for (int i = 0; i < vectors.length; i++) {
          Generators.Column column = columns.get(request.columns().get(i));
          try (ColumnBuilder out =
              new ColumnBuilder(schema.field(i).name(), schema.type(i), context.allocator())) {
            for (int row = 0; row < count; row++) {
              column.append(out, (next + row) * of + index);
            }
            vectors[i] = out.finish();
          }
        }
      } catch (RuntimeException e) {
        for (FieldVector vector : vectors) {
          if (vector != null) {
            vector.close();
          }
        }
        throw e;
      }
      next += count;
      return RecordBatch.ofVectors(schema, vectors, count);
    }

    @Override
    public void close() {}
  }
}
