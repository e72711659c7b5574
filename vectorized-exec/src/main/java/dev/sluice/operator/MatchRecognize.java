package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.operator.match.MatchPartition;
import dev.sluice.operator.match.Path;
import dev.sluice.operator.match.PathConditions;
import dev.sluice.operator.match.PathValues;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.MatchNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.KeyTable;
import dev.sluice.state.RowCodec;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * MATCH_RECOGNIZE. Rows wait until the watermark has passed them (or the input has ended), are then
 * ordered and given to their partitions, which search. The outgoing watermark stays behind the
 * first row of the oldest open search, since a match that ends there may still come out.
 */
final class MatchRecognize implements Operator {
  private static final String ROWS = "rows";
  private static final int LAYOUT = 1;
  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  /** Where a saved row is: {@code $place}. */
  private static final long WAITING = 0;

  private static final long LOOKED_BACK_AT = 1;
  private static final long SEARCHED = 2;

  /** Stands for a partition without rows whose matches are counted. */
  private static final long NO_ROW = 3;

  /** The same of one whose first row was searched from: stands before its rows. */
  private static final long BEGUN = 4;

  private record Waiting(int slot, byte[] key, byte[] row) {}

  /** A search that goes on. */
  private record Open(long since, int slot) implements Comparable<Open> {
    @Override
    public int compareTo(Open other) {
      return since != other.since
          ? Long.compare(since, other.since)
          : Integer.compare(slot, other.slot);
    }
  }

  private final MatchNode node;
  private final Schema input;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final Schema layout;
  private final int timeColumn;
  private final boolean counts;
  private final Clock clock = new Clock();
  private final TreeMap<Long, List<Waiting>> waiting = new TreeMap<>();
  private final TreeSet<Open> open = new TreeSet<>();
  private final List<MatchPartition> bySlot = new ArrayList<>();
  private final List<Optional<Open>> openBySlot = new ArrayList<>();
  private final List<Integer> waitingBySlot = new ArrayList<>();
  private KeyTable table;
  private boolean restored;

  /** How many partitions were searched since it was last asked which are still needed. */
  private long searched;

  private long waitingBytes;
  private Optional<Running> running = Optional.empty();

  /** What there is from open to close. */
  private record Running(
      OperatorContext context,
      PathValues values,
      PathConditions conditions,
      MatchPartition.Matcher matcher,
      BatchProgram outputs) {}

  MatchRecognize(MatchNode node) {
    this.node = node;
    input = node.input().schema();
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(ErrorCode.CHANGELOG, "MATCH_RECOGNIZE needs an input that only inserts");
    }
    Rank.requireOrdered(node.input(), node.order());
    codec = new RowCodec(input, node.order());
    keys = new KeyColumns(input, node.keys());
    table = new KeyTable(keys);
    timeColumn = node.order().get(0).column();
    counts = node.navigations().stream().anyMatch(MatchNode.MatchNumber.class::isInstance);
    layout = input.append(new Field("$place", WORD), new Field("$matches", WORD));
  }

  @Override
  public void open(OperatorContext context) {
    PathValues values = new PathValues(node, context.allocator(), context.evalContext());
    PathConditions conditions =
        new PathConditions(node, values, context.allocator(), context.evalContext());
    running =
        Optional.of(
            new Running(
                context,
                values,
                conditions,
                new MatchPartition.Matcher(node, conditions),
                ExprCompiler.compile(
                    values.schema(),
                    Optional.empty(),
                    node.outputs(),
                    node.schema(),
                    context.evalContext())));
  }

  private Running running() {
    return running.orElseThrow();
  }

  private MatchPartition at(int slot) {
    while (bySlot.size() <= slot) {
      bySlot.add(new MatchPartition(running().matcher()));
      openBySlot.add(Optional.empty());
      waitingBySlot.add(0);
    }
    return bySlot.get(slot);
  }

  @Override
  public void process(int from, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int[] slots = new int[rows.count()];
      keys.load(batch, rows);
      table.slots(keys, slots);
      int[] late = new int[slots.length];
      int lateCount = 0;
      for (int i = 0; i < slots.length; i++) {
        int position = rows.position(i);
        at(slots[i]);
        if (node.timed() && batch.vector(timeColumn).isNull(position)) {
          running().context().count("rows.null-time", 1);
          late[lateCount++] = position;
        } else if (node.timed() && isLate(batch, position)) {
          late[lateCount++] = position;
        } else {
          long time = time(batch, position);
          wait(time, new Waiting(slots[i], codec.key(batch, position), codec.row(batch, position)));
        }
      }
      if (lateCount > 0) {
        LateRows.give(
            batch,
            Rows.at(Arrays.copyOf(late, lateCount), lateCount),
            node.late(),
            running().context());
      }
    }
  }

  private boolean isLate(RecordBatch batch, int position) {
    long time = time(batch, position);
    if (time <= clock.watermark()) {
      return true;
    }
    if (node.rowWatermark().isEmpty()) {
      return false;
    }
    int mark = node.rowWatermark().getAsInt();
    return !batch.vector(mark).isNull(position)
        && time <= Cells.word(batch.vector(mark), WORD, position);
  }

  /** The time by which WITHIN counts and the watermark moves on. */
  private long time(RecordBatch batch, int position) {
    boolean known =
        input.type(timeColumn).kind().isTimestamp() && !batch.vector(timeColumn).isNull(position);
    return known ? Cells.word(batch.vector(timeColumn), input.type(timeColumn), position) : 0;
  }

  private void wait(long time, Waiting row) {
    waiting.computeIfAbsent(time, t -> new ArrayList<>()).add(row);
    waitingBySlot.set(row.slot(), waitingBySlot.get(row.slot()) + 1);
    waitingBytes += 80L + row.key().length + row.row().length;
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    if (!node.timed() && time != Long.MAX_VALUE) {
      return time;
    }
    search(time, output);
    boolean held = node.traits().time().isPresent() && !open.isEmpty();
    return held ? Math.min(time, open.first().since() - 1) : time;
  }

  @Override
  public long nextDue() {
    if (!node.timed()) {
      return Long.MAX_VALUE;
    }
    long least = waiting.isEmpty() ? Long.MAX_VALUE : waiting.firstKey();
    boolean ends = node.withinMicros().isPresent() && !open.isEmpty();
    return ends ? Math.min(least, open.first().since() + node.withinMicros().get()) : least;
  }

  @Override
  public void finish(int from, Output output) {
    search(Long.MAX_VALUE, output);
  }

  private void search(long time, Output output) {
    TreeSet<Integer> slots = new TreeSet<>();
    if (restored) {
      restored = false;
      for (int slot = 0; slot < bySlot.size(); slot++) {
        slots.add(slot);
      }
    }
    give(time, slots);
    if (time == Long.MAX_VALUE) {
      open.forEach(o -> slots.add(o.slot()));
    } else if (node.withinMicros().isPresent()) {
      long oldest = time - node.withinMicros().get();
      open.headSet(new Open(oldest, Integer.MAX_VALUE), true).forEach(o -> slots.add(o.slot()));
    }
    searched += slots.size();
    try (Emission emission = new Emission(output)) {
      for (int slot : slots) {
        MatchPartition partition = bySlot.get(slot);
        partition.search(time, time == Long.MAX_VALUE, emission);
        openBySlot.get(slot).ifPresent(open::remove);
        Optional<Open> still = partition.openSince().map(since -> new Open(since, slot));
        still.ifPresent(open::add);
        openBySlot.set(slot, still);
      }
      emission.flush();
    }
    compact();
  }

  /** Gives the rows that are complete to their partitions, in order. */
  private void give(long time, TreeSet<Integer> slots) {
    Map<Long, List<Waiting>> complete = waiting.headMap(time, true);
    if (complete.isEmpty()) {
      return;
    }
    if (node.timed()) {
      complete.forEach((at, rows) -> give(at, rows, slots));
    } else {
      // The whole input is here; its order need not be that of time.
      List<Waiting> all = new ArrayList<>();
      Map<Waiting, Long> times = new java.util.IdentityHashMap<>();
      complete.forEach(
          (at, rows) -> {
            all.addAll(rows);
            rows.forEach(row -> times.put(row, at));
          });
      all.sort(MatchRecognize::compare);
      all.forEach(row -> give(times.get(row), List.of(row), slots));
    }
    complete.clear();
    if (waiting.isEmpty()) {
      waitingBytes = 0;
    }
  }

  private void give(long time, List<Waiting> rows, TreeSet<Integer> slots) {
    if (rows.size() > 1) {
      rows.sort(MatchRecognize::compare);
    }
    for (Waiting row : rows) {
      at(row.slot()).add(row.row(), time);
      slots.add(row.slot());
      waitingBySlot.set(row.slot(), waitingBySlot.get(row.slot()) - 1);
      waitingBytes -= 80L + row.key().length + row.row().length;
    }
  }

  private static int compare(Waiting a, Waiting b) {
    int order = Arrays.compareUnsigned(a.key(), b.key());
    return order != 0 ? order : Arrays.compareUnsigned(a.row(), b.row());
  }

  private boolean isNeeded(int slot) {
    return slot < bySlot.size()
        && (!bySlot.get(slot).isEmpty() || waitingBySlot.get(slot) > 0 || remembers(slot));
  }

  /** Whether a partition without rows is not as one that never had any. */
  private boolean remembers(int slot) {
    MatchPartition partition = bySlot.get(slot);
    return counts && partition.number() > 0 || node.fromFirst() && partition.isBegun();
  }

  /** Forgets partitions of which nothing is left, once they are many. */
  private void compact() {
    if (searched < table.size() / 2) {
      return;
    }
    searched = 0;
    int needed = 0;
    for (int slot = 0; slot < bySlot.size(); slot++) {
      needed += isNeeded(slot) ? 1 : 0;
    }
    if (table.size() < 1024 || needed > table.size() / 2) {
      return;
    }
    int[] places = new int[table.size()];
    table = table.retained(this::isNeeded, places);
    List<MatchPartition> partitions = new ArrayList<>(bySlot);
    List<Integer> counted = new ArrayList<>(waitingBySlot);
    bySlot.clear();
    openBySlot.clear();
    waitingBySlot.clear();
    open.clear();
    for (int slot = 0; slot < partitions.size(); slot++) {
      if (places[slot] >= 0) {
        int place = places[slot];
        bySlot.add(partitions.get(slot));
        waitingBySlot.add(counted.get(slot));
        Optional<Open> still =
            partitions.get(slot).openSince().map(since -> new Open(since, place));
        still.ifPresent(open::add);
        openBySlot.add(still);
      }
    }
    waiting
        .values()
        .forEach(
            rows -> rows.replaceAll(row -> new Waiting(places[row.slot()], row.key(), row.row())));
  }

  /** Writes matches into batches. */
  private final class Emission implements MatchPartition.Matches, AutoCloseable {
    private final Output output;
    private final int most = Math.max(1, running().context().batchRows());
    private BatchBuilder builder = fresh();

    Emission(Output output) {
      this.output = output;
    }

    private BatchBuilder fresh() {
      return new BatchBuilder(running().values().schema(), running().context().allocator());
    }

    @Override
    public void found(MatchPartition partition, Path match, long number) {
      running().context().count("matches", 1);
      if (!node.allRows()) {
        write(new PathValues.Place(partition, match, match, number));
        return;
      }
      List<Path> rows = new ArrayList<>();
      Optional<Path> at = Optional.of(match);
      while (at.isPresent()) {
        rows.add(at.get());
        at = at.get().before();
      }
      for (int i = rows.size() - 1; i >= 0; i--) {
        if (!rows.get(i).isExcluded()) {
          write(new PathValues.Place(partition, rows.get(i), match, number));
        }
      }
    }

    private void write(PathValues.Place place) {
      for (int i = 0; i < node.navigations().size(); i++) {
        running().values().write(i, place, builder.vector(i), builder.rows());
      }
      builder.mark(RowKind.INSERT);
      if (builder.rows() >= most) {
        flush();
      }
    }

    void flush() {
      if (builder.rows() > 0) {
        RecordBatch batch = builder.build();
        builder = fresh();
        running().outputs().run(batch, running().context().allocator()).ifPresent(output::emit);
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
    List<List<byte[]>> waitingRows = new ArrayList<>();
    bySlot.forEach(partition -> waitingRows.add(new ArrayList<>()));
    waiting.values().forEach(rows -> rows.forEach(r -> waitingRows.get(r.slot()).add(r.row())));
    int[][] groups = KeyGroups.slotsByGroup(table);
    for (int g = 0; g < groups.length; g++) {
      try (BatchBuilder builder = new BatchBuilder(layout, running().context().allocator())) {
        for (int slot : groups[g]) {
          save(slot, waitingRows.get(slot), builder);
        }
        if (builder.rows() > 0) {
          part.write(g, builder.build());
        }
      }
    }
    clock.save(state, running().context().allocator());
  }

  private void save(int slot, List<byte[]> waitingRows, BatchBuilder builder) {
    MatchPartition partition = bySlot.get(slot);
    int index = 0;
    if (node.fromFirst() && partition.isBegun()) {
      saveKey(slot, BEGUN, builder);
    }
    for (byte[] row : partition.held()) {
      codec.write(row, builder);
      mark(builder, index++ < partition.searchFrom() ? LOOKED_BACK_AT : SEARCHED, partition);
    }
    for (byte[] row : waitingRows) {
      codec.write(row, builder);
      mark(builder, WAITING, partition);
    }
    if (counts && partition.number() > 0 && partition.isEmpty() && waitingRows.isEmpty()) {
      saveKey(slot, NO_ROW, builder);
    }
  }

  private void saveKey(int slot, long place, BatchBuilder builder) {
    for (int c = 0; c < input.size(); c++) {
      int key = node.keys().indexOf(c);
      if (key >= 0) {
        writeKey(key, slot, builder, c);
      } else {
        builder.vector(c).setNull(builder.rows());
      }
    }
    mark(builder, place, bySlot.get(slot));
  }

  private void writeKey(int key, int slot, BatchBuilder builder, int column) {
    try (org.apache.arrow.vector.FieldVector one =
        dev.sluice.batch.ArrowTypes.vector(
            "$", input.type(column), running().context().allocator())) {
      one.setInitialCapacity(1);
      one.allocateNew();
      table.writeKeys(key, new int[] {slot}, 0, 1, one);
      one.setValueCount(1);
      builder.vector(column).copyFromSafe(0, builder.rows(), one);
    }
  }

  private void mark(BatchBuilder builder, long place, MatchPartition partition) {
    Cells.setWord(builder.vector(input.size()), WORD, builder.rows(), place);
    Cells.setWord(builder.vector(input.size() + 1), WORD, builder.rows(), partition.number());
    builder.mark(RowKind.INSERT);
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    restored = true;
    state.read(
        ROWS,
        (batch, group) -> {
          try (batch) {
            restore(batch);
          }
        });
  }

  private void restore(RecordBatch batch) {
    Rows rows = Rows.of(batch);
    int[] slots = new int[rows.count()];
    keys.load(batch, rows);
    table.slots(keys, slots);
    TreeMap<Integer, int[]> lookedBackAt = new TreeMap<>();
    for (int i = 0; i < slots.length; i++) {
      int position = rows.position(i);
      MatchPartition partition = at(slots[i]);
      long place = Cells.word(batch.vector(input.size()), WORD, position);
      long matches = Cells.word(batch.vector(input.size() + 1), WORD, position);
      int[] before = lookedBackAt.computeIfAbsent(slots[i], s -> new int[1]);
      if (place == WAITING) {
        wait(
            time(batch, position),
            new Waiting(slots[i], codec.key(batch, position), codec.row(batch, position)));
      } else if (place == BEGUN) {
        partition.resumeBegun();
      } else if (place != NO_ROW) {
        partition.add(codec.row(batch, position), time(batch, position));
        before[0] += place == LOOKED_BACK_AT ? 1 : 0;
      }
      partition.restore(before[0], matches);
    }
  }

  @Override
  public long stateBytes() {
    long sum = table.byteSize() + waitingBytes;
    for (MatchPartition partition : bySlot) {
      sum += partition.byteSize();
    }
    return sum;
  }

  @Override
  public void close() {
    running.ifPresent(
        r -> {
          r.conditions().close();
          r.outputs().close();
          r.values().close();
        });
    running = Optional.empty();
    waiting.clear();
    bySlot.clear();
  }
}
