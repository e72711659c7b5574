package dev.sluice.plan;

import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;

/**
 * What is true of a node's output; computed once by the planner and carried with the node.
 *
 * @param schema the columns
 * @param changelog which row kinds come out
 * @param uniqueKeys sets of columns that identify a row, by index; empty list: none known
 * @param time the event-time column, if the output still has one
 * @param distribution how the rows lie over tasks
 * @param state what limits the node's own state
 * @param bounded whether the output ends
 */
public record PlanTraits(
    Schema schema,
    ChangelogMode changelog,
    List<List<Integer>> uniqueKeys,
    Optional<TimeAttribute> time,
    Distribution distribution,
    StateBound state,
    boolean bounded) {
  public PlanTraits {
    uniqueKeys = uniqueKeys.stream().map(List::copyOf).toList();
  }

  /** Insert-only, stateless, anywhere, without keys or time. */
  public static PlanTraits of(Schema schema, boolean bounded) {
    return new PlanTraits(
        schema,
        ChangelogMode.INSERT_ONLY,
        List.of(),
        Optional.empty(),
        Distribution.ANY,
        StateBound.NONE,
        bounded);
  }

  public PlanTraits withTime(Optional<TimeAttribute> value) {
    return new PlanTraits(schema, changelog, uniqueKeys, value, distribution, state, bounded);
  }

  public PlanTraits withKeys(List<List<Integer>> value) {
    return new PlanTraits(schema, changelog, value, time, distribution, state, bounded);
  }

  public PlanTraits withDistribution(Distribution value) {
    return new PlanTraits(schema, changelog, uniqueKeys, time, value, state, bounded);
  }

  public PlanTraits withState(StateBound value) {
    return new PlanTraits(schema, changelog, uniqueKeys, time, distribution, value, bounded);
  }

  public PlanTraits withChangelog(ChangelogMode value) {
    return new PlanTraits(schema, value, uniqueKeys, time, distribution, state, bounded);
  }
}
