package dev.sluice.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the rows whose number in the order of their partition lies between two bounds: Top-N and
 * deduplication. Output columns: the input's, then the number (BIGINT) if asked for. Rows that are
 * equal in all keys of the order follow each other by the bytes of the whole row, so that the
 * answer does not depend on how the input was cut.
 *
 * @param keys columns of the partition
 * @param order the order within a partition; empty if arrival is
 * @param arrival whether rows are ordered by when they come instead
 * @param function how rows are numbered
 * @param from the least number that is kept, at least 1
 * @param to the greatest number that is kept
 * @param withRank whether the number is a column of the output
 * @param emit when rows that belong to no window come out
 * @param window columns of the input that name the window of each row, if a partition never spans
 *     windows: its rows then come out when the watermark closes the window, and are forgotten
 * @param time the event time, if the order begins with it, ascending: late rows are left out, so
 *     that what the watermark has passed stays; with {@code ON_WINDOW_CLOSE} each row comes out
 *     then
 */
public record RankNode(
    PlanNode input,
    List<Integer> keys,
    List<SortKey> order,
    Arrival arrival,
    Function function,
    long from,
    long to,
    boolean withRank,
    Emit emit,
    Optional<WindowColumns> window,
    Optional<OverNode.ByTime> time,
    PlanTraits traits)
    implements PlanNode {
  /** How rows are numbered. */
  public enum Function {
    /** 1, 2, 3, … */
    ROW_NUMBER,
    /** One more than the rows before all rows equal to this one. */
    RANK,
    /** One more than the different keys before. */
    DENSE_RANK
  }

  /** Whether arrival is the order. */
  public enum Arrival {
    /** It is not. */
    NONE,
    /** Rows that came first are first. */
    FIRST,
    /** Rows that came last are first. */
    LAST
  }

  public RankNode {
    keys = List.copyOf(keys);
    order = List.copyOf(order);
  }

  /** A ranking that is not by event time. */
  public RankNode(
      PlanNode input,
      List<Integer> keys,
      List<SortKey> order,
      Arrival arrival,
      Function function,
      long from,
      long to,
      boolean withRank,
      Emit emit,
      Optional<WindowColumns> window,
      PlanTraits traits) {
    this(
        input,
        keys,
        order,
        arrival,
        function,
        from,
        to,
        withRank,
        emit,
        window,
        Optional.empty(),
        traits);
  }

  /** The same with other traits. */
  public RankNode withTraits(PlanTraits value) {
    return new RankNode(
        input, keys, order, arrival, function, from, to, withRank, emit, window, time, value);
  }

  /** Whether a row that has come out stays, whatever follows: the first rows to arrive. */
  @JsonIgnore
  public boolean isFinalAtOnce() {
    return arrival == Arrival.FIRST
        && input.traits().changelog() == ChangelogMode.INSERT_ONLY
        && window.isEmpty();
  }

  /** Whether each kept number has one row at most, which replaces the one that had it before. */
  @JsonIgnore
  public boolean replaces() {
    return function == Function.ROW_NUMBER && (withRank || from == to);
  }

  @Override
  public List<PlanNode> inputs() {
    return List.of(input);
  }

  @Override
  public RankNode withInputs(List<PlanNode> inputs) {
    return new RankNode(
        inputs.get(0),
        keys,
        order,
        arrival,
        function,
        from,
        to,
        withRank,
        emit,
        window,
        time,
        traits);
  }

  @Override
  public String label() {
    return "Rank";
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("function", function);
    map.put("partitionBy", keys.stream().map(k -> input.schema().field(k).name()).toList());
    map.put(
        "orderBy",
        arrival == Arrival.NONE
            ? order
            : arrival.name().toLowerCase(java.util.Locale.ROOT) + " to arrive");
    map.put("rows", from == to ? "" + from : from + ".." + to);
    if (withRank) {
      map.put("withRank", true);
    }
    map.put("emit", emission());
    return map;
  }

  private Object emission() {
    if (window.isPresent()) {
      return Emit.ON_WINDOW_CLOSE;
    }
    if (isFinalAtOnce()) {
      return "at once";
    }
    return time.isPresent() && emit instanceof Emit.OnWindowClose ? "by watermark" : emit;
  }
}
