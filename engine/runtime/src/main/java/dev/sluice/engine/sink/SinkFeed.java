package dev.sluice.engine.sink;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Committable;
import dev.sluice.connector.DeliveryGuarantee;
import dev.sluice.connector.EpochTarget;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.engine.checkpoint.CheckpointStorage;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.checkpoint.Spool;
import dev.sluice.engine.host.ByteGate;
import dev.sluice.engine.host.Host;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * One target of a job: its writers, each on a thread of its own behind a bounded queue, so that
 * writing overlaps with computing and a slow target pushes back. Used by the job's thread; with
 * checkpoints another thread waits for the end of an epoch and commits it, while the job's goes on
 * with the next.
 */
public final class SinkFeed implements AutoCloseable {
  private final TableRef table;
  private final SinkCapabilities capabilities;
  private final TableSink sink;
  private final Optional<Durable> durable;
  private final int parallelism;
  private final Host host;
  private final ByteGate waiting;
  private final List<WriterQueue> writers = new CopyOnWriteArrayList<>();
  private final List<Committable> pieces = new ArrayList<>();
  private final Map<Object, Long> watermarks = new IdentityHashMap<>();
  private volatile long committedEpoch;
  private final LongAdder rows = new LongAdder();
  private volatile long committedRows;
  private volatile long preparedRows;
  private volatile long preparedWatermark = Long.MIN_VALUE;
  private boolean dirty;

  /**
   * How rows outlive the process between their checkpoint and their commit.
   *
   * @param spool keeps them for {@code target}
   * @param target takes them with their epoch
   */
  private record Durable(Spool spool, EpochTarget target) {}

  /** Takes ownership of {@code sink}; no writer is at work before {@link #begin}. */
  public SinkFeed(
      TableRef table,
      SinkCapabilities capabilities,
      TableSink sink,
      int parallelism,
      Host host,
      ByteGate waiting,
      Optional<Spool> spool) {
    this.table = table;
    this.capabilities = capabilities;
    this.sink = sink;
    this.parallelism = parallelism;
    this.host = host;
    this.waiting = waiting;
    this.durable =
        spool.flatMap(files -> sink.epochTarget().map(target -> new Durable(files, target)));
  }

  /** Starts the writers; {@code firstEpoch} is the one that the first rows belong to. */
  public void begin(long firstEpoch) {
    if (durable.isPresent()) {
      SinkWriter writer = durable.get().spool().writer(firstEpoch);
      writers.add(new WriterQueue(table.name() + "-0", writer, host, waiting));
      return;
    }
    int count = Math.max(1, Math.min(capabilities.maxWriters(), parallelism));
    for (int i = 0; i < count; i++) {
      writers.add(new WriterQueue(table.name() + "-" + i, sink.writer(i), host, waiting));
    }
  }

  /** What it promises if there are checkpoints. */
  public DeliveryGuarantee guarantee() {
    return capabilities.guarantee();
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

  /** Event time of the rows that come by {@code edge} has come to {@code watermark}. */
  public void watermark(Object edge, long watermark) {
    watermarks.put(edge, watermark);
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

  /** What its writers are at; any thread. */
  public JobStatus.Sink status() {
    long busy = 0;
    int batches = 0;
    long bytes = 0;
    for (WriterQueue writer : writers) {
      busy = Math.max(busy, writer.busyNanos());
      batches += writer.waitingBatches();
      bytes += writer.waitingBytes();
    }
    return new JobStatus.Sink(table.name(), Duration.ofNanos(busy), batches, bytes);
  }

  /** Whether rows were written since the last commit. */
  public boolean isDirty() {
    return dirty;
  }

  /** Ends an epoch on every writer and commits it. */
  public void commit(long epoch, boolean last) {
    commit(epoch, prepare(epoch), last);
  }

  /** Ends an epoch on every writer; what was written is ready to be committed. */
  public List<Committable> prepare(long epoch) {
    endEpoch(epoch);
    return prepared();
  }

  /** Asks every writer to end an epoch; does not wait for them. */
  public void endEpoch(long epoch) {
    preparedRows = rows.sum();
    preparedWatermark = watermarks.values().stream().mapToLong(w -> w).min().orElse(Long.MIN_VALUE);
    dirty = false;
    writers.forEach(writer -> writer.prepare(epoch));
  }

  /** Whether {@link #prepared} would not wait. Any thread. */
  public boolean isPrepared() {
    return writers.stream().allMatch(WriterQueue::isPrepared);
  }

  /** Waits for the end of the epoch; what was written is ready to be committed. */
  public List<Committable> prepared() {
    List<Committable> ready = new ArrayList<>();
    for (WriterQueue writer : writers) {
      try {
        writer.prepared().ifPresent(ready::add);
      } catch (IOException | RuntimeException e) {
        throw failed("writing to", e);
      }
    }
    if (wantsAllEpochs()) {
      pieces.addAll(ready);
    }
    return ready;
  }

  /** What a checkpoint has to know of this sink to finish the commit of {@code ready}. */
  public Manifest.SinkState state(List<Committable> ready) {
    return new Manifest.SinkState(
        table.name(), committedEpoch, wantsAllEpochs() ? List.of() : ready, List.copyOf(pieces));
  }

  /** Commits what {@link #prepare} gave. */
  public void commit(long epoch, List<Committable> ready, boolean last) {
    long least = preparedWatermark;
    try {
      if (least != Long.MIN_VALUE && durable.isEmpty()) {
        sink.committer().watermark(least);
      }
      if (durable.isPresent()) {
        commit(durable.get(), epoch, ready, last);
      } else if (last || !ready.isEmpty()) {
        sink.committer().commit(ready, last);
      }
    } catch (IOException | RuntimeException e) {
      throw failed("committing to", e);
    }
    committedRows = preparedRows;
  }

  private void commit(Durable to, long epoch, List<Committable> ready, boolean last)
      throws IOException {
    boolean all = to.target().wantsAllEpochs();
    if (all ? last : !ready.isEmpty()) {
      to.target().commit(epoch, to.spool().rows(all ? pieces : ready), last);
      committedEpoch = epoch;
    }
  }

  private boolean wantsAllEpochs() {
    return durable.map(d -> d.target().wantsAllEpochs()).orElse(false);
  }

  /** Takes the target over; gives the last epoch that is in it. */
  public long acquire(EpochTarget.Owner owner) {
    try {
      committedEpoch = durable.isPresent() ? durable.get().target().acquire(owner) : 0;
      return committedEpoch;
    } catch (IOException | RuntimeException e) {
      throw failed("taking over", e);
    }
  }

  /** The last epoch that is known to be in the target. */
  public long committedEpoch() {
    return committedEpoch;
  }

  /** Whether rows of an epoch that is in may be written again. */
  public boolean absorbsRepeats() {
    return durable.map(d -> d.target().absorbsRepeats()).orElse(true);
  }

  /** Whether a checkpoint's state of this sink agrees with what is in the target. */
  public Agreement agreement(Manifest.SinkState saved, CheckpointStorage storage) {
    boolean whole =
        Stream.concat(saved.pending().stream(), saved.pieces().stream())
            .allMatch(ready -> durable.isEmpty() || Spool.isWhole(storage, ready));
    if (durable.isEmpty()) {
      return Agreement.USABLE;
    }
    if (wantsAllEpochs()) {
      return whole ? Agreement.USABLE : Agreement.ROWS_LOST;
    }
    if (committedEpoch == saved.after()) {
      return Agreement.USABLE;
    }
    if (committedEpoch > saved.after()) {
      return durable.get().target().absorbsRepeats() ? Agreement.USABLE : Agreement.AHEAD;
    }
    if (committedEpoch < saved.before()) {
      return Agreement.BEHIND;
    }
    return whole ? Agreement.USABLE : Agreement.ROWS_LOST;
  }

  /** What {@link #agreement} finds. */
  public enum Agreement {
    /** A run may go on from the checkpoint. */
    USABLE,
    /** The target has epochs that the checkpoint does not know. */
    AHEAD,
    /** The target lacks epochs that were committed. */
    BEHIND,
    /** The rows that wait for their commit are gone or damaged. */
    ROWS_LOST
  }

  /** Finishes what a checkpoint had prepared; without one clears away what came to nothing. */
  public void recover(Optional<Manifest.SinkState> saved, long epoch, EpochTarget.Owner owner) {
    List<Committable> pending = saved.map(Manifest.SinkState::pending).orElse(List.of());
    saved.ifPresent(state -> pieces.addAll(state.pieces()));
    try {
      if (durable.isEmpty()) {
        sink.committer().recover(pending, epoch, owner);
      } else if (!pending.isEmpty() && pending.get(0).epoch() > committedEpoch) {
        commit(durable.get(), pending.get(0).epoch(), pending, false);
      }
    } catch (IOException | RuntimeException e) {
      throw failed("committing to", e);
    }
  }

  /** Commits again what a run that had come to its end may not have committed. */
  public void recoverEnd(long epoch) {
    try {
      if (durable.isEmpty()) {
        sink.committer().commit(List.of(), true);
      } else if (wantsAllEpochs()) {
        commit(durable.get(), epoch, List.of(), true);
      }
    } catch (IOException | RuntimeException e) {
      throw failed("committing to", e);
    }
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

  /** What the user should know of the target. */
  public List<String> warnings() {
    return sink.warnings();
  }

  @Override
  public void close() {
    writers.forEach(WriterQueue::close);
    durable.ifPresent(d -> d.target().close());
    sink.close();
  }
}
