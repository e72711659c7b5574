package dev.sluice.engine.sink;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;

/**
 * One target of a job: its writers, each on a thread of its own behind a bounded queue, so that
 * writing overlaps with computing and a slow target pushes back. Used by the job's thread.
 */
public final class SinkFeed implements AutoCloseable {
  private final TableRef table;
  private final TableSink sink;
  private final List<WriterQueue> writers = new ArrayList<>();
  private final LongAdder rows = new LongAdder();
  private long committedRows;
  private boolean dirty;

  /** Takes ownership of {@code sink} and starts the writer threads. */
  public SinkFeed(
      TableRef table,
      SinkCapabilities capabilities,
      TableSink sink,
      int parallelism,
      ThreadFactory threads) {
    this.table = table;
    this.sink = sink;
    int count = Math.max(1, Math.min(capabilities.maxWriters(), parallelism));
    for (int i = 0; i < count; i++) {
      SinkWriter writer = sink.writer(i);
      writers.add(new WriterQueue(table.name() + "-" + i, writer, threads));
    }
  }

  public TableRef table() {
    return table;
  }

  /**
   * Gives rows to the writer that serves task {@code task}; takes ownership. Waits while its queue
   * is full.
   */
  public void write(int task, RecordBatch batch) {
    if (batch.rowCount() == 0) {
      batch.close();
      return;
    }
    rows.add(batch.rowCount());
    dirty = true;
    writers.get(task % writers.size()).write(batch);
  }

  /** Lets the writers push on what they hold. */
  public void endOfTick() {
    writers.forEach(WriterQueue::endOfTick);
  }

  /** Throws what a writer failed with, told in the user's terms. */
  public void check() {
    for (WriterQueue writer : writers) {
      Optional<Throwable> failure = writer.failure();
      if (failure.isPresent()) {
        throw failed("writing to", failure.get());
      }
    }
  }

  /** Whether rows were written since the last commit. */
  public boolean isDirty() {
    return dirty;
  }

  /** Ends an epoch on every writer and commits it. */
  public void commit(long epoch, boolean last) {
    List<Committable> ready = new ArrayList<>();
    long upTo = rows.sum();
    writers.forEach(writer -> writer.prepare(epoch));
    for (WriterQueue writer : writers) {
      try {
        writer.prepared().ifPresent(ready::add);
      } catch (IOException | RuntimeException e) {
        throw failed("writing to", e);
      }
    }
    try {
      if (last || !ready.isEmpty()) {
        sink.committer().commit(ready, last);
      }
    } catch (IOException | RuntimeException e) {
      throw failed("committing to", e);
    }
    committedRows = upTo;
    dirty = false;
  }

  private RuntimeException failed(String action, Throwable cause) {
    if (cause instanceof UserError error) {
      return error;
    }
    if (cause instanceof IOException) {
      return UserError.of(ErrorCode.SINK_FAILED, action + " '" + table.name() + "' failed")
          .withDetail(String.valueOf(cause.getMessage()))
          .causedBy(cause);
    }
    return new IllegalStateException(action + " '" + table.name() + "' failed", cause);
  }

  public long rows() {
    return rows.sum();
  }

  public long committedRows() {
    return committedRows;
  }

  @Override
  public void close() {
    writers.forEach(WriterQueue::close);
    sink.close();
  }
}
