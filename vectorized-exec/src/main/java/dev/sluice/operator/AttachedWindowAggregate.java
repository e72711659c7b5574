package dev.sluice.operator;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.GroupTable;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.PaneChanges;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Aggregation over windows that the rows name in their own columns. A window gives its rows once,
 * when the watermark passes its end, or changes after each tick or interval until then; then it is
 * forgotten. Windows come out in order of end, then start.
 */
final class AttachedWindowAggregate implements Operator {
  private static final String GROUPS = "windows";
  private static final String GIVEN = "given";
  private static final int LAYOUT = 2;
  private static final int EXTRAS = 4;
  private static final DataType WORD = DataType.of(Kind.BIGINT);

  /** A window: its bounds as the rows have them. */
  private record Key(long end, long start) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Long.compare(end, other.end);
      return order != 0 ? order : Long.compare(start, other.start);
    }
  }

  /** What is known of a window. */
  private static final class Window {
    private final GroupTable groups;
    private final ChangeLog changes;

    /** What has changed since it was saved. */
    private final SlotChanges saved;

    /** How many rows each group has, where rows are taken back. */
    private long[] rows = new long[0];

    Window(Key key, GroupTable groups, ChangeLog changes, PaneChanges all) {
      this.groups = groups;
      this.changes = changes;
      saved =
          all.add(
              groups.saved(
                  EXTRAS,
                  (slot, i) -> extra(key, slot, i),
                  (out, row) -> {
                    Cells.setWord(out.vector(0), WORD.notNull(), row, key.start());
                    Cells.setWord(out.vector(1), WORD.notNull(), row, key.end());
                  }));
    }

    /** What is saved with a group besides its own. */
    long extra(Key key, int slot, int number) {
      return switch (number) {
        case 0 -> key.start();
        case 1 -> key.end();
        case 2 -> changes.flags(slot);
        default -> slot < rows.length ? rows[slot] : 0;
      };
    }

    /** Gives the changes; a group that waited does not any more. */
    void emitChanges(IntPredicate alive, OperatorContext context, Output output) {
      int[] waiting = changes.waiting();
      saved.touch(waiting, waiting.length);
      changes.emit(alive, context, output);
    }

    GroupTable groups() {
      return groups;
    }

    ChangeLog changes() {
      return changes;
    }

    void ensure() {
      if (rows.length < groups.size()) {
        rows = Arrays.copyOf(rows, Math.max(groups.size(), 2 * rows.length));
      }
    }
  }

  private final PlanNode.WindowAggregate node;
  private final WindowSpec.Attached spec;
  private final GroupTable.Shape shape;
  private final DataType startType;
  private final DataType endType;
  private final boolean updating;
  private final boolean retracting;
  private final TreeMap<Key, Window> windows = new TreeMap<>();
  private final PaneChanges saved = new PaneChanges();
  private final Lane starts = new Lane();
  private final Lane ends = new Lane();
  private Optional<OperatorContext> context = Optional.empty();
  private ZoneId zone = ZoneOffset.UTC;
  private final EmitTimer timer;
  private final Clock clock = new Clock();

  AttachedWindowAggregate(PlanNode.WindowAggregate node, WindowSpec.Attached spec) {
    if (node.input().traits().changelog() == ChangelogMode.UPSERT) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "aggregation needs a retracting input, not an upserting one");
    }
    this.node = node;
    retracting = node.input().traits().changelog() != ChangelogMode.INSERT_ONLY;
    this.spec = spec;
    Schema input = node.input().schema();
    startType = input.type(spec.startColumn());
    endType = input.type(spec.timeColumn());
    shape =
        new GroupTable.Shape(
            input,
            node.keys(),
            node.calls(),
            retracting ? AccumulatorSet.Use.RETRACTED : AccumulatorSet.Use.ADDED);
    updating = !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    zone = host.evalContext().zone();
  }

  @Override
  public boolean wantsProcessingTime() {
    return timer.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    timer.advance(nowMicros);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      starts.load(batch.vector(spec.startColumn()), startType, Lane.Form.WORD, rows);
      ends.load(batch.vector(spec.timeColumn()), endType, Lane.Form.WORD, rows);
      spread(rows).forEach((key, mine) -> toWindow(batch, key, mine));
      clock.arrived(batch.length());
    }
  }

  /** The rows of each window, in their order. */
  private Map<Key, Rows> spread(Rows rows) {
    Map<Key, int[]> found = new HashMap<>();
    Map<Key, Integer> counts = new HashMap<>();
    for (int i = 0; i < rows.count(); ) {
      Key key = new Key(ends.words()[i], starts.words()[i]);
      int to = i + 1;
      while (to < rows.count()
          && ends.words()[to] == key.end()
          && starts.words()[to] == key.start()) {
        to++;
      }
      int count = counts.getOrDefault(key, 0);
      int[] positions = found.getOrDefault(key, new int[to - i]);
      if (positions.length < count + to - i) {
        positions = Arrays.copyOf(positions, Math.max(count + to - i, 2 * positions.length));
      }
      for (; i < to; i++) {
        positions[count++] = rows.position(i);
      }
      found.put(key, positions);
      counts.put(key, count);
    }
    Map<Key, Rows> spread = new TreeMap<>();
    found.forEach((key, positions) -> spread.put(key, Rows.at(positions, counts.get(key))));
    return spread;
  }

  private void toWindow(RecordBatch batch, Key key, Rows rows) {
    if (isClosed(key.end(), clock.watermark())) {
      LateRows.give(batch, rows, node.late(), context.orElseThrow());
      return;
    }
    Window window = window(key);
    int[] slots = window.groups().slots(batch, rows);
    window.saved.touch(slots, rows.count());
    if (updating) {
      window.changes().touch(slots, rows.count(), context.orElseThrow().allocator());
    }
    if (retracting && batch.kinds().isPresent()) {
      change(window, batch, rows, slots);
    } else {
      count(window, slots, rows.count(), 1);
      window.groups().update(batch, new SlotRows(rows, slots, clock.sequence()), false);
    }
  }

  /** First the rows that come, then those that are taken back. */
  private void change(Window window, RecordBatch batch, Rows rows, int[] slots) {
    for (boolean adds : new boolean[] {true, false}) {
      int[] positions = new int[rows.count()];
      int[] mine = new int[rows.count()];
      int n = 0;
      for (int i = 0; i < rows.count(); i++) {
        if (batch.kind(rows.position(i)).adds() == adds) {
          positions[n] = rows.position(i);
          mine[n++] = slots[i];
        }
      }
      if (n > 0) {
        count(window, mine, n, adds ? 1 : -1);
        SlotRows some = new SlotRows(Rows.at(positions, n), mine, clock.sequence());
        window.groups().update(batch, some, !adds);
      }
    }
  }

  private void count(Window window, int[] slots, int n, int step) {
    if (retracting) {
      window.ensure();
      for (int i = 0; i < n; i++) {
        window.rows[slots[i]] += step;
      }
    }
  }

  /** Whether a group has rows; one that owes some, because another task told first, has none. */
  private boolean isAlive(Window window, int slot) {
    return !retracting || window.rows[slot] > 0;
  }

  private Window window(Key key) {
    return windows.computeIfAbsent(
        key,
        k -> {
          context.orElseThrow().count("panes.open", 1);
          GroupTable groups = new GroupTable(shape);
          ChangeLog changes =
              new ChangeLog(
                  groups,
                  node.schema(),
                  node.traits().changelog() != ChangelogMode.UPSERT,
                  (out, count) -> fill(out, k, count));
          return new Window(k, groups, changes, saved);
        });
  }

  /** The instant at which a window ends. */
  private long instant(long end) {
    return spec.local() ? TimeFunctions.toInstant(end, zone) : end;
  }

  private boolean isClosed(long end, long at) {
    return at >= instant(end) - spec.unitMicros() + node.allowedLatenessMicros();
  }

  @Override
  public Optional<Waiting> waiting() {
    return windows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Waiting(
                windows.size(),
                instant(windows.firstKey().end())
                    - spec.unitMicros()
                    + node.allowedLatenessMicros()));
  }

  private void fill(BatchBuilder out, Key key, int count) {
    int column = node.schema().size() - 3;
    long[] bounds = {key.start(), key.end(), instant(key.end()) - spec.unitMicros()};
    long[] words = new long[count];
    for (int b = 0; b < 3; b++) {
      Arrays.fill(words, bounds[b]);
      Cells.setWords(out.vector(column + b), node.schema().type(column + b), words, count);
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      for (Window window : windows.values()) {
        window.emitChanges(slot -> isAlive(window, slot), context.orElseThrow(), output);
      }
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    while (!windows.isEmpty() && isClosed(windows.firstKey().end(), clock.watermark())) {
      Map.Entry<Key, Window> closed = windows.pollFirstEntry();
      context.orElseThrow().count("windows.emitted", 1);
      context.orElseThrow().count("panes.open", -1);
      Window window = closed.getValue();
      saved.drop(window.saved);
      if (updating) {
        window.emitChanges(slot -> isAlive(window, slot), context.orElseThrow(), output);
      } else {
        emit(closed.getKey(), window, output);
      }
      window.changes().close();
    }
    return clock.outgoing(node.allowedLatenessMicros());
  }

  private void emit(Key key, Window window, Output output) {
    GroupTable groups = window.groups();
    int[] slots =
        retracting
            ? IntStream.range(0, groups.size()).filter(slot -> isAlive(window, slot)).toArray()
            : Loops.identity(groups.size());
    int most = Math.max(1, context.orElseThrow().batchRows());
    for (int from = 0; from < slots.length; from += most) {
      int count = Math.min(most, slots.length - from);
      try (BatchBuilder builder =
          new BatchBuilder(node.schema(), context.orElseThrow().allocator())) {
        builder.reserve(count);
        groups.write(slots, from, count, builder);
        fill(builder, key, count);
        builder.advance(count);
        output.emit(builder.build());
      }
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part part = state.part(GROUPS, LAYOUT, shape.layout(EXTRAS));
    StateWriter.Part given = state.part(GIVEN, LAYOUT, node.schema());
    BufferAllocator allocator = context.orElseThrow().allocator();
    windows.forEach(
        (key, window) -> {
          window.changes().saveGiven(given, window.groups()::keyGroup, allocator);
          window.groups().save(part, EXTRAS, (slot, i) -> window.extra(key, slot, i), allocator);
        });
    clock.save(state, allocator);
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    BufferAllocator allocator = context.orElseThrow().allocator();
    StateWriter.Part given = state.part(GIVEN, LAYOUT, node.schema());
    windows.values().forEach(w -> w.changes().saveGiven(given, w.groups()::keyGroup, allocator));
    clock.save(state, allocator);
    List<Integer> identity =
        IntStream.concat(IntStream.of(0, 1), IntStream.range(EXTRAS, EXTRAS + node.keys().size()))
            .boxed()
            .toList();
    return Optional.of(
        saved.begin(state, GROUPS, LAYOUT, shape.layout(EXTRAS), identity, allocator));
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(
        GROUPS,
        (batch, group) -> {
          try (batch) {
            for (int i = 0; i < batch.rowCount(); i++) {
              restore(batch, batch.position(i));
            }
          }
        });
    if (state.version(GIVEN).isPresent()) {
      state.read(GIVEN, (batch, group) -> restoreGiven(batch));
    }
    saved.restored();
  }

  private void restoreGiven(RecordBatch batch) {
    int bounds = node.schema().size() - 3;
    List<Integer> keys = IntStream.range(0, node.keys().size()).boxed().toList();
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        Key key =
            new Key(
                Cells.word(batch.vector(bounds + 1), endType, position),
                Cells.word(batch.vector(bounds), startType, position));
        RecordBatch one = batch.share().select(new Selection(new int[] {position}, 1));
        Window window = window(key);
        window.changes().restoreGiven(one, window.groups().slotsByKey(one, keys));
      }
    }
  }

  private void restore(RecordBatch batch, int position) {
    long start = Cells.word(batch.vector(0), WORD, position);
    long end = Cells.word(batch.vector(1), WORD, position);
    Window window = window(new Key(end, start));
    int[] slots = window.groups().restore(batch, Rows.at(new int[] {position}, 1), EXTRAS);
    window.changes().setFlags(slots[0], Cells.word(batch.vector(2), WORD, position));
    if (retracting) {
      window.ensure();
      window.rows[slots[0]] = Cells.word(batch.vector(3), WORD, position);
    }
  }

  @Override
  public long stateBytes() {
    return windows.values().stream().mapToLong(w -> w.groups().byteSize()).sum();
  }

  @Override
  public void close() {
    windows.values().forEach(w -> w.changes().close());
    windows.clear();
  }
}
