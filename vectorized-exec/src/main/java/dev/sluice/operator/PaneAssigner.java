package dev.sluice.operator;

import dev.sluice.batch.Lane;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Rows;
import dev.sluice.plan.WindowSpec;
import dev.sluice.state.KeyColumns;
import dev.sluice.state.KeyTable;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.arrow.vector.NullVector;

/**
 * Sorts the rows of a batch by pane. Rows are taken in runs of one pane, so that a batch in time
 * order costs one comparison a row. Scratch memory; single-threaded.
 */
final class PaneAssigner {
  /** Pane start of rows that are late for every window, or have no usable time. */
  static final long LATE = Long.MAX_VALUE;

  /** Pane start of rows that lie between windows (HOP with a slide above its size). */
  static final long GAP = Long.MAX_VALUE - 1;

  /** Panes of a batch up to which they are told apart by looking through them. */
  private static final int FEW = 16;

  /** Takes the rows of one pane, ascending; {@code start} may be {@link #LATE} or {@link #GAP}. */
  @FunctionalInterface
  interface Consumer {
    void accept(long start, long openEnd, Rows rows);
  }

  private final WindowGrid grid;
  private final WindowSpec spec;
  private final DataType timeType;
  private final OptionalInt rowWatermark;
  private final Lane times = new Lane();
  private final Lane watermarks = new Lane();
  private long[] starts = new long[64];
  private long[] openEnds = new long[64];
  private int[] firsts = new int[64];
  private int runs;
  private int unusable;

  PaneAssigner(WindowGrid grid, WindowSpec spec, DataType timeType, OptionalInt rowWatermark) {
    this.grid = grid;
    this.spec = spec;
    this.timeType = timeType;
    this.rowWatermark = rowWatermark;
  }

  /** Rows of the last batch whose time was NULL or absurd. */
  int unusable() {
    return unusable;
  }

  /** Gives each pane its rows, in order of the pane's first row. */
  void assign(RecordBatch batch, Rows rows, long watermark, Consumer consumer) {
    int n = rows.count();
    times.load(batch.vector(spec.timeColumn()), timeType, Lane.Form.WORD, rows);
    boolean own = false;
    if (rowWatermark.isPresent()
        && !(batch.vector(rowWatermark.getAsInt()) instanceof NullVector)) {
      watermarks.load(
          batch.vector(rowWatermark.getAsInt()), DataType.of(Kind.BIGINT), Lane.Form.WORD, rows);
      own = !allNull(n);
    }
    findRuns(n, watermark, own);
    if (runs == 1) {
      consumer.accept(starts[0], openEnds[0], rows);
    } else {
      spread(rows, n, consumer);
    }
  }

  private boolean allNull(int n) {
    for (int i = 0; i < n; i++) {
      if (!watermarks.isNull(i)) {
        return false;
      }
    }
    return true;
  }

  private void findRuns(int n, long watermark, boolean own) {
    runs = 0;
    unusable = 0;
    long[] time = times.words();
    grid.toGrid(time, n);
    boolean plain = !times.hasNulls() && !own;
    for (int i = 0; i < n; i++) {
      long t = time[i];
      if (!times.hasNulls() || !times.nulls()[i]) {
        if (t < -WindowGrid.LIMIT || t > WindowGrid.LIMIT) {
          unusable++;
          run(i, LATE, 0);
          continue;
        }
      } else {
        unusable++;
        run(i, LATE, 0);
        continue;
      }
      long start = grid.paneStart(t);
      long end = grid.paneEnd(start);
      long openEnd = openEnd(start, watermark, i, own);
      run(i, openEnd == Long.MAX_VALUE ? LATE : openEnd == Long.MIN_VALUE ? GAP : start, openEnd);
      if (plain) {
        while (i + 1 < n && time[i + 1] >= start && time[i + 1] < end) {
          i++;
        }
      }
    }
  }

  /**
   * End of the first window that takes the row; MAX_VALUE: late for all; MIN_VALUE: there is no
   * window.
   */
  private long openEnd(long start, long watermark, int row, boolean own) {
    long first = grid.firstEnd(start);
    long last = grid.lastEnd(start);
    if (first > last) {
      return Long.MIN_VALUE;
    }
    long open = grid.firstOpenEnd(start, watermark);
    long ownOpen =
        own && !watermarks.isNull(row) ? grid.firstOpenEnd(start, watermarks.words()[row]) : first;
    if (Math.max(open, ownOpen) > last) {
      return Long.MAX_VALUE;
    }
    return ownOpen > open ? ownOpen : first;
  }

  private void run(int first, long start, long openEnd) {
    long end = start >= GAP ? 0 : openEnd;
    if (runs > 0 && starts[runs - 1] == start && openEnds[runs - 1] == end) {
      return;
    }
    if (runs == starts.length) {
      starts = Arrays.copyOf(starts, 2 * runs);
      openEnds = Arrays.copyOf(openEnds, 2 * runs);
      firsts = Arrays.copyOf(firsts, 2 * runs);
    }
    starts[runs] = start;
    openEnds[runs] = end;
    firsts[runs++] = first;
  }

  private void spread(Rows rows, int n, Consumer consumer) {
    int[] paneOfRun = new int[runs];
    int panes = fewPanes(paneOfRun);
    spread(rows, n, paneOfRun, panes > 0 ? panes : manyPanes(paneOfRun), consumer);
  }

  /** Numbers the panes by looking through them; gives up, with 0, if there are many. */
  private int fewPanes(int[] paneOfRun) {
    int[] runOfPane = new int[FEW];
    int panes = 0;
    for (int r = 0; r < runs; r++) {
      int pane = panes - 1;
      while (pane >= 0
          && (starts[runOfPane[pane]] != starts[r] || openEnds[runOfPane[pane]] != openEnds[r])) {
        pane--;
      }
      if (pane < 0) {
        if (panes == FEW) {
          return 0;
        }
        pane = panes;
        runOfPane[panes++] = r;
      }
      paneOfRun[r] = pane;
    }
    return panes;
  }

  private int manyPanes(int[] paneOfRun) {
    DataType word = DataType.of(Kind.BIGINT).notNull();
    KeyColumns keys = new KeyColumns(word, word);
    Lane[] lanes = {new Lane(), new Lane()};
    lanes[0].setWords(starts.clone(), runs);
    lanes[1].setWords(openEnds.clone(), runs);
    keys.load(lanes, runs);
    KeyTable table = new KeyTable(keys);
    table.slots(keys, paneOfRun);
    return table.size();
  }

  private void spread(Rows rows, int n, int[] paneOfRun, int panes, Consumer consumer) {
    int[] counts = new int[panes];
    int[] runOfPane = new int[panes];
    for (int r = runs - 1; r >= 0; r--) {
      counts[paneOfRun[r]] += (r + 1 < runs ? firsts[r + 1] : n) - firsts[r];
      runOfPane[paneOfRun[r]] = r;
    }
    int[][] positions = new int[panes][];
    for (int p = 0; p < positions.length; p++) {
      positions[p] = new int[counts[p]];
      counts[p] = 0;
    }
    for (int r = 0; r < runs; r++) {
      int pane = paneOfRun[r];
      int count = (r + 1 < runs ? firsts[r + 1] : n) - firsts[r];
      rows.copy(firsts[r], count, positions[pane], counts[pane]);
      counts[pane] += count;
    }
    for (int p = 0; p < positions.length; p++) {
      int run = runOfPane[p];
      consumer.accept(starts[run], openEnds[run], Rows.at(positions[p], counts[p]));
    }
  }
}
