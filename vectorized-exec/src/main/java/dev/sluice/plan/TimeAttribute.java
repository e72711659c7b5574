package dev.sluice.plan;

import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The event-time column of a relation: rows of it are promised by watermarks.
 *
 * @param column index in the schema
 * @param unitMicros the resolution: 1000 for TIMESTAMP(3). A window ending at {@code e} is complete
 *     once the watermark reaches {@code e - unitMicros}; a watermark {@code w} promises that no row
 *     at or before {@code w} follows
 * @param others columns of the same resolution of which watermarks promise the same: the other
 *     side's time of an interval join
 */
public record TimeAttribute(int column, long unitMicros, List<Integer> others) {
  public TimeAttribute {
    others = List.copyOf(others);
  }

  /** The only event time. */
  public TimeAttribute(int column, long unitMicros) {
    this(column, unitMicros, List.of());
  }

  /** Resolution of a TIMESTAMP of that many fractional digits. */
  public static long unitMicros(int precision) {
    long unit = 1_000_000;
    for (int i = 0; i < Math.min(precision, 6); i++) {
      unit /= 10;
    }
    return unit;
  }

  /** Resolution of the event time of a relation, or else of a column of type {@code timeType}. */
  public static long unitMicros(PlanTraits traits, DataType timeType) {
    return traits
        .time()
        .map(TimeAttribute::unitMicros)
        .orElseGet(() -> unitMicros(timeType.precision()));
  }

  /** Whether watermarks promise rows of that column. */
  public boolean covers(int other) {
    return column == other || others.contains(other);
  }

  /** The first column alone: the others are not what an operator waits for. */
  public TimeAttribute alone() {
    return new TimeAttribute(column, unitMicros);
  }

  /** What is event time of rows of both; of others than the first column only if all are. */
  public Optional<TimeAttribute> common(Optional<TimeAttribute> other) {
    if (other.isEmpty() || other.get().equals(this)) {
      return other;
    }
    return other.get().alone().equals(alone()) ? Optional.of(alone()) : Optional.empty();
  }

  /** The columns that are left, where {@code places} says they are now. */
  public Optional<TimeAttribute> mapped(IntFunction<Optional<Integer>> places) {
    List<Integer> left = new ArrayList<>();
    places.apply(column).ifPresent(left::add);
    for (int other : others) {
      places.apply(other).filter(place -> !left.contains(place)).ifPresent(left::add);
    }
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(new TimeAttribute(left.get(0), unitMicros, left.subList(1, left.size())));
  }
}
