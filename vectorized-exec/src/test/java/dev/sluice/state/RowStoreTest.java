package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.operator.MemoryState;
import dev.sluice.operator.OperatorHarness;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

class RowStoreTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Field("k", DataType.of(Kind.BIGINT)),
          new Field("s", DataType.string()),
          new Field("d", DataType.of(Kind.DOUBLE)));

  private static Object[] random(SplittableRandom random, int keys) {
    Object key = random.nextInt(20) == 0 ? null : (Object) (long) random.nextInt(keys);
    Object text = random.nextInt(9) == 0 ? null : "text " + random.nextInt(5);
    return new Object[] {key, text, random.nextInt(3) / 2.0};
  }

  private static int add(RowStore store, RootAllocator root, Object... values) {
    try (RecordBatch batch = batch(root, values)) {
      return store.add(store.keySlots(batch, Rows.of(batch))[0], batch, 0);
    }
  }

  private static RecordBatch batch(RootAllocator root, Object... values) {
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, root)) {
      return builder.add(RowKind.INSERT, values).build();
    }
  }

  private static String text(RowStore store, int row, RootAllocator root) {
    int[] columns = IntStream.range(0, SCHEMA.size()).toArray();
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, root)) {
      FieldVector[] to = new FieldVector[columns.length];
      for (int c = 0; c < to.length; c++) {
        to[c] = builder.vector(c);
      }
      store.write(row, columns, to, 0);
      builder.advance(1);
      try (RecordBatch batch = builder.build()) {
        return OperatorHarness.text(batch).get(0).substring(2);
      }
    }
  }

  /** Every row by key: text, count and word. */
  private static Map<String, String> contents(RowStore store, RootAllocator root) {
    Map<String, String> found = new TreeMap<>();
    for (int key = 0; key < store.keys(); key++) {
      int before = RowStore.NONE;
      for (int row = store.first(key); row != RowStore.NONE; row = store.next(row)) {
        assertThat(store.key(row)).isEqualTo(key);
        assertThat(store.before(row)).isEqualTo(before);
        assertThat(store.isLive(row)).isTrue();
        found.put(text(store, row, root), store.count(row) + "/" + store.word(0, row));
        before = row;
      }
      assertThat(store.last(key)).isEqualTo(before);
    }
    assertThat(store.size()).isEqualTo(found.size());
    return found;
  }

  @Test
  void isAMultisetOfWhatCameAndWent() {
    for (int keys : new int[] {3, 5000}) {
      try (RootAllocator root = new RootAllocator()) {
        SplittableRandom random = new SplittableRandom(keys);
        RowStore store = new RowStore(SCHEMA, List.of(0), 1, true);
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
          int row = add(store, root, random(random, keys));
          long count = store.count(row) + (random.nextInt(2) == 0 ? 1 : -1);
          String text = text(store, row, root);
          store.setCount(row, count);
          store.setWord(0, row, i);
          expected.put(text, count + "/" + i);
          if (count == 0) {
            store.remove(row);
            expected.remove(text);
          }
          if (i % 1000 == 0) {
            store.trim();
          }
        }
        assertThat(contents(store, root)).isEqualTo(expected);
      }
    }
  }

  @Test
  void comesBackAtAnotherParallelism() {
    try (RootAllocator root = new RootAllocator();
        MemoryState state = new MemoryState()) {
      SplittableRandom random = new SplittableRandom(1);
      RowStore store = new RowStore(SCHEMA, List.of(0, 1), 1, true);
      for (int i = 0; i < 500; i++) {
        int row = add(store, root, random(random, 30));
        store.setCount(row, store.count(row) + 1);
        store.setWord(0, row, i);
      }
      store.save(state, "rows", 1, root);
      Map<String, String> together = new TreeMap<>();
      List<Integer> sizes = new ArrayList<>();
      for (int task = 0; task < 3; task++) {
        RowStore part = new RowStore(SCHEMA, List.of(0, 1), 1, true);
        assertThat(part.restore(state.reader(task, 3), "rows")).hasValue(1);
        together.putAll(contents(part, root));
        sizes.add(part.size());
      }
      assertThat(together).isEqualTo(contents(store, root));
      assertThat(sizes).allMatch(size -> size > 0);
      assertThat(new RowStore(SCHEMA, List.of(0), 1, true).restore(state.reader(0, 1), "other"))
          .isEmpty();
    }
  }

  @Test
  void equalRowsStandInOrderIfTheyAreNotCounted() {
    try (RootAllocator root = new RootAllocator()) {
      RowStore store = new RowStore(SCHEMA, List.of(0), 0, false);
      int first = add(store, root, 1L, "a", 1.0);
      int second = add(store, root, 1L, "a", 1.0);
      int third = add(store, root, 1L, "b", null);
      assertThat(store.keys()).isEqualTo(1);
      store.remove(second);
      assertThat(store.first(0)).isEqualTo(first);
      assertThat(store.next(first)).isEqualTo(third);
      assertThat(store.isLive(second)).isFalse();
      assertThat(add(store, root, 2L, "c", null)).isEqualTo(second);
    }
  }

  @Test
  void givesMemoryBackWhenRowsGo() {
    try (RootAllocator root = new RootAllocator()) {
      RowStore store = new RowStore(SCHEMA, List.of(0), 0, false);
      String text = "x".repeat(200);
      long most = 0;
      for (long i = 0; i < 200_000; i++) {
        int row = add(store, root, i, text, 0.5);
        // one row in a hundred stays
        if (i >= 1000 && i % 100 != 0) {
          store.remove(row);
        }
        if (i % 1000 == 0) {
          store.trim();
          most = Math.max(most, store.byteSize());
        }
      }
      assertThat(store.size()).isEqualTo(1000 + 1990);
      assertThat(store.keys()).isLessThan(8000);
      assertThat(most).isLessThan(12_000_000);
    }
  }
}
