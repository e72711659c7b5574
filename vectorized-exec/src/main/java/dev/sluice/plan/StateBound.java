package dev.sluice.plan;

/** What limits the state of a node. */
public sealed interface StateBound {
  /** Keeps nothing between batches. */
  record Stateless() implements StateBound {
    @Override
    public String toString() {
      return "none";
    }
  }

  /** Freed as the watermark passes; {@code description} says when, for EXPLAIN STATE. */
  record ByWatermark(String description) implements StateBound {
    @Override
    public String toString() {
      return description;
    }
  }

  /** Bounded because the input is. */
  record ByInput() implements StateBound {
    @Override
    public String toString() {
      return "bounded input";
    }
  }

  /** A fixed number of rows; {@code description} says which. */
  record Constant(String description) implements StateBound {
    @Override
    public String toString() {
      return description;
    }
  }

  /** Freed when nothing has reached it for so long; {@code description} says what is kept. */
  record ByTime(long micros, String description) implements StateBound {
    @Override
    public String toString() {
      return description + ", forgotten after " + micros / 1000 + " ms without a row";
    }
  }

  /** Grows with the number of distinct keys and is never freed. */
  record Unbounded(String reason) implements StateBound {
    @Override
    public String toString() {
      return "UNBOUNDED: " + reason;
    }
  }

  StateBound NONE = new Stateless();

  /**
   * State by key of input that never ends.
   *
   * @param micros after how long without a row it is freed; 0: never
   * @param forever what is kept then
   */
  static StateBound byTime(long micros, String what, String forever) {
    return micros > 0 ? new ByTime(micros, what) : new Unbounded(forever);
  }
}
