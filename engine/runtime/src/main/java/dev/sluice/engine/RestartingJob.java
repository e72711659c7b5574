package dev.sluice.engine;

import dev.sluice.engine.status.JobStatus;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A pipeline that starts again after faults that may pass: a thread that waits for the end of one
 * {@link LocalJob} and makes the next, which goes on from the newest checkpoint as a new process
 * would. Nothing of the failed one is kept but its counts up to the last commit.
 */
final class RestartingJob implements Job {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Supplier<LocalJob> starter;
  private final FaultJudge judge;
  private final EngineOptions options;
  private final List<String> notices = new ArrayList<>();

  /** The job whose notices are taken over as they come, and how many have been. */
  private Optional<LocalJob> heard = Optional.empty();

  private int heardNotices;
  private final CompletableFuture<RunReport> end = new CompletableFuture<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final long startNanos = System.nanoTime();
  private volatile LocalJob current;
  private volatile Optional<RunReport> before = Optional.empty();
  private volatile JobStatus.Restarts restarts = JobStatus.Restarts.NONE;

  private RestartingJob(Supplier<LocalJob> starter, FaultJudge judge, EngineOptions options) {
    this.starter = starter;
    this.judge = judge;
    this.options = options;
  }

  /** Starts; what cannot be opened the first time is refused, whether it may pass or not. */
  static Job start(Supplier<LocalJob> starter, FaultJudge judge, EngineOptions options) {
    RestartingJob job = new RestartingJob(starter, judge, options);
    job.current = starter.get();
    job.hear(job.current);
    Thread thread = new Thread(job::supervise, "sluice-restart-" + options.pipelineName());
    thread.setDaemon(true);
    thread.start();
    return job;
  }

  private void supervise() {
    try {
      while (true) {
        try {
          end.complete(withBefore(current.await()));
          return;
        } catch (RuntimeException e) {
          int attempts = current.hasCommitted() ? 1 : restarts.attempt() + 1;
          if (!restart(e, attempts)) {
            throw told(e);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      end.completeExceptionally(e);
    }
  }

  /** Waits and starts until a start succeeds; false if {@code failure} is the end. */
  private boolean restart(RuntimeException failure, int firstAttempt) throws InterruptedException {
    RuntimeException reason = failure;
    LocalJob failed = current;
    Optional<RunReport> earlier = before;
    before = Optional.of(withBefore(failed.committedReport()));
    for (int attempt = firstAttempt; attempt <= options.restart().attempts(); attempt++) {
      if (stopped.getCount() == 0 || !judge.isTransient(reason)) {
        break;
      }
      Duration delay = options.restart().delay(attempt, ThreadLocalRandom.current().nextDouble());
      announce(attempt, delay, reason);
      if (isStoppedWithin(delay)) {
        break;
      }
      try {
        LocalJob next = starter.get();
        RunReport soFar =
            next.restoredEpoch() == 0
                ? failed.committedReport()
                : failed.reportAt(next.restoredEpoch());
        before = Optional.of(withBefore(soFar, earlier));
        current = next;
        restarted();
        return true;
      } catch (RuntimeException e) {
        reason = e;
      }
    }
    restarts = restarts.over();
    // the failed job counts by itself again, with what it had not committed
    before = earlier;
    if (reason != failure) {
      if (!judge.isTransient(reason)) {
        throw told(reason);
      }
      failure.addSuppressed(reason);
    }
    return false;
  }

  /** Waits; whoever asks for something meanwhile is answered. */
  private boolean isStoppedWithin(Duration delay) throws InterruptedException {
    long end = System.nanoTime() + delay.toNanos();
    Optional<RunControl> control = control();
    try {
      long left = delay.toNanos();
      while (left > 0) {
        if (stopped.await(Math.min(left, POLL_NANOS), TimeUnit.NANOSECONDS)
            || control.isPresent() && isAskedToStop(control.get())) {
          return true;
        }
        left = end - System.nanoTime();
      }
      return false;
    } catch (IOException e) {
      notice("other processes cannot reach this run: " + e.getMessage());
      return stopped.await(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } finally {
      control.ifPresent(this::end);
    }
  }

  private Optional<RunControl> control() {
    if (options.checkpointDirectory().isEmpty()) {
      return Optional.empty();
    }
    try {
      // no run is the owner now: a term of its own
      return Optional.of(
          new RunControl(
              options.checkpointDirectory().get(), -System.nanoTime(), options.pipelineName()));
    } catch (IOException e) {
      notice("other processes cannot reach this run: " + e.getMessage());
      return Optional.empty();
    }
  }

  private boolean isAskedToStop(RunControl control) throws IOException {
    Optional<RunControl.Request> asked = control.poll();
    if (asked.isEmpty()) {
      return false;
    }
    boolean stop = asked.get().action() == RunControl.Action.STOP;
    control.answer(
        stop,
        stop
            ? "stopped while it waited to start again; its newest checkpoint is kept"
            : "it waits to start again after a fault: there is nothing to make a savepoint of");
    return stop;
  }

  private void end(RunControl control) {
    try {
      control.end();
    } catch (IOException e) {
      notice("other processes may look for this run in vain: " + e.getMessage());
    }
  }

  private void announce(int attempt, Duration delay, RuntimeException reason) {
    String what =
        reason instanceof UserError error
            ? error.summary() + error.detail().map(d -> " (" + firstLine(d) + ")").orElse("")
            : String.valueOf(reason.getMessage());
    restarts =
        new JobStatus.Restarts(restarts.count(), attempt, options.restart().attempts(), what, true);
    notice(
        "restarting in "
            + seconds(delay)
            + " after: "
            + what
            + "; attempt "
            + attempt
            + " of "
            + options.restart().attempts());
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String seconds(Duration delay) {
    return delay.toMillis() < 10_000
        ? String.format(java.util.Locale.ROOT, "%.1f s", delay.toMillis() / 1000.0)
        : delay.toSeconds() + " s";
  }

  private void restarted() {
    restarts = restarts.done();
    hear(current);
    notice(
        options.checkpointDirectory().isPresent()
            ? "restarted"
            : "restarted without checkpoints: state begins anew, sources are read from their own"
                + " positions, and rows may be written twice");
    if (stopped.getCount() == 0) {
      current.stop();
    }
  }

  /** A failure that ends the run says where the next one begins. */
  private RuntimeException told(RuntimeException failure) {
    long epoch = report().epoch();
    if (!(failure instanceof UserError error)
        || options.checkpointDirectory().isEmpty()
        || epoch == 0) {
      return failure;
    }
    String where =
        "Checkpoint "
            + epoch
            + " in '"
            + options.checkpointDirectory().get()
            + "' is kept: the next run goes on from it.";
    UserError told = error.withDetail(error.detail().map(d -> d + "\n" + where).orElse(where));
    for (Throwable suppressed : failure.getSuppressed()) {
      told.addSuppressed(suppressed);
    }
    return told;
  }

  private RunReport withBefore(RunReport report) {
    return withBefore(report, before);
  }

  private RunReport withBefore(RunReport report, Optional<RunReport> earlier) {
    Duration sinceStart = Duration.ofNanos(System.nanoTime() - startNanos);
    return earlier.map(b -> report.after(b, restarts.count(), sinceStart)).orElse(report);
  }

  private void notice(String text) {
    synchronized (notices) {
      notices.add(text);
    }
  }

  @Override
  public RunReport await() throws InterruptedException {
    return LocalJob.result(end);
  }

  @Override
  public void stop() {
    stopped.countDown();
    current.stop();
  }

  @Override
  public void cancel() {
    stopped.countDown();
    current.cancel();
  }

  @Override
  public List<String> notices() {
    synchronized (notices) {
      heard.ifPresent(this::takeOver);
      return List.copyOf(notices);
    }
  }

  /** What a job says is told, unless one before it has said so. */
  private void hear(LocalJob job) {
    synchronized (notices) {
      heard.ifPresent(this::takeOver);
      heard = Optional.of(job);
      heardNotices = 0;
      takeOver(job);
    }
  }

  private void takeOver(LocalJob job) {
    List<String> all = job.notices();
    for (String notice : all.subList(heardNotices, all.size())) {
      if (!notices.contains(notice)) {
        notices.add(notice);
      }
    }
    heardNotices = all.size();
  }

  @Override
  public JobStatus status() {
    return current.status().with(restarts);
  }

  @Override
  public RunReport report() {
    return restarts.waiting() ? before.orElseThrow() : withBefore(current.report());
  }
}
