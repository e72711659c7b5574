package dev.sluice.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Pairs the rows of two inputs that have equal keys and satisfy a condition. Over inserts it gives
 * each pair as soon as both rows are there; a row without a partner when none can follow. Over
 * changes, or where rows without a partner must not wait, it gives the changes of its result after
 * each micro-batch ({@code ON_UPDATE}), or the result at the end ({@code ON_WINDOW_CLOSE}).
 *
 * @param leftKeys key columns of the left input; those of the right one have the same types
 * @param matchNulls by key: whether NULL equals NULL (IS NOT DISTINCT FROM)
 * @param condition what else pairs must satisfy, over the columns of left and right input
 * @param output which columns of left and right input come out, ascending
 * @param build the input (0: left) that is read to its end first, if both end and only insert: its
 *     rows are kept, and those of the other pass by. A host that can should read them in that order
 */
public record JoinNode(
    PlanNode left,
    PlanNode right,
    JoinKind kind,
    List<Integer> leftKeys,
    List<Integer> rightKeys,
    List<Boolean> matchNulls,
    Optional<Expr> condition,
    List<Integer> output,
    JoinRetention retention,
    OptionalInt build,
    Emit emit,
    PlanTraits traits)
    implements PlanNode {
  public JoinNode {
    leftKeys = List.copyOf(leftKeys);
    rightKeys = List.copyOf(rightKeys);
    matchNulls = List.copyOf(matchNulls);
    output = List.copyOf(output);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(left, right);
  }

  @Override
  public JoinNode withInputs(List<PlanNode> inputs) {
    return new JoinNode(
        inputs.get(0),
        inputs.get(1),
        kind,
        leftKeys,
        rightKeys,
        matchNulls,
        condition,
        output,
        retention,
        build,
        emit,
        traits);
  }

  public JoinNode withRetention(JoinRetention value) {
    return new JoinNode(
        left,
        right,
        kind,
        leftKeys,
        rightKeys,
        matchNulls,
        condition,
        output,
        value,
        build,
        emit,
        traits);
  }

  public JoinNode withTraits(PlanTraits value) {
    return new JoinNode(
        left,
        right,
        kind,
        leftKeys,
        rightKeys,
        matchNulls,
        condition,
        output,
        retention,
        build,
        emit,
        value);
  }

  /** The join that reads input {@code input} first. */
  public JoinNode withBuild(int input) {
    return new JoinNode(
        left,
        right,
        kind,
        leftKeys,
        rightKeys,
        matchNulls,
        condition,
        output,
        retention,
        OptionalInt.of(input),
        emit,
        traits);
  }

  /**
   * The input whose rows are in every task, while those of the other stay where they are; empty if
   * both are spread by key. It ends and only inserts, and no row of it comes out without a partner.
   */
  public OptionalInt broadcastSide() {
    for (int side = 0; side < 2; side++) {
      if (inputs().get(side).traits().distribution() instanceof Distribution.Broadcast) {
        return OptionalInt.of(side);
      }
    }
    return OptionalInt.empty();
  }

  /** The key columns of an input. */
  public List<Integer> keys(int input) {
    return input == 0 ? leftKeys : rightKeys;
  }

  /**
   * Whether rows only ever come: both inputs insert, and rows without a partner wait for the time
   * when none can follow.
   */
  public boolean appends() {
    boolean inserts =
        inputs().stream().allMatch(i -> i.traits().changelog() == ChangelogMode.INSERT_ONLY);
    boolean waits = emit instanceof Emit.OnWindowClose;
    for (int side = 0; side < 2; side++) {
      inserts &= waits || !kind.keeps(side) || retention.side(side).expiry().isPresent();
    }
    return inserts;
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("kind", kind);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < leftKeys.size(); i++) {
      keys.add(
          left.schema().field(leftKeys.get(i)).name()
              + (matchNulls.get(i) ? " <=> " : " = ")
              + right.schema().field(rightKeys.get(i)).name());
    }
    if (!keys.isEmpty()) {
      map.put("on", keys);
    }
    condition.ifPresent(c -> map.put("where", c));
    if (!retention.equals(JoinRetention.FOREVER)) {
      map.put("kept", retention);
    }
    build.ifPresent(input -> map.put("first", input == 0 ? "left" : "right"));
    map.put("emit", emit);
    return map;
  }

  @Override
  public String label() {
    return "Join";
  }
}
