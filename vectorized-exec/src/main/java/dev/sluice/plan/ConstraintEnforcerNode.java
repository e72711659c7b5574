package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of a query as a sink's columns take them; rows that do not fit (NULL for NOT NULL, too
 * long, out of range) are left out and counted. Of a changelog every change of such a row is left
 * out, so that the sink has what it would have without it.
 *
 * @param projections the sink's columns over the input's
 * @param row the whole row as JSON text, over the input's columns
 * @param sink name of the table that does not take the rows
 * @param rejected where they go instead: columns of {@code RejectedRow.SCHEMA}, by name
 */
public record ConstraintEnforcerNode(
    PlanNode input,
    List<Expr> projections,
    Expr row,
    String sink,
    Optional<TableRef> rejected,
    PlanTraits traits)
    implements PlanNode {
  public ConstraintEnforcerNode {
    projections = List.copyOf(projections);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public ConstraintEnforcerNode withInputs(List<PlanNode> inputs) {
    return new ConstraintEnforcerNode(inputs.get(0), projections, row, sink, rejected, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("project", projections);
    map.put("onError", rejected.map(to -> "to:" + to.name()).orElse("drop"));
    return map;
  }

  /** The side output of the rows that are left out. */
  public Optional<SideOutput> side() {
    return rejected.map(to -> new SideOutput(to, List.of()));
  }
}
