package dev.sluice.plan;

/**
 * How a lookup join asks for rows.
 *
 * @param capacity requests of a task that may be on their way at once, each for the keys of a batch
 * @param ordered whether rows come out in the order in which they came
 * @param timeoutMicros how long a request may take, its retries included
 */
public record LookupRequests(int capacity, boolean ordered, long timeoutMicros) {
  public LookupRequests {
    if (capacity < 1) {
      throw new IllegalArgumentException("a lookup needs a request at a time");
    }
  }

  @Override
  public String toString() {
    return capacity
        + (capacity == 1 ? " at a time" : " at a time, " + (ordered ? "ordered" : "unordered"))
        + ", "
        + timeoutMicros / 1000
        + " ms";
  }
}
