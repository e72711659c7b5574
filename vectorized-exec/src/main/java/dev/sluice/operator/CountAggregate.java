package dev.sluice.operator;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.GroupTable;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.CountAggregateNode;
import dev.sluice.plan.Emit;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Aggregation over windows of a number of rows. A window's groups come out behind the batch that
 * brought its last row, and are forgotten; those of windows that are not full, at the end of the
 * input.
 */
final class CountAggregate implements Operator {
  private static final String GROUPS = "groups";
  private static final String GIVEN = "given";
  private static final int LAYOUT = 1;
  private static final int EXTRAS = 3;
  private static final DataType WORD = DataType.of(Kind.BIGINT);

  /** Closed groups up to which nothing is moved. */
  private static final int MOST_CLOSED = 1024;

  /** A window of a key that is not full, and its groups. */
  private static final class Open {
    private int place;
    private final long end;
    private int[] slots = new int[1];
    private int count;

    Open(int place, long end) {
      this.place = place;
      this.end = end;
    }

    void add(int slot) {
      if (count == slots.length) {
        slots = Arrays.copyOf(slots, 2 * count);
      }
      slots[count++] = slot;
    }
  }

  private final CountAggregateNode node;
  private final GroupTable.Shape shape;
  private final KeyColumns partition;
  private KeyTable partitions;
  private final KeyAges ages;
  private final DataType endType;
  private final boolean updating;
  private final EmitTimer timer;
  private final ChangeLog changes;
  private GroupTable groups;

  /** By partition: its windows, oldest first. */
  private final List<List<Open>> open = new ArrayList<>();

  private Open[] windowOf = new Open[64];
  private boolean[] closed = new boolean[64];
  private int known;
  private int closedCount;
  private long sequence;
  private Optional<OperatorContext> context = Optional.empty();

  CountAggregate(CountAggregateNode node) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(ErrorCode.CHANGELOG, "rows that are taken back cannot be counted off");
    }
    this.node = node;
    shape =
        new GroupTable.Shape(
            node.input().schema(), node.keys(), node.calls(), AccumulatorSet.Use.ADDED);
    groups = new GroupTable(shape);
    List<Integer> columns = node.partition().stream().map(node.keys()::get).toList();
    partition = new KeyColumns(node.input().schema(), columns);
    partitions = new KeyTable(partition);
    ages = new KeyAges(node.traits());
    endType = node.input().schema().type(node.keys().get(node.end()));
    updating = !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
    changes =
        new ChangeLog(groups, node.schema(), node.traits().changelog() != ChangelogMode.UPSERT);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
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
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      Rows passing = passing(batch, rows);
      int[] slots = groups.slots(batch, passing);
      if (updating) {
        changes.touch(slots, passing.count(), context.orElseThrow().allocator());
      }
      groups.update(batch, new SlotRows(passing, slots, sequence), false);
      sequence += batch.length();
      close(windowsOf(batch, rows, passing, slots), output);
    }
  }

  private Rows passing(RecordBatch batch, Rows rows) {
    if (node.where().isEmpty()) {
      return rows;
    }
    int column = node.where().getAsInt();
    int[] kept = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      if (isTrue(batch, column, rows.position(i))) {
        kept[n++] = rows.position(i);
      }
    }
    return Rows.at(kept, n);
  }

  private static boolean isTrue(RecordBatch batch, int column, int position) {
    return !batch.vector(column).isNull(position)
        && Cells.word(batch.vector(column), batch.schema().type(column), position) != 0;
  }

  /** Puts new groups into their windows; gives the windows that are full now. */
  private List<Open> windowsOf(RecordBatch batch, Rows rows, Rows passing, int[] slots) {
    int[] places = new int[rows.count()];
    partition.load(batch, rows);
    partitions.slots(partition, places);
    ages.reach(places, places.length);
    int endColumn = node.keys().get(node.end());
    List<Open> full = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < places.length; i++) {
      int position = rows.position(i);
      boolean passes = next < passing.count() && passing.position(next) == position;
      boolean last = isTrue(batch, node.last(), position);
      if (passes && slots[next] == known || last) {
        long end = Cells.word(batch.vector(endColumn), endType, position);
        if (passes && slots[next] == known) {
          join(slots[next], places[i], end);
        }
        if (last) {
          find(places[i], end).ifPresent(full::add);
          remove(places[i], end);
        }
      }
      next += passes ? 1 : 0;
    }
    return full;
  }

  private void join(int slot, int place, long end) {
    while (open.size() <= place) {
      open.add(new ArrayList<>(1));
    }
    if (windowOf.length <= slot) {
      windowOf = Arrays.copyOf(windowOf, Math.max(slot + 1, 2 * windowOf.length));
      closed = Arrays.copyOf(closed, windowOf.length);
    }
    windowOf[slot] = find(place, end).orElseGet(() -> begin(place, end));
    windowOf[slot].add(slot);
    closed[slot] = false;
    known = slot + 1;
  }

  private Open begin(int place, long end) {
    Open made = new Open(place, end);
    open.get(place).add(made);
    context.orElseThrow().count("windows.open", 1);
    return made;
  }

  private Optional<Open> find(int place, long end) {
    return place >= open.size()
        ? Optional.empty()
        : open.get(place).stream().filter(o -> o.end == end).findFirst();
  }

  private void remove(int place, long end) {
    if (place < open.size() && open.get(place).removeIf(o -> o.end == end)) {
      context.orElseThrow().count("windows.open", -1);
    }
  }

  private void close(List<Open> full, Output output) {
    if (full.isEmpty()) {
      return;
    }
    int[] slots =
        full.stream()
            .flatMapToInt(window -> Arrays.stream(window.slots, 0, window.count))
            .toArray();
    for (int slot : slots) {
      closed[slot] = true;
    }
    closedCount += slots.length;
    context.orElseThrow().count("windows.emitted", full.size());
    if (!updating) {
      emit(slots, output);
    }
  }

  private void emit(int[] slots, Output output) {
    int most = Math.max(1, context.orElseThrow().batchRows());
    for (int from = 0; from < slots.length; from += most) {
      int count = Math.min(most, slots.length - from);
      try (BatchBuilder builder =
          new BatchBuilder(node.schema(), context.orElseThrow().allocator())) {
        groups.write(slots, from, count, builder);
        builder.advance(count);
        output.emit(builder.build());
      }
    }
  }

  /**
   * Keys that got no row for long begin to be counted anew: their windows come out as they are, as
   * at the end of the input. The operator that counts forgets the same keys in the same tick.
   */
  private void forget(Output output) {
    if (updating) {
      changes.emit(slot -> true, context.orElseThrow(), output);
    }
    List<Open> over = new ArrayList<>();
    for (int place = 0; place < open.size(); place++) {
      if (ages.isOver(place)) {
        over.addAll(open.get(place));
        context.orElseThrow().count("windows.open", -open.get(place).size());
      }
    }
    close(over, output);
    forgetClosed();
    int before = partitions.size();
    int[] places = new int[before];
    partitions = partitions.retained(place -> !ages.isOver(place), places);
    List<List<Open>> kept = new ArrayList<>();
    for (int place = 0; place < Math.min(before, open.size()); place++) {
      if (places[place] >= 0) {
        for (Open window : open.get(place)) {
          window.place = places[place];
        }
        kept.add(open.get(place));
      }
    }
    open.clear();
    open.addAll(kept);
    ages.move(places);
    if (partitions.size() < before) {
      context.orElseThrow().count("groups.released", before - partitions.size());
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (ages.isSweepDue()) {
      forget(output);
    }
    if (updating && timer.isDue()) {
      changes.emit(slot -> true, context.orElseThrow(), output);
    }
    if (closedCount >= MOST_CLOSED && 2 * closedCount > groups.size()) {
      forgetClosed();
    }
  }

  /** Moves the groups of open windows together, unless changes of closed ones wait. */
  private void forgetClosed() {
    if (!changes.isSettled() || closedCount == 0) {
      return;
    }
    int[] kept = IntStream.range(0, groups.size()).filter(slot -> !closed[slot]).toArray();
    groups = groups.only(kept, kept.length);
    changes.moveTo(ChangeLog.Current.of(groups), kept, kept.length);
    Open[] windows = new Open[Math.max(64, kept.length)];
    for (int i = 0; i < kept.length; i++) {
      windows[i] = windowOf[kept[i]];
      windows[i].count = 0;
    }
    for (int i = 0; i < kept.length; i++) {
      windows[i].add(i);
    }
    windowOf = windows;
    closed = new boolean[windows.length];
    known = kept.length;
    closedCount = 0;
  }

  @Override
  public void finish(int input, Output output) {
    if (updating) {
      changes.emit(slot -> true, context.orElseThrow(), output);
    } else {
      emit(IntStream.range(0, groups.size()).filter(slot -> !closed[slot]).toArray(), output);
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    forgetClosed();
    changes.saveGiven(
        state.part(GIVEN, LAYOUT, node.schema()),
        this::keyGroup,
        context.orElseThrow().allocator());
    groups.save(
        state.part(GROUPS, LAYOUT, shape.layout(EXTRAS)),
        EXTRAS,
        (slot, i) -> i == 0 ? changes.flags(slot) : i == 1 ? sequence : closed[slot] ? 1 : 0,
        this::keyGroup,
        context.orElseThrow().allocator());
  }

  private int keyGroup(int slot) {
    return partitions.keyGroup(windowOf[slot].place);
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(GROUPS).isEmpty()) {
      return;
    }
    state.read(GROUPS, (batch, group) -> restore(batch));
    List<Integer> columns = IntStream.range(0, node.keys().size()).boxed().toList();
    state.read(
        GIVEN, (batch, group) -> changes.restoreGiven(batch, groups.slotsByKey(batch, columns)));
  }

  private void restore(RecordBatch batch) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] slots = Arrays.copyOf(groups.restore(batch, rows, EXTRAS), rows.count());
      KeyColumns saved =
          new KeyColumns(batch.schema(), node.partition().stream().map(p -> EXTRAS + p).toList());
      saved.load(batch, rows);
      int[] places = new int[rows.count()];
      partitions.slots(saved, places);
      for (int i = 0; i < places.length; i++) {
        int position = rows.position(i);
        long end = Cells.word(batch.vector(EXTRAS + node.end()), endType, position);
        join(slots[i], places[i], end);
        changes.setFlags(slots[i], Cells.word(batch.vector(0), WORD, position));
        sequence = Math.max(sequence, Cells.word(batch.vector(1), WORD, position));
        if (Cells.word(batch.vector(2), WORD, position) != 0) {
          closed[slots[i]] = true;
          closedCount++;
          remove(places[i], end);
        }
      }
    }
  }

  @Override
  public long stateBytes() {
    return groups.byteSize() + partitions.byteSize() + 64L * open.size();
  }

  @Override
  public void close() {
    changes.close();
  }
}
