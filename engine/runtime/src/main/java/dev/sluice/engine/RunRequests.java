package dev.sluice.engine;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Does what other processes ask of a job with checkpoints. The job's thread. */
final class RunRequests implements AutoCloseable {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final TickLoop loop;
  private final Path directory;
  private final RunControl control;
  private long nextNanos = System.nanoTime();
  private Optional<RunControl.Request> stop = Optional.empty();

  /** The savepoint that is asked for, and its copy once that is made. */
  private Optional<RunControl.Request> saving = Optional.empty();

  private Optional<SavepointFlight> copying = Optional.empty();
  private long begunBefore;

  private RunRequests(TickLoop loop, Path directory, RunControl control) {
    this.loop = loop;
    this.directory = directory;
    this.control = control;
  }

  /** Empty for a job without checkpoints. */
  static Optional<RunRequests> of(TickLoop loop, EngineOptions options) {
    Optional<Long> token = loop.epochs().token();
    if (token.isEmpty()) {
      return Optional.empty();
    }
    Path directory = options.checkpointDirectory().orElseThrow();
    try {
      RunControl control = new RunControl(directory, token.get(), options.pipelineName());
      return Optional.of(new RunRequests(loop, directory, control));
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  private static UserError failed(Path directory, IOException e) {
    return UserError.of(ErrorCode.CHECKPOINT_FAILED, "'" + directory + "' cannot be used")
        .withDetail(String.valueOf(e.getMessage()))
        .causedBy(e);
  }

  /** Between two ticks; true if the job is to stop. */
  boolean poll() {
    long now = System.nanoTime();
    if (now - nextNanos < 0) {
      return false;
    }
    nextNanos = now + INTERVAL_NANOS;
    try {
      if (saving.isPresent()) {
        goOnSaving();
        return false;
      }
      Optional<RunControl.Request> asked = control.poll();
      if (asked.isPresent() && asked.get().action() == RunControl.Action.SAVEPOINT) {
        saving = asked;
        begunBefore = loop.epochs().begunEpoch();
        loop.epochs().ask();
      } else if (asked.isPresent()) {
        stop = asked;
      }
      return stop.isPresent();
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** A savepoint is asked for: first a checkpoint of now, then its copy; the job goes on. */
  private void goOnSaving() throws IOException {
    if (copying.isEmpty() && loop.epoch() > begunBefore) {
      copying = Optional.of(loop.epochs().beginSavepoint(to(saving.orElseThrow())));
    }
    if (copying.isPresent() && copying.get().isOver()) {
      SavepointFlight made = copying.get();
      copying = Optional.empty();
      saving = Optional.empty();
      answer("", made::made);
    }
  }

  private static Optional<String> to(RunControl.Request request) {
    return request.to().isEmpty() ? Optional.empty() : Optional.of(request.to());
  }

  private void answer(String before, Supplier<Checkpointing.Savepoint> made) throws IOException {
    try {
      Checkpointing.Savepoint there = made.get();
      control.answer(true, before + "savepoint " + there.epoch() + " is in " + there.place());
    } catch (UserError e) {
      // whoever asked is told, the run goes on
      control.answer(
          false, before + e.summary() + e.detail().map(detail -> ": " + detail).orElse(""));
    }
  }

  /** The job has stopped in good order. */
  void stopped() {
    try {
      while (copying.isPresent() && !copying.get().isOver()) {
        LockSupport.parkNanos(this, INTERVAL_NANOS / 100);
      }
      if (copying.isPresent()) {
        goOnSaving();
      }
      if (saving.isPresent()) {
        answer("", () -> loop.epochs().savepoint(to(saving.orElseThrow())));
      }
      if (stop.isPresent() && stop.get().action() == RunControl.Action.STOP_WITH_SAVEPOINT) {
        answer("stopped; ", () -> loop.epochs().savepoint(to(stop.orElseThrow())));
      } else if (stop.isPresent()) {
        control.answer(true, "stopped; checkpoint " + loop.epoch() + " is the last");
      }
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  @Override
  public void close() {
    try {
      control.end();
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }
}
