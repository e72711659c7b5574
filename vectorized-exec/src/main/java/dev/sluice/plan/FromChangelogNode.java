package dev.sluice.plan;

import java.util.List;
import java.util.Map;

/**
 * Rows that tell changes as those changes, without the column that tells their kind.
 *
 * @param op the VARCHAR column that tells it, see {@link ToChangelogNode}
 */
public record FromChangelogNode(PlanNode input, int op, PlanTraits traits) implements PlanNode {
  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public FromChangelogNode withInputs(List<PlanNode> inputs) {
    return new FromChangelogNode(inputs.get(0), op, traits);
  }

  @Override
  public Map<String, Object> details() {
    return Map.of("op", input.schema().field(op).name());
  }
}
