package dev.sluice.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the rows of each key and gives each row once for each of its windows of a number of rows.
 * Output columns: the input's, {@code window_start} and {@code window_end} (how many rows of the
 * key lie before the window, and up to its end), and {@code $last}, whether the row is the last
 * that the window takes. The rows of a window come in the order in which they are counted.
 *
 * @param keys columns whose values are counted apart
 * @param slide rows from the start of a window to that of the next
 * @param size rows of a window
 * @param time event time, whose order the rows are counted in; empty: in order of arrival. Over
 *     bounded input without a row watermark all rows wait for its end, and none is late
 * @param byContents over bounded input: rows are counted at its end, in the order of their time, if
 *     there is one, and contents, so that they may come in any order and be taken back
 */
public record CountWindowNode(
    PlanNode input,
    List<Integer> keys,
    long slide,
    long size,
    Optional<OverNode.ByTime> time,
    boolean byContents,
    PlanTraits traits)
    implements PlanNode {
  public CountWindowNode {
    keys = List.copyOf(keys);
  }

  /** Rows counted by event time or as they come. */
  public CountWindowNode(
      PlanNode input,
      List<Integer> keys,
      long slide,
      long size,
      Optional<OverNode.ByTime> time,
      PlanTraits traits) {
    this(input, keys, slide, size, time, false, traits);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public CountWindowNode withInputs(List<PlanNode> inputs) {
    return new CountWindowNode(inputs.get(0), keys, slide, size, time, byContents, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
    if (slide != size) {
      map.put("slide", slide + " rows");
    }
    map.put("size", size + " rows");
    map.put(
        "order",
        time.map(t -> input.schema().field(t.column()).name())
            .orElse(byContents ? "contents" : "arrival"));
    return map;
  }
}
