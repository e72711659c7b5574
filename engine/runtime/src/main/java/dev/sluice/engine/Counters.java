package dev.sluice.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Named counters of a job. Safe for use by any thread. */
final class Counters {
  private final Map<String, LongAdder> byName = new ConcurrentHashMap<>();

  void add(String name, long delta) {
    byName.computeIfAbsent(name, n -> new LongAdder()).add(delta);
  }

  long get(String name) {
    LongAdder adder = byName.get(name);
    return adder == null ? 0 : adder.sum();
  }

  /** All counters, by name. */
  Map<String, Long> snapshot() {
    Map<String, Long> all = new TreeMap<>();
    byName.forEach((name, adder) -> all.put(name, adder.sum()));
    return all;
  }
}
