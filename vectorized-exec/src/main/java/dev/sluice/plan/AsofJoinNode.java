package dev.sluice.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Joins each left row with at most one right row of its key: of those whose order column stands as
 * asked to the left row's, the nearest; of equally near ones the last that came. By event time it
 * gives a left row when no nearer partner can follow, else everything at the end of its inputs.
 * Rows come once and for good.
 *
 * @param kind INNER or LEFT
 * @param leftOrder order column of the left input; that of the right one has the same type
 * @param match how the left order column stands to the right one
 * @param versions whether right rows replace each other, and a deleted one leaves nothing
 * @param condition what the pair must satisfy besides; it does not lead to another partner
 * @param byTime whether the order columns are the inputs' event time
 * @param leftMark the hidden row watermark made by the scan, see {@link JoinRetention.Side#mark}
 * @param output which columns of left and right input come out, ascending
 */
public record AsofJoinNode(
    PlanNode left,
    PlanNode right,
    JoinKind kind,
    List<Integer> leftKeys,
    List<Integer> rightKeys,
    int leftOrder,
    int rightOrder,
    Match match,
    boolean versions,
    Optional<Expr> condition,
    boolean byTime,
    OptionalInt leftMark,
    OptionalInt rightMark,
    List<Integer> output,
    PlanTraits traits)
    implements PlanNode {
  /** How the left order column stands to the right one. */
  public enum Match {
    GREATER(">", true, false),
    GREATER_OR_EQUAL(">=", true, true),
    LESS("<", false, false),
    LESS_OR_EQUAL("<=", false, true);

    private final String text;
    private final boolean before;
    private final boolean equal;

    Match(String text, boolean before, boolean equal) {
      this.text = text;
      this.before = before;
      this.equal = equal;
    }

    /** Whether the partner is before the left row. */
    public boolean isBefore() {
      return before;
    }

    /** Whether it may be at the left row's place. */
    public boolean mayEqual() {
      return equal;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  public AsofJoinNode {
    leftKeys = List.copyOf(leftKeys);
    rightKeys = List.copyOf(rightKeys);
    output = List.copyOf(output);
    if (kind != JoinKind.INNER && kind != JoinKind.LEFT) {
      throw new IllegalArgumentException("such a join is inner or left, not " + kind);
    }
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(left, right);
  }

  @Override
  public AsofJoinNode withInputs(List<PlanNode> inputs) {
    return new AsofJoinNode(
        inputs.get(0),
        inputs.get(1),
        kind,
        leftKeys,
        rightKeys,
        leftOrder,
        rightOrder,
        match,
        versions,
        condition,
        byTime,
        leftMark,
        rightMark,
        output,
        traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("kind", kind);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < leftKeys.size(); i++) {
      keys.add(
          left.schema().field(leftKeys.get(i)).name()
              + " = "
              + right.schema().field(rightKeys.get(i)).name());
    }
    map.put("on", keys);
    map.put(
        versions ? "asOf" : "match",
        left.schema().field(leftOrder).name()
            + " "
            + match
            + " "
            + right.schema().field(rightOrder).name());
    condition.ifPresent(c -> map.put("where", c));
    map.put("emit", byTime ? "by event time" : "at the end");
    return map;
  }

  @Override
  public String label() {
    return versions ? "TemporalJoin" : "AsofJoin";
  }
}
