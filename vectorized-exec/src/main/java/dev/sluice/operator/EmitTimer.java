package dev.sluice.operator;

import dev.sluice.plan.Emit;

/** When an aggregation that updates its results may give changes. Single-threaded. */
final class EmitTimer {
  private final long interval;
  private long now = Long.MIN_VALUE;
  private long last = Long.MIN_VALUE;

  EmitTimer(Emit emit) {
    interval = emit instanceof Emit.Every every ? every.micros() : 0;
  }

  /** Whether it needs to be told the time. */
  boolean isWanted() {
    return interval > 0;
  }

  void advance(long nowMicros) {
    now = nowMicros;
    if (last == Long.MIN_VALUE) {
      last = now;
    }
  }

  /** Whether changes are due; if so, the interval begins again. */
  boolean isDue() {
    if (interval == 0) {
      return true;
    }
    if (now == Long.MIN_VALUE || now - last < interval) {
      return false;
    }
    last = now;
    return true;
  }
}
