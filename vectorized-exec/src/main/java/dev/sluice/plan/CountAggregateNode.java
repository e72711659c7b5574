package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Aggregates rows that a {@link CountWindowNode} has put into windows, in the same task: the groups
 * of a window are final when its last row has come, or the input has ended. Output columns: keys,
 * then results.
 *
 * @param keys grouping columns, among them those that are counted apart and the window's end
 * @param partition which of {@code keys} are counted apart, by index into them
 * @param end which of {@code keys} is the window's end
 * @param last the column that marks the last row of a window
 * @param where a BOOLEAN column: only rows where it is true are aggregated
 */
public record CountAggregateNode(
    PlanNode input,
    List<Integer> keys,
    List<AggregateCall> calls,
    List<Integer> partition,
    int end,
    int last,
    OptionalInt where,
    Emit emit,
    PlanTraits traits)
    implements PlanNode {
  public CountAggregateNode {
    keys = List.copyOf(keys);
    calls = List.copyOf(calls);
    partition = List.copyOf(partition);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public CountAggregateNode withInputs(List<PlanNode> inputs) {
    return new CountAggregateNode(
        inputs.get(0), keys, calls, partition, end, last, where, emit, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
    map.put("calls", calls);
    where.ifPresent(w -> map.put("filter", input.schema().field(w).name()));
    map.put("emit", emit);
    return map;
  }
}
