package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.state.AppendedRows;
import dev.sluice.state.JoinIndex;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;

/**
 * A join of two inputs that end and only insert: the rows of one are kept, by key, and those of the
 * other pass by and leave nothing behind. Rows that would pass before all the others are there
 * wait; where the host reads the inputs in the order that the plan asks for, none do.
 */
final class HashJoin implements Operator {
  private static final String KEPT = "kept";
  private static final String WAITING = "waiting";
  private static final int LAYOUT = 1;
  private static final int SAVED_ROWS = 8192;
  private static final Field PAIRED = new Field("$paired", DataType.of(Kind.BIGINT).notNull());

  private final JoinNode node;
  private final JoinKind kind;
  private final int build;
  private final int probe;
  private final KeyColumns[] keys = new KeyColumns[2];
  private final EndedInputs ended = new EndedInputs();
  private AppendedRows kept;
  private AppendedRows waiting;
  private JoinIndex index;

  /** Kept rows that have had a partner, if it is asked for. */
  private BitSet paired = new BitSet();

  /** By position of the batch that passes: whether it has a partner, if it is asked for. */
  private boolean[] hit = new boolean[0];

  private int[] found = new int[0];

  /** Pairs that are yet to be tested and given. */
  private int[] positions = new int[0];

  private int[] partners = new int[0];
  private int count;
  private int[] lonely = new int[0];
  private int lonelyCount;
  private Optional<OperatorContext> context = Optional.empty();
  private Optional<ProbePairs> pairs = Optional.empty();

  HashJoin(JoinNode node) {
    this.node = node;
    kind = node.kind();
    build = node.build().orElseThrow();
    probe = 1 - build;
    if (!kind.givesPairs() && build == 0) {
      throw new IllegalArgumentException(kind + " join that keeps the rows it gives");
    }
    for (int side = 0; side < 2; side++) {
      keys[side] = new KeyColumns(schema(side), node.keys(side));
    }
    waiting = new AppendedRows(schema(probe));
    forget();
  }

  private Schema schema(int side) {
    return node.inputs().get(side).schema();
  }

  private void forget() {
    kept = new AppendedRows(schema(build));
    index = new JoinIndex(schema(build), node.keys(build));
    paired = new BitSet();
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    pairs = Optional.of(new ProbePairs(node, build, host));
  }

  private int batchRows() {
    return Math.max(1, context.orElseThrow().batchRows());
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      if (input == build) {
        keep(batch);
      } else if (ended.has(build)) {
        pass(batch, output);
      } else {
        await(batch);
      }
    }
  }

  private void await(RecordBatch batch) {
    Rows rows = Rows.of(batch);
    keys[probe].load(batch, rows);
    waiting.add(batch, rows, keys[probe].hashes());
  }

  /** Takes in rows to be kept; gives those that can have a partner, which are the first of them. */
  private Rows keep(RecordBatch batch) {
    Rows rows = matchable(build, batch);
    if (kind.givesPairs() || pairs.orElseThrow().hasCondition()) {
      index.add(batch, rows, kept.size());
      kept.add(batch, rows, index.hashes());
    } else {
      int[] chosen = new int[rows.count()];
      int n = index.addNew(batch, rows, kept.size(), chosen);
      kept.add(batch, Rows.at(chosen, n), index.hashes());
    }
    if (kind.keeps(build) && lonelyCount > 0) {
      Rows others = Rows.at(lonely, lonelyCount);
      keys[build].load(batch, others);
      kept.add(batch, others, keys[build].hashes());
    }
    return rows;
  }

  /** The rows whose key can be equal to another; those that cannot are noted as lonely. */
  private Rows matchable(int side, RecordBatch batch) {
    Rows rows = Rows.of(batch);
    lonelyCount = 0;
    boolean all = true;
    for (int k = 0; k < node.leftKeys().size(); k++) {
      FieldVector vector = batch.vector(node.keys(side).get(k));
      all &= node.matchNulls().get(k) || vector.getNullCount() == 0;
    }
    if (all) {
      return rows;
    }
    if (lonely.length < rows.count()) {
      lonely = new int[rows.count()];
    }
    int[] usable = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < rows.count(); i++) {
      int position = rows.position(i);
      if (JoinKeys.matchable(node, side, batch, position)) {
        usable[n++] = position;
      } else {
        lonely[lonelyCount++] = position;
      }
    }
    return Rows.at(usable, n);
  }

  /** Rows pass by those that are kept. */
  private void pass(RecordBatch batch, Output output) {
    Rows rows = matchable(probe, batch);
    keys[probe].load(batch, rows);
    int n = rows.count();
    if (found.length < n) {
      found = new int[Math.max(1024, n)];
    }
    index.find(keys[probe], found);
    boolean asked = kind.keeps(probe) || !kind.givesPairs();
    if (asked) {
      hit = new boolean[batch.length()];
    }
    if (!kind.givesPairs() && !pairs.orElseThrow().hasCondition()) {
      mark(rows, n);
    } else if (index.isUnique()) {
      room(n);
      count = collect(rows, n, found, positions, partners);
      flush(batch, true, output);
    } else {
      room(batchRows());
      for (int i = 0; i < n; i++) {
        for (int row = found[i]; row != JoinIndex.NONE; row = index.next(row)) {
          pair(batch, rows.position(i), row, output);
        }
      }
      flush(batch, false, output);
    }
    if (asked) {
      giveAlone(batch, kind == JoinKind.SEMI, output);
    }
  }

  private void room(int most) {
    if (positions.length < most) {
      positions = new int[most];
      partners = new int[most];
    }
  }

  private void mark(Rows rows, int n) {
    for (int i = 0; i < n; i++) {
      hit[rows.position(i)] = found[i] != JoinIndex.NONE;
    }
  }

  private static int collect(Rows rows, int n, int[] found, int[] positions, int[] partners) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      if (found[i] != JoinIndex.NONE) {
        positions[count] = rows.position(i);
        partners[count++] = found[i];
      }
    }
    return count;
  }

  private void pair(RecordBatch batch, int position, int row, Output output) {
    positions[count] = position;
    partners[count++] = row;
    if (count == batchRows()) {
      flush(batch, false, output);
    }
  }

  /** Tests the pairs, notes who has a partner, and gives them if the join gives pairs. */
  private void flush(RecordBatch batch, boolean ascending, Output output) {
    if (count == 0) {
      return;
    }
    ProbePairs.Some all = ProbePairs.Some.of(batch, kept, positions, partners, count, ascending);
    int n = pairs.orElseThrow().test(all);
    count = 0;
    if (n == 0) {
      return;
    }
    if (kind.keeps(build)) {
      for (int i = 0; i < n; i++) {
        paired.set(partners[i]);
      }
    }
    if (hit.length > 0) {
      for (int i = 0; i < n; i++) {
        hit[positions[i]] = true;
      }
    }
    if (kind.givesPairs()) {
      ProbePairs.Some left = ProbePairs.Some.of(batch, kept, positions, partners, n, ascending);
      output.emit(pairs.orElseThrow().output(left));
    }
  }

  /** Gives the rows of a batch that have a partner, or those that have none. */
  private void giveAlone(RecordBatch batch, boolean wanted, Output output) {
    Rows rows = Rows.of(batch);
    int[] chosen = new int[rows.count()];
    int n = 0;
    for (int i = 0; i < chosen.length; i++) {
      int position = rows.position(i);
      if (hit[position] == wanted) {
        chosen[n++] = position;
      }
    }
    if (n > 0) {
      output.emit(pairs.orElseThrow().alone(batch, chosen, n));
    }
  }

  /** Rows that come at the end come before it: windows behind are still open. */
  @Override
  public long onWatermark(long time, Output output) {
    if (time == Long.MAX_VALUE) {
      end(build, output);
      end(probe, output);
    }
    return time;
  }

  @Override
  public long nextDue() {
    return Long.MAX_VALUE;
  }

  @Override
  public void finish(int input, Output output) {
    end(input, output);
  }

  private void end(int input, Output output) {
    if (ended.has(input)) {
      return;
    }
    ended.end(input);
    if (input == build) {
      index.seal();
      passWaiting(output);
    }
    if (ended.has(build) && ended.has(probe)) {
      giveRest(output);
      forget();
    }
  }

  private void passWaiting(Output output) {
    AppendedRows rows = waiting;
    waiting = new AppendedRows(schema(probe));
    int[] numbers = Loops.identity(rows.size());
    for (int from = 0; from < numbers.length; from += batchRows()) {
      int end = Math.min(numbers.length, from + batchRows());
      try (RecordBatch batch = batch(rows, Arrays.copyOfRange(numbers, from, end))) {
        pass(batch, output);
      }
    }
  }

  private RecordBatch batch(AppendedRows store, int[] rows) {
    return store.batch(rows, context.orElseThrow().allocator());
  }

  private void giveRest(Output output) {
    if (!kind.keeps(build)) {
      return;
    }
    int[] chosen = new int[batchRows()];
    int n = 0;
    for (int row = paired.nextClearBit(0); row < kept.size(); row = paired.nextClearBit(row + 1)) {
      chosen[n++] = row;
      if (n == chosen.length) {
        output.emit(pairs.orElseThrow().rest(kept, chosen, n));
        n = 0;
      }
    }
    if (n > 0) {
      output.emit(pairs.orElseThrow().rest(kept, chosen, n));
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter keptState = isBroadcast() ? SharedState.owned(state, context.orElseThrow()) : state;
    save(keptState, KEPT, layout(), kept);
    save(state, WAITING, schema(probe), waiting);
    ended.save(state, context.orElseThrow().allocator());
  }

  private Schema layout() {
    return schema(build).append(PAIRED);
  }

  /** Whether every task keeps the same rows; none of them asks which have had a partner. */
  private boolean isBroadcast() {
    return node.broadcastSide().isPresent();
  }

  private void save(StateWriter state, String name, Schema layout, AppendedRows store) {
    StateWriter.Part part = state.part(name, LAYOUT, layout);
    int[][] groups = store.rowsByGroup();
    for (int group = 0; group < groups.length; group++) {
      int count = state.wants(group) ? groups[group].length : 0;
      for (int from = 0; from < count; from += SAVED_ROWS) {
        int[] rows = Arrays.copyOfRange(groups[group], from, Math.min(count, from + SAVED_ROWS));
        part.write(group, name.equals(KEPT) ? flagged(rows) : batch(store, rows));
      }
    }
  }

  private RecordBatch flagged(int[] rows) {
    BufferAllocator allocator = context.orElseThrow().allocator();
    try (RecordBatch plain = batch(kept, rows);
        BatchBuilder flags = new BatchBuilder(Schema.of(PAIRED), allocator)) {
      for (int i = 0; i < rows.length; i++) {
        Cells.setWord(flags.vector(0), PAIRED.type(), i, paired.get(rows[i]) ? 1 : 0);
      }
      flags.advance(rows.length);
      RecordBatch built = flags.build();
      return plain.share().beside(layout(), built);
    }
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(KEPT).isEmpty()) {
      return;
    }
    StateReader keptState = isBroadcast() ? SharedState.whole(state) : state;
    keptState.read(KEPT, (batch, group) -> restoreKept(batch));
    state.read(
        WAITING,
        (batch, group) -> {
          try (batch) {
            await(batch);
          }
        });
    ended.restore(state);
    if (ended.has(build)) {
      index.seal();
    }
  }

  private void restoreKept(RecordBatch saved) {
    int width = schema(build).size();
    int[] own = Loops.identity(width);
    try (saved;
        RecordBatch batch = saved.share().project(schema(build), own)) {
      int first = kept.size();
      Rows rows = keep(batch);
      BigIntVector flags = (BigIntVector) saved.vector(width);
      for (int i = 0; kind.keeps(build) && i < rows.count(); i++) {
        paired.set(first + i, flags.get(rows.position(i)) != 0);
      }
    }
  }

  @Override
  public long stateBytes() {
    return kept.byteSize() + index.byteSize() + waiting.byteSize() + paired.size() / 8;
  }

  @Override
  public void close() {
    pairs.ifPresent(ProbePairs::close);
    pairs = Optional.empty();
  }
}
