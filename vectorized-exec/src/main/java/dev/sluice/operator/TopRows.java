package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.state.BestRows;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The first few rows of each partition of an input that only grows, given once at its end: {@link
 * Rank} for the case where neither changes nor windows are wanted and the order is one of words.
 */
final class TopRows implements Operator {
  private static final String ROWS = "top";
  private static final int LAYOUT = 1;

  /** Rows of a partition are kept in an array in order: it had better be short. */
  private static final long MOST = 1000;

  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  private final RankNode node;
  private final Schema input;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final KeyTable table;
  private final BestRows best;
  private final Clock clock = new Clock();
  private final Schema layout;
  private final Lane lane = new Lane();
  private final int words;
  private final SlotChanges changes;
  private final byte[][] pages;
  private final int[] at;
  private long[] order = new long[0];
  private int[] slots = new int[0];
  private Optional<OperatorContext> context = Optional.empty();

  TopRows(RankNode node) {
    this.node = node;
    input = node.input().schema();
    codec = new RowCodec(input, node.order());
    keys = new KeyColumns(input, node.keys());
    table = new KeyTable(keys);
    words = words(node);
    best = new BestRows((int) node.to(), words);
    layout = input.append(new Field("$arrival", WORD));
    pages = new byte[(int) node.to()][];
    at = new int[(int) node.to()];
    changes =
        new SlotChanges(
            new SavedSlots(
                node.keys(),
                SlotChanges.Name.NONE,
                () -> table,
                slot -> best.count(slot) == 0,
                this::save));
  }

  /** Whether this operator does what {@code node} asks for. */
  static boolean takes(RankNode node) {
    Schema input = node.input().schema();
    return node.function() == RankNode.Function.ROW_NUMBER
        && node.to() <= MOST
        && node.window().isEmpty()
        && node.time().isEmpty()
        && node.emit() instanceof Emit.OnWindowClose
        && node.input().traits().changelog() == ChangelogMode.INSERT_ONLY
        && node.order().stream()
            .map(key -> input.type(key.column()))
            .allMatch(type -> Cells.isWord(type) && type.kind() != Kind.NULL);
  }

  private static int words(RankNode node) {
    if (node.arrival() != RankNode.Arrival.NONE) {
      return 1;
    }
    return node.order().stream().mapToInt(key -> isNullable(node, key) ? 2 : 1).sum();
  }

  private static boolean isNullable(RankNode node, SortKey key) {
    return node.input().schema().type(key.column()).nullable();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int from, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      load(batch, rows);
      if (node.arrival() != RankNode.Arrival.NONE) {
        for (int i = 0; i < rows.count(); i++) {
          order[i] = byArrival(clock.sequence() + rows.position(i));
        }
      }
      offer(batch, rows);
      clock.arrived(batch.length());
    }
  }

  private void load(RecordBatch batch, Rows rows) {
    int n = rows.count();
    if (slots.length < n) {
      slots = new int[n];
      order = new long[n * words];
    }
    keys.load(batch, rows);
    table.slots(keys, slots);
    best.ensure(table.size());
    if (node.arrival() == RankNode.Arrival.NONE) {
      int word = 0;
      for (SortKey key : node.order()) {
        word = load(batch, rows, key, word);
      }
    }
  }

  /** Puts the words of one column of the order where the rows' words are; gives the next place. */
  private int load(RecordBatch batch, Rows rows, SortKey key, int word) {
    lane.load(batch.vector(key.column()), input.type(key.column()), Lane.Form.WORD, rows);
    int to = word;
    if (isNullable(node, key)) {
      for (int i = 0; i < rows.count(); i++) {
        order[i * words + to] = lane.isNull(i) == key.nullsFirst() ? 0 : 1;
      }
      to++;
    }
    long flip = key.descending() ? -1 : 0;
    long[] values = lane.words();
    for (int i = 0; i < rows.count(); i++) {
      order[i * words + to] = values[i] ^ flip;
    }
    return to + 1;
  }

  private long byArrival(long sequence) {
    return node.arrival() == RankNode.Arrival.LAST ? ~sequence : sequence;
  }

  private void offer(RecordBatch batch, Rows rows) {
    changes.touch(slots, rows.count());
    BestRows.Encoder encoder = (position, out) -> codec.row(batch, position, out);
    for (int i = 0; i < rows.count(); i++) {
      best.offer(slots[i], order, i * words, rows.position(i), encoder);
    }
    best.settle(encoder);
  }

  @Override
  public long onWatermark(long time, Output output) {
    return time;
  }

  @Override
  public void finish(int from, Output output) {
    int most = Math.max(1, context.orElseThrow().batchRows());
    Located rows = new Located(most + (int) node.to());
    for (int slot = 0; slot < table.size(); slot++) {
      rows.add(slot, (int) node.from());
      if (rows.count >= most) {
        output.emit(rows.output());
      }
    }
    if (rows.count > 0) {
      output.emit(rows.output());
    }
  }

  /** Rows by where they lie, to be written together. */
  private final class Located {
    private final byte[][] pages;
    private final int[] at;
    private final long[] numbers;
    private int count;

    Located(int capacity) {
      pages = new byte[capacity][];
      at = new int[capacity];
      numbers = new long[capacity];
    }

    /** Adds the rows of a slot, the first of which is number {@code first}. */
    void add(int slot, int first) {
      int n = best.locate(slot, pages, at, count);
      int skipped = Math.min(n, first - 1);
      System.arraycopy(pages, count + skipped, pages, count, n - skipped);
      System.arraycopy(at, count + skipped, at, count, n - skipped);
      for (int i = skipped; i < n; i++) {
        numbers[count++] = i + 1;
      }
    }

    RecordBatch output() {
      try (BatchBuilder builder = builder(node.schema())) {
        if (node.withRank()) {
          int column = node.schema().size() - 1;
          DataType type = node.schema().type(column);
          Cells.setWords(builder.vector(column), type, numbers, count);
        }
        return built(builder);
      }
    }

    /** With the words by which they are in order, the first of each. */
    RecordBatch saved(int[] slots) {
      try (BatchBuilder builder = builder(layout)) {
        int row = 0;
        for (int slot : slots) {
          for (int i = 0; i < best.count(slot); i++) {
            Cells.setWord(builder.vector(input.size()), WORD, row++, best.word(slot, i, 0));
          }
        }
        return built(builder);
      }
    }

    private BatchBuilder builder(Schema schema) {
      return new BatchBuilder(schema, context.orElseThrow().allocator());
    }

    private RecordBatch built(BatchBuilder builder) {
      codec.write(pages, at, count, builder);
      builder.advance(count);
      count = 0;
      return builder.build();
    }
  }

  @Override
  public long nextDue() {
    return Long.MAX_VALUE;
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(ROWS, LAYOUT, layout);
    int[][] groups = KeyGroups.slotsByGroup(table);
    for (int g = 0; g < groups.length; g++) {
      int count = 0;
      for (int slot : groups[g]) {
        count += best.count(slot);
      }
      if (count > 0) {
        Located rows = new Located(count);
        for (int slot : groups[g]) {
          rows.add(slot, 1);
        }
        part.write(g, rows.saved(groups[g]));
      }
    }
    clock.save(state, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    BufferAllocator allocator = context.orElseThrow().allocator();
    clock.save(state, allocator);
    return Optional.of(changes.begin(state, ROWS, LAYOUT, layout, allocator));
  }

  private void save(int slot, BatchBuilder out) {
    int n = best.locate(slot, pages, at, 0);
    for (int i = 0; i < n; i++) {
      codec.write(pages[i], at[i], out);
      Cells.setWord(out.vector(input.size()), WORD, out.rows(), best.word(slot, i, 0));
      out.mark(RowKind.INSERT);
    }
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(
        ROWS,
        (batch, group) -> {
          try (batch) {
            Rows rows = Rows.of(batch);
            load(batch, rows);
            if (node.arrival() != RankNode.Arrival.NONE) {
              lane.load(batch.vector(input.size()), WORD, Lane.Form.WORD, rows);
              System.arraycopy(lane.words(), 0, order, 0, rows.count());
            }
            offer(batch, rows);
          }
        });
    changes.restored();
  }

  @Override
  public long stateBytes() {
    return table.byteSize() + best.byteSize();
  }

  @Override
  public void close() {
    lane.clear();
  }
}
