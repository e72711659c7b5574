package dev.sluice.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.type.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The physical algebra: what the engines run. Immutable values with structural equality, so equal
 * sub-plans are found by {@code equals}. Fully resolved: columns by index, functions by catalog id,
 * durations in microseconds. No Calcite, no Arrow, no session.
 *
 * <p>A program for the engine is a list of {@link Sink} nodes; {@code StageGraph} cuts it into
 * stages at {@link Exchange} nodes.
 */
public sealed interface PlanNode
    permits PlanNode.Scan,
        PlanNode.Values,
        PlanNode.FilterProject,
        PlanNode.Exchange,
        PlanNode.WindowAggregate,
        PlanNode.WindowAssign,
        PlanNode.ProcessingTime,
        PlanNode.GroupAggregate,
        PlanNode.Union,
        PlanNode.Sort,
        PlanNode.Limit,
        PlanNode.Sink,
        PlanNode.StageInput,
        ChangelogNormalizeNode,
        ConstraintEnforcerNode,
        DropUpdateBeforeNode,
        AsofJoinNode,
        CountAggregateNode,
        CountWindowNode,
        FromChangelogNode,
        HoldTimeNode,
        JoinNode,
        OverNode,
        LookupJoinNode,
        MatchNode,
        RankNode,
        ReplicateNode,
        ToChangelogNode,
        UnnestNode,
        UpsertMaterializeNode {
  /** The inputs, in order; empty for leaves. */
  @JsonIgnore
  List<PlanNode> inputs();

  /** This node over other inputs, which must have the same schemas; everything else stays. */
  PlanNode withInputs(List<PlanNode> inputs);

  /** What is true of the output. */
  PlanTraits traits();

  /** What EXPLAIN, the JSON view and diffs print about this node besides its traits; ordered. */
  @JsonIgnore
  Map<String, Object> details();

  @JsonIgnore
  default Schema schema() {
    return traits().schema();
  }

  /** The node's name in EXPLAIN. */
  @JsonIgnore
  default String label() {
    String name = getClass().getSimpleName();
    return name.endsWith("Node") ? name.substring(0, name.length() - "Node".length()) : name;
  }

  /**
   * Reads a source. The connector delivers the table's columns {@code columns} (indices into {@code
   * table.schema()}); {@code projections} over those make the output (computed columns, hidden
   * helpers); {@code watermark} is evaluated over the output, per split.
   *
   * @param table what to read
   * @param columns the connector's columns that are wanted, ascending
   * @param pushedFilter condition over the wanted columns that the connector may use to skip rows;
   *     rows that do not satisfy it may still come, so the plan filters again
   * @param limit number of rows after which the reader may stop
   * @param projections output expressions over the wanted columns; empty list: the wanted columns
   *     themselves
   * @param watermark how watermarks are made; absent: no event time
   * @param rowWatermark index of a hidden nullable BIGINT output column that the source feed fills,
   *     last in the schema: the split's watermark before the row for rows at or behind it, else
   *     NULL. Lets window operators judge lateness by the row's own split, whatever the batching.
   *     Not among {@code projections}
   */
  record Scan(
      TableRef table,
      List<Integer> columns,
      Optional<Expr> pushedFilter,
      OptionalInt limit,
      List<Expr> projections,
      Optional<WatermarkSpec> watermark,
      OptionalInt rowWatermark,
      PlanTraits traits)
      implements PlanNode {
    public Scan {
      columns = List.copyOf(columns);
      projections = List.copyOf(projections);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of();
    }

    @Override
    public Scan withInputs(List<PlanNode> inputs) {
      return this;
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("table", table.name());
      map.put("connector", table.connector());
      map.put("columns", table.schema().project(columns).names());
      pushedFilter.ifPresent(f -> map.put("pushedFilter", f));
      limit.ifPresent(n -> map.put("limit", n));
      if (!projections.isEmpty()) {
        map.put("projections", projections);
      }
      watermark.ifPresent(w -> map.put("watermark", w.expression()));
      return map;
    }
  }

  /** Constant rows. Each row has one literal per column. */
  record Values(List<List<Expr.Literal>> rows, PlanTraits traits) implements PlanNode {
    public Values {
      rows = rows.stream().map(List::copyOf).toList();
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of();
    }

    @Override
    public Values withInputs(List<PlanNode> inputs) {
      return this;
    }

    @Override
    public Map<String, Object> details() {
      return Map.of("rows", rows.size());
    }
  }

  /** Keeps the rows whose condition is true and computes the projections. */
  record FilterProject(
      PlanNode input, Optional<Expr> condition, List<Expr> projections, PlanTraits traits)
      implements PlanNode {
    public FilterProject {
      projections = List.copyOf(projections);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public FilterProject withInputs(List<PlanNode> inputs) {
      return new FilterProject(inputs.get(0), condition, projections, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      condition.ifPresent(c -> map.put("filter", c));
      map.put("project", projections);
      return map;
    }
  }

  /** Spreads rows over the tasks of the next stage. The cut between two stages. */
  record Exchange(PlanNode input, Distribution distribution, PlanTraits traits)
      implements PlanNode {
    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public Exchange withInputs(List<PlanNode> inputs) {
      return new Exchange(inputs.get(0), distribution, traits);
    }

    @Override
    public Map<String, Object> details() {
      return Map.of("distribution", distribution);
    }
  }

  /**
   * Aggregates per window and key. Output columns in order: the keys, the results of the calls,
   * {@code window_start}, {@code window_end} (type of the time column, not null) and {@code
   * window_time} (window_end minus the time attribute's unit; the output's event time).
   *
   * <p>A row is late for a window when the watermark of its own split (the hidden {@code
   * rowWatermark} column) or the operator's had reached {@code window_end - unit + allowedLateness}
   * before it; rows with a NULL time and rows late for all their windows are counted and given to
   * the late output.
   *
   * @param keys grouping columns besides the window
   * @param rowWatermark the hidden column made by the scan, if it reaches this node
   * @param allowedLatenessMicros how long after its end a window still takes rows
   * @param late where late rows go, if anywhere: index into the program's side outputs
   */
  record WindowAggregate(
      PlanNode input,
      WindowSpec window,
      List<Integer> keys,
      List<AggregateCall> calls,
      Emit emit,
      OptionalInt rowWatermark,
      long allowedLatenessMicros,
      Optional<SideOutput> late,
      PlanTraits traits)
      implements PlanNode {
    public WindowAggregate {
      keys = List.copyOf(keys);
      calls = List.copyOf(calls);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public WindowAggregate withInputs(List<PlanNode> inputs) {
      return new WindowAggregate(
          inputs.get(0),
          window,
          keys,
          calls,
          emit,
          rowWatermark,
          allowedLatenessMicros,
          late,
          traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("window", window);
      map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
      map.put("calls", calls);
      map.put("emit", emit);
      if (allowedLatenessMicros > 0) {
        map.put("allowedLateness", allowedLatenessMicros / 1000 + " ms");
      }
      late.ifPresent(l -> map.put("lateRowsTo", l.sink().name()));
      return map;
    }
  }

  /**
   * Gives each row once for each of its windows, with columns {@code window_start}, {@code
   * window_end} and {@code window_time} behind the input's. Rows with a NULL time are counted and
   * left out. A session's rows come when it closes.
   *
   * @param keys of a SESSION the columns whose values have sessions of their own
   * @param rowWatermark as of {@link WindowAggregate}
   * @param dropLate whether rows are left out of windows that took no more rows when they came,
   *     counted and given to {@code late}; sessions always do so
   */
  record WindowAssign(
      PlanNode input,
      WindowSpec window,
      List<Integer> keys,
      OptionalInt rowWatermark,
      boolean dropLate,
      long allowedLatenessMicros,
      Optional<SideOutput> late,
      PlanTraits traits)
      implements PlanNode {
    public WindowAssign {
      keys = List.copyOf(keys);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public WindowAssign withInputs(List<PlanNode> inputs) {
      return new WindowAssign(
          inputs.get(0), window, keys, rowWatermark, dropLate, allowedLatenessMicros, late, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("window", window);
      if (!keys.isEmpty()) {
        map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
      }
      if (dropLate) {
        map.put("late", "dropped");
      }
      if (allowedLatenessMicros > 0) {
        map.put("allowedLateness", allowedLatenessMicros / 1000 + " ms");
      }
      late.ifPresent(l -> map.put("lateRowsTo", l.sink().name()));
      return map;
    }
  }

  /**
   * Adds the time at which each row is processed as the last column, the output's time from here
   * on: it goes on with the clock whatever the rows.
   */
  record ProcessingTime(PlanNode input, PlanTraits traits) implements PlanNode {
    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public ProcessingTime withInputs(List<PlanNode> inputs) {
      return new ProcessingTime(inputs.get(0), traits);
    }

    @Override
    public Map<String, Object> details() {
      return Map.of();
    }
  }

  /**
   * Aggregates per key over the whole input. Output columns: keys, then results. With {@code
   * ON_UPDATE} a change of a group is given after the micro-batch in which it happened; with {@code
   * ON_WINDOW_CLOSE} each group once, when the input ends (bounded input only). Without keys there
   * is always exactly one group.
   *
   * @param stateTtlMicros how long after its last row a group is forgotten; 0: never
   */
  record GroupAggregate(
      PlanNode input,
      List<Integer> keys,
      List<AggregateCall> calls,
      Emit emit,
      long stateTtlMicros,
      PlanTraits traits)
      implements PlanNode {
    public GroupAggregate {
      keys = List.copyOf(keys);
      calls = List.copyOf(calls);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public GroupAggregate withInputs(List<PlanNode> inputs) {
      return new GroupAggregate(inputs.get(0), keys, calls, emit, stateTtlMicros, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("keys", keys.stream().map(k -> input.schema().field(k).name()).toList());
      map.put("calls", calls);
      map.put("emit", emit);
      if (stateTtlMicros > 0) {
        map.put("stateTtl", stateTtlMicros / 1000 + " ms");
      }
      return map;
    }
  }

  /** All rows of all inputs (UNION ALL). The inputs have the same column types. */
  record Union(List<PlanNode> inputs, PlanTraits traits) implements PlanNode {
    public Union {
      inputs = List.copyOf(inputs);
    }

    @Override
    public Union withInputs(List<PlanNode> newInputs) {
      return new Union(newInputs, traits);
    }

    @Override
    public Map<String, Object> details() {
      return Map.of();
    }
  }

  /**
   * Orders a bounded input, and keeps {@code fetch} rows after {@code offset} if given. Runs in one
   * task.
   */
  record Sort(
      PlanNode input, List<SortKey> keys, long offset, Optional<Long> fetch, PlanTraits traits)
      implements PlanNode {
    public Sort {
      keys = List.copyOf(keys);
    }

    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public Sort withInputs(List<PlanNode> inputs) {
      return new Sort(inputs.get(0), keys, offset, fetch, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("keys", keys);
      if (offset > 0) {
        map.put("offset", offset);
      }
      fetch.ifPresent(f -> map.put("fetch", f));
      return map;
    }
  }

  /** The first {@code fetch} rows after {@code offset}, in order of arrival. Runs in one task. */
  record Limit(PlanNode input, long offset, long fetch, PlanTraits traits) implements PlanNode {
    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public Limit withInputs(List<PlanNode> inputs) {
      return new Limit(inputs.get(0), offset, fetch, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("offset", offset);
      map.put("fetch", fetch);
      return map;
    }
  }

  /** Writes every row to a table; the input has the table's columns in order. A root. */
  record Sink(PlanNode input, TableRef table, PlanTraits traits) implements PlanNode {
    @Override
    public List<PlanNode> inputs() {
      return List.of(input);
    }

    @Override
    public Sink withInputs(List<PlanNode> inputs) {
      return new Sink(inputs.get(0), table, traits);
    }

    @Override
    public Map<String, Object> details() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("table", table.name());
      map.put("connector", table.connector());
      if (!table.primaryKey().isEmpty()) {
        map.put("primaryKey", table.primaryKey());
      }
      return map;
    }
  }

  /**
   * Inside a stage: where a row enters from an edge. Made by {@code StageGraph}, never by the
   * planner.
   */
  record StageInput(int edge, PlanTraits traits) implements PlanNode {
    @Override
    public List<PlanNode> inputs() {
      return List.of();
    }

    @Override
    public StageInput withInputs(List<PlanNode> inputs) {
      return this;
    }

    @Override
    public Map<String, Object> details() {
      return Map.of("edge", edge);
    }
  }
}
