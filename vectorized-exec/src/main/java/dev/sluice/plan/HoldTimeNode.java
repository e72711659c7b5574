package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same rows with a column as their event time, of which nothing is promised before the input
 * ends: windows behind it take every row and every change, and close at the end. For results whose
 * rows may come or be taken back long after their time: a ranking, a join without bounds of time.
 *
 * @param column the column that is event time
 */
public record HoldTimeNode(PlanNode input, int column, PlanTraits traits) implements PlanNode {
  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public HoldTimeNode withInputs(List<PlanNode> inputs) {
    return new HoldTimeNode(inputs.get(0), column, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("time", input.schema().field(column).name());
    map.put("until", "end of input");
    return map;
  }
}
