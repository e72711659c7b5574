package dev.sluice.operator;

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
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import java.util.Arrays;
import java.util.Optional;

/**
 * Aggregation per key over the whole input: once at the end, or as changes folded per tick. A group
 * whose last row is taken back is deleted; an aggregation without keys has one group always.
 */
final class GroupAggregate implements Operator {
  private static final String GROUPS = "groups";
  private static final int LAYOUT = 1;

  private final PlanNode.GroupAggregate node;
  private final boolean updating;
  private final boolean retracting;
  private final boolean global;
  private final EmitTimer timer;
  private final GroupTable groups;
  private final GroupTable.Shape shape;
  private Optional<OperatorContext> context = Optional.empty();
  private long sequence;

  /** Per slot: rows in the group, counted only if rows may be taken back. */
  private long[] live = new long[64];

  private final ChangeLog changes;

  GroupAggregate(PlanNode.GroupAggregate node) {
    this.node = node;
    shape = new GroupTable.Shape(node.input().schema(), node.keys(), node.calls());
    retracting = node.input().traits().changelog() != ChangelogMode.INSERT_ONLY;
    if (retracting && !shape.retractable()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "of an updating input only COUNT, SUM, AVG and variances can be aggregated")
          .withHint("aggregate before the step that makes the input updating");
    }
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
      if (updating) {
        changes.touch(slots, rows.count(), context.orElseThrow().allocator());
      }
      if (batch.kinds().isPresent()) {
        apply(batch, rows, slots, batch.kinds().get());
      } else {
        count(slots, rows.count(), 1);
        groups.update(batch, new SlotRows(rows, slots, sequence), false);
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
      for (int i = 0; i < n; i++) {
        live[slots[i]] += step;
      }
    }
  }

  private void ensureLive() {
    if (live.length < groups.size()) {
      live = Arrays.copyOf(live, Math.max(groups.size(), 2 * live.length));
    }
  }

  private boolean isAlive(int slot) {
    return !retracting || global || live[slot] > 0;
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
  public void endOfTick(Output output) {
    if (updating && timer.isDue()) {
      changes.emit(this::isAlive, context.orElseThrow(), output);
    }
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
      changes.emit(this::isAlive, context.orElseThrow(), output);
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
    changes.requireSettled();
    ensureLive();
    StateWriter.Part part = state.part(GROUPS, LAYOUT, shape.layout(3));
    groups.save(
        part,
        3,
        (slot, i) -> i == 0 ? live[slot] : i == 1 ? (changes.isKnown(slot) ? 1 : 0) : sequence,
        context.orElseThrow().allocator());
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
            int[] slots = groups.restore(batch, rows, 3);
            ensureLive();
            for (int i = 0; i < rows.count(); i++) {
              int position = rows.position(i);
              live[slots[i]] = Cells.word(batch.vector(0), word, position);
              changes.setKnown(slots[i], Cells.word(batch.vector(1), word, position) != 0);
              sequence = Math.max(sequence, Cells.word(batch.vector(2), word, position));
            }
          }
        });
  }

  @Override
  public long stateBytes() {
    return groups.byteSize() + 8L * live.length;
  }

  @Override
  public void close() {
    changes.close();
  }
}
