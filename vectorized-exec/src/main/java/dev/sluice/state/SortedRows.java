package dev.sluice.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The rows of a partition. They come in any order and are put in theirs when it is asked for.
 * Single-threaded.
 */
public final class SortedRows {
  private List<SortedRow> rows = new ArrayList<>();
  private List<SortedRow> added = new ArrayList<>();
  private long bytes;

  /** Counts a row up or down. */
  public void add(SortedRow row) {
    added.add(row);
    bytes += row.byteSize();
  }

  /** Whether no row has come. */
  public boolean isEmpty() {
    return rows.isEmpty() && added.isEmpty();
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return 64 + bytes;
  }

  /** The rows in order, each once with its count, which is not 0. Not to be changed. */
  public List<SortedRow> all() {
    if (added.isEmpty()) {
      return rows;
    }
    Collections.sort(added);
    List<SortedRow> merged = new ArrayList<>(rows.size() + added.size());
    int left = 0;
    int right = 0;
    while (left < rows.size() || right < added.size()) {
      boolean old =
          right == added.size()
              || left < rows.size() && rows.get(left).compareTo(added.get(right)) <= 0;
      put(merged, old ? rows.get(left++) : added.get(right++));
    }
    dropIfNone(merged);
    rows = merged;
    added = new ArrayList<>();
    return rows;
  }

  private void put(List<SortedRow> merged, SortedRow row) {
    SortedRow last = merged.isEmpty() ? row : merged.get(merged.size() - 1);
    if (last != row && last.equals(row)) {
      last.add(row.count());
      bytes -= row.byteSize();
      return;
    }
    dropIfNone(merged);
    merged.add(row);
  }

  private void dropIfNone(List<SortedRow> merged) {
    int last = merged.size() - 1;
    if (last >= 0 && merged.get(last).count() == 0) {
      bytes -= merged.remove(last).byteSize();
    }
  }

  /** Forgets rows that were taken back more often than they came. */
  public void dropOwed() {
    List<SortedRow> all = new ArrayList<>(all());
    all.removeIf(
        row -> {
          bytes -= row.count() < 0 ? row.byteSize() : 0;
          return row.count() < 0;
        });
    rows = all;
  }

  /** Takes the first {@code count} rows of {@link #all} away. */
  public List<SortedRow> takeFirst(int count) {
    List<SortedRow> all = all();
    List<SortedRow> taken = new ArrayList<>(all.subList(0, count));
    rows = new ArrayList<>(all.subList(count, all.size()));
    taken.forEach(row -> bytes -= row.byteSize());
    return taken;
  }
}
