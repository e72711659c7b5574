package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.over.Chunk;
import dev.sluice.over.OverProgram;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.OverNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.PaneChanges;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.SortedRow;
import dev.sluice.state.SortedRows;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Functions over whole partitions: computed once at the end of the input or when the watermark
 * closes the window, or again for every partition that a tick has touched, whose changes come out
 * then.
 */
final class Over implements Operator {
  private static final String ROWS = "rows";
  private static final String BEFORE = "before";
  private static final int LAYOUT = 2;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  /** A partition, and what was given of it before the tick. */
  private static final class Partition {
    private final SortedRows rows = new SortedRows();
    private final List<byte[]> before = new ArrayList<>();
    private boolean touched;
    private int slot;

    Partition(int slot) {
      this.slot = slot;
    }
  }

  /** The partitions of a window, or all of them, by slot. */
  private final class Partitions {
    private KeyTable table = new KeyTable(keys);
    private final List<Partition> bySlot = new ArrayList<>();
    private final List<Partition> touched = new ArrayList<>();
    private final SlotChanges changes;

    Partitions(long end) {
      changes =
          allChanges.add(
              new SavedSlots(
                  node.keys(),
                  byWindow.name(end),
                  () -> table,
                  slot -> at(slot).rows.all().isEmpty(),
                  (slot, out) -> save(at(slot), out)));
    }

    Partition at(int slot) {
      while (bySlot.size() <= slot) {
        bySlot.add(new Partition(bySlot.size()));
      }
      return bySlot.get(slot);
    }
  }

  private final OverNode node;
  private final Schema input;
  private final RowCodec codec;
  private final RowCodec outputCodec;
  private final KeyColumns keys;
  private final OverProgram program;
  private final boolean updating;
  private final EmitTimer timer;
  private final Schema layout;
  private final TreeMap<Long, Partitions> windows = new TreeMap<>();
  private final PaneChanges allChanges = new PaneChanges();
  private final Clock clock = new Clock();
  private final RowsByWindow byWindow;
  private final KeyAges ages;
  private Optional<OperatorContext> context = Optional.empty();

  Over(OverNode node) {
    this.node = node;
    input = node.input().schema();
    ChangelogMode mode = node.input().traits().changelog();
    if (mode == ChangelogMode.UPSERT
        || mode != ChangelogMode.INSERT_ONLY && node.window().isPresent()) {
      throw UserError.of(ErrorCode.CHANGELOG, "OVER needs a retracting input");
    }
    Rank.requireOrdered(node.input(), node.order());
    codec = new RowCodec(input, node.order());
    outputCodec = new RowCodec(node.schema(), List.of());
    keys = new KeyColumns(input, node.keys());
    program = new OverProgram(node);
    updating = node.window().isEmpty() && !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
    ages = new KeyAges(node.traits());
    byWindow = new RowsByWindow(node.window(), input, clock);
    layout = input.append(new Field("$count", WORD), new Field("$waits", WORD));
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    byWindow.open(host);
  }

  private BufferAllocator allocator() {
    return context.orElseThrow().allocator();
  }

  private int most() {
    return Math.max(1, context.orElseThrow().batchRows());
  }

  @Override
  public boolean wantsProcessingTime() {
    return timer.isWanted() || ages.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    timer.advance(nowMicros);
    ages.advance(nowMicros);
  }

  @Override
  public void process(int from, RecordBatch batch, Output output) {
    try (batch) {
      byWindow
          .spread(batch, Rows.of(batch))
          .forEach((end, rows) -> add(windows.computeIfAbsent(end, Partitions::new), batch, rows));
    }
  }

  private void add(Partitions to, RecordBatch batch, Rows rows) {
    int[] slots = new int[rows.count()];
    keys.load(batch, rows);
    to.table.slots(keys, slots);
    ages.reach(slots, slots.length);
    to.changes.touch(slots, slots.length);
    if (updating) {
      touch(to, slots);
    }
    for (int i = 0; i < slots.length; i++) {
      int position = rows.position(i);
      long count = batch.kind(position).adds() ? 1 : -1;
      to.at(slots[i])
          .rows
          .add(new SortedRow(codec.key(batch, position), codec.row(batch, position), count));
    }
  }

  /** Remembers what was given of the partitions that are about to change. */
  private void touch(Partitions to, int[] slots) {
    List<Partition> fresh = new ArrayList<>();
    for (int slot : slots) {
      Partition partition = to.at(slot);
      if (!partition.touched) {
        partition.touched = true;
        fresh.add(partition);
      }
    }
    to.touched.addAll(fresh);
    results(fresh, (partition, row) -> partition.before.add(row));
  }

  /** Takes a result of a partition. */
  private interface Result {
    void row(Partition partition, byte[] row);
  }

  private void results(List<Partition> partitions, Result each) {
    inChunks(
        partitions,
        (chunk, mine) -> {
          try (RecordBatch batch = program.run(chunk, allocator())) {
            int next = 0;
            for (dev.sluice.over.Segment segment : chunk.segments()) {
              Partition partition = mine.get(next++);
              for (int i = segment.start(); i < segment.end(); i++) {
                each.row(partition, outputCodec.row(batch, i));
              }
            }
          }
        });
  }

  /** Takes a chunk and the partitions that are its segments. */
  private interface InChunks {
    void take(Chunk chunk, List<Partition> partitions);
  }

  private void inChunks(List<Partition> partitions, InChunks each) {
    for (int from = 0; from < partitions.size(); ) {
      List<Partition> mine = new ArrayList<>();
      try (ChunkBuilder builder = new ChunkBuilder(input, codec, allocator())) {
        while (from < partitions.size() && (mine.isEmpty() || builder.rows() < most())) {
          int before = builder.rows();
          builder.add(partitions.get(from).rows.all());
          if (builder.rows() > before) {
            mine.add(partitions.get(from));
          }
          from++;
        }
        try (Chunk chunk = builder.build()) {
          each.take(chunk, mine);
        }
      }
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      settle(output);
      forget();
    }
  }

  /** Partitions whose time is over go without a word: what they gave stays given. */
  private void forget() {
    if (windows.isEmpty()) {
      return;
    }
    Partitions all = windows.firstEntry().getValue();
    if (all.changes.isCopying() || !ages.isSweepDue()) {
      return;
    }
    int[] places = new int[all.table.size()];
    KeyTable fewer = all.table.retained(slot -> !ages.isOver(slot), places);
    all.changes.move(places);
    all.table = fewer;
    List<Partition> kept = new ArrayList<>();
    for (int slot = 0; slot < places.length; slot++) {
      if (places[slot] >= 0) {
        all.at(slot).slot = places[slot];
        kept.add(all.at(slot));
      }
    }
    all.bySlot.clear();
    all.bySlot.addAll(kept);
    ages.move(places);
    if (kept.size() < places.length) {
      context.orElseThrow().count("groups.released", places.length - kept.size());
    }
  }

  private void settle(Output output) {
    for (Partitions partitions : windows.values()) {
      List<Partition> touched = List.copyOf(partitions.touched);
      partitions.touched.clear();
      Map<Partition, List<byte[]>> after = new HashMap<>();
      results(
          touched,
          (partition, row) -> after.computeIfAbsent(partition, p -> new ArrayList<>()).add(row));
      try (Changes changes = new Changes(output)) {
        for (Partition partition : touched) {
          partitions.changes.touch(partition.slot);
          difference(partition.before, after.getOrDefault(partition, List.of()), changes);
          partition.before.clear();
          partition.touched = false;
          if (ages.isWanted()) {
            partition.rows.dropOwed();
          }
        }
        changes.flush();
      }
    }
  }

  private static void difference(List<byte[]> before, List<byte[]> after, Changes changes) {
    Map<SortedRow, Integer> left = new HashMap<>();
    before.forEach(row -> left.merge(identity(row), 1, Integer::sum));
    List<byte[]> inserted = new ArrayList<>();
    for (byte[] row : after) {
      Integer count = left.get(identity(row));
      if (count == null || count == 0) {
        inserted.add(row);
      } else {
        left.put(identity(row), count - 1);
      }
    }
    for (byte[] row : before) {
      int count = left.get(identity(row));
      if (count > 0) {
        left.put(identity(row), count - 1);
        changes.write(RowKind.DELETE, row);
      }
    }
    inserted.forEach(row -> changes.write(RowKind.INSERT, row));
  }

  private static SortedRow identity(byte[] row) {
    return new SortedRow(new byte[0], row, 1);
  }

  /** Writes changes into batches. */
  private final class Changes implements AutoCloseable {
    private final Output output;
    private BatchBuilder builder = new BatchBuilder(node.schema(), allocator());

    Changes(Output output) {
      this.output = output;
    }

    void write(RowKind kind, byte[] row) {
      if (builder.rows() >= most()) {
        flush();
      }
      outputCodec.write(row, builder);
      builder.mark(kind);
    }

    void flush() {
      if (builder.rows() > 0) {
        RecordBatch batch = builder.build();
        builder = new BatchBuilder(node.schema(), allocator());
        output.emit(batch);
      }
    }

    @Override
    public void close() {
      builder.close();
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    while (!windows.isEmpty() && byWindow.isClosed(windows.firstKey())) {
      Partitions closed = windows.pollFirstEntry().getValue();
      allChanges.drop(closed.changes);
      giveAll(closed, output);
      context.orElseThrow().count("windows.emitted", 1);
    }
    return time;
  }

  @Override
  public long nextDue() {
    return node.window().isEmpty() || windows.isEmpty()
        ? Long.MAX_VALUE
        : byWindow.due(windows.firstKey());
  }

  @Override
  public void finish(int from, Output output) {
    if (updating) {
      settle(output);
    } else if (node.window().isEmpty()) {
      windows.values().forEach(partitions -> giveAll(partitions, output));
      windows.values().forEach(partitions -> allChanges.drop(partitions.changes));
      windows.clear();
    }
  }

  private void giveAll(Partitions partitions, Output output) {
    inChunks(
        partitions.bySlot,
        (chunk, mine) -> {
          if (chunk.batch().length() > 0) {
            slices(program.run(chunk, allocator()), most(), output::emit);
          }
        });
  }

  /** Cuts a dense batch, which it takes over, into batches of no more than {@code most} rows. */
  static void slices(RecordBatch batch, int most, Consumer<RecordBatch> each) {
    if (batch.length() <= most) {
      each.accept(batch);
      return;
    }
    try (batch) {
      for (int from = 0; from < batch.length(); from += most) {
        int count = Math.min(most, batch.length() - from);
        int[] positions = IntStream.range(from, from + count).toArray();
        each.accept(batch.share().select(new Selection(positions, count)));
      }
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(ROWS, LAYOUT, layout);
    for (Partitions partitions : windows.values()) {
      int[][] groups = KeyGroups.slotsByGroup(partitions.table);
      for (int g = 0; g < groups.length; g++) {
        save(part, g, partitions, groups[g]);
      }
    }
    saveBefore(state.part(BEFORE, LAYOUT, node.schema()));
    clock.save(state, allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    saveBefore(state.part(BEFORE, LAYOUT, node.schema()));
    clock.save(state, allocator());
    return Optional.of(
        allChanges.begin(state, ROWS, LAYOUT, layout, byWindow.identity(node.keys()), allocator()));
  }

  private void save(StateWriter.Part part, int group, Partitions partitions, int[] slots) {
    try (BatchBuilder builder = new BatchBuilder(layout, allocator())) {
      for (int slot : slots) {
        save(partitions.at(slot), builder);
      }
      if (builder.rows() > 0) {
        part.write(group, builder.build());
      }
    }
  }

  private void save(Partition partition, BatchBuilder builder) {
    for (SortedRow row : partition.rows.all()) {
      codec.write(row.row(), builder);
      Cells.setWord(builder.vector(input.size()), WORD, builder.rows(), row.count());
      Cells.setWord(
          builder.vector(input.size() + 1), WORD, builder.rows(), partition.touched ? 1 : 0);
      builder.mark(RowKind.INSERT);
    }
  }

  /** What was given of partitions whose changes wait, as they do with EMIT EVERY. */
  private void saveBefore(StateWriter.Part part) {
    for (Partitions partitions : windows.values()) {
      Map<Integer, List<Partition>> byGroup = new TreeMap<>();
      for (Partition partition : partitions.touched) {
        int group = partitions.table.keyGroup(partition.slot);
        byGroup.computeIfAbsent(group, g -> new ArrayList<>()).add(partition);
      }
      byGroup.forEach((group, some) -> saveBefore(part, group, some));
    }
  }

  private void saveBefore(StateWriter.Part part, int group, List<Partition> some) {
    try (BatchBuilder builder = new BatchBuilder(node.schema(), allocator())) {
      for (Partition partition : some) {
        for (byte[] row : partition.before) {
          outputCodec.write(row, builder);
          builder.mark(RowKind.INSERT);
        }
      }
      if (builder.rows() > 0) {
        part.write(group, builder.build());
      }
    }
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(
        ROWS,
        (batch, group) ->
            eachRow(
                batch,
                (partitions, partition, position) -> {
                  long count = Cells.word(batch.vector(input.size()), WORD, position);
                  partition.rows.add(
                      new SortedRow(codec.key(batch, position), codec.row(batch, position), count));
                  if (Cells.word(batch.vector(input.size() + 1), WORD, position) != 0) {
                    wait(partitions, partition);
                  }
                }));
    state.read(
        BEFORE,
        (batch, group) ->
            eachRow(
                batch,
                (partitions, partition, position) -> {
                  wait(partitions, partition);
                  partition.before.add(outputCodec.row(batch, position));
                }));
    allChanges.restored();
  }

  private static void wait(Partitions partitions, Partition partition) {
    if (!partition.touched) {
      partition.touched = true;
      partitions.touched.add(partition);
    }
  }

  /** Takes a saved row. */
  private interface Saved {
    void row(Partitions partitions, Partition partition, int position);
  }

  private void eachRow(RecordBatch batch, Saved each) {
    int[] slot = new int[1];
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        Partitions to = windows.computeIfAbsent(byWindow.end(batch, position), Partitions::new);
        keys.load(batch, Rows.at(new int[] {position}, 1));
        to.table.slots(keys, slot);
        each.row(to, to.at(slot[0]), position);
      }
    }
  }

  @Override
  public long stateBytes() {
    long sum = 0;
    for (Partitions partitions : windows.values()) {
      sum += partitions.table.byteSize();
      for (Partition partition : partitions.bySlot) {
        sum += partition.rows.byteSize();
      }
    }
    return sum;
  }

  @Override
  public void close() {
    windows.clear();
  }
}
