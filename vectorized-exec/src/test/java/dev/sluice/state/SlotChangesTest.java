package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy made bit by bit while the table goes on has the state of the moment it was begun. */
class SlotChangesTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Field("k", DataType.of(Kind.BIGINT)), new Field("v", DataType.string().notNull()));

  /** What has been written, by key: the rows of the newest checkpoint that tells of it. */
  private final Map<String, List<String>> written = new TreeMap<>();

  private final Random random;
  private final RowStore store = new RowStore(SCHEMA, List.of(0), 1, false);

  SlotChangesTest() {
    random = new Random(1);
  }

  /** Takes rows as a checkpoint would. */
  private final class Taking implements StateWriter {
    private final boolean changes;
    private final Map<String, List<String>> told = new TreeMap<>();

    Taking(boolean changes) {
      this.changes = changes;
    }

    @Override
    public Part part(String name, int version, Schema layout) {
      throw new IllegalStateException("it has keys");
    }

    @Override
    public Part part(
        String name, int version, Schema layout, List<Integer> identity, boolean known) {
      assertThat(identity).containsExactly(0);
      return new Part() {
        @Override
        public boolean wantsChanges() {
          return changes && known;
        }

        @Override
        public void write(int keyGroup, RecordBatch rows) {
          try (rows) {
            for (int i = 0; i < rows.rowCount(); i++) {
              take(rows, rows.position(i));
            }
          }
        }
      };
    }

    private void take(RecordBatch rows, int position) {
      List<String> ofKey =
          told.computeIfAbsent(
              String.valueOf(rows.vector(0).getObject(position)), k -> new ArrayList<>());
      if (rows.kind(position) == RowKind.INSERT) {
        ofKey.add(
            rows.vector(1).getObject(position)
                + "*"
                + rows.vector(2).getObject(position)
                + "/"
                + rows.vector(3).getObject(position));
      }
    }

    void end() {
      if (!changes) {
        written.clear();
      }
      written.putAll(told);
      written.values().removeIf(List::isEmpty);
    }
  }

  private Map<String, List<String>> held() {
    Map<String, List<String>> held = new TreeMap<>();
    try (RootAllocator allocator = new RootAllocator()) {
      store.save(
          (name, version, layout) ->
              (group, rows) -> {
                try (rows) {
                  for (int i = 0; i < rows.rowCount(); i++) {
                    held.computeIfAbsent(
                            String.valueOf(rows.vector(0).getObject(i)), k -> new ArrayList<>())
                        .add(
                            rows.vector(1).getObject(i)
                                + "*"
                                + rows.vector(2).getObject(i)
                                + "/"
                                + rows.vector(3).getObject(i));
                  }
                }
              },
          "rows",
          1,
          allocator);
    }
    return held;
  }

  private void change(RootAllocator allocator, int keys) {
    for (int i = random.nextInt(30); i >= 0; i--) {
      Long key = random.nextInt(20) == 0 ? null : (long) random.nextInt(keys);
      try (BatchBuilder builder = new BatchBuilder(SCHEMA, allocator);
          RecordBatch batch =
              builder.add(RowKind.INSERT, key, "v" + random.nextInt(1000)).build()) {
        int slot = store.keySlots(batch, Rows.of(batch))[0];
        int first = store.first(slot);
        switch (first == RowStore.NONE ? 0 : random.nextInt(4)) {
          case 0 -> store.setCount(store.add(slot, batch, 0), 1);
          case 1 -> store.setCount(first, random.nextInt(9));
          case 2 -> store.setWord(0, first, random.nextInt(9));
          default -> store.remove(first);
        }
      }
    }
    // its slots may move
    assertThat(store.trim().isPresent()).isIn(true, false);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 20_000})
  void itHasTheStateOfItsBeginning(int keys) {
    try (RootAllocator allocator = new RootAllocator()) {
      for (int checkpoint = 0; checkpoint < 24; checkpoint++) {
        for (int i = random.nextInt(keys > 1000 ? 200 : 6); i > 0; i--) {
          change(allocator, keys);
        }
        if (checkpoint == 12) {
          // most keys go, so that the others get new slots
          for (int row = 0; row < store.limit(); row++) {
            if (store.isLive(row) && random.nextInt(8) > 0) {
              store.remove(row);
            }
          }
          assertThat(store.trim().isPresent()).isEqualTo(keys > 1000);
        }
        Taking taking = new Taking(checkpoint > 0 && checkpoint % 10 != 0);
        Map<String, List<String>> expected = held();
        try (StateCopy copy = store.beginSave(taking, "rows", 1, allocator)) {
          while (!copy.copy(1 + random.nextInt(40))) {
            change(allocator, keys);
          }
        }
        taking.end();
        assertThat(written).as("checkpoint " + checkpoint).isEqualTo(expected);
      }
    }
  }
}
