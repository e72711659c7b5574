package dev.sluice.engine.source;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.FaultPoint;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.Offset;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.engine.host.Activity;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.expr.BatchProgram;
import dev.sluice.operator.RejectedRow;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Reads one split ahead into a bounded buffer: decoding and computed columns happen here, on the
 * pump's own thread, while the job's threads work on earlier batches. The methods of {@link
 * Activity} belong to the pump's thread; the others to the thread that owns the feed.
 */
final class SplitPump implements Activity {
  /** Batches a pump may be ahead. */
  private static final int AHEAD = 4;

  private static final long MAX_FETCH_BYTES = 16L << 20;
  private static final Duration MAX_WAIT = Duration.ofMillis(100);

  /**
   * What came out of the split: rows, a new position, the end, or a failure; and the records
   * rejected on the way there, which belong to the same position.
   */
  record Item(
      Optional<RecordBatch> batch,
      Optional<Offset> next,
      boolean end,
      Optional<Throwable> failure,
      List<RejectedRow> rejected,
      long bytes) {}

  private final Split split;
  private final Function<ReaderContext, SplitReader> opener;
  private final ReaderContext context;
  private final List<RejectedRow> rejected = new ArrayList<>();
  private final Supplier<Optional<BatchProgram>> programs;
  private final BufferAllocator allocator;
  private final int batchRows;
  private final ByteGate ahead;
  private final Runnable signal;
  private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(AHEAD);
  private volatile boolean closed;
  private volatile Optional<SplitReader> reader = Optional.empty();
  private Optional<BatchProgram> program = Optional.empty();
  private volatile boolean ended;

  SplitPump(
      Split split,
      Function<ReaderContext, SplitReader> opener,
      ReaderContext context,
      Supplier<Optional<BatchProgram>> programs,
      BufferAllocator allocator,
      int batchRows,
      ByteGate ahead,
      Runnable signal) {
    this.ahead = ahead;
    this.split = split;
    this.opener = opener;
    this.context = context;
    this.programs = programs;
    this.allocator = allocator;
    this.batchRows = batchRows;
    this.signal = signal;
  }

  Split split() {
    return split;
  }

  /** The next item, if there is one. */
  Optional<Item> poll() {
    Item item = items.poll();
    if (item != null) {
      ahead.remove(item.bytes());
    }
    return Optional.ofNullable(item);
  }

  /** Whether the next batch may be read: there is room, or nobody would wait for its place. */
  private boolean mayRead() {
    return items.isEmpty() || items.remainingCapacity() > 0 && ahead.hasRoom();
  }

  @Override
  public boolean isReady() {
    return closed || mayRead();
  }

  @Override
  public boolean step() {
    try {
      while (!closed && !items.isEmpty() && !ahead.hasRoom()) {
        ahead.pause();
      }
      return !closed && fetch(reader.isPresent() ? reader.get() : open());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      fail(e);
    }
    return false;
  }

  @Override
  public void end() {
    try {
      closeReader();
    } finally {
      program.ifPresent(BatchProgram::close);
      program = Optional.empty();
      ended = true;
      if (closed) {
        drain();
      }
    }
  }

  private SplitReader open() {
    program = programs.get();
    SplitReader opened = opener.apply(new Collecting());
    reader = Optional.of(opened);
    return opened;
  }

  private void closeReader() {
    Optional<SplitReader> open = reader;
    reader = Optional.empty();
    open.ifPresent(SplitReader::close);
  }

  /** One fetch; false at the end of the split. */
  private boolean fetch(SplitReader opened) throws IOException, InterruptedException {
    Fetch fetch = opened.fetch(batchRows, MAX_FETCH_BYTES, MAX_WAIT);
    if (fetch instanceof Fetch.Rows rows) {
      FaultPoint.pass("source.polled");
      RecordBatch batch = rows.batch();
      Optional<RecordBatch> made =
          program.isPresent() ? program.get().run(batch, allocator) : Optional.of(batch);
      offer(made, Optional.of(rows.next()), false, Optional.empty());
    } else if (fetch instanceof Fetch.Nothing nothing) {
      if (items.isEmpty()) {
        offer(Optional.empty(), Optional.of(nothing.next()), false, Optional.empty());
      }
    } else if (fetch instanceof Fetch.EndOfSplit end) {
      closeReader();
      offer(Optional.empty(), Optional.of(end.next()), true, Optional.empty());
      return false;
    }
    return true;
  }

  private void offer(
      Optional<RecordBatch> batch, Optional<Offset> next, boolean end, Optional<Throwable> failure)
      throws InterruptedException {
    long bytes = batch.map(RecordBatch::byteSize).orElse(0L);
    Item item = new Item(batch, next, end, failure, List.copyOf(rejected), bytes);
    rejected.clear();
    ahead.add(bytes);
    try {
      items.put(item);
    } catch (InterruptedException e) {
      ahead.remove(bytes);
      item.batch().ifPresent(RecordBatch::close);
      throw e;
    }
    signal.run();
  }

  private void fail(Throwable failure) {
    try {
      closeReader();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    if (closed) {
      return;
    }
    try {
      offer(Optional.empty(), Optional.empty(), true, Optional.of(failure));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the reader sees of the host; used by the pump's thread. */
  private final class Collecting implements ReaderContext {
    @Override
    public BufferAllocator allocator() {
      return context.allocator();
    }

    @Override
    public void rejected(RejectedRow row) {
      rejected.add(row);
    }

    @Override
    public void bytesRead(long delta) {
      context.bytesRead(delta);
    }
  }

  /**
   * Asks the pump to end; its thread must be interrupted or will notice after its current fetch.
   */
  void requestClose() {
    closed = true;
    reader.ifPresent(SplitReader::wakeUp);
  }

  /** Whether its thread has left it. */
  boolean hasEnded() {
    return ended;
  }

  /** Releases what was read but not taken. */
  void drain() {
    Optional<Item> item = poll();
    while (item.isPresent()) {
      item.get().batch().ifPresent(RecordBatch::close);
      item = poll();
    }
  }
}
