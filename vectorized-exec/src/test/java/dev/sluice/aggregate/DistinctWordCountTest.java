package dev.sluice.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.ByteArena;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Rows;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.Test;

/** Against sets of the JDK: neighbouring values, far ones, and the least and greatest there are. */
class DistinctWordCountTest {
  private static final int GROUPS = 7;

  private final Random random = new Random(3);
  private final Map<Integer, Set<Long>> expected = new HashMap<>();

  private static DistinctWordCount empty() {
    DistinctWordCount made = new DistinctWordCount(DataType.of(Kind.BIGINT));
    made.ensure(GROUPS);
    return made;
  }

  private long value() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextLong();
      case 1 -> Long.MIN_VALUE + random.nextInt(3);
      case 2 -> Long.MAX_VALUE - random.nextInt(3);
      case 3 -> -random.nextInt(1000);
      default -> random.nextInt(100_000);
    };
  }

  private void fill(DistinctWordCount counted, int rounds) {
    for (int round = 0; round < rounds; round++) {
      int count = 1 + random.nextInt(3000);
      int[] slots = new int[count];
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        slots[i] = random.nextInt(GROUPS);
        values[i] = value();
        expected.computeIfAbsent(slots[i], s -> new HashSet<>()).add(values[i]);
      }
      Lane lane = new Lane();
      lane.setWords(values, count);
      counted.update(new Lane[] {lane}, new SlotRows(Rows.dense(count), slots, 0));
    }
  }

  private void check(DistinctWordCount counted) {
    try (RootAllocator allocator = new RootAllocator();
        BigIntVector out = new BigIntVector("n", allocator)) {
      out.allocateNew(GROUPS);
      int[] slots = new int[GROUPS];
      for (int slot = 0; slot < GROUPS; slot++) {
        slots[slot] = slot;
      }
      counted.result(slots, 0, GROUPS, out);
      for (int slot = 0; slot < GROUPS; slot++) {
        assertThat(out.get(slot)).isEqualTo(expected.getOrDefault(slot, Set.of()).size());
      }
    }
  }

  @Test
  void countsAsSetsDo() {
    DistinctWordCount counted = empty();
    check(counted);
    fill(counted, 1);
    check(counted);
    fill(counted, 30);
    check(counted);
  }

  @Test
  void mergedTablesCountValuesOfBothOnce() {
    DistinctWordCount one = empty();
    DistinctWordCount other = empty();
    fill(one, 5);
    fill(other, 5);
    one.merge(other, new int[] {0, 1, 2, 3, 4, 5, 6}, GROUPS);
    check(one);
  }

  private static DistinctWordCount savedAndRestored(DistinctWordCount counted) {
    DistinctWordCount restored = empty();
    for (int slot = 0; slot < GROUPS; slot++) {
      ByteArena saved = new ByteArena();
      counted.stateBytes(slot, saved);
      restored.restore(slot, new long[0], saved.array(), 0, saved.length());
    }
    return restored;
  }

  @Test
  void whatWasSavedCountsOn() {
    DistinctWordCount counted = empty();
    fill(counted, 5);
    DistinctWordCount restored = savedAndRestored(counted);
    check(restored);
    fill(restored, 5);
    check(restored);
  }

  /**
   * A full table grows before it looks whether a value is new: its entries move, and are as many.
   */
  @Test
  void whatHasMovedSinceItWasSavedIsFoundAgain() {
    DistinctWordCount counted = empty();
    for (int i = 0; i < 100; i++) {
      add(counted, 64L * i);
      check(savedAndRestored(counted));
      add(counted, 0);
      check(savedAndRestored(counted));
    }
  }

  private void add(DistinctWordCount counted, long value) {
    expected.computeIfAbsent(0, s -> new HashSet<>()).add(value);
    Lane lane = new Lane();
    lane.setWords(new long[] {value}, 1);
    counted.update(new Lane[] {lane}, new SlotRows(Rows.dense(1), new int[] {0}, 0));
  }

  @Test
  void itIsSavedInSlicesWhileItGrows() {
    DistinctWordCount counted = empty();
    for (int round = 0; round < 40; round++) {
      fill(counted, 1);
      check(savedAndRestored(counted));
    }
  }
}
