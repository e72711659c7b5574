package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.RankNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The first rows of each key to arrive, given as they come: a count per key is all it keeps. RANK
 * and DENSE_RANK are the number of the row, since no two arrive at once.
 */
final class KeepFirst implements Operator {
  private static final String COUNTS = "counts";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  private final RankNode node;
  private final KeyColumns keys;
  private final KeyAges ages;
  private KeyTable table;
  private final Schema layout;
  private long[] counts = new long[64];
  private Optional<OperatorContext> context = Optional.empty();

  KeepFirst(RankNode node) {
    this.node = node;
    Schema input = node.input().schema();
    keys = new KeyColumns(input, node.keys());
    table = new KeyTable(keys);
    ages = new KeyAges(node.traits());
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("count", WORD));
    for (int i = 0; i < node.keys().size(); i++) {
      fields.add(new Field("key" + i, input.type(node.keys().get(i))));
    }
    layout = new Schema(fields);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    Rows rows = Rows.of(batch);
    int[] slots = new int[rows.count()];
    keys.load(batch, rows);
    table.slots(keys, slots);
    grow();
    ages.reach(slots, slots.length);
    int[] kept = new int[rows.count()];
    long[] numbers = new long[rows.count()];
    int n = 0;
    for (int i = 0; i < slots.length; i++) {
      if (counts[slots[i]] < node.to() && ++counts[slots[i]] >= node.from()) {
        numbers[n] = counts[slots[i]];
        kept[n++] = rows.position(i);
      }
    }
    if (n == 0) {
      batch.close();
      return;
    }
    output.emit(
        node.withRank() ? numbered(batch, kept, numbers, n) : batch.select(new Selection(kept, n)));
  }

  @Override
  public boolean wantsProcessingTime() {
    return ages.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    ages.advance(nowMicros);
  }

  @Override
  public void endOfTick(Output output) {
    if (!ages.isSweepDue()) {
      return;
    }
    int[] places = new int[table.size()];
    int before = table.size();
    table = table.retained(slot -> !ages.isOver(slot), places);
    for (int slot = 0; slot < places.length; slot++) {
      if (places[slot] >= 0) {
        counts[places[slot]] = counts[slot];
      }
    }
    Arrays.fill(counts, table.size(), counts.length, 0);
    ages.move(places);
    if (table.size() < before) {
      context.orElseThrow().count("groups.released", before - table.size());
    }
  }

  private void grow() {
    if (counts.length < table.size()) {
      counts = Arrays.copyOf(counts, Math.max(table.size(), 2 * counts.length));
    }
  }

  private RecordBatch numbered(RecordBatch batch, int[] kept, long[] numbers, int n) {
    int width = batch.schema().size();
    DataType type = node.schema().type(width);
    Schema added = Schema.of(node.schema().field(width));
    try (batch;
        BatchBuilder builder = new BatchBuilder(added, context.orElseThrow().allocator())) {
      for (int i = 0; i < n; i++) {
        Cells.setWord(builder.vector(0), type, kept[i], numbers[i]);
      }
      builder.advance(batch.length());
      RecordBatch built = builder.build();
      return batch.share().beside(node.schema(), built).select(new Selection(kept, n));
    }
  }

  @Override
  public long nextDue() {
    return Long.MAX_VALUE;
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(COUNTS, LAYOUT, layout);
    int[][] groups = KeyGroups.slotsByGroup(table);
    for (int g = 0; g < groups.length; g++) {
      if (groups[g].length > 0) {
        part.write(g, chunk(groups[g]));
      }
    }
  }

  private RecordBatch chunk(int[] slots) {
    try (BatchBuilder builder = new BatchBuilder(layout, context.orElseThrow().allocator())) {
      for (int i = 0; i < slots.length; i++) {
        Cells.setWord(builder.vector(0), WORD, i, counts[slots[i]]);
      }
      for (int k = 0; k < node.keys().size(); k++) {
        table.writeKeys(k, slots, 0, slots.length, builder.vector(1 + k));
      }
      builder.advance(slots.length);
      return builder.build();
    }
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(COUNTS).isEmpty()) {
      return;
    }
    List<Integer> columns = new ArrayList<>();
    for (int k = 0; k < node.keys().size(); k++) {
      columns.add(1 + k);
    }
    KeyColumns saved = new KeyColumns(layout, columns);
    state.read(
        COUNTS,
        (batch, group) -> {
          try (batch) {
            Rows rows = Rows.of(batch);
            int[] slots = new int[rows.count()];
            saved.load(batch, rows);
            table.slots(saved, slots);
            grow();
            for (int i = 0; i < slots.length; i++) {
              counts[slots[i]] = Cells.word(batch.vector(0), WORD, rows.position(i));
            }
          }
        });
  }

  @Override
  public long stateBytes() {
    return table.byteSize() + 8L * counts.length;
  }

  @Override
  public void close() {
    counts = new long[0];
  }
}
