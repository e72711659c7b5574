package dev.sluice.plan;

import java.util.List;
import java.util.Map;

/**
 * Every change as an inserted row, with its kind as the first column: {@code INSERT}, {@code
 * UPDATE_BEFORE}, {@code UPDATE_AFTER} or {@code DELETE}.
 */
public record ToChangelogNode(PlanNode input, PlanTraits traits) implements PlanNode {
  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public ToChangelogNode withInputs(List<PlanNode> inputs) {
    return new ToChangelogNode(inputs.get(0), traits);
  }

  @Override
  public Map<String, Object> details() {
    return Map.of();
  }
}
