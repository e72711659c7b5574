package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A changelog to upserts and deletions by {@code keys}, though several rows may have one key: keeps
 * all rows of a key in order of arrival, so that when the one that shows is taken back another one
 * shows.
 *
 * @param keys the columns of the sink's primary key
 * @param policy which of the rows of a key shows
 */
public record UpsertMaterializeNode(
    PlanNode input, List<Integer> keys, Conflict policy, PlanTraits traits) implements PlanNode {
  /** What becomes of several rows with one key: ON CONFLICT DO. */
  public enum Conflict {
    /** The run fails. */
    ERROR("error"),
    /** The first one shows. */
    NOTHING("nothing"),
    /** The last one shows. */
    DEDUPLICATE("deduplicate");

    private final String text;

    Conflict(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  public UpsertMaterializeNode {
    keys = List.copyOf(keys);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public UpsertMaterializeNode withInputs(List<PlanNode> inputs) {
    return new UpsertMaterializeNode(inputs.get(0), keys, policy, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
    map.put("onConflict", policy);
    return map;
  }
}
