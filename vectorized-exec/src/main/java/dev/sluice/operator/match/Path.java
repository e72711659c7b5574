package dev.sluice.operator.match;

import java.util.List;
import java.util.Optional;

/**
 * The rows that a match has taken so far, last first, with the variable of each. Rows of a path
 * follow each other in the partition. Immutable; paths share their beginnings.
 */
public final class Path {
  private final Optional<Path> before;
  private final long row;
  private final int variable;
  private final boolean excluded;
  private final long first;
  private final long naming;

  private Path(Optional<Path> before, long row, int variable, boolean excluded, long naming) {
    this.naming = naming;
    this.before = before;
    this.row = row;
    this.variable = variable;
    this.excluded = excluded;
    this.first = before.map(Path::first).orElse(row);
  }

  /**
   * {@code naming} is the same of paths in one search that give the same rows the same variables.
   */
  static Path of(Optional<Path> before, long row, int variable, boolean excluded, long naming) {
    return new Path(before, row, variable, excluded, naming);
  }

  /** Paths of one search that are alike in this have the same future. */
  long naming() {
    return naming;
  }

  /** A path that takes no row, before row {@code start}. */
  static Path empty(long start) {
    return new Path(Optional.empty(), start, -1, false, 0);
  }

  /** Whether it takes no row. */
  public boolean isEmpty() {
    return variable < 0;
  }

  /** The path without its last row; empty if that is the only one. */
  public Optional<Path> before() {
    return before;
  }

  /** The number of the last row in its partition; of an empty path, of the row it is before. */
  public long row() {
    return row;
  }

  /** The number of the first row. */
  public long first() {
    return first;
  }

  /** The variable of the last row. */
  public int variable() {
    return variable;
  }

  /** Whether the last row is left out of ALL ROWS PER MATCH. */
  public boolean isExcluded() {
    return excluded;
  }

  /** Whether the last row belongs to one of {@code variables}; to any if that is empty. */
  boolean isOf(List<Integer> variables) {
    return !isEmpty() && (variables.isEmpty() || variables.contains(variable));
  }

  /** The row of those variables, {@code offset} from the first or the last; -1 if there is none. */
  long find(List<Integer> variables, boolean fromFirst, int offset) {
    if (variables.isEmpty() && !isEmpty()) {
      long found = fromFirst ? first + offset : row - offset;
      return found < first || found > row ? -1 : found;
    }
    int skip = fromFirst ? count(variables) - 1 - offset : offset;
    if (skip < 0) {
      return -1;
    }
    Optional<Path> at = Optional.of(this);
    while (at.isPresent()) {
      Path path = at.get();
      if (path.isOf(variables) && skip-- == 0) {
        return path.row;
      }
      at = path.before;
    }
    return -1;
  }

  private int count(List<Integer> variables) {
    int count = 0;
    Optional<Path> at = Optional.of(this);
    while (at.isPresent()) {
      count += at.get().isOf(variables) ? 1 : 0;
      at = at.get().before;
    }
    return count;
  }
}
