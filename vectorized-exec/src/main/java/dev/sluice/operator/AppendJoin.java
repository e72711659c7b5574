package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.RowStore;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A join whose result only grows: pairs come as soon as both rows are there, a row without a
 * partner when none can follow, because its time is over or the other input has ended. Rows are
 * kept no longer than that.
 */
final class AppendJoin implements Operator {
  /** Words of a row: when it ends; and the watermark it came behind, if it did. */
  private static final int EXPIRY = 0;

  private static final int MARK = 1;
  private static final String[] PARTS = {"left", "right"};
  private static final int LAYOUT = 1;
  private static final DataType LONG = DataType.of(Kind.BIGINT);

  private final JoinNode node;
  private final JoinKind kind;
  private final RowStore[] stores = new RowStore[2];
  private final ExpiryQueue[] ends = {new ExpiryQueue(), new ExpiryQueue()};
  private final long[] lastEnd = {Long.MIN_VALUE, Long.MIN_VALUE};
  private final KeyColumns[] keys = new KeyColumns[2];
  private final List<Optional<PendingRows>> pending = new ArrayList<>();
  private final EndedInputs ended = new EndedInputs();
  private final Clock clock = new Clock();
  private long now = Long.MIN_VALUE;
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<JoinPairs> writer = Optional.empty();

  /** Pairs of rows of both stores that are yet to be tested and given. */
  private int[][] pairs = new int[2][0];

  private int count;
  private int[] kept = new int[0];
  private int[] partners = new int[0];

  /** Rows that are only there until their pairs have been given. */
  private int[] passing = new int[64];

  private int passingCount;

  /** Left rows that have the partner they needed, or must not have had. */
  private int[] decided = new int[64];

  private int decidedCount;

  AppendJoin(JoinNode node) {
    this.node = node;
    this.kind = node.kind();
    for (int side = 0; side < 2; side++) {
      stores[side] = emptyStore(side);
    }
  }

  /** Of a right side that only decides, equal rows are one. */
  private RowStore emptyStore(int side) {
    boolean decides = side == 1 && !kind.givesPairs();
    return new RowStore(node.inputs().get(side).schema(), node.keys(side), 2, decides);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    writer = Optional.of(new JoinPairs(node, stores, host));
    int most = Math.max(1, host.batchRows());
    for (int side = 0; side < 2; side++) {
      int own = side;
      Schema schema = node.inputs().get(side).schema();
      keys[side] = new KeyColumns(schema, node.keys(side));
      pending.add(
          mayWait(side)
              ? Optional.of(
                  new PendingRows(
                      schema,
                      node.keys(side),
                      host.allocator().getRoot().getLimit(),
                      (batch, rows) -> put(own, batch, rows)))
              : Optional.empty());
    }
    pairs = new int[2][most];
    kept = new int[most];
  }

  /** Whether rows may wait unseen: they end by event time, and nothing is given when they do. */
  private boolean mayWait(int side) {
    return kind.givesPairs()
        && !kind.keeps(side)
        && node.retention().side(side).expiry().isPresent();
  }

  @Override
  public void process(int side, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = now(side, batch, matchable(side, batch, output));
      if (rows.count() == 0) {
        return;
      }
      RowStore own = stores[side];
      RowStore other = stores[1 - side];
      int[] slots = own.keySlots(batch, rows);
      ensurePartners(rows.count());
      KeyColumns keys = own.lastKeys();
      other.find(keys, partners);
      for (int i = 0; i < rows.count(); i++) {
        arrive(side, slots[i], partners[i], batch, rows.position(i), output);
      }
      flush(output);
      settle(side, output);
      for (int i = 0; i < decidedCount; i++) {
        if (stores[0].isLive(decided[i])) {
          stores[0].remove(decided[i]);
        }
      }
      decidedCount = 0;
      own.trim();
      stores[0].trim();
    }
  }

  /**
   * Finds partners among rows that wait; of the new rows those without any may wait, too: given are
   * the others.
   */
  private Rows now(int side, RecordBatch batch, Rows rows) {
    boolean looks = pending.get(1 - side).isPresent();
    boolean waits = pending.get(side).isPresent() && !ended.has(1 - side);
    if (rows.count() == 0 || !looks && !waits) {
      return rows;
    }
    keys[side].load(batch, rows);
    pending.get(1 - side).ifPresent(others -> others.look(keys[side]));
    if (!waits) {
      return rows;
    }
    int n = rows.count();
    ensurePartners(n);
    stores[1 - side].find(keys[side], partners);
    int[] waiting = new int[n];
    int[] rest = new int[n];
    int count = 0;
    long last = Long.MIN_VALUE;
    for (int i = 0; i < n; i++) {
      int position = rows.position(i);
      long expiry = expiry(side, batch, position);
      boolean plain = expiry > clock.watermark() && mark(side, batch, position) == Long.MIN_VALUE;
      if (plain && partners[i] == RowStore.NONE) {
        waiting[count++] = position;
        last = Math.max(last, expiry);
      } else {
        rest[i - count] = position;
      }
    }
    if (count > 0) {
      RecordBatch some = batch.share().select(new Selection(waiting, count));
      lastEnd[side] = Math.max(lastEnd[side], last);
      pending.get(side).get().add(some, last);
    }
    return Rows.at(rest, n - count);
  }

  private void ensurePartners(int count) {
    if (partners.length < count) {
      partners = new int[Math.max(1024, count)];
    }
  }

  /** Rows that have waited get their places by key. */
  private void put(int side, RecordBatch batch, Rows rows) {
    int[] slots = stores[side].keySlots(batch, rows);
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      long expiry = expiry(side, batch, position);
      int row = stores[side].add(slots[i], batch, position);
      stores[side].setWord(EXPIRY, row, expiry);
      stores[side].setWord(MARK, row, Long.MIN_VALUE);
      if (expiry != Long.MAX_VALUE) {
        ends[side].add(expiry, row);
        lastEnd[side] = Math.max(lastEnd[side], expiry);
      }
    }
  }

  /** The rows whose key can be equal to another; those that cannot have no partner. */
  private Rows matchable(int side, RecordBatch batch, Output output) {
    Rows rows = Rows.of(batch);
    int[] usable = new int[rows.count()];
    int[] lonely = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      if (JoinKeys.matchable(node, side, batch, position)) {
        usable[n++] = position;
      } else {
        lonely[i - n] = position;
      }
    }
    if (n == rows.count()) {
      return rows;
    }
    if (kind.keeps(side)) {
      giveLonely(side, batch, Rows.at(lonely, rows.count() - n), output);
    }
    return Rows.at(usable, n);
  }

  /** Gives rows that have no partner without keeping them. */
  private void giveLonely(int side, RecordBatch batch, Rows rows, Output output) {
    RowStore store = stores[side];
    int[] slots = store.keySlots(batch, rows);
    for (int i = 0; i < rows.count(); i++) {
      int row = store.add(slots[i], batch, rows.position(i));
      store.setCount(row, 1);
      pass(row);
      pair(side, row, RowStore.NONE, output);
    }
    flush(output);
    settle(side, output);
  }

  private void arrive(
      int side, int key, int partnerKey, RecordBatch batch, int position, Output output) {
    RowStore own = stores[side];
    RowStore other = stores[1 - side];
    long expiry = expiry(side, batch, position);
    long mark = mark(side, batch, position);
    int before = own.size();
    int row = own.add(key, batch, position);
    boolean known = own.size() == before;
    own.setWord(EXPIRY, row, expiry);
    own.setWord(MARK, row, known ? Math.min(mark, own.word(MARK, row)) : mark);
    boolean ends = expiry != Long.MAX_VALUE && node.retention().side(side).expiry().isPresent();
    if (ends && mark != Long.MIN_VALUE && expiry <= Math.max(clock.watermark(), mark)) {
      context.orElseThrow().count("rows.late", 1);
    }
    // its own lateness is no reason not to wait: whether a partner came before it or comes after
    // must not matter
    boolean over = ends && expiry <= clock.watermark();
    if (over || ended.has(1 - side)) {
      if (!known) {
        pass(row);
      }
    } else if (expiry != Long.MAX_VALUE) {
      this.ends[side].add(expiry, row);
      lastEnd[side] = Math.max(lastEnd[side], expiry);
    }
    if (partnerKey == RowStore.NONE || known) {
      return;
    }
    boolean one = side == 0 && !kind.givesPairs() && !writer.orElseThrow().hasCondition();
    int o = other.first(partnerKey);
    while (o != RowStore.NONE) {
      boolean visible = other.word(EXPIRY, o) > mark && expiry > other.word(MARK, o);
      boolean decided = !kind.givesPairs() && stores[0].count(side == 0 ? row : o) != 0;
      if (visible && !decided) {
        pair(side, row, o, output);
      }
      o = visible && one ? RowStore.NONE : other.next(o);
    }
  }

  private void pass(int row) {
    if (passingCount == passing.length) {
      passing = Arrays.copyOf(passing, 2 * passingCount);
    }
    passing[passingCount++] = row;
  }

  /** When the row ends: by event time, or by the clock; never: {@link Long#MAX_VALUE}. */
  private long expiry(int side, RecordBatch batch, int position) {
    JoinRetention.Side retention = node.retention().side(side);
    if (retention.expiry().isPresent()) {
      int column = retention.expiry().getAsInt();
      DataType type = node.inputs().get(side).schema().type(column);
      return batch.vector(column).isNull(position)
          ? Long.MIN_VALUE
          : Cells.word(batch.vector(column), type, position);
    }
    return retention.ttlMicros().isPresent() && now != Long.MIN_VALUE
        ? now + retention.ttlMicros().getAsLong()
        : Long.MAX_VALUE;
  }

  private long mark(int side, RecordBatch batch, int position) {
    JoinRetention.Side retention = node.retention().side(side);
    if (retention.mark().isEmpty() || batch.vector(retention.mark().getAsInt()).isNull(position)) {
      return Long.MIN_VALUE;
    }
    return Cells.word(batch.vector(retention.mark().getAsInt()), LONG, position);
  }

  private void pair(int side, int own, int other, Output output) {
    pairs[side][count] = own;
    pairs[1 - side][count] = other;
    count++;
    if (count == kept.length) {
      flush(output);
    }
  }

  /** Tests the pairs, notes who has a partner, and gives what the kind of join wants. */
  private void flush(Output output) {
    if (count == 0) {
      return;
    }
    boolean lonely = pairs[0][0] == RowStore.NONE || pairs[1][0] == RowStore.NONE;
    int n = lonely ? all() : writer.orElseThrow().test(pairs[0], pairs[1], count, kept);
    int given = 0;
    for (int i = 0; i < n; i++) {
      int left = pairs[0][kept[i]];
      int right = pairs[1][kept[i]];
      boolean first = !lonely && stores[0].count(left) == 0;
      if (!lonely) {
        stores[0].setCount(left, 1);
        stores[1].setCount(right, 1);
      }
      if (first && !kind.givesPairs()) {
        decide(left);
      }
      if (lonely || kind.givesPairs() || kind == JoinKind.SEMI && first) {
        pairs[0][given] = left;
        pairs[1][given++] = right;
      }
    }
    count = 0;
    if (given > 0) {
      output.emit(writer.orElseThrow().output(pairs[0], pairs[1], 0, given, Optional.empty()));
    }
  }

  private void decide(int row) {
    if (decidedCount == decided.length) {
      decided = Arrays.copyOf(decided, 2 * decidedCount);
    }
    decided[decidedCount++] = row;
  }

  private int all() {
    for (int i = 0; i < count; i++) {
      kept[i] = i;
    }
    return count;
  }

  /** Lets the rows go that are not to be kept; those without a partner are given first. */
  private void settle(int side, Output output) {
    if (passingCount == 0) {
      return;
    }
    int[] rows = passing;
    int n = passingCount;
    passingCount = 0;
    end(side, rows, n, output);
  }

  /** Ends rows: given if they had no partner and the join keeps such, and removed. */
  private void end(int side, int[] rows, int n, Output output) {
    RowStore store = stores[side];
    for (int i = 0; i < n; i++) {
      if (kind.keeps(side) && store.count(rows[i]) == 0) {
        pair(side, rows[i], RowStore.NONE, output);
      }
    }
    flush(output);
    for (int i = 0; i < n; i++) {
      store.remove(rows[i]);
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    for (int side = 0; side < 2; side++) {
      if (node.retention().side(side).expiry().isPresent()) {
        pending.get(side).ifPresent(rows -> rows.expire(clock.watermark()));
        expire(side, clock.watermark(), output);
      }
    }
    return clock.outgoing(node.retention().holdBackMicros());
  }

  /** Rows that are given at their end are given in time; others go when all of them can. */
  @Override
  public long nextDue() {
    long due = Long.MAX_VALUE;
    for (int side = 0; side < 2; side++) {
      boolean any =
          ends[side].hasUntil(Long.MAX_VALUE)
              || pending.get(side).map(rows -> !rows.isEmpty()).orElse(false);
      if (node.retention().side(side).expiry().isPresent() && any) {
        due = Math.min(due, kind.keeps(side) ? ends[side].firstTime() : lastEnd[side]);
      }
    }
    return due;
  }

  private void expire(int side, long time, Output output) {
    RowStore store = stores[side];
    int[] rows = new int[64];
    int n = 0;
    while (ends[side].hasUntil(time)) {
      long expiry = ends[side].firstTime();
      int row = ends[side].take();
      if (store.isLive(row) && store.word(EXPIRY, row) == expiry) {
        // a row that is in the queue twice must not end twice
        store.setWord(EXPIRY, row, Long.MIN_VALUE);
        if (n == rows.length) {
          rows = Arrays.copyOf(rows, 2 * n);
        }
        rows[n++] = row;
      }
    }
    if (n > 0) {
      end(side, rows, n, output);
      store.trim();
    }
  }

  @Override
  public boolean wantsProcessingTime() {
    return List.of(0, 1).stream()
        .anyMatch(side -> node.retention().side(side).ttlMicros().isPresent());
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    now = nowMicros;
    for (int side = 0; side < 2; side++) {
      if (node.retention().side(side).ttlMicros().isPresent()) {
        expire(side, now, output);
      }
    }
  }

  @Override
  public void finish(int side, Output output) {
    ended.end(side);
    int waiting = 1 - side;
    pending.get(waiting).ifPresent(PendingRows::close);
    RowStore store = stores[waiting];
    int[] rows = new int[store.size()];
    int n = 0;
    for (int row = 0; row < store.limit(); row++) {
      if (store.isLive(row)) {
        rows[n++] = row;
      }
    }
    if (kind.keeps(waiting)) {
      end(waiting, rows, n, output);
    }
    stores[waiting] = emptyStore(waiting);
    ends[waiting].clear();
  }

  @Override
  public void snapshot(StateWriter state) {
    pending.forEach(side -> side.ifPresent(PendingRows::settle));
    OperatorContext host = context.orElseThrow();
    for (int side = 0; side < 2; side++) {
      StateWriter own = isBroadcast(side) ? SharedState.owned(state, host) : state;
      stores[side].save(own, PARTS[side], LAYOUT, host.allocator());
    }
    clock.save(state, context.orElseThrow().allocator());
    ended.save(state, context.orElseThrow().allocator());
  }

  /** Whether all tasks have all rows of that input. */
  private boolean isBroadcast(int side) {
    return node.broadcastSide().equals(OptionalInt.of(side));
  }

  /**
   * Beside an input that is broadcast, rows of one key lie in several tasks: none of them can say
   * that the key is gone, so all that is kept is written each time.
   */
  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    if (node.broadcastSide().isPresent()) {
      snapshot(state);
      return Optional.empty();
    }
    pending.forEach(side -> side.ifPresent(PendingRows::settle));
    clock.save(state, context.orElseThrow().allocator());
    ended.save(state, context.orElseThrow().allocator());
    List<StateCopy> copies = new ArrayList<>();
    for (int side = 0; side < 2; side++) {
      copies.add(
          stores[side].beginSave(state, PARTS[side], LAYOUT, context.orElseThrow().allocator()));
    }
    return Optional.of(StateCopy.all(copies));
  }

  @Override
  public void restore(StateReader state) {
    for (int side = 0; side < 2; side++) {
      stores[side].restore(isBroadcast(side) ? SharedState.whole(state) : state, PARTS[side]);
      for (int row = 0; row < stores[side].limit(); row++) {
        if (stores[side].word(EXPIRY, row) != Long.MAX_VALUE) {
          ends[side].add(stores[side].word(EXPIRY, row), row);
          lastEnd[side] = Math.max(lastEnd[side], stores[side].word(EXPIRY, row));
        }
      }
    }
    clock.restore(state);
    ended.restore(state);
  }

  @Override
  public long stateBytes() {
    long sum = 0;
    for (int side = 0; side < 2; side++) {
      sum += stores[side].byteSize() + ends[side].byteSize();
      sum += pending.get(side).map(PendingRows::byteSize).orElse(0L);
    }
    return sum;
  }

  @Override
  public void close() {
    pending.forEach(side -> side.ifPresent(PendingRows::close));
    writer.ifPresent(JoinPairs::close);
    writer = Optional.empty();
  }
}
