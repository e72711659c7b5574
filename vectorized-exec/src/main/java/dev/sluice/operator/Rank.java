package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.PaneChanges;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.SortedRow;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Top-N per partition: once at the end of the input, as changes folded per tick, or per window when
 * the watermark closes it.
 */
final class Rank implements Operator {
  private static final String ROWS = "rows";
  private static final String BEFORE = "before";
  private static final int LAYOUT = 2;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  /** The partitions of a window, or all of them, by slot. */
  private final class Partitions {
    private KeyTable table = new KeyTable(keys);
    private final List<RankedRows> bySlot = new ArrayList<>();

    /** Slots touched since the last settlement, in order. */
    private final List<RankedRows> touched = new ArrayList<>();

    private final SlotChanges changes;
    private long bytes;

    Partitions(long end) {
      changes =
          allChanges.add(
              new SavedSlots(
                  node.keys(),
                  byWindow.name(end),
                  () -> table,
                  slot -> at(slot).isEmpty(),
                  (slot, out) -> save(at(slot), out)));
    }

    RankedRows at(int slot) {
      while (bySlot.size() <= slot) {
        bySlot.add(new RankedRows(bySlot.size()));
        bytes += bySlot.get(bySlot.size() - 1).byteSize();
      }
      return bySlot.get(slot);
    }

    void change(RankedRows partition, SortedRow row) {
      long before = partition.byteSize();
      if (retracting) {
        partition.change(row);
      } else {
        partition.addAndPrune(node, row);
      }
      bytes += partition.byteSize() - before;
    }

    void dropOwed(RankedRows partition) {
      long before = partition.byteSize();
      partition.dropOwed();
      bytes += partition.byteSize() - before;
    }

    /** Forgets partitions that are too old and have nothing to give; gives how many. */
    int forgetOld() {
      int[] places = new int[table.size()];
      KeyTable fewer =
          table.retained(
              slot -> {
                boolean waits = at(slot).isTouched();
                return !ages.isOver(slot) || waits;
              },
              places);
      changes.move(places);
      table = fewer;
      List<RankedRows> all = List.copyOf(bySlot);
      bySlot.clear();
      for (int slot = 0; slot < places.length; slot++) {
        if (places[slot] >= 0) {
          all.get(slot).moveTo(places[slot]);
          bySlot.add(all.get(slot));
        } else {
          bytes -= all.get(slot).byteSize();
        }
      }
      ages.move(places);
      return all.size() - bySlot.size();
    }
  }

  private final RankNode node;
  private final Schema input;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final boolean updating;
  private final boolean retracting;
  private final EmitTimer timer;
  private final Schema layout;
  private final TreeMap<Long, Partitions> windows = new TreeMap<>();
  private final PaneChanges allChanges = new PaneChanges();
  private final Clock clock = new Clock();
  private final RowsByWindow byWindow;
  private final KeyAges ages;

  /** Where the order begins with event time: which rows come in time. */
  private final Optional<TimelyRows> timely;

  /** Whether rows come out, for good, when the watermark passes them. */
  private final boolean byTime;

  private Optional<OperatorContext> context = Optional.empty();

  Rank(RankNode node) {
    this.node = node;
    input = node.input().schema();
    ChangelogMode mode = node.input().traits().changelog();
    if (mode == ChangelogMode.UPSERT
        || mode != ChangelogMode.INSERT_ONLY && node.window().isPresent()) {
      throw UserError.of(ErrorCode.CHANGELOG, "ranking needs a retracting input");
    }
    requireOrdered(node.input(), node.order());
    retracting = mode != ChangelogMode.INSERT_ONLY;
    if (retracting && node.arrival() != RankNode.Arrival.NONE) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "rows that are taken back cannot be ranked by when they came");
    }
    codec = new RowCodec(input, node.order());
    keys = new KeyColumns(input, node.keys());
    updating = node.window().isEmpty() && !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
    ages = new KeyAges(node.traits());
    byWindow = new RowsByWindow(node.window(), input, clock);
    timely = node.time().map(time -> new TimelyRows(time, input, clock));
    byTime = timely.isPresent() && !updating;
    layout =
        input.append(
            new Field("$count", WORD), new Field("$arrival", WORD), new Field("$rank", WORD));
  }

  /** Refuses an order by values that have none. */
  static void requireOrdered(PlanNode input, List<SortKey> order) {
    for (SortKey key : order) {
      Field field = input.schema().field(key.column());
      if (field.type().kind().isNested()) {
        throw UserError.of(
            ErrorCode.TYPE_MISMATCH, "cannot order by '" + field.name() + "' of a nested type");
      }
    }
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    byWindow.open(host);
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
      if (timely.isPresent()) {
        add(partitions(0), batch, timely.get().of(batch, false, context.orElseThrow()));
      } else {
        byWindow
            .spread(batch, Rows.of(batch))
            .forEach((end, mine) -> add(partitions(end), batch, mine));
      }
      clock.arrived(batch.length());
    }
  }

  private Partitions partitions(long end) {
    return windows.computeIfAbsent(end, Partitions::new);
  }

  private void add(Partitions to, RecordBatch batch, Rows rows) {
    int[] slots = new int[rows.count()];
    keys.load(batch, rows);
    to.table.slots(keys, slots);
    ages.reach(slots, slots.length);
    for (int i = 0; i < slots.length; i++) {
      int position = rows.position(i);
      RankedRows partition = to.at(slots[i]);
      byte[] key = key(batch, position);
      if (!retracting && partition.isBeyond(node, key)) {
        continue;
      }
      to.changes.touch(slots[i]);
      long count = batch.kind(position).adds() ? 1 : -1;
      SortedRow row = new SortedRow(key, codec.row(batch, position), count);
      if ((updating || byTime) && !partition.isTouched()) {
        to.touched.add(partition);
      }
      if (byTime) {
        partition.waitFor(row.firstWord());
      } else if (updating && !partition.isTouched()) {
        partition.touch(node);
      }
      to.change(partition, row);
    }
  }

  private byte[] key(RecordBatch batch, int position) {
    long arrival = clock.sequence() + position;
    return switch (node.arrival()) {
      case NONE -> codec.key(batch, position);
      case FIRST -> RowCodec.numberKey(arrival);
      case LAST -> RowCodec.numberKey(~arrival);
    };
  }

  @Override
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      settle(output);
      forget();
    } else if (byTime) {
      forget();
    }
  }

  /** Partitions whose time is over go without a word: what they gave stays given. */
  private void forget() {
    if (windows.isEmpty() || partitions(0).changes.isCopying() || !ages.isSweepDue()) {
      return;
    }
    int released = partitions(0).forgetOld();
    if (released > 0) {
      context.orElseThrow().count("groups.released", released);
    }
  }

  private void settle(Output output) {
    if (windows.isEmpty() || partitions(0).touched.isEmpty()) {
      return;
    }
    List<RankedRows> touched = partitions(0).touched;
    touched.forEach(partition -> partitions(0).changes.touch(partition.slot()));
    try (Emission emission = new Emission(output)) {
      touched.forEach(partition -> partition.settle(node, emission));
      emission.flush();
    }
    if (retracting && ages.isWanted()) {
      touched.forEach(partitions(0)::dropOwed);
    }
    touched.clear();
  }

  /** Rows that come at the end come before it: windows behind are still open. */
  @Override
  public long onWatermark(long time, Output output) {
    if (byTime) {
      giveUntil(time, output);
      return time;
    }
    if (!updating && node.window().isEmpty()) {
      if (time == Long.MAX_VALUE) {
        giveRest(output);
      }
      return time == Long.MAX_VALUE ? time : Long.MIN_VALUE;
    }
    clock.advance(time);
    while (!windows.isEmpty() && byWindow.isClosed(windows.firstKey())) {
      Partitions closed = windows.pollFirstEntry().getValue();
      allChanges.drop(closed.changes);
      giveAll(closed, output);
      context.orElseThrow().count("windows.emitted", 1);
    }
    return time;
  }

  private void giveUntil(long time, Output output) {
    long before = clock.watermark();
    clock.advance(time);
    if (windows.isEmpty()) {
      return;
    }
    try (Emission emission = new Emission(output)) {
      partitions(0)
          .touched
          .removeIf(
              partition -> {
                if (partition.due() <= clock.watermark()) {
                  partitions(0).changes.touch(partition.slot());
                }
                return partition.giveUntil(node, before, clock.watermark(), emission);
              });
      emission.flush();
    }
  }

  @Override
  public Optional<Waiting> waiting() {
    if (byTime && !windows.isEmpty() && !partitions(0).touched.isEmpty()) {
      List<RankedRows> waiting = partitions(0).touched;
      return Optional.of(
          new Waiting(
              waiting.size(), waiting.stream().mapToLong(RankedRows::due).min().orElseThrow()));
    }
    return node.window().isPresent() && !windows.isEmpty()
        ? Optional.of(new Waiting(windows.size(), byWindow.due(windows.firstKey())))
        : Optional.empty();
  }

  @Override
  public long nextDue() {
    return waiting().map(Waiting::dueMicros).orElse(Long.MAX_VALUE);
  }

  @Override
  public void finish(int from, Output output) {
    if (updating) {
      settle(output);
    } else if (!byTime && node.window().isEmpty()) {
      giveRest(output);
    }
  }

  private void giveRest(Output output) {
    if (!windows.isEmpty()) {
      Partitions all = partitions(0);
      giveAll(all, output);
      allChanges.drop(all.changes);
      windows.clear();
    }
  }

  private void giveAll(Partitions partitions, Output output) {
    try (Emission emission = new Emission(output)) {
      for (RankedRows partition : partitions.bySlot) {
        partition.kept(node).forEach(emission::insert);
      }
      emission.flush();
    }
  }

  /** Writes changes into batches. */
  private final class Emission implements RankedRows.Changes, AutoCloseable {
    private final Output output;
    private final int most = Math.max(2, context.orElseThrow().batchRows());
    private BatchBuilder builder = fresh();

    Emission(Output output) {
      this.output = output;
    }

    private BatchBuilder fresh() {
      return new BatchBuilder(node.schema(), context.orElseThrow().allocator());
    }

    @Override
    public void delete(RankedRows.Kept old) {
      write(RowKind.DELETE, old);
    }

    @Override
    public void insert(RankedRows.Kept row) {
      write(RowKind.INSERT, row);
    }

    @Override
    public void update(RankedRows.Kept old, RankedRows.Kept row) {
      if (builder.rows() + 2 > most) {
        flush();
      }
      write(RowKind.UPDATE_BEFORE, old);
      write(RowKind.UPDATE_AFTER, row);
    }

    private void write(RowKind kind, RankedRows.Kept kept) {
      if (builder.rows() >= most) {
        flush();
      }
      codec.write(kept.row().row(), builder);
      if (node.withRank()) {
        int column = node.schema().size() - 1;
        Cells.setWord(
            builder.vector(column), node.schema().type(column), builder.rows(), kept.rank());
      }
      builder.mark(kind);
    }

    void flush() {
      if (builder.rows() > 0) {
        RecordBatch batch = builder.build();
        builder = fresh();
        output.emit(batch);
      }
    }

    @Override
    public void close() {
      builder.close();
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
    saveBefore(state.part(BEFORE, LAYOUT, layout));
    clock.save(state, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    BufferAllocator allocator = context.orElseThrow().allocator();
    saveBefore(state.part(BEFORE, LAYOUT, layout));
    clock.save(state, allocator);
    return Optional.of(
        allChanges.begin(state, ROWS, LAYOUT, layout, byWindow.identity(node.keys()), allocator));
  }

  private void save(StateWriter.Part part, int group, Partitions partitions, int[] slots) {
    try (BatchBuilder builder = new BatchBuilder(layout, context.orElseThrow().allocator())) {
      for (int slot : slots) {
        save(partitions.at(slot), builder);
      }
      write(part, group, builder);
    }
  }

  /** The rows of a partition; rank -1 if changes of it wait. */
  private void save(RankedRows partition, BatchBuilder builder) {
    for (SortedRow row : partition.all()) {
      save(row, row.count(), partition.isTouched() ? -1 : 0, builder);
    }
  }

  /** What was given of partitions whose changes wait, as they do with EMIT EVERY. */
  private void saveBefore(StateWriter.Part part) {
    for (Partitions partitions : windows.values()) {
      Map<Integer, List<RankedRows>> byGroup = new TreeMap<>();
      for (RankedRows partition : partitions.touched) {
        int group = partitions.table.keyGroup(partition.slot());
        byGroup.computeIfAbsent(group, g -> new ArrayList<>()).add(partition);
      }
      byGroup.forEach((group, some) -> saveBefore(part, group, some));
    }
  }

  private void saveBefore(StateWriter.Part part, int group, List<RankedRows> some) {
    try (BatchBuilder builder = new BatchBuilder(layout, context.orElseThrow().allocator())) {
      for (RankedRows partition : some) {
        for (RankedRows.Kept kept : partition.before()) {
          save(kept.row(), 1, kept.rank(), builder);
        }
      }
      write(part, group, builder);
    }
  }

  private void save(SortedRow row, long count, long rank, BatchBuilder builder) {
    codec.write(row.row(), builder);
    Cells.setWord(builder.vector(input.size()), WORD, builder.rows(), count);
    Cells.setWord(builder.vector(input.size() + 1), WORD, builder.rows(), arrival(row));
    Cells.setWord(builder.vector(input.size() + 2), WORD, builder.rows(), rank);
    builder.mark(RowKind.INSERT);
  }

  private static void write(StateWriter.Part part, int group, BatchBuilder builder) {
    if (builder.rows() > 0) {
      part.write(group, builder.build());
    }
  }

  private long arrival(SortedRow row) {
    return node.arrival() == RankNode.Arrival.NONE ? 0 : row.keyNumber();
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(
        ROWS,
        (batch, group) ->
            restore(
                batch,
                (partitions, partition, row, rank) -> {
                  partitions.change(partition, row);
                  if (rank < 0) {
                    wait(partitions, partition);
                    if (byTime && row.firstWord() > clock.watermark()) {
                      partition.waitFor(row.firstWord());
                    }
                  }
                }));
    state.read(
        BEFORE,
        (batch, group) ->
            restore(
                batch,
                (partitions, partition, row, rank) -> {
                  wait(partitions, partition);
                  partition.before().add(new RankedRows.Kept(row, rank));
                }));
    allChanges.restored();
  }

  private static void wait(Partitions partitions, RankedRows partition) {
    if (!partition.isTouched()) {
      partition.restoreBefore(new ArrayList<>());
      partitions.touched.add(partition);
    }
  }

  /** Takes a saved row. */
  private interface Saved {
    void row(Partitions partitions, RankedRows partition, SortedRow row, long rank);
  }

  private void restore(RecordBatch saved, Saved each) {
    int[] slot = new int[1];
    try (saved) {
      for (int i = 0; i < saved.rowCount(); i++) {
        int position = saved.position(i);
        Partitions to = partitions(byWindow.end(saved, position));
        keys.load(saved, Rows.at(new int[] {position}, 1));
        to.table.slots(keys, slot);
        byte[] key =
            node.arrival() == RankNode.Arrival.NONE
                ? codec.key(saved, position)
                : RowCodec.numberKey(Cells.word(saved.vector(input.size() + 1), WORD, position));
        long count = Cells.word(saved.vector(input.size()), WORD, position);
        long rank = Cells.word(saved.vector(input.size() + 2), WORD, position);
        each.row(to, to.at(slot[0]), new SortedRow(key, codec.row(saved, position), count), rank);
      }
    }
  }

  @Override
  public long stateBytes() {
    long sum = 0;
    for (Partitions partitions : windows.values()) {
      sum += partitions.table.byteSize() + partitions.bytes;
    }
    return sum;
  }

  @Override
  public void close() {
    windows.clear();
  }
}
