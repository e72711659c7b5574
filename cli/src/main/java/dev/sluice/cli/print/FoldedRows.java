package dev.sluice.cli.print;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that are left when all changes are done, in the order in which they first came. With a
 * key, a row replaces the one of its key; without, a retraction takes away one equal row.
 * Single-threaded.
 */
public final class FoldedRows {
  private final List<Integer> key;
  private final List<Optional<Row>> places = new ArrayList<>();
  private final Map<List<Optional<String>>, Deque<Integer>> index = new HashMap<>();

  /**
   * @param key the columns that identify a row; empty: the whole row does
   */
  public FoldedRows(List<Integer> key) {
    this.key = List.copyOf(key);
  }

  public void add(Row row) {
    List<Optional<String>> id =
        key.isEmpty() ? row.cells() : key.stream().map(k -> row.cells().get(k)).toList();
    Deque<Integer> at = index.computeIfAbsent(id, k -> new ArrayDeque<>());
    if (!row.kind().adds()) {
      remove(id, at);
    } else if (!key.isEmpty() && !at.isEmpty()) {
      places.set(at.peekLast(), Optional.of(row));
    } else {
      at.addLast(places.size());
      places.add(Optional.of(row));
    }
  }

  private void remove(List<Optional<String>> id, Deque<Integer> at) {
    if (!at.isEmpty()) {
      places.set(at.removeLast(), Optional.empty());
    }
    if (at.isEmpty()) {
      index.remove(id);
    }
  }

  public List<Row> rows() {
    return places.stream().flatMap(Optional::stream).toList();
  }
}
