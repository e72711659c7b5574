package dev.sluice.operator;

import dev.sluice.plan.RankNode;
import dev.sluice.state.SortedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of one partition in order, and which of them are kept. Where rows are never taken back
 * it holds only those that may be kept. Single-threaded.
 */
final class RankedRows {
  /** A row that is kept, with its number. */
  record Kept(SortedRow row, long rank) {}

  /** What a row that comes or goes is told to. */
  interface Changes {
    void delete(Kept old);

    void insert(Kept row);

    void update(Kept old, Kept row);
  }

  private final TreeMap<SortedRow, SortedRow> rows = new TreeMap<>();

  /** Rows counted as often as they are there, while only as many are held as may be kept. */
  private long held;

  /** Different keys among the rows, counted while only as many are held as may be kept. */
  private long peerGroups;

  private long bytes;

  /** What was given before, while changes wait to be given. */
  private List<Kept> before = List.of();

  private boolean touched;

  /** The least time of a row that waits for the watermark, if rows come out by it. */
  private long due = Long.MAX_VALUE;

  private int slot;

  RankedRows(int slot) {
    this.slot = slot;
  }

  /** Where it is among the partitions. */
  int slot() {
    return slot;
  }

  void moveTo(int place) {
    slot = place;
  }

  boolean isTouched() {
    return touched;
  }

  /** Remembers what was given, before the first change of a tick. */
  void touch(RankNode node) {
    touched = true;
    before = kept(node);
  }

  /** What was given before the changes that wait. */
  List<Kept> before() {
    return before;
  }

  /** Takes over changes that waited. */
  void restoreBefore(List<Kept> given) {
    touched = true;
    before = given;
  }

  long byteSize() {
    return 64 + bytes;
  }

  Iterable<SortedRow> all() {
    return rows.keySet();
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Whether no row with that key can be kept any more; only where rows are never taken back. */
  boolean isBeyond(RankNode node, byte[] key) {
    long enough = node.function() == RankNode.Function.DENSE_RANK ? peerGroups : held;
    return enough >= node.to() && rows.lastKey().compareKey(key) < 0;
  }

  /** Counts a row up or down. */
  void change(SortedRow row) {
    SortedRow known = rows.get(row);
    if (known == null) {
      rows.put(row, row);
      bytes += row.byteSize();
    } else {
      known.add(row.count());
      if (known.count() == 0) {
        rows.remove(known);
        bytes -= known.byteSize();
      }
    }
  }

  /** Forgets what is owed for rows that were forgotten before they were taken back. */
  void dropOwed() {
    rows.keySet()
        .removeIf(
            row -> {
              bytes -= row.count() < 0 ? row.byteSize() : 0;
              return row.count() < 0;
            });
  }

  /** Adds a row that is never taken back and forgets rows that cannot be kept any more. */
  void addAndPrune(RankNode node, SortedRow row) {
    SortedRow known = rows.get(row);
    held += row.count();
    if (known != null) {
      known.add(row.count());
    } else {
      SortedRow lower = rows.lowerKey(row);
      SortedRow higher = rows.higherKey(row);
      boolean alone =
          (lower == null || !lower.isPeer(row)) && (higher == null || !higher.isPeer(row));
      peerGroups += alone ? 1 : 0;
      rows.put(row, row);
      bytes += row.byteSize();
    }
    switch (node.function()) {
      case ROW_NUMBER -> {
        while (held - rows.lastKey().count() >= node.to()) {
          dropLast();
        }
      }
      case RANK -> {
        while (held - lastPeers() >= node.to()) {
          dropLastPeers();
        }
      }
      case DENSE_RANK -> {
        while (peerGroups > node.to()) {
          dropLastPeers();
        }
      }
    }
  }

  private SortedRow dropLast() {
    SortedRow last = rows.pollLastEntry().getKey();
    held -= last.count();
    bytes -= last.byteSize();
    if (rows.isEmpty() || !rows.lastKey().isPeer(last)) {
      peerGroups--;
    }
    return last;
  }

  private void dropLastPeers() {
    SortedRow last = dropLast();
    while (!rows.isEmpty() && rows.lastKey().isPeer(last)) {
      dropLast();
    }
  }

  private long lastPeers() {
    SortedRow last = rows.lastKey();
    long count = 0;
    for (SortedRow row : rows.descendingKeySet()) {
      if (!row.isPeer(last)) {
        break;
      }
      count += row.count();
    }
    return count;
  }

  /** The rows that are kept now, in order. */
  List<Kept> kept(RankNode node) {
    List<Kept> kept = new ArrayList<>();
    long number = 0;
    long rank = 0;
    long dense = 0;
    SortedRow previous = null;
    for (SortedRow row : rows.keySet()) {
      if (row.count() <= 0) {
        continue;
      }
      if (previous == null || !previous.isPeer(row)) {
        rank = number + 1;
        dense++;
      }
      previous = row;
      for (long copy = 0; copy < row.count(); copy++) {
        number++;
        long mine =
            switch (node.function()) {
              case ROW_NUMBER -> number;
              case RANK -> rank;
              case DENSE_RANK -> dense;
            };
        if (mine > node.to()) {
          return kept;
        }
        if (mine >= node.from()) {
          kept.add(new Kept(row, mine));
        }
      }
    }
    return kept;
  }

  /** A row of that time waits for the watermark to give it. */
  void waitFor(long time) {
    touched = true;
    due = Math.min(due, time);
  }

  /** The least time of a row that waits; the greatest of all if none does. */
  long due() {
    return due;
  }

  /**
   * Gives the rows that are kept and whose time, the first key, lies behind {@code after} and not
   * behind {@code until}; whether no other waits.
   */
  boolean giveUntil(RankNode node, long after, long until, Changes changes) {
    if (due > until) {
      return false;
    }
    touched = false;
    due = Long.MAX_VALUE;
    for (Kept kept : kept(node)) {
      long time = kept.row().firstWord();
      if (time > until) {
        waitFor(time);
      } else if (time > after) {
        changes.insert(kept);
      }
    }
    return !touched;
  }

  /** Tells what has changed since {@link #touch}. */
  void settle(RankNode node, Changes changes) {
    List<Kept> after = kept(node);
    if (node.replaces()) {
      for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
        if (i >= after.size()) {
          changes.delete(before.get(i));
        } else if (i >= before.size()) {
          changes.insert(after.get(i));
        } else if (!before.get(i).row().equals(after.get(i).row())) {
          changes.update(before.get(i), after.get(i));
        }
      }
    } else {
      difference(node, after, changes);
    }
    before = List.of();
    touched = false;
  }

  private void difference(RankNode node, List<Kept> after, Changes changes) {
    Map<Kept, Integer> stays = new HashMap<>();
    for (Kept row : after) {
      stays.merge(identity(node, row), 1, Integer::sum);
    }
    Map<Kept, Integer> known = new HashMap<>();
    for (Kept row : before) {
      Kept identity = identity(node, row);
      if (stays.merge(identity, -1, Integer::sum) < 0) {
        stays.remove(identity);
        changes.delete(row);
      } else {
        known.merge(identity, 1, Integer::sum);
      }
    }
    for (Kept row : after) {
      if (known.merge(identity(node, row), -1, Integer::sum) < 0) {
        changes.insert(row);
      }
    }
  }

  /** Rows that look the same in the output. */
  private static Kept identity(RankNode node, Kept row) {
    return node.withRank() ? row : new Kept(row.row(), 0);
  }
}
