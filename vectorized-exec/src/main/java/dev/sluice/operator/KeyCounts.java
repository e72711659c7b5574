package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A number for each key, which counts up, and is forgotten with the key once that is too old.
 * Single-threaded.
 */
final class KeyCounts {
  private static final String COUNTS = "counts";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  private final KeyColumns keys;
  private final Schema layout;
  private final KeyAges ages;
  private KeyTable table;
  private long[] counts = new long[64];
  private final SlotChanges changes;

  /** Of the keys in columns {@code columns} of {@code input}, as old as {@code ages} says. */
  KeyCounts(Schema input, List<Integer> columns, KeyAges ages) {
    this.ages = ages;
    keys = new KeyColumns(input, columns);
    table = new KeyTable(keys);
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("count", WORD));
    for (int i = 0; i < columns.size(); i++) {
      fields.add(new Field("key" + i, input.type(columns.get(i))));
    }
    layout = new Schema(fields);
    changes =
        new SlotChanges(
            new SavedSlots(
                IntStream.range(1, layout.size()).boxed().toList(),
                SlotChanges.Name.NONE,
                () -> table,
                slot -> false,
                this::save));
  }

  /**
   * The slots of the keys of rows, which begin with 0 if they are new; they are as young as now.
   */
  int[] slots(RecordBatch batch, Rows rows) {
    int[] slots = slots(keys, batch, rows);
    ages.reach(slots, slots.length);
    return slots;
  }

  private int[] slots(KeyColumns columns, RecordBatch batch, Rows rows) {
    int[] slots = new int[rows.count()];
    columns.load(batch, rows);
    table.slots(columns, slots);
    if (counts.length < table.size()) {
      counts = Arrays.copyOf(counts, Math.max(table.size(), 2 * counts.length));
    }
    return slots;
  }

  /** The number of a key. */
  long of(int slot) {
    return counts[slot];
  }

  /** The number of a key, which is one more from now on. */
  long next(int slot) {
    changes.touch(slot);
    return ++counts[slot];
  }

  /** Forgets keys that are too old, and all slots; gives how many: none while they are copied. */
  int forgetOld() {
    if (changes.isCopying()) {
      return 0;
    }
    int before = table.size();
    int[] places = new int[before];
    KeyTable fewer = table.retained(slot -> !ages.isOver(slot), places);
    changes.move(places);
    table = fewer;
    for (int slot = 0; slot < before; slot++) {
      if (places[slot] >= 0) {
        counts[places[slot]] = counts[slot];
      }
    }
    Arrays.fill(counts, table.size(), counts.length, 0);
    ages.move(places);
    return before - table.size();
  }

  void save(StateWriter state, BufferAllocator allocator) {
    StateWriter.Part part = state.part(COUNTS, LAYOUT, layout);
    int[][] groups = KeyGroups.slotsByGroup(table);
    for (int g = 0; g < groups.length; g++) {
      if (groups[g].length > 0) {
        part.write(g, chunk(groups[g], allocator));
      }
    }
  }

  private RecordBatch chunk(int[] slots, BufferAllocator allocator) {
    try (BatchBuilder builder = new BatchBuilder(layout, allocator)) {
      for (int slot : slots) {
        save(slot, builder);
      }
      return builder.build();
    }
  }

  private void save(int slot, BatchBuilder out) {
    Cells.setWord(out.vector(0), WORD, out.rows(), counts[slot]);
    for (int k = 1; k < layout.size(); k++) {
      table.writeKeys(k - 1, new int[] {slot}, 0, 1, out.vector(k), out.rows());
    }
    out.mark(RowKind.INSERT);
  }

  StateCopy beginSave(StateWriter state, BufferAllocator allocator) {
    return changes.begin(state, COUNTS, LAYOUT, layout, allocator);
  }

  void restore(StateReader state) {
    KeyColumns saved = new KeyColumns(layout, IntStream.range(1, layout.size()).boxed().toList());
    state.read(
        COUNTS,
        (batch, group) -> {
          try (batch) {
            Rows rows = Rows.of(batch);
            int[] slots = slots(saved, batch, rows);
            for (int i = 0; i < slots.length; i++) {
              counts[slots[i]] = Cells.word(batch.vector(0), WORD, rows.position(i));
            }
          }
        });
    changes.restored();
  }

  /** Bytes on the heap, about. */
  long byteSize() {
    return table.byteSize() + 8L * counts.length;
  }
}
