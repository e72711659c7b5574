package dev.sluice.operator;

import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.RowStore;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A join whose result changes. Both inputs are multisets; changes are gathered, and at the end of a
 * tick the difference they make is given: retractions first, so that a key that moves to another
 * row is free when it comes again. Without EMIT over bounded input everything is one tick, and so
 * the difference is the result.
 *
 * <p>With l and r the counts of a left and a right row that match, the result has their pair l·r
 * times; a left row whose matches count to zero is there by itself l times.
 */
final class ChangeJoin implements Operator {
  /** Words of a row: when it ends; how many matching rows there were; the change of its count. */
  private static final int EXPIRY = 0;

  private static final int MATCHES = 1;
  private static final int DELTA = 2;
  private static final String[] PARTS = {"left", "right"};
  private static final int LAYOUT = 1;

  private final JoinNode node;
  private final JoinKind kind;
  private final boolean atEnd;
  private final EmitTimer timer;
  private final RowStore[] stores = new RowStore[2];
  private final ExpiryQueue[] ends = {new ExpiryQueue(), new ExpiryQueue()};

  /** By side and key: the slot of the same key on the other side, or {@link RowStore#NONE}. */
  private final int[][] partners = {new int[64], new int[64]};

  /** By side and row: the change of its matches; and whether it is among those touched. */
  private final long[][] matchDeltas = {new long[64], new long[64]};

  private final boolean[][] listed = {new boolean[64], new boolean[64]};
  private final int[][] touched = {new int[64], new int[64]};
  private final int[] touchedCount = new int[2];
  private int[] found = new int[0];
  private boolean settledBefore;
  private final EndedInputs ended = new EndedInputs();
  private long now = Long.MIN_VALUE;
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<JoinPairs> writer = Optional.empty();
  private Optional<JoinChanges> changes = Optional.empty();

  private int[][] pairs = new int[2][0];
  private int[] kept = new int[0];
  private int count;

  ChangeJoin(JoinNode node) {
    if (node.inputs().stream().anyMatch(i -> i.traits().changelog() == ChangelogMode.UPSERT)) {
      throw UserError.of(ErrorCode.CHANGELOG, "a join needs retracting inputs, not upserting ones");
    }
    this.node = node;
    this.kind = node.kind();
    atEnd = node.emit() instanceof Emit.OnWindowClose;
    timer = new EmitTimer(node.emit());
    for (int side = 0; side < 2; side++) {
      stores[side] = new RowStore(node.inputs().get(side).schema(), node.keys(side), 3, true);
    }
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    JoinPairs made = new JoinPairs(node, stores, host);
    writer = Optional.of(made);
    changes = Optional.of(new JoinChanges(made, host.batchRows()));
    int most = Math.max(1, host.batchRows());
    pairs = new int[2][most];
    kept = new int[most];
  }

  @Override
  public void process(int side, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      if (rows.count() == 0) {
        return;
      }
      RowStore own = stores[side];
      int[] slots = own.keySlots(batch, rows);
      link(side, slots, own.lastKeys(), rows.count());
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        if (kind.keeps(side) || JoinKeys.matchable(node, side, batch, position)) {
          int row = own.add(slots[i], batch, position);
          touch(side, row);
          own.setWord(DELTA, row, delta(side, row) + (batch.kind(position).adds() ? 1 : -1));
          extend(side, row);
        }
      }
    }
  }

  /** Notes where the keys are on the other side. */
  private void link(int side, int[] slots, KeyColumns keys, int n) {
    if (found.length < n) {
      found = new int[Math.max(1024, n)];
    }
    stores[1 - side].find(keys, found);
    for (int s = 0; s < 2; s++) {
      int old = partners[s].length;
      if (old < stores[s].keys()) {
        partners[s] = Arrays.copyOf(partners[s], Math.max(stores[s].keys(), 2 * old));
      }
    }
    for (int i = 0; i < n; i++) {
      partners[side][slots[i]] = found[i];
      if (found[i] != RowStore.NONE) {
        partners[1 - side][found[i]] = slots[i];
      }
    }
  }

  private void touch(int side, int row) {
    if (listed[side].length <= row) {
      int capacity = Math.max(row + 1, 2 * listed[side].length);
      matchDeltas[side] = Arrays.copyOf(matchDeltas[side], capacity);
      listed[side] = Arrays.copyOf(listed[side], capacity);
    }
    if (!listed[side][row]) {
      listed[side][row] = true;
      if (touchedCount[side] == touched[side].length) {
        touched[side] = Arrays.copyOf(touched[side], 2 * touchedCount[side]);
      }
      touched[side][touchedCount[side]++] = row;
    }
  }

  private void extend(int side, int row) {
    if (node.retention().side(side).ttlMicros().isPresent() && now != Long.MIN_VALUE) {
      long expiry = now + node.retention().side(side).ttlMicros().getAsLong();
      stores[side].setWord(EXPIRY, row, expiry);
      ends[side].add(expiry, row);
    }
  }

  @Override
  public void endOfTick(Output output) {
    if (!atEnd && timer.isDue()) {
      give(output);
    }
  }

  @Override
  public void finish(int side, Output output) {
    ended.end(side);
    if (ended.has(0) && ended.has(1)) {
      give(output);
    }
  }

  /** Gives the difference that the changes since the last time make, and takes them over. */
  private void give(Output output) {
    if (touchedCount[0] + touchedCount[1] == 0) {
      return;
    }
    JoinChanges out = changes.orElseThrow();
    out.begin(output, settledBefore);
    int[] direct = touchedCount.clone();
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < direct[side]; i++) {
        meet(side, touched[side][i]);
      }
    }
    test();
    for (int side = 0; side < 2; side++) {
      alone(side);
    }
    out.end();
    settle();
  }

  /** Pairs a changed row with the rows of its key; a pair of two changed rows comes once. */
  private void meet(int side, int row) {
    RowStore own = stores[side];
    int partner = partners[side][own.key(row)];
    if (delta(side, row) == 0 || partner == RowStore.NONE || !matchable(own, side, row)) {
      return;
    }
    RowStore other = stores[1 - side];
    for (int o = other.first(partner); o != RowStore.NONE; o = other.next(o)) {
      if (side == 0 || delta(0, o) == 0) {
        pairs[side][count] = row;
        pairs[1 - side][count] = o;
        if (++count == kept.length) {
          test();
        }
      }
    }
  }

  private boolean matchable(RowStore own, int side, int row) {
    for (int k = 0; k < node.leftKeys().size(); k++) {
      if (!node.matchNulls().get(k) && own.isNull(row, node.keys(side).get(k))) {
        return false;
      }
    }
    return true;
  }

  private long delta(int side, int row) {
    return stores[side].word(DELTA, row);
  }

  /** Tests the pairs gathered, and notes what those that match change. */
  private void test() {
    int n = count;
    count = 0;
    if (n == 0) {
      return;
    }
    int passed = writer.orElseThrow().test(pairs[0], pairs[1], n, kept);
    for (int i = 0; i < passed; i++) {
      int left = pairs[0][kept[i]];
      int right = pairs[1][kept[i]];
      long oldLeft = stores[0].count(left);
      long oldRight = stores[1].count(right);
      long newLeft = oldLeft + delta(0, left);
      long newRight = oldRight + delta(1, right);
      if (kind.givesPairs()) {
        changes.orElseThrow().add(left, right, newLeft * newRight - oldLeft * oldRight);
      }
      // a row that was not there before has not counted its matches yet
      match(0, left, oldLeft == 0 ? newRight : newRight - oldRight);
      match(1, right, oldRight == 0 ? newLeft : newLeft - oldLeft);
    }
  }

  private void match(int side, int row, long change) {
    boolean counted = side == 0 ? kind.keeps(0) || !kind.givesPairs() : kind.keeps(1);
    if (counted && change != 0) {
      touch(side, row);
      matchDeltas[side][row] += change;
    }
  }

  /** What changes of the rows that are in the result by themselves. */
  private void alone(int side) {
    boolean semi = kind == JoinKind.SEMI && side == 0;
    if (!kind.keeps(side) && !semi) {
      return;
    }
    RowStore store = stores[side];
    for (int i = 0; i < touchedCount[side]; i++) {
      int row = touched[side][i];
      long oldCount = store.count(row);
      long newCount = oldCount + delta(side, row);
      long oldMatches = oldCount == 0 ? 0 : store.word(MATCHES, row);
      long newMatches = oldMatches + matchDeltas[side][row];
      long before = oldMatches > 0 == semi ? oldCount : 0;
      long after = newMatches > 0 == semi ? newCount : 0;
      changes
          .orElseThrow()
          .add(side == 0 ? row : RowStore.NONE, side == 0 ? RowStore.NONE : row, after - before);
      store.setWord(MATCHES, row, newMatches);
    }
  }

  /** The changes become the state. */
  private void settle() {
    for (int side = 0; side < 2; side++) {
      RowStore store = stores[side];
      for (int i = 0; i < touchedCount[side]; i++) {
        int row = touched[side][i];
        long left = store.count(row) + delta(side, row);
        store.setCount(row, left);
        store.setWord(DELTA, row, 0);
        matchDeltas[side][row] = 0;
        listed[side][row] = false;
        settledBefore = true;
        if (left == 0) {
          store.remove(row);
        }
      }
      touchedCount[side] = 0;
      trim(side);
    }
  }

  private void trim(int side) {
    if (stores[side].trim().isPresent()) {
      relink();
    }
  }

  private void relink() {
    for (int side = 0; side < 2; side++) {
      partners[side] = stores[side].keysIn(stores[1 - side]);
    }
  }

  @Override
  public boolean wantsProcessingTime() {
    return timer.isWanted() || hasTtl(0) || hasTtl(1);
  }

  private boolean hasTtl(int side) {
    return node.retention().side(side).ttlMicros().isPresent();
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    timer.advance(nowMicros);
    now = nowMicros;
    for (int side = 0; side < 2; side++) {
      if (hasTtl(side)) {
        forget(side);
      }
    }
  }

  /** Rows whose time to live is over go without a word: what they gave stays given. */
  private void forget(int side) {
    RowStore store = stores[side];
    List<Integer> waiting = new ArrayList<>();
    while (ends[side].hasUntil(now)) {
      int row = ends[side].take();
      boolean over = store.isLive(row) && store.word(EXPIRY, row) <= now;
      if (over && row < listed[side].length && listed[side][row]) {
        waiting.add(row);
      } else if (over) {
        store.remove(row);
      }
    }
    // a change that is yet to be given needs its row
    waiting.forEach(row -> ends[side].add(store.word(EXPIRY, row), row));
    trim(side);
  }

  @Override
  public void snapshot(StateWriter state) {
    for (int side = 0; side < 2; side++) {
      stores[side].save(state, PARTS[side], LAYOUT, context.orElseThrow().allocator());
    }
    ended.save(state, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
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
      RowStore store = stores[side];
      store.restore(state, PARTS[side]);
      for (int row = 0; row < store.limit(); row++) {
        settledBefore |= store.count(row) != 0;
        if (delta(side, row) != 0) {
          touch(side, row);
        }
        if (store.word(EXPIRY, row) != 0) {
          ends[side].add(store.word(EXPIRY, row), row);
        }
      }
    }
    relink();
    ended.restore(state);
  }

  @Override
  public long stateBytes() {
    long sum = 0;
    for (int side = 0; side < 2; side++) {
      sum += stores[side].byteSize() + 13L * listed[side].length + ends[side].byteSize();
    }
    return sum;
  }

  @Override
  public void close() {
    writer.ifPresent(JoinPairs::close);
    writer = Optional.empty();
  }
}
