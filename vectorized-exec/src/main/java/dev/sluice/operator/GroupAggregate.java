package dev.sluice.operator;

import dev.sluice.aggregate.AccumulatorSet.Use;
import dev.sluice.aggregate.GroupTable;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.state.KeyTable;
import dev.sluice.state.SlotChanges;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Aggregation per key over the whole input: once at the end, or as changes folded per tick. A group
 * whose last row is taken back is deleted; an aggregation without keys has one group always. With a
 * time to live, a group that no row has reached for so long is forgotten without a change: its next
 * row begins it anew.
 */
final class GroupAggregate implements Operator {
  private static final String GROUPS = "groups";
  private static final String GIVEN = "given";
  private static final int LAYOUT = 2;
  private static final int EXTRAS = 4;

  /** Groups that are gone are kept until there are so many, and as many as others. */
  private static final int MOST_GONE = 4096;

  private final PlanNode.GroupAggregate node;
  private final boolean updating;
  private final boolean retracting;
  private final boolean global;
  private final EmitTimer timer;
  private GroupTable groups;
  private final GroupTable.Shape shape;
  private Optional<OperatorContext> context = Optional.empty();
  private long sequence;

  /** Per slot: rows in the group, counted only if rows may be taken back. */
  private long[] live = new long[64];

  /** Per slot: when a row last reached the group; only with a time to live. */
  private long[] reached = new long[64];

  private long now;
  private long nextSweep;

  /** Groups without rows, among the first {@link #counted}. */
  private int gone;

  private int counted;
  private boolean owes;

  private final ChangeLog changes;
  private final SlotChanges saved = new SlotChanges(new Saved());

  GroupAggregate(PlanNode.GroupAggregate node) {
    this.node = node;
    retracting = node.input().traits().changelog() != ChangelogMode.INSERT_ONLY;
    shape =
        new GroupTable.Shape(
            node.input().schema(),
            node.keys(),
            node.calls(),
            retracting ? Use.RETRACTED : Use.ADDED);
    if (node.input().traits().changelog() == ChangelogMode.UPSERT) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "aggregation needs a retracting input, not an upserting one");
    }
    updating = !(node.emit() instanceof Emit.OnWindowClose);
    timer = new EmitTimer(node.emit());
    global = node.keys().isEmpty();
    groups = new GroupTable(shape);
    changes =
        new ChangeLog(groups, node.schema(), node.traits().changelog() != ChangelogMode.UPSERT);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      if (rows.count() == 0) {
        return;
      }
      int[] slots = groups.slots(batch, rows);
      saved.touch(slots, rows.count());
      if (updating) {
        changes.touch(slots, rows.count(), context.orElseThrow().allocator());
      }
      if (batch.kinds().isPresent()) {
        apply(batch, rows, slots, batch.kinds().get());
      } else {
        count(slots, rows.count(), 1);
        groups.update(batch, new SlotRows(rows, slots, sequence), false);
      }
      if (node.stateTtlMicros() > 0) {
        for (int i = 0; i < rows.count(); i++) {
          reached[slots[i]] = now;
        }
      }
      sequence += batch.length();
    }
  }

  private void apply(RecordBatch batch, Rows rows, int[] slots, byte[] kinds) {
    for (boolean adds : new boolean[] {true, false}) {
      int[] positions = new int[rows.count()];
      int[] kept = new int[rows.count()];
      int n = 0;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.position(i);
        if (RowKind.of(kinds[position]).adds() == adds) {
          positions[n] = position;
          kept[n++] = slots[i];
        }
      }
      if (n > 0) {
        count(kept, n, adds ? 1 : -1);
        groups.update(batch, new SlotRows(Rows.at(positions, n), kept, sequence), !adds);
      }
    }
  }

  private void count(int[] slots, int n, int step) {
    ensureLive();
    if (retracting) {
      gone += groups.size() - counted;
      counted = groups.size();
      for (int i = 0; i < n; i++) {
        long before = live[slots[i]];
        long after = before + step;
        live[slots[i]] = after;
        gone += (after == 0 ? 1 : 0) - (before == 0 ? 1 : 0);
        owes |= after < 0;
      }
    }
  }

  private void ensureLive() {
    if (live.length < groups.size()) {
      live = Arrays.copyOf(live, Math.max(groups.size(), 2 * live.length));
      reached = Arrays.copyOf(reached, live.length);
    }
  }

  /**
   * Lets go of groups that have no rows any more, once they are many, and of those whose time is
   * over. A group that owes rows (more were taken back than came) waits for them, unless what it
   * had was forgotten.
   */
  private void release() {
    boolean expiring = node.stateTtlMicros() > 0 && (now >= nextSweep || owes);
    if (global
        || !changes.isSettled()
        || saved.isCopying()
        || !expiring && (gone < MOST_GONE || 2 * gone < groups.size())) {
      return;
    }
    ensureLive();
    long oldest = node.stateTtlMicros() > 0 ? now - node.stateTtlMicros() : Long.MIN_VALUE;
    int[] kept = new int[groups.size()];
    int n = 0;
    for (int slot = 0; slot < kept.length; slot++) {
      boolean empty = retracting && (expiring ? live[slot] <= 0 : live[slot] == 0);
      if (!empty && (node.stateTtlMicros() == 0 || reached[slot] > oldest)) {
        kept[n++] = slot;
      }
    }
    if (n < kept.length) {
      context.orElseThrow().count("groups.released", kept.length - n);
      moveTo(kept, n);
    }
    nextSweep = now + Math.max(1, node.stateTtlMicros() / 4);
    owes = false;
  }

  private void moveTo(int[] kept, int n) {
    int[] places = new int[groups.size()];
    Arrays.fill(places, -1);
    for (int i = 0; i < n; i++) {
      places[kept[i]] = i;
    }
    saved.move(places);
    groups = groups.only(kept, n);
    changes.moveTo(ChangeLog.Current.of(groups), kept, n);
    long[] oldLive = live;
    long[] oldReached = reached;
    live = new long[Math.max(64, n)];
    reached = new long[live.length];
    gone = 0;
    counted = n;
    for (int i = 0; i < n; i++) {
      live[i] = oldLive[kept[i]];
      reached[i] = oldReached[kept[i]];
      gone += live[i] == 0 ? 1 : 0;
    }
  }

  private boolean isAlive(int slot) {
    return !retracting || global || live[slot] > 0;
  }

  @Override
  public boolean wantsProcessingTime() {
    return timer.isWanted() || node.stateTtlMicros() > 0;
  }

  @Override
  public void onProcessingTime(long nowMicros, Output output) {
    timer.advance(nowMicros);
    now = nowMicros;
  }

  @Override
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      give(output);
    }
    release();
  }

  private void give(Output output) {
    if (timer.isWanted()) {
      // they may have come before the last snapshot, which has them as waiting
      int[] waiting = changes.waiting();
      saved.touch(waiting, waiting.length);
    }
    changes.emit(this::isAlive, context.orElseThrow(), output);
  }

  @Override
  public void finish(int input, Output output) {
    boolean empty = global && groups.size() == 0;
    if (empty) {
      groups.addGlobalGroup();
    }
    if (updating) {
      if (empty) {
        changes.touch(new int[] {0}, 1, context.orElseThrow().allocator());
      }
      give(output);
    } else {
      emitAll(output);
    }
  }

  private void emitAll(Output output) {
    int[] slots = new int[groups.size()];
    int n = 0;
    ensureLive();
    for (int slot = 0; slot < slots.length; slot++) {
      if (isAlive(slot)) {
        slots[n++] = slot;
      }
    }
    int most = Math.max(1, context.orElseThrow().batchRows());
    for (int from = 0; from < n; from += most) {
      int count = Math.min(most, n - from);
      try (BatchBuilder builder =
          new BatchBuilder(node.schema(), context.orElseThrow().allocator())) {
        groups.write(slots, from, count, builder);
        builder.advance(count);
        output.emit(builder.build());
      }
    }
  }

  @Override
  public void snapshot(StateWriter state) {
    ensureLive();
    changes.saveGiven(
        state.part(GIVEN, 1, node.schema()), groups::keyGroup, context.orElseThrow().allocator());
    StateWriter.Part part = state.part(GROUPS, LAYOUT, shape.layout(EXTRAS));
    groups.save(part, EXTRAS, this::extra, context.orElseThrow().allocator());
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    ensureLive();
    BufferAllocator allocator = context.orElseThrow().allocator();
    changes.saveGiven(state.part(GIVEN, 1, node.schema()), groups::keyGroup, allocator);
    StateCopy copy = saved.begin(state, GROUPS, LAYOUT, shape.layout(EXTRAS), allocator);
    // a row that waits now has been given by the time its group is copied
    int[] waiting = changes.waiting();
    saved.copyNow(waiting, waiting.length);
    return Optional.of(copy);
  }

  /** The groups as what is saved. */
  private final class Saved implements SlotChanges.Table {
    @Override
    public int size() {
      return groups.size();
    }

    @Override
    public KeyTable keys() {
      return groups.keys();
    }

    @Override
    public List<Integer> identity() {
      return IntStream.range(EXTRAS, EXTRAS + node.keys().size()).boxed().toList();
    }

    @Override
    public void append(int[] slots, int count, SlotChanges.Staged to) {
      ensureLive();
      groups.append(slots, 0, count, EXTRAS, GroupAggregate.this::extra, to.builder());
      int end = to.builder().rows() - count;
      for (int i = 0; i < count; i++) {
        to.are(groups.keyGroup(slots[i]), ++end, 1);
      }
    }
  }

  private long extra(int slot, int index) {
    return switch (index) {
      case 0 -> live[slot];
      case 1 -> changes.flags(slot);
      case 2 -> sequence;
      default -> reached[slot];
    };
  }

  @Override
  public void restore(StateReader state) {
    if (state.version(GROUPS).isEmpty()) {
      return;
    }
    DataType word = DataType.of(Kind.BIGINT);
    state.read(
        GROUPS,
        (batch, group) -> {
          try (batch) {
            Rows rows = Rows.of(batch);
            int[] slots = groups.restore(batch, rows, EXTRAS);
            ensureLive();
            for (int i = 0; i < rows.count(); i++) {
              int position = rows.position(i);
              live[slots[i]] = Cells.word(batch.vector(0), word, position);
              changes.setFlags(slots[i], Cells.word(batch.vector(1), word, position));
              sequence = Math.max(sequence, Cells.word(batch.vector(2), word, position));
              reached[slots[i]] = Cells.word(batch.vector(3), word, position);
              gone += live[slots[i]] == 0 ? 1 : 0;
            }
            counted = groups.size();
          }
        });
    if (state.version(GIVEN).isPresent()) {
      state.read(
          GIVEN,
          (batch, group) -> changes.restoreGiven(batch, groups.slotsByKey(batch, keyColumns())));
    }
    saved.restored();
  }

  /** Where the keys are in a row that is given. */
  private List<Integer> keyColumns() {
    return IntStream.range(0, node.keys().size()).boxed().toList();
  }

  @Override
  public long stateBytes() {
    return groups.byteSize() + 16L * live.length;
  }

  @Override
  public void close() {
    changes.close();
  }
}
