package dev.sluice.plan;

import java.util.List;
import java.util.Map;

/**
 * Every row as often as its last column says, without that column; a row of NULL or less than one
 * is left out.
 */
public record ReplicateNode(PlanNode input, PlanTraits traits) implements PlanNode {
  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public ReplicateNode withInputs(List<PlanNode> inputs) {
    return new ReplicateNode(inputs.get(0), traits);
  }

  @Override
  public Map<String, Object> details() {
    return Map.of();
  }
}
