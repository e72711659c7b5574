package dev.sluice.plan;

/**
 * How a lookup join asks for rows.
 *
 * @param capacity requests of a task that may be on their way at once, each for the keys of a batch
 * @param ordered whether rows come out in the order in which they came
 * @param timeoutMicros how long a request may take, its retries included
 * @param misses how often keys without a row are asked for again
 * @param missDelayMicros how long after they were asked for last
 */
public record LookupRequests(
    int capacity, boolean ordered, long timeoutMicros, int misses, long missDelayMicros) {
  public LookupRequests {
    if (capacity < 1) {
      throw new IllegalArgumentException("a lookup needs a request at a time");
    }
  }

  /** Requests whose keys are asked for once. */
  public LookupRequests(int capacity, boolean ordered, long timeoutMicros) {
    this(capacity, ordered, timeoutMicros, 0, 0);
  }

  /** The same, with keys that have no row asked for again. */
  public LookupRequests withMisses(int times, long delayMicros) {
    return new LookupRequests(capacity, ordered, timeoutMicros, times, delayMicros);
  }

  @Override
  public String toString() {
    return capacity
        + (capacity == 1 ? " at a time" : " at a time, " + (ordered ? "ordered" : "unordered"))
        + ", "
        + timeoutMicros / 1000
        + " ms"
        + (misses == 0
            ? ""
            : ", misses again " + misses + " times after " + missDelayMicros / 1000 + " ms");
  }
}
