package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

class KeyTableTest {
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);
  private static final Schema SCHEMA =
      Schema.of(
          new Field("a", BIGINT),
          new Field("b", DataType.of(Kind.INTEGER)),
          new Field("s", DataType.string()));
  private static final List<List<Integer>> KEYS =
      List.of(List.of(0), List.of(0, 1), List.of(2), List.of(2, 0), List.of());

  private static RecordBatch random(int rows, int distinct, long seed, RootAllocator root) {
    SplittableRandom random = new SplittableRandom(seed);
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, root)) {
      for (int i = 0; i < rows; i++) {
        Object a = random.nextInt(50) == 0 ? null : (Object) (long) random.nextInt(distinct);
        Object b = random.nextInt(50) == 0 ? null : (Object) (long) random.nextInt(3);
        Object s = random.nextInt(50) == 0 ? null : "key/" + random.nextInt(distinct);
        builder.add(RowKind.INSERT, a, b, s);
      }
      return builder.build();
    }
  }

  private static List<Object> key(RecordBatch batch, List<Integer> columns, int position) {
    return Arrays.asList(
        columns.stream()
            .map(c -> batch.vector(c).getObject(position))
            .map(v -> v == null ? null : v.toString())
            .toArray());
  }

  @Test
  void equalKeysShareASlotAndOthersDoNot() {
    for (List<Integer> columns : KEYS) {
      try (RootAllocator root = new RootAllocator()) {
        KeyColumns keys = new KeyColumns(SCHEMA, columns);
        KeyTable table = new KeyTable(keys);
        Map<List<Object>, Integer> reference = new HashMap<>();
        for (int round = 0; round < 5; round++) {
          try (RecordBatch batch = random(3000, 2000, round, root)) {
            int[] slots = new int[3000];
            keys.load(batch, Rows.of(batch));
            table.slots(keys, slots);
            for (int i = 0; i < 3000; i++) {
              int expected =
                  reference.computeIfAbsent(key(batch, columns, i), k -> reference.size());
              assertThat(slots[i]).isEqualTo(expected);
              assertThat(table.keyGroup(slots[i])).isEqualTo(KeyGroups.of(keys.hashes()[i]));
            }
          }
        }
        assertThat(table.size()).isEqualTo(reference.size());
        assertWritten(table, columns, reference, root);
        KeyTable other = new KeyTable(keys);
        int[] merged = new int[table.size()];
        other.merge(table, merged);
        other.merge(table, merged);
        assertThat(merged).isEqualTo(java.util.stream.IntStream.range(0, table.size()).toArray());
      }
    }
  }

  private static void assertWritten(
      KeyTable table,
      List<Integer> columns,
      Map<List<Object>, Integer> reference,
      RootAllocator root) {
    int[] slots = java.util.stream.IntStream.range(0, table.size()).toArray();
    for (int c = 0; c < columns.size(); c++) {
      try (FieldVector out = ArrowTypes.vector("k", SCHEMA.type(columns.get(c)), root)) {
        table.writeKeys(c, slots, 0, slots.length, out);
        out.setValueCount(slots.length);
        for (Map.Entry<List<Object>, Integer> entry : reference.entrySet()) {
          Object written = out.getObject(entry.getValue());
          assertThat(written == null ? null : written.toString()).isEqualTo(entry.getKey().get(c));
        }
      }
    }
  }

  @Test
  void theSplitterAndTheTableAgreeOnKeyGroups() {
    for (List<Integer> columns : KEYS) {
      try (RootAllocator root = new RootAllocator()) {
        int parallelism = 5;
        RecordBatch batch = random(1000, 300, 9, root);
        int[] odd = java.util.stream.IntStream.range(0, 500).map(i -> 2 * i + 1).toArray();
        Map<String, Integer> taskOfKey = new TreeMap<>();
        int[] rows = new int[1];
        new KeyGroupSplitter(SCHEMA, columns, parallelism)
            .split(
                batch.select(new Selection(odd, odd.length)),
                (part, task) -> {
                  try (part) {
                    KeyColumns keys = new KeyColumns(SCHEMA, columns);
                    keys.load(part, Rows.of(part));
                    rows[0] += part.rowCount();
                    assertThat(part.rowCount()).isPositive();
                    for (int i = 0; i < part.rowCount(); i++) {
                      assertThat(KeyGroups.task(KeyGroups.of(keys.hashes()[i]), parallelism))
                          .isEqualTo(task);
                      assertThat(part.position(i) % 2).isEqualTo(1);
                      Integer known =
                          taskOfKey.put(key(part, columns, part.position(i)).toString(), task);
                      assertThat(known == null || known.equals(task)).isTrue();
                    }
                  }
                });
        assertThat(rows[0]).isEqualTo(500);
        assertThat(root.getAllocatedMemory()).isZero();
      }
    }
  }

  @Test
  void keysSpreadEvenlyOverGroups() {
    try (RootAllocator root = new RootAllocator();
        RecordBatch batch = random(20_000, 1_000_000, 3, root)) {
      for (List<Integer> columns : KEYS.subList(0, 4)) {
        KeyColumns keys = new KeyColumns(SCHEMA, columns);
        keys.load(batch, Rows.of(batch));
        int[] counts = new int[4];
        for (int i = 0; i < 20_000; i++) {
          counts[KeyGroups.task(KeyGroups.of(keys.hashes()[i]), 4)]++;
        }
        assertThat(Arrays.stream(counts).boxed().toList()).allMatch(n -> n > 4300 && n < 5700);
      }
    }
  }
}
