package dev.sluice.operator;

import dev.sluice.aggregate.GroupTable;
import dev.sluice.batch.Cells;
import dev.sluice.state.PaneChanges;
import dev.sluice.state.SlotChanges;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The open panes of a windowed aggregation. Rows that were late for some windows of their pane lie
 * in an <em>overlay</em>: a pane of the same start that only windows ending at or after {@code
 * openEnd} see. Single-threaded.
 */
final class PaneStore {
  /** A pane's name; the natural order is that in which panes are merged. */
  record Key(long start, long openEnd) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Long.compare(start, other.start);
      return order != 0 ? order : Long.compare(openEnd, other.openEnd);
    }
  }

  /** What lies in a pane, and what of it has changed since it was saved. */
  record Pane(GroupTable groups, SlotChanges changes) {}

  private static final DataType WORD = DataType.of(Kind.BIGINT).notNull();

  private final WindowGrid grid;
  private final GroupTable.Shape shape;
  private final TreeMap<Key, Pane> panes = new TreeMap<>();
  private final PaneChanges changes = new PaneChanges();

  PaneStore(WindowGrid grid, GroupTable.Shape shape) {
    this.grid = grid;
    this.shape = shape;
  }

  int size() {
    return panes.size();
  }

  NavigableMap<Key, Pane> panes() {
    return panes;
  }

  /** What of the panes has changed since they were saved. */
  PaneChanges changes() {
    return changes;
  }

  /** The pane, made if it is new. */
  Pane pane(Key key) {
    return panes.computeIfAbsent(key, this::made);
  }

  private Pane made(Key key) {
    GroupTable groups = new GroupTable(shape);
    SlotChanges.Table saved =
        groups.saved(
            2,
            (slot, i) -> i == 0 ? key.start() : key.openEnd(),
            (out, row) -> {
              Cells.setWord(out.vector(0), WORD, row, key.start());
              Cells.setWord(out.vector(1), WORD, row, key.openEnd());
            });
    return new Pane(groups, changes.add(saved));
  }

  /**
   * Ends of the windows with rows that close as the watermark goes from {@code from} to {@code to};
   * ascending.
   */
  TreeSet<Long> closing(long from, long to) {
    TreeSet<Long> ends = new TreeSet<>();
    for (Key key : panes.keySet()) {
      long last = grid.lastEnd(key.start());
      long end = Math.max(key.openEnd(), grid.firstOpenEnd(key.start(), from));
      for (; end <= last && grid.isClosed(end, to); end += grid.step()) {
        ends.add(end);
      }
    }
    return ends;
  }

  /** The watermark at which the first window with rows closes that has not at {@code watermark}. */
  OptionalLong due(long watermark) {
    return panes.keySet().stream()
        .mapToLong(key -> Math.max(key.openEnd(), grid.firstOpenEnd(key.start(), watermark)))
        .map(grid::closesAt)
        .min();
  }

  /** The groups of the window that ends at {@code end}; a pane itself if it is the only one. */
  GroupTable window(long end) {
    GroupTable only = null;
    GroupTable merged = null;
    Map<Key, Pane> parts =
        panes.subMap(
            new Key(grid.start(end), Long.MIN_VALUE), true, new Key(end, Long.MIN_VALUE), false);
    for (Map.Entry<Key, Pane> part : parts.entrySet()) {
      if (part.getKey().openEnd() > end) {
        continue;
      }
      if (only == null) {
        only = part.getValue().groups();
        continue;
      }
      if (merged == null) {
        merged = new GroupTable(shape);
        merged.merge(only);
      }
      merged.merge(part.getValue().groups());
    }
    if (only == null) {
      throw new IllegalStateException("window ending at " + end + " closes without a pane");
    }
    return merged == null ? only : merged;
  }

  /** Forgets the panes that no open window needs; gives how many. */
  int drop(long watermark) {
    int dropped = 0;
    for (Iterator<Map.Entry<Key, Pane>> all = panes.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Key, Pane> pane = all.next();
      if (grid.isClosed(grid.lastEnd(pane.getKey().start()), watermark)) {
        changes.drop(pane.getValue().changes());
        all.remove();
        dropped++;
      }
    }
    return dropped;
  }
}
