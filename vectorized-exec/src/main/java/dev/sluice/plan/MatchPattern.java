package dev.sluice.plan;

import java.util.List;
import java.util.stream.Collectors;

/** A regular expression over the variables of a MATCH_RECOGNIZE. Immutable values. */
public sealed interface MatchPattern {
  /** One row that satisfies the variable's condition. */
  record Variable(int index) implements MatchPattern {
    @Override
    public String toString() {
      return "$" + index;
    }
  }

  /** One after the other. */
  record Sequence(List<MatchPattern> parts) implements MatchPattern {
    public Sequence {
      parts = List.copyOf(parts);
    }

    @Override
    public String toString() {
      return parts.stream().map(MatchPattern::toString).collect(Collectors.joining(" ", "(", ")"));
    }
  }

  /** The first that leads to a match. */
  record Choice(List<MatchPattern> parts) implements MatchPattern {
    public Choice {
      parts = List.copyOf(parts);
    }

    @Override
    public String toString() {
      return parts.stream()
          .map(MatchPattern::toString)
          .collect(Collectors.joining(" | ", "(", ")"));
    }
  }

  /**
   * Again and again.
   *
   * @param most -1 for any number
   * @param reluctant whether fewer are better
   */
  record Repeat(MatchPattern part, int least, int most, boolean reluctant) implements MatchPattern {
    @Override
    public String toString() {
      String bounds =
          most == least ? "{" + least + "}" : "{" + least + "," + (most < 0 ? "" : most) + "}";
      return part + bounds + (reluctant ? "?" : "");
    }
  }

  /** Matched, but left out of ALL ROWS PER MATCH. */
  record Excluded(MatchPattern part) implements MatchPattern {
    @Override
    public String toString() {
      return "{- " + part + " -}";
    }
  }
}
