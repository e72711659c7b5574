package dev.sluice.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives each row once for each element of one of its collections. Output columns: those of {@code
 * kept}, then the element, or the key and value of an entry of a map, then perhaps the element's
 * number. A collection that is NULL has no elements.
 *
 * @param collection input column of type ARRAY or MAP
 * @param kept input columns that are handed through
 * @param withOrdinality whether elements are numbered from 1, in a last column
 * @param outer whether a row without elements comes once, with NULLs for the element
 */
public record UnnestNode(
    PlanNode input,
    int collection,
    List<Integer> kept,
    boolean withOrdinality,
    boolean outer,
    PlanTraits traits)
    implements PlanNode {
  public UnnestNode {
    kept = List.copyOf(kept);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public UnnestNode withInputs(List<PlanNode> inputs) {
    return new UnnestNode(inputs.get(0), collection, kept, withOrdinality, outer, traits);
  }

  @Override
  @JsonIgnore
  public String label() {
    return "Unnest";
  }

  @Override
  @JsonIgnore
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("collection", input.schema().field(collection).name());
    if (withOrdinality) {
      map.put("withOrdinality", true);
    }
    if (outer) {
      map.put("outer", true);
    }
    return map;
  }
}
