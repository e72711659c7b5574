package dev.sluice.operator;

import dev.sluice.aggregate.AccumulatorSet;
import dev.sluice.aggregate.GroupTable;
import dev.sluice.aggregate.SlotRows;
import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.state.KeyGroups;
import dev.sluice.state.StateCopy;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Aggregation over TUMBLE, HOP and CUMULATE windows. Each row is aggregated once, into its pane; a
 * window merges its panes when it closes, gives its rows once and never again. With allowed
 * lateness the one result waits until the lateness has passed too: the output is insert-only.
 *
 * <p>Windows come out in order of their end, groups within a window in order of pane, then of first
 * row.
 */
final class WindowAggregate implements Operator {
  private static final String PANES = "panes";
  private static final String CLOCK = Clock.PART;
  private static final int LAYOUT = 1;
  private static final Schema CLOCK_LAYOUT =
      Schema.of(
          new Field("watermark", DataType.of(Kind.BIGINT).notNull()),
          new Field("sequence", DataType.of(Kind.BIGINT).notNull()));

  private final PlanNode.WindowAggregate node;
  private final WindowGrid grid;
  private final GroupTable.Shape shape;
  private final PaneStore store;
  private final PaneAssigner assigner;
  private Optional<OperatorContext> context = Optional.empty();
  private long watermark = Long.MIN_VALUE;
  private long sequence;

  WindowAggregate(PlanNode.WindowAggregate node) {
    if (!(node.emit() instanceof Emit.OnWindowClose)) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "windowed aggregation with EMIT " + node.emit() + " is not supported")
          .withHint("use EMIT ON WINDOW CLOSE");
    }
    if (node.input().traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
          ErrorCode.CHANGELOG, "windowed aggregation over an updating input is not supported");
    }
    this.node = node;
    Schema input = node.input().schema();
    DataType timeType = input.type(node.window().timeColumn());
    long unit = TimeAttribute.unitMicros(node.input().traits(), timeType);
    grid = new WindowGrid(node.window(), unit, node.allowedLatenessMicros(), timeType);
    shape = new GroupTable.Shape(input, node.keys(), node.calls(), AccumulatorSet.Use.MERGED);
    store = new PaneStore(grid, shape);
    assigner = new PaneAssigner(grid, node.window(), timeType, node.rowWatermark());
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    grid.in(host.evalContext().zone());
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      if (batch.rowCount() == 0) {
        return;
      }
      int before = store.size();
      assigner.assign(
          batch,
          Rows.of(batch),
          watermark,
          (start, openEnd, rows) -> toPane(batch, start, openEnd, rows));
      sequence += batch.length();
      if (assigner.unusable() > 0) {
        context.orElseThrow().count("rows.null-time", assigner.unusable());
      }
      if (store.size() > before) {
        context.orElseThrow().count("panes.open", store.size() - before);
      }
    }
  }

  private void toPane(RecordBatch batch, long start, long openEnd, Rows rows) {
    if (start == PaneAssigner.LATE) {
      LateRows.give(batch, rows, node.late(), context.orElseThrow());
    } else if (start != PaneAssigner.GAP) {
      PaneStore.Pane pane = store.pane(new PaneStore.Key(start, openEnd));
      int[] slots = pane.groups().slots(batch, rows);
      pane.changes().touch(slots, rows.count());
      pane.groups().update(batch, new SlotRows(rows, slots, sequence), false);
    }
  }

  @Override
  public long onWatermark(long time, Output output) {
    if (time > watermark) {
      long previous = watermark;
      for (long end : store.closing(previous, time)) {
        emit(end, store.window(end), output);
      }
      int dropped = store.drop(time);
      if (dropped > 0) {
        context.orElseThrow().count("panes.open", -dropped);
      }
      watermark = time;
    }
    return grid.outgoing(watermark);
  }

  @Override
  public Optional<Waiting> waiting() {
    OptionalLong due = store.due(watermark);
    return due.isEmpty()
        ? Optional.empty()
        : Optional.of(new Waiting(store.size(), due.getAsLong()));
  }

  private void emit(long end, GroupTable groups, Output output) {
    context.orElseThrow().count("windows.emitted", 1);
    int[] slots = Loops.identity(groups.size());
    int most = Math.max(1, context.orElseThrow().batchRows());
    for (int from = 0; from < slots.length; from += most) {
      output.emit(rows(end, groups, slots, from, Math.min(most, slots.length - from)));
    }
  }

  private RecordBatch rows(long end, GroupTable groups, int[] slots, int from, int count) {
    Schema schema = node.schema();
    try (BatchBuilder builder = new BatchBuilder(schema, context.orElseThrow().allocator())) {
      builder.reserve(count);
      groups.write(slots, from, count, builder);
      int column = schema.size() - 3;
      fill(builder, column, grid.bound(grid.start(end), schema.type(column)), count);
      fill(builder, column + 1, grid.bound(end, schema.type(column + 1)), count);
      fill(builder, column + 2, grid.windowTime(end), count);
      builder.advance(count);
      return builder.build();
    }
  }

  private void fill(BatchBuilder builder, int column, long word, int count) {
    long[] words = new long[count];
    Arrays.fill(words, word);
    Cells.setWords(builder.vector(column), node.schema().type(column), words, count);
  }

  @Override
  public void snapshot(StateWriter state) {
    StateWriter.Part panes = state.part(PANES, LAYOUT, shape.layout(2));
    store
        .panes()
        .forEach(
            (key, pane) ->
                pane.groups()
                    .save(
                        panes,
                        2,
                        (slot, i) -> i == 0 ? key.start() : key.openEnd(),
                        context.orElseThrow().allocator()));
    saveClock(state);
  }

  @Override
  public Optional<StateCopy> beginSnapshot(StateWriter state) {
    saveClock(state);
    List<Integer> identity = IntStream.range(0, 2 + node.keys().size()).boxed().toList();
    BufferAllocator allocator = context.orElseThrow().allocator();
    return Optional.of(
        store.changes().begin(state, PANES, LAYOUT, shape.layout(2), identity, allocator));
  }

  private void saveClock(StateWriter state) {
    StateWriter.Part clock = state.part(CLOCK, LAYOUT, CLOCK_LAYOUT);
    try (BatchBuilder builder = new BatchBuilder(CLOCK_LAYOUT, context.orElseThrow().allocator());
        RecordBatch row = builder.add(RowKind.INSERT, watermark, sequence).build()) {
      for (int group = 0; group < KeyGroups.COUNT; group++) {
        clock.write(group, row.share());
      }
    }
  }

  /**
   * Every task wrote its clock to every group: the least watermark and the greatest sequence are
   * safe.
   */
  @Override
  public void restore(StateReader state) {
    if (state.version(PANES).isEmpty()) {
      return;
    }
    long[] clock = {Long.MAX_VALUE, 0};
    DataType word = DataType.of(Kind.BIGINT);
    state.read(
        CLOCK,
        (batch, group) -> {
          try (batch) {
            for (int i = 0; i < batch.rowCount(); i++) {
              clock[0] = Math.min(clock[0], Cells.word(batch.vector(0), word, batch.position(i)));
              clock[1] = Math.max(clock[1], Cells.word(batch.vector(1), word, batch.position(i)));
            }
          }
        });
    watermark = clock[0];
    sequence = clock[1];
    state.read(
        PANES,
        (batch, group) -> {
          try (batch) {
            restorePanes(batch);
          }
        });
    store.changes().restored();
    context.orElseThrow().count("panes.open", store.size());
  }

  private void restorePanes(RecordBatch batch) {
    DataType word = DataType.of(Kind.BIGINT);
    int n = batch.rowCount();
    int[] positions = new int[n];
    for (int from = 0; from < n; ) {
      long start = Cells.word(batch.vector(0), word, batch.position(from));
      long openEnd = Cells.word(batch.vector(1), word, batch.position(from));
      int count = 0;
      while (from < n
          && Cells.word(batch.vector(0), word, batch.position(from)) == start
          && Cells.word(batch.vector(1), word, batch.position(from)) == openEnd) {
        positions[count++] = batch.position(from++);
      }
      GroupTable groups = store.pane(new PaneStore.Key(start, openEnd)).groups();
      groups.restore(batch, Rows.at(positions, count), 2);
    }
  }

  @Override
  public long stateBytes() {
    return store.panes().values().stream().mapToLong(pane -> pane.groups().byteSize()).sum();
  }

  @Override
  public void close() {
    store.panes().clear();
  }
}
