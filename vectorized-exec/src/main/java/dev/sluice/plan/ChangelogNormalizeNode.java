package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Upserts by a primary key to a full changelog: keeps the last row of each key, so that an update
 * comes with the whole old row and a deletion with all columns. What changes nothing is left out.
 *
 * @param keys the columns of the primary key
 * @param emit ON_UPDATE: changes after each micro-batch; ON_WINDOW_CLOSE: the last rows once, with
 *     the last watermark of an input that ends
 */
public record ChangelogNormalizeNode(
    PlanNode input, List<Integer> keys, Emit emit, PlanTraits traits) implements PlanNode {
  public ChangelogNormalizeNode {
    keys = List.copyOf(keys);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public ChangelogNormalizeNode withInputs(List<PlanNode> inputs) {
    return new ChangelogNormalizeNode(inputs.get(0), keys, emit, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
    map.put("emit", emit);
    return map;
  }
}
