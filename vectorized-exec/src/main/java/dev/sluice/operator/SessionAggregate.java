package dev.sluice.operator;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.GroupTable;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Aggregation over sessions: each row goes into the accumulators of its key's session, those of two
 * sessions that a row joins are merged. A session gives its row when it closes, in order of end,
 * then of start; or changes until then. A row joins sessions that were open when it came by its own
 * sequence's watermark, so that the answer does not depend on how rows are cut into batches.
 */
final class SessionAggregate implements Operator {
  private static final String SESSIONS = "sessions";
  private static final String GIVEN = "given";
  private static final int LAYOUT = 2;
  private static final int EXTRAS = 7;

  /** Flags of a row that was given and waits for a change. */
  private static final long TAKEN_BACK = 3;

  private static final DataType WORD = DataType.of(Kind.BIGINT);

  private final PlanNode.WindowAggregate node;
  private final GroupTable.Shape shape;
  private final KeyColumns keys;
  private final KeyColumns savedKeys;
  private final DataType timeType;
  private final long unit;
  private final boolean updating;
  private final EmitTimer timer;
  private final OpenSessions sessions;
  private final ChangeLog changes;
  private final Lane times = new Lane();
  private final Lane marks = new Lane();
  private final Clock clock = new Clock();
  private AccumulatorSet accumulators;

  /** By session: its bounds as they were given. */
  private long[] shownFirsts = new long[0];

  private long[] shownEnds = new long[0];

  /** Sessions that changes may be due of; some several times. */
  private int[] touched = new int[64];

  private int touchedCount;

  /** By key what has changed since it was saved. */
  private final SlotChanges saved;

  /** By key the sessions that are no more while their rows wait to be taken back, as of a copy. */
  private Map<Integer, List<Integer>> takenBack = Map.of();

  private boolean showing;
  private int counted;
  private Optional<OperatorContext> context = Optional.empty();
  private ZoneId zone = ZoneOffset.UTC;

  SessionAggregate(PlanNode.WindowAggregate node, WindowSpec.Session spec) {
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "SESSION windows over an updating input are not supported");
    }
    this.node = node;
    Schema input = node.input().schema();
    timeType = input.type(spec.timeColumn());
    unit = TimeAttribute.unitMicros(node.input().traits(), timeType);
    shape = new GroupTable.Shape(input, node.keys(), node.calls(), AccumulatorSet.Use.MERGED);
    accumulators = new AccumulatorSet(node.calls(), input, AccumulatorSet.Use.MERGED);
    keys = new KeyColumns(input, node.keys());
    savedKeys =
        new KeyColumns(
            shape.layout(EXTRAS),
            IntStream.range(EXTRAS, EXTRAS + node.keys().size()).boxed().toList());
    sessions = new OpenSessions(keys, spec.gapMicros(), node.allowedLatenessMicros());
    updating = !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
    changes =
        new ChangeLog(
            new Shown(), node.schema(), node.traits().changelog() != ChangelogMode.UPSERT);
    saved =
        new SlotChanges(
            new SavedSlots(
                IntStream.range(EXTRAS, EXTRAS + node.keys().size()).boxed().toList(),
                SlotChanges.Name.NONE,
                sessions::table,
                key -> sessionsOf(key).length == 0,
                (key, out) -> append(sessionsOf(key), out)));
  }

  /** The rows of sessions: with the bounds given last while they are remembered. */
  private final class Shown implements ChangeLog.Current {
    @Override
    public int size() {
      return sessions.size();
    }

    @Override
    public void write(int[] slots, int from, int count, BatchBuilder out) {
      SessionAggregate.this.write(slots, from, count, out, !showing);
    }
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    zone = host.evalContext().zone();
  }

  private BufferAllocator allocator() {
    return context.orElseThrow().allocator();
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
      int n = rows.count();
      times.load(batch.vector(node.window().timeColumn()), timeType, Lane.Form.WORD, rows);
      if (node.rowWatermark().isPresent()) {
        marks.load(batch.vector(node.rowWatermark().getAsInt()), WORD, Lane.Form.WORD, rows);
      }
      keys.load(batch, rows);
      int[] slots = sessions.keySlots(keys, n);
      saved.touch(slots, n);
      int[] positions = new int[n];
      int[] late = new int[n];
      int kept = 0;
      int unusable = 0;
      for (int i = 0; i < n; i++) {
        long time = times.words()[i];
        boolean usable = !times.isNull(i) && time >= -WindowGrid.LIMIT && time <= WindowGrid.LIMIT;
        int session = usable ? sessions.sessionOf(slots[i], time, mark(i)) : -1;
        unusable += usable ? 0 : 1;
        if (session < 0) {
          late[i - kept] = rows.position(i);
        } else {
          positions[kept] = rows.position(i);
          slots[kept++] = session;
        }
      }
      give(batch, late, n - kept, unusable);
      add(batch, kept == n ? rows : Rows.at(positions, kept), slots);
      clock.arrived(batch.length());
      count();
    }
  }

  private long mark(int row) {
    boolean marked = node.rowWatermark().isPresent() && !marks.isNull(row);
    return marked ? Math.max(clock.watermark(), marks.words()[row]) : clock.watermark();
  }

  private void give(RecordBatch batch, int[] late, int count, int unusable) {
    if (unusable > 0) {
      context.orElseThrow().count("rows.null-time", unusable);
    }
    if (count > 0) {
      LateRows.give(batch, Rows.at(late, count), node.late(), context.orElseThrow());
    }
  }

  private void add(RecordBatch batch, Rows rows, int[] slots) {
    List<int[]> merges = sessions.takeMerged();
    accumulators.ensure(sessions.size());
    if (updating) {
      touch(slots, rows.count());
      merges.forEach(merge -> touch(merge, 2));
    }
    for (int[] merge : merges) {
      accumulators.mergeSlot(merge[0], merge[1]);
    }
    for (int i = 0; !merges.isEmpty() && i < rows.count(); i++) {
      slots[i] = sessions.root(slots[i]);
    }
    accumulators.update(batch, new SlotRows(rows, slots, clock.sequence()), false);
  }

  private void touch(int[] slots, int n) {
    if (shownFirsts.length < sessions.size()) {
      shownFirsts = Arrays.copyOf(shownFirsts, Math.max(sessions.size(), 2 * shownFirsts.length));
      shownEnds = Arrays.copyOf(shownEnds, shownFirsts.length);
    }
    changes.touch(slots, n, allocator());
    if (touched.length < touchedCount + n) {
      touched = Arrays.copyOf(touched, Math.max(touchedCount + n, 2 * touched.length));
    }
    System.arraycopy(slots, 0, touched, touchedCount, n);
    touchedCount += n;
  }

  private void emitChanges(Output output) {
    for (int session : changes.waiting()) {
      saved.touch(sessions.key(session));
    }
    showing = true;
    changes.emit(slot -> !sessions.isDead(slot), context.orElseThrow(), output);
    showing = false;
    for (int i = 0; i < touchedCount; i++) {
      shownFirsts[touched[i]] = sessions.first(touched[i]);
      shownEnds[touched[i]] = sessions.end(touched[i]);
    }
    touchedCount = 0;
  }

  private void count() {
    if (sessions.live() != counted) {
      context.orElseThrow().count("panes.open", sessions.live() - counted);
      counted = sessions.live();
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      emitChanges(output);
    }
    if (sessions.isWorthCompacting() && changes.isSettled() && !saved.isCopying()) {
      compact();
    }
  }

  private void compact() {
    int[] kept = sessions.compact(saved::move);
    AccumulatorSet moved = accumulators.fresh();
    moved.ensure(kept.length);
    for (int i = 0; i < kept.length; i++) {
      moved.copy(accumulators, kept[i], i);
      if (updating) {
        shownFirsts[i] = shownFirsts[kept[i]];
        shownEnds[i] = shownEnds[kept[i]];
      }
    }
    accumulators = moved;
    if (updating) {
      changes.moveTo(new Shown(), kept, kept.length);
    }
  }

  @Override
  public Optional<Waiting> waiting() {
    return sessions.waiting();
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    int[] closed = sessions.closed(clock.watermark());
    if (closed.length > 0) {
      for (int session : closed) {
        saved.touch(sessions.key(session));
      }
      if (updating) {
        emitChanges(output);
      } else {
        emit(closed, output);
      }
      sessions.forget(closed);
      context.orElseThrow().count("windows.emitted", closed.length);
      count();
    }
    return clock.outgoing(node.allowedLatenessMicros() + unit);
  }

  private void emit(int[] closed, Output output) {
    int most = Math.max(1, context.orElseThrow().batchRows());
    for (int from = 0; from < closed.length; from += most) {
      int count = Math.min(most, closed.length - from);
      try (BatchBuilder builder = new BatchBuilder(node.schema(), allocator())) {
        builder.reserve(count);
        write(closed, from, count, builder, false);
        builder.advance(count);
        output.emit(builder.build());
      }
    }
  }

  private void write(int[] slots, int from, int count, BatchBuilder out, boolean asShown) {
    int[] keySlots = new int[count];
    for (int i = 0; i < count; i++) {
      keySlots[i] = sessions.key(slots[from + i]);
    }
    int column = 0;
    for (int k = 0; k < node.keys().size(); k++) {
      sessions.table().writeKeys(k, keySlots, 0, count, out.vector(column++));
    }
    for (int c = 0; c < accumulators.size(); c++) {
      accumulators.get(c).result(slots, from, count, out.vector(column++));
    }
    long[] firsts = new long[count];
    long[] ends = new long[count];
    long[] lasts = new long[count];
    for (int i = 0; i < count; i++) {
      int slot = slots[from + i];
      long end = asShown ? shownEnds[slot] : sessions.end(slot);
      firsts[i] = bound(asShown ? shownFirsts[slot] : sessions.first(slot), column);
      ends[i] = bound(end, column + 1);
      lasts[i] = bound(end - unit, column + 2);
    }
    Cells.setWords(out.vector(column), node.schema().type(column), firsts, count);
    Cells.setWords(out.vector(column + 1), node.schema().type(column + 1), ends, count);
    Cells.setWords(out.vector(column + 2), node.schema().type(column + 2), lasts, count);
  }

  /** An instant as the column has it: a time by the session's clock, or the same. */
  private long bound(long instant, int column) {
    boolean local =
        timeType.kind() == Kind.TIMESTAMP_LTZ
            && node.schema().type(column).kind() != Kind.TIMESTAMP_LTZ;
    return local ? TimeFunctions.toLocal(instant, zone) : instant;
  }

  @Override
  public void snapshot(StateWriter state) {
    changes.saveGiven(state.part(GIVEN, LAYOUT, node.schema()), this::keyGroup, allocator());
    Schema layout = shape.layout(EXTRAS);
    StateWriter.Part part = state.part(SESSIONS, LAYOUT, layout);
    int[] ends = new int[KeyGroups.COUNT + 1];
    for (int slot = 0; slot < sessions.size(); slot++) {
      ends[keyGroup(slot) + 1] += isSaved(slot) ? 1 : 0;
    }
    for (int g = 0; g < KeyGroups.COUNT; g++) {
      ends[g + 1] += ends[g];
    }
    int[] slots = new int[ends[KeyGroups.COUNT]];
    int[] next = ends.clone();
    for (int slot = 0; slot < sessions.size(); slot++) {
      if (isSaved(slot)) {
        slots[next[keyGroup(slot)]++] = slot;
      }
    }
    for (int g = 0; g < KeyGroups.COUNT; g++) {
      if (ends[g + 1] > ends[g]) {
        part.write(g, chunk(Arrays.copyOfRange(slots, ends[g], ends[g + 1]), layout));
      }
    }
    clock.save(state, allocator());
  }

  /** Of a session that is no more, only what its row's being taken back asks for. */
  private boolean isSaved(int slot) {
    return !sessions.isDead(slot) || changes.flags(slot) == TAKEN_BACK;
  }

  private int keyGroup(int slot) {
    return sessions.table().keyGroup(sessions.key(slot));
  }

  private RecordBatch chunk(int[] slots, Schema layout) {
    try (BatchBuilder builder = new BatchBuilder(layout, allocator())) {
      append(slots, builder);
      return builder.build();
    }
  }

  private void append(int[] slots, BatchBuilder builder) {
    int at = builder.rows();
    int[] keySlots = new int[slots.length];
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      keySlots[i] = sessions.key(slot);
      long[] words = {
        sessions.first(slot),
        sessions.last(slot),
        updating ? shownFirsts[slot] : 0,
        updating ? shownEnds[slot] : 0,
        changes.flags(slot),
        sessions.isDead(slot) ? 1 : 0,
        sessions.lower(slot)
      };
      for (int w = 0; w < EXTRAS; w++) {
        Cells.setWord(builder.vector(w), WORD, at + i, words[w]);
      }
    }
    for (int k = 0; k < node.keys().size(); k++) {
      sessions.table().writeKeys(k, keySlots, 0, slots.length, builder.vector(EXTRAS + k), at);
    }
    accumulators.save(slots, 0, slots.length, builder, EXTRAS + node.keys().size());
    builder.advance(slots.length);
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    changes.saveGiven(state.part(GIVEN, LAYOUT, node.schema()), this::keyGroup, allocator());
    clock.save(state, allocator());
    takenBack =
        Arrays.stream(changes.waiting())
            .filter(session -> sessions.isDead(session) && isSaved(session))
            .boxed()
            .collect(Collectors.groupingBy(sessions::key));
    return Optional.of(saved.begin(state, SESSIONS, LAYOUT, shape.layout(EXTRAS), allocator()));
  }

  /** What is saved of a key, in order of begin: which of two goes into the other depends on it. */
  private int[] sessionsOf(int key) {
    return IntStream.concat(
            IntStream.iterate(
                sessions.anyOf(key), s -> s != OpenSessions.NONE, sessions::otherThan),
            takenBack.getOrDefault(key, List.of()).stream().mapToInt(s -> s))
        .sorted()
        .toArray();
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    state.read(SESSIONS, (batch, group) -> restore(batch));
    if (state.version(GIVEN).isPresent()) {
      int start = node.schema().size() - 3;
      Map<List<Long>, Integer> waiting = new HashMap<>();
      for (int slot = 0; slot < sessions.size(); slot++) {
        if (changes.flags(slot) == TAKEN_BACK) {
          waiting.put(
              List.of(
                  (long) sessions.key(slot),
                  bound(shownFirsts[slot], start),
                  bound(shownEnds[slot], start + 1)),
              slot);
        }
      }
      state.read(GIVEN, (batch, group) -> restoreGiven(batch, waiting));
    }
    saved.restored();
    count();
  }

  private void restore(RecordBatch batch) {
    try (batch) {
      Rows rows = Rows.of(batch);
      savedKeys.load(batch, rows);
      int[] slots = sessions.keySlots(savedKeys, rows.count());
      long[][] words = new long[rows.count()][EXTRAS];
      for (int i = 0; i < slots.length; i++) {
        for (int w = 0; w < EXTRAS; w++) {
          words[i][w] = Cells.word(batch.vector(w), WORD, rows.position(i));
        }
        slots[i] =
            words[i][5] != 0
                ? sessions.addDead(slots[i])
                : sessions.begin(slots[i], words[i][0], words[i][1], words[i][6]);
      }
      accumulators.ensure(sessions.size());
      accumulators.restore(batch, EXTRAS + node.keys().size(), rows, slots);
      for (int i = 0; updating && i < slots.length; i++) {
        changes.setFlags(slots[i], words[i][4]);
        if (touched.length == touchedCount) {
          touched = Arrays.copyOf(touched, 2 * touchedCount);
        }
        touched[touchedCount++] = slots[i];
        shownFirsts = Arrays.copyOf(shownFirsts, Math.max(sessions.size(), shownFirsts.length));
        shownEnds = Arrays.copyOf(shownEnds, shownFirsts.length);
        shownFirsts[slots[i]] = words[i][2];
        shownEnds[slots[i]] = words[i][3];
      }
    }
  }

  private void restoreGiven(RecordBatch batch, Map<List<Long>, Integer> waiting) {
    Rows rows = Rows.of(batch);
    KeyColumns given =
        new KeyColumns(node.schema(), IntStream.range(0, node.keys().size()).boxed().toList());
    given.load(batch, rows);
    int[] slots = sessions.keySlots(given, rows.count());
    int start = node.schema().size() - 3;
    for (int i = 0; i < slots.length; i++) {
      int position = rows.position(i);
      long first = Cells.word(batch.vector(start), node.schema().type(start), position);
      long end = Cells.word(batch.vector(start + 1), node.schema().type(start + 1), position);
      slots[i] = waiting.get(List.of((long) slots[i], first, end));
    }
    changes.restoreGiven(batch, slots);
  }

  @Override
  public long stateBytes() {
    return sessions.byteSize() + accumulators.byteSize() + 16L * shownFirsts.length;
  }

  @Override
  public void close() {
    changes.close();
  }
}
