package dev.sluice.operator;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.Cells;
import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.batch.Selection;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.state.StateReader;
import dev.sluice.state.StateWriter;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.Optional;

/**
 * Gives each row once per window of a TUMBLE, HOP or CUMULATE; the rows of a batch's first windows
 * come together, then those of their second windows, and so on. Keeps no state but the watermark.
 */
final class WindowAssign implements Operator {
  private final PlanNode.WindowAssign node;
  private final WindowGrid grid;
  private final DataType timeType;
  private final Lane times = new Lane();
  private final Lane marks = new Lane();
  private long[] next = new long[64];
  private long[] last = new long[64];
  private Optional<OperatorContext> context = Optional.empty();
  private final Clock clock = new Clock();

  WindowAssign(PlanNode.WindowAssign node) {
    this.node = node;
    Schema input = node.input().schema();
    timeType = input.type(node.window().timeColumn());
    long unit = TimeAttribute.unitMicros(node.input().traits(), timeType);
    grid = new WindowGrid(node.window(), unit, node.allowedLatenessMicros(), timeType);
  }

  @Override
  public void open(OperatorContext host) {
    context = Optional.of(host);
    grid.in(host.evalContext().zone());
  }

  @Override
  public void process(int input, RecordBatch batch, Output output) {
    try (batch) {
      Rows rows = Rows.of(batch);
      int n = rows.count();
      if (next.length < n) {
        next = new long[Math.max(n, 2 * next.length)];
        last = new long[next.length];
      }
      times.load(batch.vector(node.window().timeColumn()), timeType, Lane.Form.WORD, rows);
      grid.toGrid(times.words(), n);
      if (node.rowWatermark().isPresent()) {
        marks.load(
            batch.vector(node.rowWatermark().getAsInt()),
            DataType.of(Kind.BIGINT),
            Lane.Form.WORD,
            rows);
      }
      giveLate(batch, rows, findWindows(n));
      while (emit(batch, rows, output)) {
        // once more for rows that have another window
      }
    }
  }

  /** Finds the windows of each row; gives the rows that are late for all of them. */
  private int[] findWindows(int n) {
    int[] late = new int[n];
    int count = 0;
    int unusable = 0;
    for (int i = 0; i < n; i++) {
      long time = times.words()[i];
      if (times.isNull(i) || time < -WindowGrid.LIMIT || time > WindowGrid.LIMIT) {
        unusable++;
        late[count++] = i;
        next[i] = 1;
        last[i] = 0;
        continue;
      }
      long pane = grid.paneStart(time);
      last[i] = grid.lastEnd(pane);
      next[i] = grid.firstEnd(pane);
      if (node.dropLate() && next[i] <= last[i]) {
        next[i] = Math.max(next[i], firstOpen(pane, i));
        if (next[i] > last[i]) {
          late[count++] = i;
        }
      }
    }
    if (unusable > 0) {
      context.orElseThrow().count("rows.null-time", unusable);
    }
    return Arrays.copyOf(late, count);
  }

  private long firstOpen(long pane, int row) {
    long open = grid.firstOpenEnd(pane, clock.watermark());
    boolean marked = node.rowWatermark().isPresent() && !marks.isNull(row);
    return marked ? Math.max(open, grid.firstOpenEnd(pane, marks.words()[row])) : open;
  }

  private void giveLate(RecordBatch batch, Rows rows, int[] late) {
    if (late.length > 0) {
      for (int i = 0; i < late.length; i++) {
        late[i] = rows.position(late[i]);
      }
      LateRows.give(batch, Rows.at(late, late.length), node.late(), context.orElseThrow());
    }
  }

  /** Emits each row in its next window; whether there were any. */
  private boolean emit(RecordBatch batch, Rows rows, Output output) {
    int[] positions = new int[rows.count()];
    int count = 0;
    for (int i = 0; i < positions.length; i++) {
      if (next[i] <= last[i]) {
        positions[count++] = i;
      }
    }
    if (count == 0) {
      return false;
    }
    Schema schema = node.schema();
    int width = batch.schema().size();
    Schema added = new Schema(schema.fields().subList(width, width + 3));
    try (BatchBuilder bounds = new BatchBuilder(added, context.orElseThrow().allocator())) {
      for (int k = 0; k < count; k++) {
        int row = positions[k];
        int at = rows.position(row);
        long end = next[row];
        Cells.setWord(
            bounds.vector(0), added.type(0), at, grid.bound(grid.start(end), added.type(0)));
        Cells.setWord(bounds.vector(1), added.type(1), at, grid.bound(end, added.type(1)));
        Cells.setWord(bounds.vector(2), added.type(2), at, grid.windowTime(end));
        next[row] = end + grid.step();
        positions[k] = at;
      }
      bounds.advance(batch.length());
      RecordBatch built = bounds.build();
      output.emit(batch.share().beside(schema, built).select(new Selection(positions, count)));
    }
    return true;
  }

  @Override
  public long onWatermark(long time, Output output) {
    clock.advance(time);
    return time;
  }

  @Override
  public void snapshot(StateWriter state) {
    clock.save(state, context.orElseThrow().allocator());
  }

  @Override
  public void restore(StateReader state) {
    clock.restore(state);
  }

  @Override
  public void close() {}
}
