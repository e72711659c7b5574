package dev.sluice.plan;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every change as an inserted row, with a code for its kind as the first column.
 *
 * @param codes the codes of kinds; changes of other kinds are left out
 */
public record ToChangelogNode(PlanNode input, Map<RowKind, String> codes, PlanTraits traits)
    implements PlanNode {
  public ToChangelogNode {
    codes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(codes));
  }

  /** The input's columns behind the one of the codes. */
  public static Schema schema(String column, Schema input) {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field(column, DataType.string().notNull()));
    fields.addAll(input.fields());
    return new Schema(fields);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public ToChangelogNode withInputs(List<PlanNode> inputs) {
    return new ToChangelogNode(inputs.get(0), codes, traits);
  }

  @Override
  public Map<String, Object> details() {
    boolean plain =
        codes.size() == RowKind.values().length
            && codes.entrySet().stream().allMatch(e -> e.getKey().name().equals(e.getValue()));
    return plain ? Map.of() : Map.of("codes", codes);
  }
}
