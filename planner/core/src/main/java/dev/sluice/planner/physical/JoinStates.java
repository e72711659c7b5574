package dev.sluice.planner.physical;

import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.StateBound;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What is true of a join's state and keys. Stateless. */
final class JoinStates {
  private JoinStates() {}

  /** The join, with rows that no event time frees forgotten some time after they came. */
  static JoinNode withTimeToLive(JoinNode node, long leftMicros, long rightMicros) {
    JoinRetention retention = node.retention();
    return node.withRetention(
        new JoinRetention(
            withTimeToLive(retention.left(), leftMicros),
            withTimeToLive(retention.right(), rightMicros),
            retention.holdBackMicros(),
            retention.window()));
  }

  private static JoinRetention.Side withTimeToLive(JoinRetention.Side side, long micros) {
    return side.expiry().isPresent() || micros == 0
        ? side
        : new JoinRetention.Side(side.expiry(), side.mark(), OptionalLong.of(micros));
  }

  static StateBound bound(JoinNode node, boolean bounded) {
    JoinRetention retention = node.retention();
    if (retention.window()) {
      return new StateBound.ByWatermark("rows of open windows");
    }
    boolean left = retention.left().expiry().isPresent();
    boolean right = retention.right().expiry().isPresent();
    if (left && right) {
      return new StateBound.ByWatermark("rows that may still find a partner, by event time");
    }
    OptionalInt everywhere = node.broadcastSide();
    if (everywhere.isPresent() && timeless(retention)) {
      boolean ofLeft = everywhere.getAsInt() == 0;
      String all =
          "rows of the " + (ofLeft ? "left" : "right") + " input, which ends, all in every task";
      return new StateBound.Constant(
          bounded
              ? all
              : all + "; those of the " + (ofLeft ? "right" : "left") + " one until then");
    }
    if (bounded) {
      return new StateBound.ByInput();
    }
    OptionalLong leftTtl = retention.left().ttlMicros();
    OptionalLong rightTtl = retention.right().ttlMicros();
    String what =
        left ? "rows of the right input" : right ? "rows of the left input" : "rows of both inputs";
    if ((left || leftTtl.isPresent()) && (right || rightTtl.isPresent())) {
      return new StateBound.ByTime(Math.max(leftTtl.orElse(0), rightTtl.orElse(0)), what);
    }
    if (leftTtl.isPresent() || rightTtl.isPresent()) {
      what = leftTtl.isPresent() ? "rows of the right input" : "rows of the left input";
    }
    boolean leftEnds = node.left().traits().bounded();
    boolean rightEnds = node.right().traits().bounded();
    if (leftEnds && !right && !leftTtl.isPresent() && node.appends()) {
      what = "rows of the left input, which ends; those of the right one until then";
      return new StateBound.Constant(what);
    }
    if (rightEnds && !left && !rightTtl.isPresent() && node.appends()) {
      what = "rows of the right input, which ends; those of the left one until then";
      return new StateBound.Constant(what);
    }
    return new StateBound.Unbounded(what + ", never freed; SET 'state.ttl' forgets them");
  }

  private static boolean timeless(JoinRetention retention) {
    return retention.left().ttlMicros().isEmpty() && retention.right().ttlMicros().isEmpty();
  }

  /** Sets of output columns that name a row. */
  static List<List<Integer>> uniqueKeys(JoinNode node) {
    List<List<Integer>> left = visible(node, 0);
    List<List<Integer>> right = visible(node, 1);
    boolean leftOnce = once(node, 0);
    boolean rightOnce = once(node, 1);
    if (!node.kind().givesPairs()) {
      return left;
    }
    List<List<Integer>> keys = new ArrayList<>();
    if (rightOnce && !node.kind().keeps(1)) {
      keys.addAll(left);
    }
    if (leftOnce && !node.kind().keeps(0)) {
      keys.addAll(right);
    }
    if (keys.isEmpty() && node.kind() == JoinKind.INNER && !left.isEmpty() && !right.isEmpty()) {
      List<Integer> both = new ArrayList<>(left.get(0));
      both.addAll(right.get(0));
      keys.add(both);
    }
    return keys;
  }

  /** Whether a row finds at most one partner on that side. */
  private static boolean once(JoinNode node, int side) {
    return node.inputs().get(side).traits().uniqueKeys().stream()
        .anyMatch(node.keys(side)::containsAll);
  }

  /** The unique keys of an input that are in the output. */
  private static List<List<Integer>> visible(JoinNode node, int side) {
    List<List<Integer>> keys = new ArrayList<>();
    for (List<Integer> key : node.inputs().get(side).traits().uniqueKeys()) {
      List<Optional<Integer>> places =
          key.stream().map(column -> Joins.place(node, side, column)).toList();
      if (places.stream().allMatch(Optional::isPresent)) {
        keys.add(places.stream().map(Optional::orElseThrow).toList());
      }
    }
    return keys;
  }
}
