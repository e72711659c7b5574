package dev.sluice.operator;

import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import java.util.Arrays;

/**
 * When each key got its last row, for keys that are forgotten after a time without any. Ages are
 * not saved: restored keys are as good as reached at the restart. Single-threaded.
 */
final class KeyAges {
  private final long ttl;
  private long now = Long.MIN_VALUE;
  private long nextSweep = Long.MIN_VALUE;

  /** By slot; 0: not since the restart. */
  private long[] reached = new long[64];

  /** Ages of the keys of a node whose traits say for how long they are kept. */
  KeyAges(PlanTraits traits) {
    ttl = traits.state() instanceof StateBound.ByTime byTime ? byTime.micros() : 0;
  }

  /** Whether keys are forgotten at all; then the operator wants processing time. */
  boolean isWanted() {
    return ttl > 0;
  }

  void advance(long nowMicros) {
    now = nowMicros;
  }

  /** The keys at those slots got rows. */
  void reach(int[] slots, int count) {
    for (int i = 0; ttl > 0 && i < count; i++) {
      reach(slots[i]);
    }
  }

  private void reach(int slot) {
    if (slot >= reached.length) {
      reached = Arrays.copyOf(reached, Math.max(slot + 1, 2 * reached.length));
    }
    reached[slot] = now == Long.MIN_VALUE ? 0 : Math.max(1, now);
  }

  /** Whether it is time to look through all keys; asked again only after a while. */
  boolean isSweepDue() {
    if (ttl == 0 || now == Long.MIN_VALUE || now < nextSweep) {
      return false;
    }
    nextSweep = now + Math.max(1, ttl / 4);
    return true;
  }

  /** Whether the key at a slot has been without a row for too long. */
  boolean isOver(int slot) {
    if (slot >= reached.length || reached[slot] == 0) {
      reach(slot);
    }
    return reached[slot] <= now - ttl;
  }

  /** The slots are others now: by old slot the new one, or -1. */
  void move(int[] places) {
    long[] moved = new long[reached.length];
    for (int slot = 0; slot < Math.min(places.length, reached.length); slot++) {
      if (places[slot] >= 0) {
        moved[places[slot]] = reached[slot];
      }
    }
    reached = moved;
  }
}
