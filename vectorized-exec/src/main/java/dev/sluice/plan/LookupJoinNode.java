package dev.sluice.plan;

import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Joins each row with the rows of a table as they are when the row is processed. The input inserts
 * only: rows that are taken back later could meet other rows of the table.
 *
 * @param table where rows are looked up
 * @param columns the table's columns that are wanted
 * @param inputKeys key columns of the input, of the same kinds as those of the table
 * @param tableKeys key columns of the table, indices into {@code columns}
 * @param condition what else pairs must satisfy, over the columns of the input and {@code columns}
 * @param output which of those come out, ascending
 * @param upsertKeys if the table's rows are changes by a key: that key, indices into {@code
 *     columns}; of each key only the last row is there
 */
public record LookupJoinNode(
    PlanNode input,
    TableRef table,
    List<Integer> columns,
    JoinKind kind,
    List<Integer> inputKeys,
    List<Integer> tableKeys,
    Optional<Expr> condition,
    List<Integer> output,
    LookupCache cache,
    LookupRequests requests,
    List<Integer> upsertKeys,
    PlanTraits traits)
    implements PlanNode {
  public LookupJoinNode {
    columns = List.copyOf(columns);
    inputKeys = List.copyOf(inputKeys);
    tableKeys = List.copyOf(tableKeys);
    output = List.copyOf(output);
    upsertKeys = List.copyOf(upsertKeys);
    if (kind != JoinKind.INNER && kind != JoinKind.LEFT) {
      throw new IllegalArgumentException("a lookup join is inner or left, not " + kind);
    }
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public LookupJoinNode withInputs(List<PlanNode> inputs) {
    return new LookupJoinNode(
        inputs.get(0),
        table,
        columns,
        kind,
        inputKeys,
        tableKeys,
        condition,
        output,
        cache,
        requests,
        upsertKeys,
        traits);
  }

  /** The schema of the rows that are looked up. */
  public Schema tableSchema() {
    return table.schema().project(columns);
  }

  /** The schema of the keys by which they are looked up. */
  public Schema keySchema() {
    Schema rows = tableSchema();
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < inputKeys.size(); i++) {
      fields.add(
          new Field(rows.field(tableKeys.get(i)).name(), input.schema().type(inputKeys.get(i))));
    }
    return new Schema(fields);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("kind", kind);
    map.put("table", table.name());
    map.put("connector", table.connector());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < inputKeys.size(); i++) {
      keys.add(
          input.schema().field(inputKeys.get(i)).name()
              + " = "
              + tableSchema().field(tableKeys.get(i)).name());
    }
    map.put("on", keys);
    condition.ifPresent(c -> map.put("where", c));
    if (!upsertKeys.isEmpty()) {
      map.put("lastBy", upsertKeys.stream().map(k -> tableSchema().field(k).name()).toList());
    }
    map.put("cache", cache);
    if (cache.mode() == LookupCache.Mode.NONE || cache.mode() == LookupCache.Mode.PARTIAL) {
      map.put("requests", requests);
    }
    return map;
  }

  @Override
  public String label() {
    return "LookupJoin";
  }
}
