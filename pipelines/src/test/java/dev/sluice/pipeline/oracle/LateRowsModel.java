package dev.sluice.pipeline.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which windows each row counts in, said in the plainest way: a row by itself, or rows in pairs. A
 * row comes behind the watermark of the rows before it in its own file, and is late for windows
 * that were over by then; one that is late for all of its windows, or has no time, is left out.
 * Times are milliseconds.
 */
final class LateRowsModel {
  /**
   * A row as it comes.
   *
   * @param mark the watermark of its file before it
   */
  record Row(int id, Optional<String> key, OptionalLong time, OptionalLong mark) {}

  /** From {@code start} up to {@code end}. */
  record Bounds(long start, long end) {}

  private final long lateness;

  LateRowsModel(long lateness) {
    this.lateness = lateness;
  }

  /** Whether a window that takes rows up to {@code last} was over when the row came. */
  private boolean isLate(Row row, long last) {
    return row.mark().isPresent() && row.mark().getAsLong() >= last + lateness;
  }

  /** The windows of a row, of a kind that does not ask for other rows. */
  List<Bounds> windows(Row row, String kind, long step, long size) {
    List<Bounds> found = new ArrayList<>();
    if (row.time().isEmpty()) {
      return found;
    }
    long time = row.time().getAsLong();
    if (kind.equals("CUMULATE")) {
      long start = time - Math.floorMod(time, size);
      for (long end = start + step; end <= start + size; end += step) {
        found.add(new Bounds(start, end));
      }
    } else {
      for (long start = time - Math.floorMod(time, step); start > time - size; start -= step) {
        found.add(new Bounds(start, start + size));
      }
    }
    found.removeIf(window -> window.end() <= time || isLate(row, window.end() - 1));
    return found;
  }

  /**
   * The session of each row. Two rows of a key belong together if they are no further apart than
   * the gap, and a session of the earlier one alone was not over when the later one came.
   */
  Map<Integer, Bounds> sessions(List<Row> rows, long gap, boolean keyed) {
    List<Row> taken = new ArrayList<>();
    for (Row row : rows) {
      if (row.time().isPresent() && !isLate(row, row.time().getAsLong() + gap)) {
        taken.add(row);
      }
    }
    int[] parts = new int[taken.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = i;
      for (int j = 0; j < i; j++) {
        if (areTogether(taken.get(i), taken.get(j), gap, keyed)) {
          int joined = parts[i];
          int into = parts[j];
          for (int k = 0; k <= i; k++) {
            parts[k] = parts[k] == joined ? into : parts[k];
          }
        }
      }
    }
    Map<Integer, Bounds> byPart = new HashMap<>();
    for (int i = 0; i < parts.length; i++) {
      long time = taken.get(i).time().getAsLong();
      byPart.merge(
          parts[i],
          new Bounds(time, time + gap),
          (a, b) -> new Bounds(Math.min(a.start(), b.start()), Math.max(a.end(), b.end())));
    }
    Map<Integer, Bounds> byRow = new HashMap<>();
    for (int i = 0; i < parts.length; i++) {
      byRow.put(taken.get(i).id(), byPart.get(parts[i]));
    }
    return byRow;
  }

  private boolean areTogether(Row a, Row b, long gap, boolean keyed) {
    boolean inOrder = a.time().getAsLong() <= b.time().getAsLong();
    Row first = inOrder ? a : b;
    Row second = inOrder ? b : a;
    long end = first.time().getAsLong() + gap;
    return (!keyed || a.key().equals(b.key()))
        && second.time().getAsLong() <= end
        && !isLate(second, end);
  }
}
