package dev.sluice.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.type.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Adds to each row what functions say of the rows around it in its partition. Output columns: the
 * input's, then the results of the calls. Rows that are equal in all keys of the order follow each
 * other by the bytes of the whole row.
 *
 * @param keys columns of the partition
 * @param order the order within a partition
 * @param calls the functions, which share partition and order but not the frame; none: rows are
 *     only put in order
 * @param emit when the rows of a partition come out, unless a window or event time says so
 * @param window columns of the input that name the window of each row, if a partition never spans
 *     windows: rows then come out when the watermark closes the window, and are forgotten
 * @param time event time, if the order begins with it, frames look back only and rows come out in
 *     its order as the watermark passes them
 */
public record OverNode(
    PlanNode input,
    List<Integer> keys,
    List<SortKey> order,
    List<Call> calls,
    Emit emit,
    Optional<WindowColumns> window,
    Optional<ByTime> time,
    PlanTraits traits)
    implements PlanNode {
  /**
   * Event time.
   *
   * @param column the input's time attribute
   * @param rowWatermark the hidden column that marks late rows, as of {@link
   *     PlanNode.WindowAggregate}
   */
  public record ByTime(int column, OptionalInt rowWatermark) {}

  /**
   * A function over a frame.
   *
   * @param function an aggregate of the catalog, or ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK,
   *     CUME_DIST, NTILE, LAG, LEAD, FIRST_VALUE, LAST_VALUE, NTH_VALUE
   * @param arguments input columns: the value; of LAG and LEAD then the default
   * @param constants literal arguments: LISTAGG's separator, n of NTILE, NTH_VALUE, LAG and LEAD
   * @param distinct whether equal arguments count once
   * @param ignoreNulls whether FIRST_VALUE, LAST_VALUE, NTH_VALUE, LAG and LEAD pass NULLs over
   * @param type type of the result
   */
  public record Call(
      String function,
      List<Integer> arguments,
      List<Expr.Literal> constants,
      boolean distinct,
      boolean ignoreNulls,
      Frame frame,
      DataType type) {
    public Call {
      arguments = List.copyOf(arguments);
      constants = List.copyOf(constants);
    }

    @Override
    public String toString() {
      StringBuilder text =
          new StringBuilder(function).append('(').append(distinct ? "DISTINCT " : "");
      for (int i = 0; i < arguments.size(); i++) {
        text.append(i == 0 ? "$" : ", $").append(arguments.get(i));
      }
      for (int i = 0; i < constants.size(); i++) {
        text.append(i == 0 && arguments.isEmpty() ? "" : ", ").append(constants.get(i));
      }
      return text.append(')').append(ignoreNulls ? " IGNORE NULLS " : " ").append(frame).toString();
    }
  }

  /**
   * The rows of the partition that a function sees.
   *
   * @param rows whether bounds count rows; else they compare values of the order
   * @param exclude which of the rows between the bounds it does not see
   */
  public record Frame(boolean rows, Bound lower, Bound upper, Exclude exclude) {
    /** Rows near the current one that a frame leaves out. */
    public enum Exclude {
      /** None. */
      NO_OTHERS,
      /** The row itself. */
      CURRENT_ROW,
      /** The row and those equal to it in the order. */
      GROUP,
      /** Those equal to it in the order, but not the row. */
      TIES
    }

    /** A frame that leaves out nothing. */
    public Frame(boolean rows, Bound lower, Bound upper) {
      this(rows, lower, upper, Exclude.NO_OTHERS);
    }

    /** The whole partition. */
    public static final Frame ALL =
        new Frame(
            true,
            Bound.of(Bound.Kind.UNBOUNDED_PRECEDING),
            Bound.of(Bound.Kind.UNBOUNDED_FOLLOWING));

    @Override
    public String toString() {
      String text = this.equals(ALL) ? "ALL" : (rows ? "ROWS " : "RANGE ") + lower + ".." + upper;
      return exclude == Exclude.NO_OTHERS
          ? text
          : text + " EXCLUDE " + exclude.name().replace('_', ' ');
    }
  }

  /**
   * One end of a frame.
   *
   * @param offset number of rows, or difference of values, if the kind has one: not negative
   */
  public record Bound(Kind kind, Optional<Expr.Literal> offset) {
    /** Where the end lies. */
    public enum Kind {
      /** At the beginning of the partition. */
      UNBOUNDED_PRECEDING,
      /** An offset before the row. */
      PRECEDING,
      /** At the row, or at the rows equal to it. */
      CURRENT_ROW,
      /** An offset behind the row. */
      FOLLOWING,
      /** At the end of the partition. */
      UNBOUNDED_FOLLOWING
    }

    /** An end without an offset. */
    public static Bound of(Kind kind) {
      return new Bound(kind, Optional.empty());
    }

    @Override
    public String toString() {
      return switch (kind) {
        case UNBOUNDED_PRECEDING -> "-∞";
        case UNBOUNDED_FOLLOWING -> "∞";
        case CURRENT_ROW -> "0";
        case PRECEDING -> "-" + offset.orElseThrow();
        case FOLLOWING -> "+" + offset.orElseThrow();
      };
    }
  }

  public OverNode {
    keys = List.copyOf(keys);
    order = List.copyOf(order);
    calls = List.copyOf(calls);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public OverNode withInputs(List<PlanNode> inputs) {
    return new OverNode(inputs.get(0), keys, order, calls, emit, window, time, traits);
  }

  @Override
  @JsonIgnore
  public String label() {
    return calls.isEmpty() ? "TemporalSort" : "Over";
  }

  @Override
  @JsonIgnore
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    if (!calls.isEmpty()) {
      map.put("partitionBy", keys.stream().map(k -> input.schema().field(k).name()).toList());
    }
    map.put("orderBy", order);
    if (!calls.isEmpty()) {
      map.put("calls", calls);
    }
    map.put(
        "emit",
        time.isPresent() ? "in order of time" : window.isPresent() ? Emit.ON_WINDOW_CLOSE : emit);
    return map;
  }
}
