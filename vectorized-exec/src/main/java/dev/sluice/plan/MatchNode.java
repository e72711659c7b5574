package dev.sluice.plan;

import dev.sluice.type.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * MATCH_RECOGNIZE: finds the rows of each partition, in order, that match a pattern.
 *
 * <p>Conditions and outputs are expressions over what {@link Navigation}s find for a row and the
 * match so far: column i of their input is navigation i. Rows that are equal in all keys of the
 * order follow each other by the bytes of the whole row.
 *
 * @param keys columns of the partition
 * @param order the order within a partition
 * @param timed whether the first key of the order is the input's event time, so that matches come
 *     with the watermark; else they come at the end of the input
 * @param rowWatermark the column with the watermark of each row's own sequence, if there is one
 * @param variables names of the variables
 * @param pattern what matches
 * @param conditions of variables that have one; others take any row
 * @param outputs columns of the output
 * @param allRows whether each row of a match gives a row, not the match as a whole
 * @param skip where the next match begins
 * @param withinMicros how far a match's last row may be from its first: less than that
 */
public record MatchNode(
    PlanNode input,
    List<Integer> keys,
    List<SortKey> order,
    boolean timed,
    OptionalInt rowWatermark,
    List<String> variables,
    MatchPattern pattern,
    List<Navigation> navigations,
    Map<Integer, Expr> conditions,
    List<Expr> outputs,
    boolean allRows,
    Skip skip,
    Optional<Long> withinMicros,
    PlanTraits traits)
    implements PlanNode {
  /** A value that a row of a match can be asked for. */
  public sealed interface Navigation {
    /** The type of the value. */
    DataType type();
  }

  /**
   * A column of a row.
   *
   * @param variables which variables' rows count; all rows if empty
   * @param first whether {@code offset} counts from the first such row, else from the last
   * @param shift how many rows of the partition before that
   * @param whole whether the match counts as a whole, not up to the current row
   */
  public record RowValue(
      List<Integer> variables,
      boolean first,
      int offset,
      int shift,
      int column,
      boolean whole,
      DataType type)
      implements Navigation {
    public RowValue {
      variables = List.copyOf(variables);
    }
  }

  /**
   * An aggregate over rows of a match.
   *
   * @param variables which variables' rows count; all rows if empty
   * @param arguments over the input's columns
   */
  public record Aggregated(
      List<Integer> variables,
      String function,
      List<Expr> arguments,
      boolean distinct,
      boolean whole,
      DataType type)
      implements Navigation {
    public Aggregated {
      variables = List.copyOf(variables);
      arguments = List.copyOf(arguments);
    }
  }

  /** The name of the variable that the last row belongs to. */
  public record Classifier(boolean whole, DataType type) implements Navigation {}

  /** The number of the match in its partition, from 1. */
  public record MatchNumber(DataType type) implements Navigation {}

  /**
   * Where the next match begins.
   *
   * @param variables of TO_FIRST and TO_LAST: whose row it is
   */
  public record Skip(To to, List<Integer> variables) {
    /** A place in or behind the match. */
    public enum To {
      PAST_LAST_ROW,
      NEXT_ROW,
      FIRST,
      LAST
    }

    public Skip {
      variables = List.copyOf(variables);
    }
  }

  public MatchNode {
    keys = List.copyOf(keys);
    order = List.copyOf(order);
    variables = List.copyOf(variables);
    navigations = List.copyOf(navigations);
    conditions = Map.copyOf(conditions);
    outputs = List.copyOf(outputs);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public MatchNode withInputs(List<PlanNode> inputs) {
    return new MatchNode(
        inputs.get(0),
        keys,
        order,
        timed,
        rowWatermark,
        variables,
        pattern,
        navigations,
        conditions,
        outputs,
        allRows,
        skip,
        withinMicros,
        traits);
  }

  @Override
  public String label() {
    return "Match";
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partitionBy", keys.stream().map(k -> input.schema().field(k).name()).toList());
    map.put("orderBy", order);
    map.put("variables", variables);
    map.put("pattern", pattern);
    map.put("rowsPerMatch", allRows ? "all" : "one");
    map.put("skip", skip.to());
    withinMicros.ifPresent(w -> map.put("within", w / 1000 + " ms"));
    map.put("emit", timed ? Emit.ON_WINDOW_CLOSE : "at end of input");
    return map;
  }
}
