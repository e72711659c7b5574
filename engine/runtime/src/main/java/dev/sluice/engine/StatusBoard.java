package dev.sluice.engine;

import dev.sluice.engine.sink.SinkFeed;
import dev.sluice.engine.status.JobStatus;
import dev.sluice.operator.StepStatus;
import dev.sluice.operator.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a job's latest status: written by the job's thread between two ticks, now and then, so that
 * nobody who asks has to stop it; read by any thread.
 */
final class StatusBoard {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private record Taken(long nanos, JobStatus status) {}

  private final TickLoop loop;
  private volatile Taken latest;

  StatusBoard(TickLoop loop) {
    this.loop = loop;
    latest =
        new Taken(
            System.nanoTime(),
            new JobStatus(Duration.ZERO, List.of(), List.of(), List.of(), JobStatus.Memory.NONE));
  }

  /** Takes the status anew, unless that was done a moment ago. The job's thread. */
  void update(boolean last) {
    long now = System.nanoTime();
    if (last || latest.status().sources().isEmpty() || now - latest.nanos() >= INTERVAL_NANOS) {
      latest = new Taken(now, take(now));
    }
  }

  /** The latest; any thread. */
  JobStatus read() {
    Taken taken = latest;
    return new JobStatus(
        Duration.ofNanos(System.nanoTime() - taken.nanos()),
        taken.status().sources(),
        taken.status().operators(),
        loop.sinkFeeds().stream().map(SinkFeed::status).toList(),
        taken.status().memory());
  }

  private JobStatus take(long now) {
    List<JobStatus.Source> sources = new ArrayList<>();
    for (TickLoop.Source source : loop.sources()) {
      source.feed().ifPresent(feed -> sources.add(feed.status(now, source.watermark())));
    }
    Map<List<Integer>, StepStatus> steps = new LinkedHashMap<>();
    for (TaskHost host : loop.tasks()) {
      for (StepStatus step : host.task().status()) {
        steps.merge(List.of(step.stage(), step.step()), step, StatusBoard::merged);
      }
    }
    List<StepStatus> operators =
        steps.values().stream()
            .filter(s -> s.stateBytes() > 0 || s.spilledBytes() > 0 || s.waiting().isPresent())
            .toList();
    return new JobStatus(Duration.ZERO, sources, operators, List.of(), loop.memory());
  }

  /** The same operator in two tasks. */
  private static StepStatus merged(StepStatus a, StepStatus b) {
    Optional<Waiting> waiting =
        a.waiting().isPresent() && b.waiting().isPresent()
            ? Optional.of(
                new Waiting(
                    a.waiting().get().open() + b.waiting().get().open(),
                    Math.min(a.waiting().get().dueMicros(), b.waiting().get().dueMicros())))
            : a.waiting().or(b::waiting);
    return new StepStatus(
        a.stage(),
        a.step(),
        a.label(),
        a.keeps(),
        Math.min(a.watermarkMicros(), b.watermarkMicros()),
        a.stateBytes() + b.stateBytes(),
        a.spilledBytes() + b.spilledBytes(),
        waiting);
  }
}
