package dev.sluice.pipeline.oracle;

import java.util.List;
import java.util.Random;

/** Seeded choices. Single-threaded. */
final class Choice {
  private final Random random;

  Choice(long seed) {
    // neighbouring seeds of Random begin alike
    random = new Random(seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  int between(int least, int greatest) {
    return least + random.nextInt(greatest - least + 1);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  @SafeVarargs
  final <T> T of(T... values) {
    return values[random.nextInt(values.length)];
  }

  <T> T of(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
