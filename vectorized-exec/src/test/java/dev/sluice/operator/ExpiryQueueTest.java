package dev.sluice.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryQueueTest {
  /** Several ascending orders side by side, with strays, against a queue of the library. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9})
  void givesRowsInOrderOfTime(int orders) {
    SplittableRandom random = new SplittableRandom(orders);
    ExpiryQueue queue = new ExpiryQueue();
    PriorityQueue<Long> expected = new PriorityQueue<>();
    List<Long> times = new ArrayList<>();
    long[] clocks = new long[orders];
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(5) < 3) {
        int order = random.nextInt(orders);
        clocks[order] += random.nextInt(3);
        boolean stray = random.nextInt(50) == 0;
        long time = stray ? random.nextLong(-100, 30_000) : clocks[order];
        queue.add(time, times.size());
        times.add(time);
        expected.add(time);
      } else if (!expected.isEmpty()) {
        long time = expected.remove();
        assertThat(queue.hasUntil(time - 1)).isFalse();
        assertThat(queue.hasUntil(time)).isTrue();
        assertThat(queue.firstTime()).isEqualTo(time);
        int first = queue.first();
        assertThat(queue.take()).isEqualTo(first);
        assertThat(times.get(first)).isEqualTo(time);
        times.set(first, Long.MIN_VALUE);
      }
    }
    while (!expected.isEmpty()) {
      assertThat(times.get(queue.take())).isEqualTo(expected.remove());
    }
    assertThat(queue.hasUntil(Long.MAX_VALUE)).isFalse();
  }
}
