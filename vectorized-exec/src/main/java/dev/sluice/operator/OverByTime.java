package dev.sluice.operator;

import dev.sluice.aggregate.GroupTable;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.over.Chunk;
import dev.sluice.over.FrameAggregates;
import dev.sluice.over.OverProgram;
import dev.sluice.over.Running;
import dev.sluice.over.Segment;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.OverNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Functions over rows in order of event time whose frames look back only. A row waits until the
 * watermark passes it, so that nothing can come before it any more; of the rows that had their
 * result only those are kept that a later row can still see.
 */
final class OverByTime implements Operator {
  private static final String WAITING = "waiting";
  private static final String SEEN = "seen";
  private static final String PARTITIONS = "partitions";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  /** A partition. */
  private static final class Partition {
    private final SortedRows waiting = new SortedRows();
    private List<SortedRow> seen = new ArrayList<>();
    private long rowsBefore;
    private long peersBefore;

    /** When the watermark must be looked at next. */
    private long due = Long.MAX_VALUE;
  }

  /** When the watermark concerns a partition. */
  private record Due(long time, int slot) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int order = Long.compare(time, other.time);
      return order != 0 ? order : Integer.compare(slot, other.slot);
    }
  }

  private final OverNode node;
  private final OverNode.ByTime time;
  private final Schema input;
  private final LookBack lookBack;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final KeyTable table;
  private final OverProgram program;
  private final List<GroupTable> running = new ArrayList<>();
  private final List<GroupTable.Shape> shapes = new ArrayList<>();
  private final List<Partition> partitions = new ArrayList<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private final Schema rowLayout;
  private final Schema partitionLayout;
  private final Clock clock = new Clock();
  private final TimelyRows timely;
  private final SlotChanges waitingChanges;
  private final SlotChanges seenChanges;
  private final SlotChanges countChanges;
  private final List<SlotChanges> runningChanges = new ArrayList<>();
  private Optional<OperatorContext> context = Optional.empty();

  OverByTime(OverNode node) {
    this.node = node;
    time = node.time().orElseThrow();
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "rows that are taken back cannot come out in order of time");
    }
    input = node.input().schema();
    timely = new TimelyRows(time, input, clock);
    lookBack = LookBack.of(node);
    codec = new RowCodec(input, node.order());
    keys = new KeyColumns(input, node.keys());
    table = new KeyTable(keys);
    program = new OverProgram(node);
    for (FrameAggregates group : program.running()) {
      shapes.add(
          new GroupTable.Shape(
              input,
              node.keys(),
              group.aggregateCalls(),
              dev.sluice.aggregate.AccumulatorSet.Use.ADDED));
      running.add(new GroupTable(shapes.get(shapes.size() - 1)));
      runningChanges.add(
          new SlotChanges(
              running.get(running.size() - 1).saved(0, (slot, i) -> 0, SlotChanges.Name.NONE)));
    }
    rowLayout = input.append(new Field("$count", WORD));
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("rows", WORD));
    fields.add(new Field("peers", WORD));
    for (int i = 0; i < node.keys().size(); i++) {
      fields.add(new Field("key" + i, input.type(node.keys().get(i))));
    }
    partitionLayout = new Schema(fields);
    waitingChanges =
        changes(node.keys(), slot -> partitions.get(slot).waiting.isEmpty(), this::saveWaiting);
    seenChanges = changes(node.keys(), slot -> partitions.get(slot).seen.isEmpty(), this::saveSeen);
    countChanges =
        changes(
            IntStream.range(2, partitionLayout.size()).boxed().toList(),
            slot -> false,
            this::saveCounts);
  }

  private SlotChanges changes(List<Integer> identity, IntPredicate empty, SavedSlots.Slots slots) {
    return new SlotChanges(
        new SavedSlots(identity, SlotChanges.Name.NONE, () -> table, empty, slots));
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  private BufferAllocator allocator() {
    return context.orElseThrow().allocator();
  }

  private int most() {
    return Math.max(1, context.orElseThrow().batchRows());
  }

  @Override
  public void process(int from, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = timely.of(batch, false, context.orElseThrow());
      int[] slots = slots(batch, rows);
      for (int i = 0; i < slots.length; i++) {
        int position = rows.position(i);
        wait(slots[i], new SortedRow(codec.key(batch, position), codec.row(batch, position), 1));
      }
    }
  }

  private int[] slots(RecordBatch batch, Rows rows) {
    int[] slots = new int[rows.count()];
    keys.load(batch, rows);
    table.slots(keys, slots);
    while (partitions.size() < table.size()) {
      partitions.add(new Partition());
    }
    return slots;
  }

  private void wait(int slot, SortedRow row) {
    waitingChanges.touch(slot);
    partitions.get(slot).waiting.add(row);
    remind(slot, row.firstWord());
  }

  private void remind(int slot, long at) {
    if (at < partitions.get(slot).due) {
      partitions.get(slot).due = at;
      due.add(new Due(at, slot));
    }
  }

  @Override
  public long onWatermark(long watermark, Output output) {
    clock.advance(watermark);
    TreeSet<Integer> slots = new TreeSet<>();
    while (!due.isEmpty() && due.peek().time() <= watermark) {
      slots.add(due.poll().slot());
    }
    List<Integer> some = new ArrayList<>(slots);
    for (int from = 0; from < some.size(); ) {
      from = give(some, from, watermark, output);
    }
    return watermark;
  }

  @Override
  public long nextDue() {
    return due.isEmpty() ? Long.MAX_VALUE : due.peek().time();
  }

  /** Gives the rows of some partitions from number {@code from} on; the number of the next. */
  private int give(List<Integer> slots, int from, long watermark, Output output) {
    int next = from;
    try (ChunkBuilder builder = new ChunkBuilder(input, codec, allocator())) {
      boolean any = false;
      while (next < slots.size() && builder.rows() < most()) {
        any |= pass(slots.get(next++), watermark, builder);
      }
      if (any) {
        try (Chunk chunk = builder.build()) {
          give(chunk, output);
        }
      }
    }
    return next;
  }

  /** Moves the rows that the watermark has passed into the chunk; whether there were any. */
  private boolean pass(int slot, long watermark, ChunkBuilder builder) {
    waitingChanges.touch(slot);
    seenChanges.touch(slot);
    countChanges.touch(slot);
    Partition partition = partitions.get(slot);
    partition.due = Long.MAX_VALUE;
    List<SortedRow> waiting = partition.waiting.all();
    int count = 0;
    while (count < waiting.size() && waiting.get(count).firstWord() <= watermark) {
      count++;
    }
    List<SortedRow> fresh = partition.waiting.takeFirst(count);
    if (count > 0) {
      builder.add(partition.seen, fresh, partition.rowsBefore, partition.peersBefore);
      SortedRow previous = fresh.get(0);
      partition.peersBefore++;
      for (SortedRow row : fresh) {
        partition.rowsBefore += row.count();
        partition.peersBefore += row.isPeer(previous) ? 0 : 1;
        previous = row;
      }
      partition.seen.addAll(fresh);
    }
    partition.seen = lookBack.kept(partition.seen, watermark);
    if (!partition.waiting.isEmpty()) {
      remind(slot, partition.waiting.all().get(0).firstWord());
    }
    lookBack.expiry(partition.seen).ifPresent(at -> remind(slot, at));
    return count > 0;
  }

  private void give(Chunk chunk, Output output) {
    List<Segment> segments = chunk.segments();
    int[] first = segments.stream().mapToInt(Segment::fresh).toArray();
    List<Running> states = new ArrayList<>();
    for (int i = 0; i < running.size(); i++) {
      GroupTable group = running.get(i);
      int[] slots = group.slots(chunk.batch(), Rows.at(first, first.length));
      runningChanges.get(i).touch(slots, first.length);
      states.add(new Running(group.accumulators(), Arrays.copyOf(slots, first.length)));
    }
    int[] fresh =
        segments.stream().flatMapToInt(s -> IntStream.range(s.fresh(), s.end())).toArray();
    RecordBatch batch = program.run(chunk, states, allocator());
    try (batch) {
      for (int from = 0; from < fresh.length; from += most()) {
        int[] positions = Arrays.copyOfRange(fresh, from, Math.min(fresh.length, from + most()));
        output.emit(batch.share().select(new Selection(positions, positions.length)));
      }
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    int[][] groups = KeyGroups.slotsByGroup(table);
    StateWriter.Part waiting = state.part(WAITING, LAYOUT, rowLayout);
    StateWriter.Part seen = state.part(SEEN, LAYOUT, rowLayout);
    StateWriter.Part counts = state.part(PARTITIONS, LAYOUT, partitionLayout);
    for (int g = 0; g < groups.length; g++) {
      write(waiting, g, groups[g], rowLayout, this::saveWaiting);
      write(seen, g, groups[g], rowLayout, this::saveSeen);
      write(counts, g, groups[g], partitionLayout, this::saveCounts);
    }
    for (int i = 0; i < running.size(); i++) {
      running
          .get(i)
          .save(
              state.part("running" + i, LAYOUT, shapes.get(i).layout(0)),
              0,
              (slot, index) -> 0,
              allocator());
    }
    clock.save(state, allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    clock.save(state, allocator());
    List<StateCopy> copies = new ArrayList<>();
    copies.add(waitingChanges.begin(state, WAITING, LAYOUT, rowLayout, allocator()));
    copies.add(seenChanges.begin(state, SEEN, LAYOUT, rowLayout, allocator()));
    copies.add(countChanges.begin(state, PARTITIONS, LAYOUT, partitionLayout, allocator()));
    for (int i = 0; i < running.size(); i++) {
      SlotChanges changes = runningChanges.get(i);
      Schema layout = shapes.get(i).layout(0);
      copies.add(changes.begin(state, "running" + i, LAYOUT, layout, allocator()));
    }
    return Optional.of(StateCopy.all(copies));
  }

  private void write(
      StateWriter.Part part, int group, int[] slots, Schema layout, SavedSlots.Slots each) {
    try (BatchBuilder builder = new BatchBuilder(layout, allocator())) {
      for (int slot : slots) {
        each.save(slot, builder);
      }
      if (builder.rows() > 0) {
        part.write(group, builder.build());
      }
    }
  }

  private void saveWaiting(int slot, BatchBuilder out) {
    save(partitions.get(slot).waiting.all(), out);
  }

  private void saveSeen(int slot, BatchBuilder out) {
    save(partitions.get(slot).seen, out);
  }

  private void save(List<SortedRow> rows, BatchBuilder out) {
    for (SortedRow row : rows) {
      codec.write(row.row(), out);
      Cells.setWord(out.vector(input.size()), WORD, out.rows(), row.count());
      out.mark(RowKind.INSERT);
    }
  }

  private void saveCounts(int slot, BatchBuilder out) {
    Partition partition = partitions.get(slot);
    Cells.setWord(out.vector(0), WORD, out.rows(), partition.rowsBefore);
    Cells.setWord(out.vector(1), WORD, out.rows(), partition.peersBefore);
    for (int k = 0; k < node.keys().size(); k++) {
      table.writeKeys(k, new int[] {slot}, 0, 1, out.vector(2 + k), out.rows());
    }
    out.mark(RowKind.INSERT);
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(WAITING, (batch, group) -> eachRow(batch, (slot, row) -> wait(slot, row)));
    state.read(
        SEEN, (batch, group) -> eachRow(batch, (slot, row) -> partitions.get(slot).seen.add(row)));
    for (int slot = 0; slot < partitions.size(); slot++) {
      int mine = slot;
      partitions.get(slot).seen.sort(null);
      lookBack.expiry(partitions.get(slot).seen).ifPresent(at -> remind(mine, at));
    }
    state.read(PARTITIONS, (batch, group) -> restoreCounts(batch));
    for (int i = 0; i < running.size(); i++) {
      GroupTable group = running.get(i);
      state.read(
          "running" + i,
          (batch, g) -> {
            try (batch) {
              group.restore(batch, Rows.of(batch), 0);
            }
          });
    }
    List.of(waitingChanges, seenChanges, countChanges).forEach(SlotChanges::restored);
    runningChanges.forEach(SlotChanges::restored);
  }

  /** Takes a saved row. */
  private interface Saved {
    void row(int slot, SortedRow row);
  }

  private void eachRow(RecordBatch batch, Saved each) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] slots = slots(batch, rows);
      for (int i = 0; i < slots.length; i++) {
        int position = rows.position(i);
        long count = Cells.word(batch.vector(input.size()), WORD, position);
        each.row(
            slots[i], new SortedRow(codec.key(batch, position), codec.row(batch, position), count));
      }
    }
  }

  private void restoreCounts(RecordBatch batch) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] slots = new int[rows.count()];
      KeyColumns saved =
          new KeyColumns(
              partitionLayout, IntStream.range(2, partitionLayout.size()).boxed().toList());
      saved.load(batch, rows);
      table.slots(saved, slots);
      while (partitions.size() < table.size()) {
        partitions.add(new Partition());
      }
      for (int i = 0; i < slots.length; i++) {
        Partition partition = partitions.get(slots[i]);
        partition.rowsBefore = Cells.word(batch.vector(0), WORD, rows.position(i));
        partition.peersBefore = Cells.word(batch.vector(1), WORD, rows.position(i));
      }
    }
  }

  @Override
  public long stateBytes() {
    long sum = table.byteSize();
    for (Partition partition : partitions) {
      sum += partition.waiting.byteSize();
      for (SortedRow row : partition.seen) {
        sum += row.byteSize();
      }
    }
    for (GroupTable group : running) {
      sum += group.byteSize();
    }
    return sum;
  }

  @Override
  public void close() {
    partitions.clear();
    due.clear();
  }
}
