package dev.sluice.plan;

import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Which columns of an output name the window of each row: a window takes no more rows once the
 * watermark reaches its end less {@code unitMicros}.
 *
 * @param start column of the window's start
 * @param end column of the window's end
 * @param time column of the window's last instant, if it is still there: its end less the unit
 * @param unitMicros resolution of event time
 * @param local whether start and end are wall-clock times of the session's zone, while event time
 *     is instants
 */
public record WindowColumns(
    int start, int end, Optional<Integer> time, long unitMicros, boolean local) {
  /** The same columns where {@code places} says they are now; empty if a bound is gone. */
  public Optional<WindowColumns> mapped(IntFunction<Optional<Integer>> places) {
    Optional<Integer> newStart = places.apply(start);
    Optional<Integer> newEnd = places.apply(end);
    return newStart.isPresent() && newEnd.isPresent()
        ? Optional.of(
            new WindowColumns(
                newStart.get(), newEnd.get(), time.flatMap(places::apply), unitMicros, local))
        : Optional.empty();
  }
}
