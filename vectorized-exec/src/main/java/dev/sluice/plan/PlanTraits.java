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
 * @param window the columns that name each row's window, if the output still has them
 */
public record PlanTraits(
    Schema schema,
    ChangelogMode changelog,
    List<List<Integer>> uniqueKeys,
    Optional<TimeAttribute> time,
    Distribution distribution,
    StateBound state,
    boolean bounded,
    Optional<WindowColumns> window) {
  public PlanTraits {
    uniqueKeys = uniqueKeys.stream().map(List::copyOf).toList();
  }

  /** Traits of rows without windows. */
  public PlanTraits(
      Schema schema,
      ChangelogMode changelog,
      List<List<Integer>> uniqueKeys,
      Optional<TimeAttribute> time,
      Distribution distribution,
      StateBound state,
      boolean bounded) {
    this(schema, changelog, uniqueKeys, time, distribution, state, bounded, Optional.empty());
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
    return new PlanTraits(
        schema, changelog, uniqueKeys, value, distribution, state, bounded, window);
  }

  public PlanTraits withKeys(List<List<Integer>> value) {
    return new PlanTraits(schema, changelog, value, time, distribution, state, bounded, window);
  }

  public PlanTraits withDistribution(Distribution value) {
    return new PlanTraits(schema, changelog, uniqueKeys, time, value, state, bounded, window);
  }

  public PlanTraits withState(StateBound value) {
    return new PlanTraits(
        schema, changelog, uniqueKeys, time, distribution, value, bounded, window);
  }

  public PlanTraits withWindow(Optional<WindowColumns> value) {
    return new PlanTraits(schema, changelog, uniqueKeys, time, distribution, state, bounded, value);
  }

  public PlanTraits withChangelog(ChangelogMode value) {
    return new PlanTraits(schema, value, uniqueKeys, time, distribution, state, bounded, window);
  }
}
