package dev.sluice.operator.match;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.MatchPattern;
import java.util.ArrayList;
import java.util.List;

/**
 * A pattern as instructions for a machine that follows all ways at once, the better before the
 * worse. Immutable.
 */
final class MatchProgram {
  /** More would be a mistake in the bounds of a quantifier. */
  private static final int LONGEST = 10_000;

  /** What to do. */
  enum Op {
    /** Take a row as variable {@code first}; {@code second} is 1 if it is left out. */
    ROW,
    /** Go on at {@code first}, and, less good, at {@code second}. */
    SPLIT,
    /** Go on at {@code first}. */
    JUMP,
    /** A match. */
    END
  }

  record Step(Op op, int first, int second) {}

  private final List<Step> steps = new ArrayList<>();

  MatchProgram(MatchPattern pattern) {
    add(pattern, false);
    put(Op.END, 0, 0);
  }

  Step at(int place) {
    return steps.get(place);
  }

  int size() {
    return steps.size();
  }

  private int put(Op op, int first, int second) {
    if (steps.size() >= LONGEST) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "the pattern is too long")
          .withHint("use smaller bounds in its quantifiers");
    }
    steps.add(new Step(op, first, second));
    return steps.size() - 1;
  }

  private void add(MatchPattern pattern, boolean excluded) {
    if (pattern instanceof MatchPattern.Variable variable) {
      put(Op.ROW, variable.index(), excluded ? 1 : 0);
    } else if (pattern instanceof MatchPattern.Sequence sequence) {
      sequence.parts().forEach(part -> add(part, excluded));
    } else if (pattern instanceof MatchPattern.Choice choice) {
      add(choice.parts(), excluded);
    } else if (pattern instanceof MatchPattern.Excluded inner) {
      add(inner.part(), true);
    } else {
      add((MatchPattern.Repeat) pattern, excluded);
    }
  }

  private void add(List<MatchPattern> parts, boolean excluded) {
    if (parts.size() == 1) {
      add(parts.get(0), excluded);
      return;
    }
    int split = put(Op.SPLIT, 0, 0);
    add(parts.get(0), excluded);
    int jump = put(Op.JUMP, 0, 0);
    steps.set(split, new Step(Op.SPLIT, split + 1, steps.size()));
    add(parts.subList(1, parts.size()), excluded);
    steps.set(jump, new Step(Op.JUMP, steps.size(), 0));
  }

  private void add(MatchPattern.Repeat repeat, boolean excluded) {
    for (int i = 0; i < repeat.least(); i++) {
      add(repeat.part(), excluded);
    }
    if (repeat.most() < 0) {
      // Behind each round a choice of its own: a round without a row is the last, since nobody
      // comes by the same place twice without taking one, and what is behind the loop follows.
      int split = put(Op.SPLIT, 0, 0);
      int round = steps.size();
      add(repeat.part(), excluded);
      int again = put(Op.SPLIT, 0, 0);
      int out = steps.size();
      steps.set(
          again,
          new Step(Op.SPLIT, repeat.reluctant() ? out : round, repeat.reluctant() ? round : out));
      choose(split, repeat.reluctant());
      return;
    }
    List<Integer> splits = new ArrayList<>();
    for (int i = repeat.least(); i < repeat.most(); i++) {
      splits.add(put(Op.SPLIT, 0, 0));
      add(repeat.part(), excluded);
    }
    splits.forEach(split -> choose(split, repeat.reluctant()));
  }

  /** Lets a split decide between what follows it and the end of what there is. */
  private void choose(int split, boolean reluctant) {
    int in = split + 1;
    int out = steps.size();
    steps.set(split, new Step(Op.SPLIT, reluctant ? out : in, reluctant ? in : out));
  }
}
