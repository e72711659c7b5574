package dev.sluice.operator;

import dev.sluice.aggregate.GroupTable;
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

  private final WindowGrid grid;
  private final GroupTable.Shape shape;
  private final TreeMap<Key, GroupTable> panes = new TreeMap<>();

  PaneStore(WindowGrid grid, GroupTable.Shape shape) {
    this.grid = grid;
    this.shape = shape;
  }

  int size() {
    return panes.size();
  }

  NavigableMap<Key, GroupTable> panes() {
    return panes;
  }

  /** The pane, made if it is new. */
  GroupTable pane(Key key) {
    return panes.computeIfAbsent(key, k -> new GroupTable(shape));
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
    Map<Key, GroupTable> parts =
        panes.subMap(
            new Key(grid.start(end), Long.MIN_VALUE), true, new Key(end, Long.MIN_VALUE), false);
    for (Map.Entry<Key, GroupTable> part : parts.entrySet()) {
      if (part.getKey().openEnd() > end) {
        continue;
      }
      if (only == null) {
        only = part.getValue();
        continue;
      }
      if (merged == null) {
        merged = new GroupTable(shape);
        merged.merge(only);
      }
      merged.merge(part.getValue());
    }
    if (only == null) {
      throw new IllegalStateException("window ending at " + end + " closes without a pane");
    }
    return merged == null ? only : merged;
  }

  /** Forgets the panes that no open window needs; gives how many. */
  int drop(long watermark) {
    int dropped = 0;
    for (Iterator<Key> keys = panes.keySet().iterator(); keys.hasNext(); ) {
      if (grid.isClosed(grid.lastEnd(keys.next().start()), watermark)) {
        keys.remove();
        dropped++;
      }
    }
    return dropped;
  }
}
