package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.CountWindowNode;
import dev.sluice.plan.SortKey;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.RowCodec;
import dev.sluice.state.SortedRow;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Counts the rows of each key and gives each row its windows; the rows of a batch's last windows
 * come together, then those of the windows before them, and so on. With event time a row waits
 * until the watermark passes it, so that nothing can come before it any more; rows of one time are
 * counted in the order of their bytes.
 */
final class CountWindow implements Operator {
  private static final String WAITING = "waiting";
  private static final String HELD = "held";
  private static final String OWED = "owed";
  private static final int LAYOUT = 1;

  private final CountWindowNode node;
  private final Schema input;
  private final RowCodec codec;
  private final KeyColumns keys;
  private final Schema added;
  private final boolean waitsForEnd;
  private final boolean retracting;
  private final KeyAges ages;
  private final KeyCounts counts;

  /** Where rows are taken back: how often each is there. */
  private final TreeMap<SortedRow, SortedRow> held = new TreeMap<>();

  private final PriorityQueue<SortedRow> waiting = new PriorityQueue<>();
  private final Clock clock = new Clock();
  private long[] starts = new long[0];
  private long[] numbers = new long[0];
  private long waitingBytes;
  private Optional<OperatorContext> context = Optional.empty();

  CountWindow(CountWindowNode node) {
    retracting = node.input().traits().changelog() != ChangelogMode.INSERT_ONLY;
    if (retracting && !(node.byContents() && node.input().traits().bounded())) {
      throw UserError.of(ErrorCode.CHANGELOG, "rows that are taken back cannot be counted off");
    }
    this.node = node;
    input = node.input().schema();
    codec =
        new RowCodec(
            input,
            node.time().map(t -> List.of(new SortKey(t.column(), false, false))).orElse(List.of()));
    keys = new KeyColumns(input, node.keys());
    waitsForEnd = node.input().traits().bounded();
    ages = new KeyAges(node.traits());
    counts = new KeyCounts(input, node.keys(), ages);
    added = new Schema(node.schema().fields().subList(input.size(), node.schema().size()));
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  private BufferAllocator allocator() {
    return context.orElseThrow().allocator();
  }

  @Override
  public void process(int from, RecordBatch batch, Output output) {
    if (isByArrival()) {
      count(batch, output);
      return;
    }
    try (batch) {
      Rows rows =
          node.time().isEmpty()
              ? Rows.of(batch)
              : new TimelyRows(node.time().get(), input, clock)
                  .of(batch, waitsForEnd, context.orElseThrow());
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        int count = batch.kind(position).adds() ? 1 : -1;
        take(new SortedRow(codec.key(batch, position), codec.row(batch, position), count));
      }
    }
  }

  private boolean isByArrival() {
    return node.time().isEmpty() && !node.byContents();
  }

  private void take(SortedRow row) {
    if (!retracting) {
      wait(row);
      return;
    }
    SortedRow known = held.putIfAbsent(row, row);
    if (known == null) {
      waitingBytes += row.byteSize();
      return;
    }
    known.add(row.count());
    if (known.count() == 0) {
      held.remove(known);
      waitingBytes -= known.byteSize();
    }
  }

  /** At the end: what has not been taken back is there to be counted. */
  private void settle() {
    for (SortedRow row : held.keySet()) {
      waitingBytes -= row.byteSize();
      for (long copy = 0; copy < row.count(); copy++) {
        wait(row);
      }
    }
    held.clear();
  }

  @Override
  public boolean wantsProcessingTime() {
    return ages.isWanted();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    ages.advance(nowMicros);
  }

  /** A key whose time is over begins anew with its next row. */
  @Override
  public void endOfTick(Output output) {
    int released = ages.isSweepDue() ? counts.forgetOld() : 0;
    if (released > 0) {
      context.orElseThrow().count("groups.released", released);
    }
  }

  private void wait(SortedRow row) {
    waiting.add(row);
    waitingBytes += row.byteSize();
  }

  @Override
  public long onWatermark(long watermark, Output output) {
    if (isByArrival()) {
      return watermark;
    }
    if (waitsForEnd && watermark != Long.MAX_VALUE) {
      return Long.MIN_VALUE;
    }
    clock.advance(watermark);
    settle();
    int most = Math.max(1, context.orElseThrow().batchRows());
    while (isNext(watermark)) {
      try (BatchBuilder builder = new BatchBuilder(input, allocator())) {
        while (builder.rows() < most && isNext(watermark)) {
          SortedRow row = waiting.remove();
          waitingBytes -= row.byteSize();
          codec.write(row.row(), builder);
          builder.mark(RowKind.INSERT);
        }
        count(builder.build(), output);
      }
    }
    return watermark;
  }

  private boolean isNext(long watermark) {
    return !waiting.isEmpty()
        && (watermark == Long.MAX_VALUE || waiting.peek().firstWord() <= watermark);
  }

  @Override
  public Optional<Waiting> waiting() {
    int rows = waiting.size() + held.size();
    return rows == 0
        ? Optional.empty()
        : Optional.of(new Waiting(rows, waitsForEnd ? Long.MAX_VALUE : waiting.peek().firstWord()));
  }

  @Override
  public long nextDue() {
    return waiting.isEmpty() || waitsForEnd ? Long.MAX_VALUE : waiting.peek().firstWord();
  }

  /** Counts rows on, which it takes over, and gives them with their windows. */
  private void count(RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int n = rows.count();
      int[] slots = counts.slots(batch, rows);
      if (starts.length < n) {
        starts = new long[n];
        numbers = new long[n];
      }
      for (int i = 0; i < n; i++) {
        long number = counts.next(slots[i]) - 1;
        numbers[i] = number;
        starts[i] = number - number % node.slide();
      }
      while (emit(batch, rows, output)) {
        // once more for rows that lie in an earlier window, too
      }
    }
  }

  /** Emits each row in its last window that it has not been given in; whether there were any. */
  private boolean emit(RecordBatch batch, Rows rows, Output output) {
    int[] chosen = new int[rows.count()];
    int count = 0;
    for (int i = 0; i < chosen.length; i++) {
      if (starts[i] + node.size() > numbers[i]) {
        chosen[count++] = i;
      }
    }
    if (count == 0) {
      return false;
    }
    Schema schema = node.schema();
    int width = input.size();
    try (BatchBuilder more = new BatchBuilder(added, allocator())) {
      for (int i = 0; i < count; i++) {
        int row = chosen[i];
        int at = rows.position(row);
        long end = starts[row] + node.size();
        Cells.setWord(more.vector(0), schema.type(width), at, starts[row]);
        Cells.setWord(more.vector(1), schema.type(width + 1), at, end);
        Cells.setWord(more.vector(2), schema.type(width + 2), at, numbers[row] == end - 1 ? 1 : 0);
        starts[row] -= node.slide();
        chosen[i] = at;
      }
      more.advance(batch.length());
      RecordBatch bounds = more.build();
      output.emit(batch.share().beside(schema, bounds).select(new Selection(chosen, count)));
    }
    return true;
  }

  @Override
  public void snapshot(StateWriter state) {
    counts.save(state, allocator());
    saveWaiting(state);
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    saveWaiting(state);
    return Optional.of(counts.beginSave(state, allocator()));
  }

  private void saveWaiting(StateWriter state) {
    saveWaiting(state.part(WAITING, LAYOUT, input), waiting, 1);
    saveWaiting(state.part(HELD, LAYOUT, input), held.keySet(), 1);
    saveWaiting(state.part(OWED, LAYOUT, input), held.keySet(), -1);
    clock.save(state, allocator());
  }

  /** Rows as often as they are there, or, with {@code sign} -1, are owed. */
  private void saveWaiting(StateWriter.Part part, Iterable<SortedRow> rows, int sign) {
    TreeMap<Integer, BatchBuilder> byGroup = new TreeMap<>();
    try (BatchBuilder all = new BatchBuilder(input, allocator())) {
      for (SortedRow row : rows) {
        long copies = rows == waiting ? 1 : sign * row.count();
        for (long copy = 0; copy < copies; copy++) {
          codec.write(row.row(), all);
          all.mark(RowKind.INSERT);
        }
      }
      try (RecordBatch batch = all.build()) {
        keys.load(batch, Rows.of(batch));
        for (int i = 0; i < batch.length(); i++) {
          byGroup
              .computeIfAbsent(
                  KeyGroups.of(keys.hashes()[i]), g -> new BatchBuilder(input, allocator()))
              .copy(RowKind.INSERT, batch, i);
        }
      }
      byGroup.forEach((group, builder) -> part.write(group, builder.build()));
    } finally {
      byGroup.values().forEach(BatchBuilder::close);
    }
  }

  @Override
  public void restore(StateReader state) {
    if (!clock.restore(state)) {
      return;
    }
    counts.restore(state);
    state.read(WAITING, (batch, group) -> restore(batch, 1));
    state.read(HELD, (batch, group) -> restore(batch, 1));
    state.read(OWED, (batch, group) -> restore(batch, -1));
  }

  private void restore(RecordBatch batch, int count) {
    try (batch) {
      for (int i = 0; i < batch.rowCount(); i++) {
        int position = batch.position(i);
        take(new SortedRow(codec.key(batch, position), codec.row(batch, position), count));
      }
    }
  }

  @Override
  public long stateBytes() {
    return counts.byteSize() + waitingBytes;
  }

  @Override
  public void close() {
    waiting.clear();
    held.clear();
  }
}
