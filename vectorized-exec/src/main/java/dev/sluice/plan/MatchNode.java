package dev.sluice.plan;

import dev.sluice.type.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

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
 * @param fromFirst whether a match must begin with the partition's first row
 * @param toLast whether a match must end with the partition's last row; the input then ends
 * @param allRows whether each row of a match gives a row, not the match as a whole; a match without
 *     rows gives one either way
 * @param skip where the next match begins
 * @param withinMicros how far a match's last row may be from its first: less than that
 * @param late where rows go that come too late to be put in order
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
    boolean fromFirst,
    boolean toLast,
    boolean allRows,
    Skip skip,
    Optional<Long> withinMicros,
    Optional<SideOutput> late,
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
   * @param shift how many rows of the partition before that; negative: behind that
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

  /** A column of the current row, or, of a match without rows, of the row where it begins. */
  public record CurrentRow(int column, DataType type) implements Navigation {}

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
    return with(inputs.get(0), traits);
  }

  /** The same node with that bound of its state. */
  public MatchNode withState(StateBound state) {
    return with(input, traits.withState(state));
  }

  private MatchNode with(PlanNode from, PlanTraits having) {
    return new MatchNode(
        from,
        keys,
        order,
        timed,
        rowWatermark,
        variables,
        pattern,
        navigations,
        conditions,
        outputs,
        fromFirst,
        toLast,
        allRows,
        skip,
        withinMicros,
        late,
        having);
  }

  /** How many rows before a match may be looked at. */
  public int lookBack() {
    return Math.max(0, shifts().max().orElse(0));
  }

  /** How many rows behind a row may be looked at. */
  public int lookAhead() {
    return Math.max(0, -shifts().min().orElse(0));
  }

  private IntStream shifts() {
    return navigations.stream()
        .filter(RowValue.class::isInstance)
        .mapToInt(navigation -> ((RowValue) navigation).shift());
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
    map.put("pattern", (fromFirst ? "^ " : "") + pattern + (toLast ? " $" : ""));
    map.put("rowsPerMatch", allRows ? "all" : "one");
    map.put("skip", skip.to());
    withinMicros.ifPresent(w -> map.put("within", w / 1000 + " ms"));
    late.ifPresent(side -> map.put("lateRowsTo", side.sink().name()));
    map.put("emit", timed ? Emit.ON_WINDOW_CLOSE : "at end of input");
    return map;
  }
}
