package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.planner.validate.TableHints;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.TableScan;

/**
 * Joins with a small input: it is sent to every task, so that the rows of the other stay where they
 * are. By the sizes that are known, or because a hint says so. Single-threaded.
 */
final class Broadcasts {
  /** More rows are not kept once for each task. */
  private static final double MOST = 100_000;

  /** So many times as many rows a guess may be wrong by. */
  private static final double DOUBT = 10;

  /** How many times as many rows the other input must have: about as many as there are tasks. */
  private static final double RATIO = 20;

  /** With fewer rows on the other side it does not matter. */
  private static final double LARGE = 10_000;

  private final JoinOrder sizes;
  private final Set<TableHints.Broadcast> followed = new HashSet<>();

  Broadcasts(JoinOrder sizes) {
    this.sizes = sizes;
  }

  /** The join, perhaps with one of its inputs sent to every task. */
  JoinNode applied(JoinNode node, Join join, PlanNode[] built) {
    for (int side = 1; side >= 0; side--) {
      Optional<TableHints.Broadcast> asked = TableHints.broadcast(join.getInput(side));
      if (asked.isPresent()) {
        Optional<UserError> refused = refused(node, side);
        if (refused.isPresent()) {
          throw refused.get().at(asked.get().position());
        }
        followed.add(asked.get());
        return sent(node, side, built);
      }
    }
    for (int side = 1; side >= 0; side--) {
      if (refused(node, side).isEmpty() && pays(node, join, side)) {
        return sent(node, side, built);
      }
    }
    return node;
  }

  /** Refuses hints that no join could follow. */
  void requireFollowed(RelNode query) {
    if (query instanceof TableScan) {
      Optional<TableHints.Broadcast> asked = TableHints.broadcast(query);
      if (asked.isPresent() && !followed.contains(asked.get())) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "BROADCAST: no join here can send '" + asked.get().table() + "' to every task")
            .withHint("it is for one table of a regular join that ends; leave it out")
            .at(asked.get().position());
      }
    }
    query.getInputs().forEach(this::requireFollowed);
  }

  private static JoinNode sent(JoinNode node, int side, PlanNode[] built) {
    List<PlanNode> inputs = new ArrayList<>(List.of(built));
    inputs.set(
        side,
        new PlanNode.Exchange(
            built[side],
            Distribution.BROADCAST,
            built[side].traits().withDistribution(Distribution.BROADCAST)));
    JoinNode sent = node.withInputs(inputs);
    return sent.build().isPresent() ? sent.withBuild(side) : sent;
  }

  /** Why the rows of an input cannot be in every task; empty if they can. */
  private static Optional<UserError> refused(JoinNode node, int side) {
    String which = side == 0 ? "left" : "right";
    PlanNode input = node.inputs().get(side);
    if (!input.traits().bounded()) {
      return refusal(
          "the " + which + " input never ends", "only input that ends can be in every task");
    }
    if (node.kind().keeps(side) || side == 0 && !node.kind().givesPairs()) {
      return refusal(
          "this join gives rows of its " + which + " input that stand alone, and every task would",
          "broadcast the other input, or leave the hint out");
    }
    if (input.traits().changelog() != ChangelogMode.INSERT_ONLY) {
      return refusal(
          "rows of the " + which + " input are updated", "leave the hint out for what updates");
    }
    boolean timed =
        node.retention().window()
            || node.retention().left().expiry().isPresent()
            || node.retention().right().expiry().isPresent();
    if (timed) {
      return refusal("this join keeps its rows by event time", "leave the hint out");
    }
    return node.appends()
        ? Optional.empty()
        : refusal(
            "this join takes rows back that it has given",
            "look the table up, FOR SYSTEM_TIME AS OF PROCTIME(), or leave the hint out");
  }

  private static Optional<UserError> refusal(String why, String fix) {
    return Optional.of(UserError.of(ErrorCode.UNSUPPORTED, "BROADCAST: " + why).withHint(fix));
  }

  /** Whether an input is small, and the other is much larger. */
  private boolean pays(JoinNode node, Join join, int side) {
    RelNode rel = join.getInput(side);
    OptionalDouble small = sizes.roughRows(rel);
    OptionalDouble all = sizes.base(rel);
    // what conditions and joins let pass is a guess
    double most = all.isPresent() ? MOST : MOST / DOUBT;
    boolean few = small.isPresent() && small.getAsDouble() <= most;
    if (!few || all.isPresent() && all.getAsDouble() > MOST * DOUBT) {
      return false;
    }
    OptionalDouble large = sizes.roughRows(join.getInput(1 - side));
    return !node.inputs().get(1 - side).traits().bounded()
        || large.isPresent() && large.getAsDouble() >= Math.max(LARGE, RATIO * small.getAsDouble());
  }
}
