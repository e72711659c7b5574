package dev.sluice.plan;

import java.util.List;
import java.util.Map;

/**
 * A changelog to upserts and deletions by {@code keys}, a unique key of the rows: of each
 * micro-batch the last state of each key. A row that only leaves (its filter does not hold any
 * more, or its key changed) becomes a deletion. Keeps nothing between micro-batches.
 *
 * @param keys the columns of the sink's primary key
 */
public record DropUpdateBeforeNode(PlanNode input, List<Integer> keys, PlanTraits traits)
    implements PlanNode {
  public DropUpdateBeforeNode {
    keys = List.copyOf(keys);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public DropUpdateBeforeNode withInputs(List<PlanNode> inputs) {
    return new DropUpdateBeforeNode(inputs.get(0), keys, traits);
  }

  @Override
  public Map<String, Object> details() {
    return Map.of("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
  }
}
