package dev.sluice.engine;

import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.engine.source.SourceFeed;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * A job of this process: a thread that turns the tick loop until the input ends, the user stops it,
 * or something fails, and then closes everything.
 */
final class LocalJob implements Job {
  private final TickLoop loop;
  private final Thread thread;
  private final long startNanos = System.nanoTime();
  private final CompletableFuture<RunReport> end = new CompletableFuture<>();
  private volatile boolean stopping;
  private volatile boolean cancelled;
  private volatile RunReport latest;
  private volatile RunReport committed;
  private volatile List<RunReport.Flow> flows = List.of();
  private volatile RunReport atBegun;
  private volatile long begun;
  private final StatusBoard board;
  private final Optional<RunRequests> requests;

  LocalJob(TickLoop loop, EngineOptions options) {
    this.loop = loop;
    requests = RunRequests.of(loop, options);
    board = new StatusBoard(loop);
    latest = snapshot();
    committed = latest;
    atBegun = latest;
    thread = new Thread(this::run, "sluice-" + options.pipelineName());
    thread.setDaemon(true);
  }

  void begin() {
    loop.owner(thread);
    thread.start();
  }

  /** New input has arrived; any thread. */
  void wakeUp() {
    loop.wakeUp();
  }

  private void run() {
    Throwable failure = null;
    try {
      loop.start();
      while (!stopping && !loop.isFinished()) {
        loop.turn();
        latest = snapshot();
        noteCommit();
        board.update(false);
        stopping |= requests.map(RunRequests::poll).orElse(false);
      }
      if (cancelled) {
        throw UserError.of(ErrorCode.INTERRUPTED, "the run was cancelled");
      }
      loop.lastCommit();
      flows = loop.flows();
      requests.ifPresent(RunRequests::stopped);
    } catch (RuntimeException | Error e) {
      failure = told(e instanceof RuntimeException runtime ? loop.epochs().toldAs(runtime) : e);
    }
    try {
      latest = snapshot();
      board.update(true);
      List<AutoCloseable> all = new ArrayList<>();
      requests.ifPresent(all::add);
      all.add(loop);
      Closing.all(all);
    } catch (RuntimeException | Error e) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
    }
    if (failure == null) {
      end.complete(latest);
    } else {
      end.completeExceptionally(failure);
    }
  }

  /** What was counted when an epoch ended holds once that epoch is committed. */
  private void noteCommit() {
    // a turn may see the end of one epoch's commit and begin the next
    noteIfCommitted();
    if (loop.epochs().begunEpoch() != begun) {
      begun = loop.epochs().begunEpoch();
      atBegun = latest;
      noteIfCommitted();
    }
  }

  private void noteIfCommitted() {
    if (loop.epoch() == begun && begun != committed.epoch()) {
      committed = atBegun.committedAs(latest);
    }
  }

  private Throwable told(Throwable failure) {
    try {
      return inWords(failure);
    } catch (OutOfMemoryError e) {
      // there is not even room for the words
      return failure;
    }
  }

  /** The end of memory: who keeps the most, and what to do. */
  private Throwable inWords(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserError) {
        return failure;
      }
      if (cause instanceof OutOfMemoryException) {
        ProcessMemory process = ProcessMemory.ofThisProcess();
        return loop.memory(
                "batches on their way take "
                    + TickLoop.mebibytes(process.used())
                    + ", and the process may have "
                    + TickLoop.mebibytes(process.limit())
                    + " of them")
            .withHint(
                "give the process more (SLUICE_MEMORY=4g), or let it hold less at once: a smaller"
                    + " 'batch.rows', a lower 'parallelism'")
            .causedBy(failure);
      }
      if (cause instanceof OutOfMemoryError error) {
        return loop.memory(
                "the process has no memory left ("
                    + error.getMessage()
                    + "): its heap may grow to "
                    + TickLoop.mebibytes(Runtime.getRuntime().maxMemory()))
            .causedBy(failure);
      }
    }
    return failure;
  }

  private RunReport snapshot() {
    List<RunReport.Source> sources = new ArrayList<>();
    for (TickLoop.Source source : loop.sources()) {
      if (source.feed().isPresent()) {
        SourceFeed feed = source.feed().get();
        RejectedRows rejected = source.rejected().orElseThrow();
        sources.add(
            new RunReport.Source(
                feed.scan().table().name(),
                source.rows(),
                rejected.count(),
                feed.skewedRows(),
                rejected.bytes(),
                feed.splits(),
                feed.finishedSplits(),
                source.watermark(),
                feed.heldBackBy(System.nanoTime())));
      }
    }
    List<RunReport.Sink> sinks = new ArrayList<>();
    for (SinkFeed sink : loop.sinkFeeds()) {
      sinks.add(
          new RunReport.Sink(
              sink.table().name(), sink.rows(), sink.committedRows(), loop.rejected(sink.table())));
    }
    return new RunReport(
        Duration.ofNanos(System.nanoTime() - startNanos),
        sources,
        sinks,
        loop.counters().get("rows.late"),
        loop.epoch(),
        stopping,
        loop.peakState(),
        0,
        new RunReport.Pauses(
            loop.epochs().pauses().count(),
            Duration.ofNanos(loop.epochs().pauses().percentile99()),
            Duration.ofNanos(loop.epochs().pauses().longest())),
        flows,
        new RunReport.Lookups(
            loop.counters().get("lookup.hits"),
            loop.counters().get("lookup.misses"),
            loop.counters().get("lookup.requests")));
  }

  /**
   * How far it was where the checkpoint {@code epoch} was made, which another run goes on from: the
   * last that was committed, or one that was under way at the end and is committed by that run.
   */
  RunReport reportAt(long epoch) {
    return epoch == begun ? atBegun.allCommitted(epoch) : committed;
  }

  /** The checkpoint it went on from; 0 if there was none. */
  long restoredEpoch() {
    return loop.epochs().restoredEpoch();
  }

  /** How far it was at its last commit. */
  RunReport committedReport() {
    return committed;
  }

  /** Whether it has committed anything by itself. */
  boolean hasCommitted() {
    return committed.epoch() > 0;
  }

  @Override
  public RunReport await() throws InterruptedException {
    return result(end);
  }

  /** Waits; throws what was the end. */
  static RunReport result(CompletableFuture<RunReport> end) throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void stop() {
    stopping = true;
    loop.wakeUp();
  }

  @Override
  public void cancel() {
    cancelled = true;
    stopping = true;
    loop.wakeUp();
  }

  @Override
  public List<String> notices() {
    return loop.notices();
  }

  @Override
  public JobStatus status() {
    return board.read();
  }

  @Override
  public RunReport report() {
    return latest;
  }
}
