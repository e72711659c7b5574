package dev.sluice.engine;

import java.time.Duration;

/**
 * When a job that failed by a fault that may pass starts again. A value.
 *
 * @param attempts in a row without a commit in between; 0: never
 * @param backoff wait before the first; doubled for each further one
 * @param maxBackoff the longest wait
 */
public record RestartPolicy(int attempts, Duration backoff, Duration maxBackoff) {
  /** A fifth more or less, so that many pipelines do not come back to a server all at once. */
  private static final double JITTER = 0.2;

  /**
   * How long to wait before an attempt.
   *
   * @param attempt 1 for the first
   * @param random from 0 to 1
   */
  Duration delay(int attempt, double random) {
    double doubled = backoff.toMillis() * Math.pow(2, Math.min(attempt - 1, 40));
    double capped = Math.min(doubled, maxBackoff.toMillis());
    return Duration.ofMillis(Math.round(capped * (1 - JITTER + 2 * JITTER * random)));
  }
}
