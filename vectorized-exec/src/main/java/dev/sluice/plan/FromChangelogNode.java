package dev.sluice.plan;

import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows that tell changes as those changes, without the column that tells their kind.
 *
 * @param op the VARCHAR column that tells it, see {@link ToChangelogNode}
 * @param codes what its values mean; if there are none, they are names of kinds
 * @param skips whether rows with other values are left out, instead of ending the run
 */
public record FromChangelogNode(
    PlanNode input, int op, Map<String, RowKind> codes, boolean skips, PlanTraits traits)
    implements PlanNode {
  public FromChangelogNode {
    codes = Collections.unmodifiableMap(new LinkedHashMap<>(codes));
  }

  /** The input's columns but the one that tells kinds. */
  public static Schema schema(int op, Schema input) {
    List<Field> fields = new ArrayList<>(input.fields());
    fields.remove(op);
    return new Schema(fields);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public FromChangelogNode withInputs(List<PlanNode> inputs) {
    return new FromChangelogNode(inputs.get(0), op, codes, skips, traits);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("op", input.schema().field(op).name());
    if (!codes.isEmpty()) {
      map.put("codes", codes);
    }
    if (skips) {
      map.put("errors", "skip");
    }
    return map;
  }
}
