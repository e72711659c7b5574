package dev.sluice.operator.match;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.MatchNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rows of one partition, in order, and the search for a match that begins at one of them. All
 * ways through the pattern are followed at once, in order of preference; the search ends when the
 * best one left is a match, or none is left. Rows that no search will look at again are let go.
 * Single-threaded.
 */
public final class MatchPartition {
  /** More ways than anyone wants; the pattern is ambiguous. */
  private static final int MOST_WAYS = 10_000;

  /** Decides conditions. */
  public interface Conditions {
    /** Whether the last row of {@code path} satisfies the condition of its variable. */
    boolean test(MatchPartition partition, Path path);

    /** Whether the condition of that variable looks at nothing but the row and those before it. */
    boolean isOfRow(int variable);
  }

  /** Takes matches. */
  public interface Matches {
    void found(MatchPartition partition, Path match, long number);
  }

  /** A row with what is known of the conditions that look at it alone: 1 true, 2 false. */
  private record Held(byte[] row, long time, byte[] verdicts) {}

  private record Way(int place, Path path) {}

  private final Matcher matcher;
  private final List<Held> rows = new ArrayList<>();
  private final List<Integer> work = new ArrayList<>();
  private long firstRow;
  private long start;
  private long at;
  private boolean open;
  private List<Way> ways = new ArrayList<>();
  private Optional<Path> best = Optional.empty();
  private long number;
  private long bytes;
  private long namings;

  /** What the partitions of a task share. */
  public static final class Matcher {
    private final MatchNode node;
    private final MatchProgram program;
    private final Conditions conditions;
    private final int history;
    private final int ahead;
    private final boolean mergeable;

    public Matcher(MatchNode node, Conditions conditions) {
      this.node = node;
      this.conditions = conditions;
      program = new MatchProgram(node.pattern());
      history = node.lookBack();
      ahead = node.lookAhead();
      mergeable = node.conditions().keySet().stream().allMatch(conditions::isOfRow);
    }
  }

  public MatchPartition(Matcher matcher) {
    this.matcher = matcher;
  }

  /** Adds the next row in order. */
  public void add(byte[] row, long time) {
    rows.add(new Held(row, time, new byte[matcher.node.variables().size()]));
    bytes += row.length + 96L;
  }

  /** Row {@code index}; empty if it is not held, or there is none. */
  Optional<byte[]> row(long index) {
    return index < firstRow || index >= end()
        ? Optional.empty()
        : Optional.of(rows.get((int) (index - firstRow)).row());
  }

  private Held held(long index) {
    return rows.get((int) (index - firstRow));
  }

  private long end() {
    return firstRow + rows.size();
  }

  /**
   * The time of the row that the open search began with, or that the next one will begin with once
   * it may; empty if there is none.
   */
  public Optional<Long> openSince() {
    return start < end() ? Optional.of(held(start).time()) : Optional.empty();
  }

  /** How many matches were found. */
  public long number() {
    return number;
  }

  /** Bytes on the heap, about. */
  public long byteSize() {
    return 160 + bytes + 96L * ways.size();
  }

  /** Whether nothing is held. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The rows held, in order; those before {@link #searchFrom} are looked back at only. */
  public List<byte[]> held() {
    return rows.stream().map(Held::row).toList();
  }

  /** Index into {@link #held} of the row that the search begins with. */
  public int searchFrom() {
    return (int) (start - firstRow);
  }

  /** Takes over a saved state, the rows being added already. */
  public void restore(int searchFrom, long matches) {
    start = firstRow + searchFrom;
    number = matches;
  }

  /** Whether the first row has been searched from, so that no match begins there any more. */
  public boolean isBegun() {
    return start > 0;
  }

  /** The partition has had rows that are no longer held. Before any row is added. */
  public void resumeBegun() {
    firstRow = Math.max(1, firstRow);
    start = Math.max(start, firstRow);
  }

  /**
   * Searches as far as the rows go.
   *
   * @param watermark no row at or before it follows
   * @param ended whether no row follows at all
   */
  public void search(long watermark, boolean ended, Matches matches) {
    // Where the last row counts, nothing can be said before it is there.
    boolean waits = matcher.node.toLast() && !ended;
    long known = ended ? end() : end() - matcher.ahead;
    while (!waits) {
      if (!open) {
        if (matcher.node.fromFirst() && start > 0) {
          start = end();
        }
        if (start >= known) {
          break;
        }
        begin();
      }
      while (!ways.isEmpty() && at < known) {
        if (isTooFar(held(at).time())) {
          ways = new ArrayList<>();
        } else {
          step();
        }
      }
      if (!ways.isEmpty() && !ended && !isOver(watermark)) {
        break;
      }
      settle(matches);
    }
    forget();
  }

  /** Whether WITHIN ends the search before the next row. */
  private boolean isOver(long watermark) {
    return isTooFar(at < end() ? held(at).time() : watermark);
  }

  private boolean isTooFar(long time) {
    return matcher.node.withinMicros().isPresent()
        && time >= held(start).time() + matcher.node.withinMicros().get();
  }

  private void begin() {
    open = true;
    best = Optional.empty();
    ways = new ArrayList<>();
    at = start;
    namings = 0;
    follow(0, Path.empty(start), ways, new HashSet<>(), new BitSet());
  }

  /**
   * Follows instructions that take no row; gives whether a match was reached, so that all that is
   * less good can be left out.
   */
  private boolean follow(int from, Path path, List<Way> to, Set<Long> merged, BitSet visited) {
    work.clear();
    work.add(from);
    while (!work.isEmpty()) {
      int place = work.remove(work.size() - 1);
      if (visited.get(place)) {
        continue;
      }
      visited.set(place);
      MatchProgram.Step step = matcher.program.at(place);
      switch (step.op()) {
        case JUMP -> work.add(step.first());
        case SPLIT -> {
          work.add(step.second());
          work.add(step.first());
        }
        case ROW -> {
          // Of two ways whose future is the same only the better one can lead to the match.
          long naming = matcher.mergeable ? 0 : path.naming();
          if (merged.add(naming * matcher.program.size() + place)) {
            // The row to come is not known yet; the way waits with the path before it.
            to.add(new Way(place, path));
          }
        }
        case END -> {
          long behind = path.isEmpty() ? path.row() : path.row() + 1;
          if (!matcher.node.toLast() || behind == end()) {
            best = Optional.of(path);
            return true;
          }
        }
      }
    }
    return false;
  }

  private void step() {
    List<Way> next = new ArrayList<>();
    Set<Long> merged = new HashSet<>();
    Map<Long, Long> names = new HashMap<>();
    Map<Long, Boolean> verdicts = new HashMap<>();
    int variables = matcher.node.variables().size();
    for (Way way : ways) {
      MatchProgram.Step step = matcher.program.at(way.place());
      Optional<Path> before = Optional.of(way.path()).filter(path -> !path.isEmpty());
      long naming =
          names.computeIfAbsent(way.path().naming() * variables + step.first(), n -> ++namings);
      Path path = Path.of(before, at, step.first(), step.second() == 1, naming);
      if (verdicts.computeIfAbsent(naming, n -> satisfies(path))
          && follow(way.place() + 1, path, next, merged, new BitSet())) {
        break;
      }
    }
    if (next.size() > MOST_WAYS) {
      throw UserError.of(
              ErrorCode.MEMORY,
              "the pattern is ambiguous: there are more than "
                  + MOST_WAYS
                  + " ways to match the same rows")
          .withHint("give its variables conditions that tell rows apart");
    }
    ways = next;
    at++;
  }

  private boolean satisfies(Path path) {
    int variable = path.variable();
    if (!matcher.node.conditions().containsKey(variable)) {
      return true;
    }
    if (!matcher.conditions.isOfRow(variable)) {
      return matcher.conditions.test(this, path);
    }
    byte[] verdicts = held(path.row()).verdicts();
    if (verdicts[variable] == 0) {
      verdicts[variable] = (byte) (matcher.conditions.test(this, path) ? 1 : 2);
    }
    return verdicts[variable] == 1;
  }

  /** Ends the search at {@code start}, with or without a match. */
  private void settle(Matches matches) {
    open = false;
    ways = new ArrayList<>();
    if (best.isEmpty()) {
      start++;
      return;
    }
    Path match = best.get();
    best = Optional.empty();
    number++;
    matches.found(this, match, number);
    start = nextStart(match);
  }

  private long nextStart(Path match) {
    if (match.isEmpty()) {
      return start + 1;
    }
    MatchNode.Skip skip = matcher.node.skip();
    return switch (skip.to()) {
      case PAST_LAST_ROW -> match.row() + 1;
      case NEXT_ROW -> match.first() + 1;
      case FIRST, LAST -> {
        boolean first = skip.to() == MatchNode.Skip.To.FIRST;
        long row = match.find(skip.variables(), first, 0);
        if (row <= match.first()) {
          String name = matcher.node.variables().get(skip.variables().get(0));
          throw UserError.of(
                  ErrorCode.EXPRESSION,
                  row < 0
                      ? "AFTER MATCH SKIP TO " + name + ": a match has no row of " + name
                      : "AFTER MATCH SKIP TO " + name + " leads back to the match's first row")
              .withHint("skip to a variable that every match has behind its first row");
        }
        yield row;
      }
    };
  }

  /** Lets rows go that no search will look at. */
  private void forget() {
    int gone = (int) (Math.max(firstRow, start - matcher.history) - firstRow);
    if (gone > 0 && (gone >= rows.size() / 2 || gone > 1024)) {
      List<Held> old = rows.subList(0, gone);
      old.forEach(held -> bytes -= held.row().length + 96L);
      old.clear();
      firstRow += gone;
    }
  }
}
