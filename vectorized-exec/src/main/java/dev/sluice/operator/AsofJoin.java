package dev.sluice.operator;

import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.JoinKind;
import dev.sluice.state.RowStore;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.RowKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Joins left rows with the nearest right row of their key. Left rows wait until the watermark has
 * passed them (or the end); of right rows only those are kept that may still be the nearest to one.
 * Late rows of either side are left out and counted, so that the answer does not depend on what had
 * been let go.
 */
final class AsofJoin implements Operator {
  /** Words of a row: its order value; whether it is a version that was deleted. */
  private static final int ORDER = 0;

  private static final int GONE = 1;
  private static final String[] PARTS = {"left", "right"};
  private static final int LAYOUT = 1;

  private final AsofJoinNode node;
  private final RowStore[] stores = new RowStore[2];
  private final int[] orders;
  private final OptionalInt[] marks;
  private final ExpiryQueue waiting = new ExpiryQueue();
  private final ExpiryQueue versions = new ExpiryQueue();
  private final EndedInputs ended = new EndedInputs();
  private final Clock clock = new Clock();
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<JoinPairs> pairs = Optional.empty();
  private int[][] found = new int[2][0];
  private int[] kept = new int[0];
  private int count;

  /** By key of the right input: its newest row at or before the watermark. */
  private int[] inForce = {RowStore.NONE};

  /** Right rows of one key, ordered. */
  private int[] sorted = new int[64];

  AsofJoin(AsofJoinNode node) {
    ChangelogMode left = node.left().traits().changelog();
    ChangelogMode right = node.right().traits().changelog();
    if (left != ChangelogMode.INSERT_ONLY
        || right != ChangelogMode.INSERT_ONLY && !node.versions()) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "such a join over an updating input is not supported");
    }
    if (!Cells.isWord(node.left().schema().type(node.leftOrder()))) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED,
          "ASOF needs numbers or times to order by, not "
              + node.left().schema().type(node.leftOrder()));
    }
    this.node = node;
    orders = new int[] {node.leftOrder(), node.rightOrder()};
    marks = new OptionalInt[] {node.leftMark(), node.rightMark()};
    stores[0] = new RowStore(node.left().schema(), node.leftKeys(), 2, false);
    stores[1] = new RowStore(node.right().schema(), node.rightKeys(), 2, false);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    pairs =
        Optional.of(
            new JoinPairs(
                node.left().schema(),
                node.right().schema(),
                node.condition(),
                node.output(),
                node.schema(),
                stores,
                host));
    int most = Math.max(1, host.batchRows());
    found = new int[2][most];
    kept = new int[most];
  }

  @Override
  public void process(int side, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = timely(side, batch);
      if (rows.count() == 0) {
        return;
      }
      DataType type = node.inputs().get(side).schema().type(orders[side]);
      RowStore store = stores[side];
      int[] slots = store.keySlots(batch, rows);
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        int row = store.add(slots[i], batch, position);
        boolean isNull = batch.vector(orders[side]).isNull(position);
        long order = isNull ? 0 : Cells.word(batch.vector(orders[side]), type, position);
        store.setWord(ORDER, row, order);
        store.setWord(GONE, row, batch.kind(position) == RowKind.DELETE ? 1 : 0);
        (side == 0 ? waiting : versions).add(order, row);
      }
    }
  }

  /** The rows that take part: not late, not the old half of an update, and able to match. */
  private Rows timely(int side, RecordBatch batch) {
    Rows rows = Rows.of(batch);
    int[] usable = new int[rows.count()];
    int n = 0;
    int late = 0;
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      boolean old = side == 1 && batch.kind(position) == RowKind.UPDATE_BEFORE;
      boolean marked =
          marks[side].isPresent() && !batch.vector(marks[side].getAsInt()).isNull(position);
      // right rows that match nobody go at once; left ones may be given all the same
      boolean matchable =
          side == 0 || !batch.vector(orders[1]).isNull(position) && hasKey(batch, position);
      late += marked ? 1 : 0;
      if (!old && !marked && matchable) {
        usable[n++] = position;
      }
    }
    if (late > 0) {
      context.orElseThrow().count("rows.late", late);
    }
    return n == rows.count() ? rows : Rows.at(usable, n);
  }

  private boolean hasKey(RecordBatch batch, int position) {
    for (int key : node.rightKeys()) {
      if (batch.vector(key).isNull(position)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    if (node.byTime()) {
      give(clock.watermark(), clock.watermark() == Long.MAX_VALUE, output);
      forget(clock.watermark());
    }
    return time;
  }

  @Override
  public long nextDue() {
    return node.byTime() && waiting.hasUntil(Long.MAX_VALUE) ? waiting.firstTime() : Long.MAX_VALUE;
  }

  @Override
  public void finish(int side, Output output) {
    ended.end(side);
    if (ended.has(0) && ended.has(1)) {
      give(Long.MAX_VALUE, true, output);
    }
  }

  /**
   * Gives the left rows up to {@code time}, key by key.
   *
   * @param last whether no right row follows
   */
  private void give(long time, boolean last, Output output) {
    RowStore left = stores[0];
    int[] due = new int[64];
    int n = 0;
    while (waiting.hasUntil(time)) {
      if (n == due.length) {
        due = Arrays.copyOf(due, 2 * n);
      }
      due[n++] = waiting.take();
    }
    if (n == 0) {
      return;
    }
    int[] partners = left.keysIn(stores[1]);
    int[] byKey = RowOrder.by(due, n, row -> left.key(row));
    boolean[] again = new boolean[left.limit()];
    int from = 0;
    while (from < n) {
      int to = from;
      int key = left.key(byKey[from]);
      while (to < n && left.key(byKey[to]) == key) {
        to++;
      }
      meet(byKey, from, to, partners[key], time, last, again, output);
      from = to;
    }
    flush(output);
    for (int i = 0; i < n; i++) {
      if (again[byKey[i]]) {
        waiting.add(left.word(ORDER, byKey[i]), byKey[i]);
      } else {
        left.remove(byKey[i]);
      }
    }
    left.trim();
  }

  /** Finds the partners of left rows of one key. */
  private void meet(
      int[] rows,
      int from,
      int to,
      int partner,
      long time,
      boolean last,
      boolean[] again,
      Output output) {
    int size = partner == RowStore.NONE ? 0 : sort(partner);
    for (int i = from; i < to; i++) {
      int other = nearest(rows[i], size);
      boolean known =
          node.match().isBefore()
              || last
              || other != RowStore.NONE && stores[1].word(ORDER, other) <= time;
      if (!known) {
        again[rows[i]] = true;
      } else {
        boolean gone = other != RowStore.NONE && stores[1].word(GONE, other) != 0;
        pair(rows[i], gone ? RowStore.NONE : other, output);
      }
    }
  }

  /** Orders the right rows of a key, those of one place as they came; gives their number. */
  private int sort(int key) {
    RowStore right = stores[1];
    int n = 0;
    for (int row = right.first(key); row != RowStore.NONE; row = right.next(row)) {
      if (n == sorted.length) {
        sorted = Arrays.copyOf(sorted, 2 * n);
      }
      sorted[n++] = row;
    }
    sorted = RowOrder.by(sorted, n, row -> right.word(ORDER, row));
    return n;
  }

  private int nearest(int row, int size) {
    if (isNull(row)) {
      return RowStore.NONE;
    }
    long order = stores[0].word(ORDER, row);
    AsofJoinNode.Match match = node.match();
    // the number of right rows before the place, those at it taken in for >= and >
    boolean past = match.isBefore() == match.mayEqual();
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      long other = stores[1].word(ORDER, sorted[middle]);
      if (other < order || other == order && past) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (match.isBefore()) {
      return low == 0 ? RowStore.NONE : sorted[low - 1];
    }
    if (low == size) {
      return RowStore.NONE;
    }
    // of those at the next place the last
    long place = stores[1].word(ORDER, sorted[low]);
    while (low + 1 < size && stores[1].word(ORDER, sorted[low + 1]) == place) {
      low++;
    }
    return sorted[low];
  }

  /** Whether a left row has no key, or no place, that could match. */
  private boolean isNull(int row) {
    boolean none = stores[0].isNull(row, orders[0]);
    for (int key : node.leftKeys()) {
      none |= stores[0].isNull(row, key);
    }
    return none;
  }

  private void pair(int left, int right, Output output) {
    found[0][count] = left;
    found[1][count++] = right;
    if (count == kept.length) {
      flush(output);
    }
  }

  private void flush(Output output) {
    int n = 0;
    int[][] some = {new int[count], new int[count]};
    int pairsCount = 0;
    int[] lonely = new int[count];
    int lonelyCount = 0;
    for (int i = 0; i < count; i++) {
      if (found[1][i] == RowStore.NONE) {
        lonely[lonelyCount++] = found[0][i];
      } else {
        some[0][pairsCount] = found[0][i];
        some[1][pairsCount++] = found[1][i];
      }
    }
    int passed = pairsCount == 0 ? 0 : pairs.orElseThrow().test(some[0], some[1], pairsCount, kept);
    int next = 0;
    for (int i = 0; i < pairsCount; i++) {
      boolean passes = next < passed && kept[next] == i;
      next += passes ? 1 : 0;
      if (passes || node.kind() == JoinKind.LEFT) {
        found[0][n] = some[0][i];
        found[1][n++] = passes ? some[1][i] : RowStore.NONE;
      }
    }
    for (int i = 0; node.kind() == JoinKind.LEFT && i < lonelyCount; i++) {
      found[0][n] = lonely[i];
      found[1][n++] = RowStore.NONE;
    }
    count = 0;
    if (n > 0) {
      output.emit(pairs.orElseThrow().output(found[0], found[1], 0, n, Optional.empty()));
    }
  }

  /** Lets right rows go that are nearest to no left row after {@code time}. */
  private void forget(long time) {
    RowStore right = stores[1];
    while (versions.hasUntil(time)) {
      long order = versions.firstTime();
      int row = versions.take();
      if (!right.isLive(row) || right.word(ORDER, row) != order) {
        continue;
      }
      if (!node.match().isBefore() || time == Long.MAX_VALUE) {
        right.remove(row);
        continue;
      }
      int key = right.key(row);
      if (inForce.length <= key) {
        int old = inForce.length;
        inForce = Arrays.copyOf(inForce, Math.max(right.keys(), 2 * old));
        Arrays.fill(inForce, old, inForce.length, RowStore.NONE);
      }
      int other = inForce[key];
      if (other == RowStore.NONE || isReplaced(other, row)) {
        inForce[key] = row;
        if (other != RowStore.NONE) {
          right.remove(other);
        }
      } else {
        right.remove(row);
      }
    }
    right.trim().ifPresent(this::moveKeys);
  }

  private void moveKeys(int[] places) {
    int[] moved = new int[inForce.length];
    Arrays.fill(moved, RowStore.NONE);
    for (int key = 0; key < Math.min(places.length, inForce.length); key++) {
      if (places[key] != RowStore.NONE) {
        moved[places[key]] = inForce[key];
      }
    }
    inForce = moved;
  }

  /** Whether {@code row} takes the place of {@code other}, which came first or is older. */
  private boolean isReplaced(int other, int row) {
    long place = stores[1].word(ORDER, other);
    long newer = stores[1].word(ORDER, row);
    if (place != newer) {
      return place < newer;
    }
    for (int r = stores[1].next(other); r != RowStore.NONE; r = stores[1].next(r)) {
      if (r == row) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void snapshot(StateWriter state) {
    for (int side = 0; side < 2; side++) {
      stores[side].save(state, PARTS[side], LAYOUT, context.orElseThrow().allocator());
    }
    clock.save(state, context.orElseThrow().allocator());
    ended.save(state, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
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
      stores[side].restore(state, PARTS[side]);
      for (int row = 0; row < stores[side].limit(); row++) {
        (side == 0 ? waiting : versions).add(stores[side].word(ORDER, row), row);
      }
    }
    clock.restore(state);
    ended.restore(state);
  }

  @Override
  public long stateBytes() {
    return stores[0].byteSize() + stores[1].byteSize() + waiting.byteSize() + versions.byteSize();
  }

  @Override
  public void close() {
    pairs.ifPresent(JoinPairs::close);
    pairs = Optional.empty();
  }
}
