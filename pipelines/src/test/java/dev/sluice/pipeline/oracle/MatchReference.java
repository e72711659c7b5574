package dev.sluice.pipeline.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * MATCH_RECOGNIZE by plain backtracking, the way the standard words it: the first match in order of
 * preference, row after row. Knows nothing of the operator.
 */
final class MatchReference {
  /** A row. */
  record Row(String key, int id, Integer value, int second) {}

  /** A row of a match with its variable. */
  record Taken(int index, String variable, boolean excluded) {}

  /**
   * What a condition sees: the partition, and the match so far with the row in question last. A
   * name of several letters means the rows of several variables.
   */
  record Seen(List<Row> partition, List<Taken> match, int start) {
    Row row(int index) {
      return partition.get(index);
    }

    Row current() {
      return row(match.get(match.size() - 1).index());
    }

    List<Row> of(String variable) {
      return match.stream()
          .filter(t -> variable.isEmpty() || variable.contains(t.variable()))
          .map(t -> row(t.index()))
          .toList();
    }

    /** The row so many rows behind the last of {@code variable}, but {@code offset}. */
    Optional<Row> shifted(String variable, int offset, boolean fromFirst, int shift) {
      List<Integer> rows =
          match.stream()
              .filter(t -> variable.isEmpty() || variable.contains(t.variable()))
              .map(Taken::index)
              .toList();
      if (offset >= rows.size()) {
        return Optional.empty();
      }
      int at = rows.get(fromFirst ? offset : rows.size() - 1 - offset) + shift;
      return at < 0 || at >= partition.size() ? Optional.empty() : Optional.of(row(at));
    }

    Optional<Row> last(String variable, int offset) {
      List<Row> rows = of(variable);
      return offset < rows.size()
          ? Optional.of(rows.get(rows.size() - 1 - offset))
          : Optional.empty();
    }

    Optional<Row> first(String variable, int offset) {
      List<Row> rows = of(variable);
      return offset < rows.size() ? Optional.of(rows.get(offset)) : Optional.empty();
    }

    Optional<Row> previous() {
      int before = match.get(match.size() - 1).index() - 1;
      return before < 0 ? Optional.empty() : Optional.of(row(before));
    }
  }

  /** Goes on behind a part of the pattern. */
  interface Next {
    boolean from(int index);
  }

  /** A pattern, as SQL and as a matcher. */
  abstract static class Part {
    abstract String sql();

    abstract boolean mayBeEmpty();

    abstract boolean match(Search search, int index, Next next);
  }

  static final class Variable extends Part {
    private final String name;
    private final boolean excluded;

    Variable(String name, boolean excluded) {
      this.name = name;
      this.excluded = excluded;
    }

    @Override
    String sql() {
      return excluded ? "{- " + name + " -}" : name;
    }

    @Override
    boolean mayBeEmpty() {
      return false;
    }

    @Override
    boolean match(Search search, int index, Next next) {
      if (!search.reaches(index)) {
        return false;
      }
      search.taken.add(new Taken(index, name, excluded));
      if (search.holds(name) && next.from(index + 1)) {
        return true;
      }
      search.taken.remove(search.taken.size() - 1);
      return false;
    }
  }

  static final class Sequence extends Part {
    private final List<Part> parts;

    Sequence(Part... parts) {
      this.parts = Arrays.asList(parts);
    }

    @Override
    String sql() {
      return parts.stream().map(Part::sql).collect(Collectors.joining(" ", "(", ")"));
    }

    @Override
    boolean mayBeEmpty() {
      return parts.stream().allMatch(Part::mayBeEmpty);
    }

    @Override
    boolean match(Search search, int index, Next next) {
      return from(search, 0, index, next);
    }

    private boolean from(Search search, int part, int index, Next next) {
      return part == parts.size()
          ? next.from(index)
          : parts.get(part).match(search, index, i -> from(search, part + 1, i, next));
    }
  }

  static final class Choice extends Part {
    private final List<Part> parts;

    Choice(Part... parts) {
      this.parts = Arrays.asList(parts);
    }

    @Override
    String sql() {
      return parts.stream().map(Part::sql).collect(Collectors.joining(" | ", "(", ")"));
    }

    @Override
    boolean mayBeEmpty() {
      return parts.stream().anyMatch(Part::mayBeEmpty);
    }

    @Override
    boolean match(Search search, int index, Next next) {
      return parts.stream().anyMatch(part -> part.match(search, index, next));
    }
  }

  static final class Repeat extends Part {
    private final Part part;
    private final int least;
    private final int most;
    private final boolean reluctant;

    Repeat(Part part, int least, int most, boolean reluctant) {
      this.part = part;
      this.least = least;
      this.most = most;
      this.reluctant = reluctant;
    }

    @Override
    String sql() {
      String bounds = "{" + least + "," + (most == Integer.MAX_VALUE ? "" : most) + "}";
      if (most == Integer.MAX_VALUE && least < 2) {
        bounds = least == 0 ? "*" : "+";
      } else if (least == 0 && most == 1) {
        bounds = "?";
      } else if (least == most) {
        bounds = "{" + least + "}";
      }
      return part.sql() + bounds + (reluctant ? "?" : "");
    }

    @Override
    boolean mayBeEmpty() {
      return least == 0 || part.mayBeEmpty();
    }

    @Override
    boolean match(Search search, int index, Next next) {
      return from(search, 0, index, next);
    }

    private boolean from(Search search, int times, int index, Next next) {
      if (times < least) {
        return again(search, times, index, next);
      }
      if (reluctant) {
        return next.from(index) || times < most && again(search, times, index, next);
      }
      return times < most && again(search, times, index, next) || next.from(index);
    }

    private boolean again(Search search, int times, int index, Next next) {
      // a round without a row is the last: there could be any number of them
      boolean endless = most == Integer.MAX_VALUE && times >= least;
      return part.match(
          search,
          index,
          i -> endless && i == index ? next.from(i) : from(search, times + 1, i, next));
    }
  }

  /** Each once, in any order; the orders as written first. */
  static final class Permute extends Part {
    private final List<Part> parts;

    Permute(Part... parts) {
      this.parts = Arrays.asList(parts);
    }

    @Override
    String sql() {
      return parts.stream().map(Part::sql).collect(Collectors.joining(", ", "PERMUTE(", ")"));
    }

    @Override
    boolean mayBeEmpty() {
      return parts.stream().allMatch(Part::mayBeEmpty);
    }

    @Override
    boolean match(Search search, int index, Next next) {
      return from(search, parts, index, next);
    }

    private static boolean from(Search search, List<Part> left, int index, Next next) {
      if (left.isEmpty()) {
        return next.from(index);
      }
      for (Part part : left) {
        List<Part> others = new ArrayList<>(left);
        others.remove(part);
        if (part.match(search, index, i -> from(search, others, i, next))) {
          return true;
        }
      }
      return false;
    }
  }

  /** Where the next match begins. */
  enum Skip {
    PAST_LAST_ROW,
    NEXT_ROW,
    FIRST,
    LAST
  }

  /** A search from one row. */
  static final class Search {
    private final List<Row> partition;
    private final Map<String, Function<Seen, Boolean>> conditions;
    private final int start;
    private final int within;
    private final List<Taken> taken = new ArrayList<>();

    Search(
        List<Row> partition,
        Map<String, Function<Seen, Boolean>> conditions,
        int start,
        int within) {
      this.partition = partition;
      this.conditions = conditions;
      this.start = start;
      this.within = within;
    }

    boolean reaches(int index) {
      return index < partition.size()
          && (within == 0
              || partition.get(index).second() - partition.get(start).second() < within);
    }

    boolean holds(String variable) {
      Function<Seen, Boolean> condition = conditions.get(variable);
      return condition == null || condition.apply(new Seen(partition, List.copyOf(taken), start));
    }
  }

  /** A skip that leads nowhere. */
  static final class Stuck extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private MatchReference() {}

  /** What is asked for besides the pattern: anchors, where to go on, and how far a match goes. */
  record Frame(boolean fromFirst, boolean toLast, Skip skip, String skipTo, int within) {}

  /** The matches of a partition, in order. */
  static List<Seen> matches(
      List<Row> partition,
      Part pattern,
      Map<String, Function<Seen, Boolean>> conditions,
      Frame frame) {
    List<Seen> found = new ArrayList<>();
    int start = 0;
    while (start < (frame.fromFirst() ? Math.min(1, partition.size()) : partition.size())) {
      Search search = new Search(partition, conditions, start, frame.within());
      if (!pattern.match(search, start, i -> !frame.toLast() || i == partition.size())) {
        start++;
        continue;
      }
      Seen match = new Seen(partition, List.copyOf(search.taken), start);
      found.add(match);
      if (match.match().isEmpty()) {
        start++;
        continue;
      }
      int from = start;
      start =
          switch (frame.skip()) {
            case PAST_LAST_ROW -> match.match().get(match.match().size() - 1).index() + 1;
            case NEXT_ROW -> start + 1;
            case FIRST, LAST -> {
              List<Integer> rows =
                  match.match().stream()
                      .filter(t -> frame.skipTo().contains(t.variable()))
                      .map(Taken::index)
                      .toList();
              if (rows.isEmpty()
                  || rows.get(frame.skip() == Skip.FIRST ? 0 : rows.size() - 1) == from) {
                throw new Stuck();
              }
              yield rows.get(frame.skip() == Skip.FIRST ? 0 : rows.size() - 1);
            }
          };
    }
    return found;
  }
}
