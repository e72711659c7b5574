package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.JoinHints;
import dev.sluice.planner.validate.Validation;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.BiRel;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Intersect;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Match;
import org.apache.calcite.rel.core.Minus;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Translates one query's relational algebra, bottom-up, into frames and plan nodes.
 * Single-threaded.
 */
final class RelTranslator {
  private final Scans scans;
  private final QueryOptions options;
  private final Aggregations aggregations;
  private final Windows windows;
  private final Ranks ranks;
  private final Joins joins;
  private final Overs overs;
  private final TemporalJoins temporalJoins;
  private final Sorts sorts;
  private final AsofJoins asofJoins;

  /** Whether the query has windows, for which unions must keep event time. */
  private boolean overWindow;

  private boolean keepsEventTime;
  private Optional<SourcePosition> snapshot = Optional.empty();
  JoinHints hints = JoinHints.NONE;

  /** Whether rows of unions must still be put in order by event time. */
  private boolean byTime;

  RelTranslator(Scans scans, QueryOptions options, Optional<LateTarget> late) {
    this.scans = scans;
    this.options = options;
    this.windows = new Windows(this, options, late);
    this.aggregations = new Aggregations(this, windows, options);
    this.ranks = new Ranks(this, windows, options);
    this.joins = new Joins(this, windows, options, new JoinOrder(scans.sizes()));
    this.overs = new Overs(this, windows, options);
    this.sorts = new Sorts(this, scans, ranks);
    this.asofJoins = new AsofJoins(this);
    this.temporalJoins = new TemporalJoins(this, scans, scans.connectors(), asofJoins);
  }

  /** The target wants to know event time: scans with a watermark keep it. */
  void keepEventTime() {
    keepsEventTime = true;
  }

  /** The only table of the query that stands there FOR SYSTEM_TIME. */
  void setSnapshot(SourcePosition place) {
    snapshot = Optional.of(place);
  }

  private Frame temporal(BiRel join, ImmutableBitSet used) {
    try {
      return temporalJoins.translate(join, used);
    } catch (UserError e) {
      throw e.position().isPresent() || snapshot.isEmpty() ? e : e.at(snapshot.get());
    }
  }

  /** The sink LATE ROWS TO names, and whether its columns are the stream's, for it names none. */
  record LateTarget(dev.sluice.planner.catalog.CatalogEntry.Table sink, boolean derived) {}

  /** Translates a whole query. */
  Frame translateQuery(RelNode rel) {
    overWindow = Windows.isUsed(rel);
    byTime = overWindow || CountWindows.isUsed(rel);
    joins.begin(rel, keepsEventTime);
    return joins.checked(rel, translate(rel));
  }

  Frame translate(RelNode rel) {
    if (rel instanceof TableScan scan) {
      Validation.Relation relation = scan.getTable().unwrap(Validation.Relation.class);
      return scans.frame(relation.table());
    }
    if (rel instanceof Project project) {
      return project(project);
    }
    if (rel instanceof Filter filter) {
      Optional<Frame> ranked = ranks.translate(filter, Ranks.all(filter));
      if (ranked.isPresent()) {
        return ranked.get();
      }
      Frame input = translate(filter.getInput());
      Expr condition = expr(input, filter.getCondition(), rel.getCluster().getRexBuilder());
      requireNoChanges(input, condition);
      return input.withCondition(condition);
    }
    if (rel instanceof Aggregate aggregate) {
      return aggregations.translate(aggregate);
    }
    if (rel instanceof Join || rel instanceof Correlate) {
      return translate(rel, ImmutableBitSet.range(rel.getRowType().getFieldCount()));
    }
    if (rel instanceof Match match) {
      return new Matches(this, windows).translate(match);
    }
    if (rel instanceof Uncollect uncollect) {
      return new Unnests(this).translate(uncollect);
    }
    if (rel instanceof TableFunctionScan function) {
      return ChangelogCalls.isOurs(function)
          ? new ChangelogCalls(this).translate(function)
          : windows.translate(function);
    }
    if (rel instanceof Sort sort) {
      return sorts.translate(sort);
    }
    if (rel instanceof Union union) {
      return union(union);
    }
    if (rel instanceof Intersect || rel instanceof Minus) {
      return new SetOperations(this, aggregations).translate((SetOp) rel);
    }
    if (rel instanceof Values values) {
      return values(values);
    }
    throw UnsupportedRels.error(rel);
  }

  Expr expr(Frame input, RexNode node, RexBuilder rexBuilder) {
    return new ExprTranslator(rexBuilder, input.columns()::get).translate(node);
  }

  private Frame project(Project project) {
    Frame input = input(project);
    if (project.containsOver()) {
      return overs.translate(project, input);
    }
    RexBuilder rexBuilder = project.getCluster().getRexBuilder();
    List<Expr> columns = new ArrayList<>();
    for (RexNode node : project.getProjects()) {
      columns.add(
          node instanceof RexCall call && ExprTranslator.isAuxiliary(call)
              ? auxiliary(input, call)
              : expr(input, node, rexBuilder));
    }
    Frame made = input.withColumns(columns);
    if (columns.stream().noneMatch(column -> Exprs.random(column).isPresent())) {
      return made;
    }
    columns.forEach(column -> requireNoChanges(input, column));
    // computed once for each row, whatever is made of it
    return node(materialize(made, names(project)));
  }

  /** Refuses a random value where a row may have to be taken back: it would be another row. */
  private void requireNoChanges(Frame input, Expr expr) {
    Optional<String> random = Exprs.random(expr);
    if (random.isPresent() && isUpdating(input)) {
      throw UserError.of(
              ErrorCode.CHANGELOG,
              random.get()
                  + " over a result that updates would make another row of each that is taken back")
          .withHint("compute it of rows that are only inserted, before the result is made of them");
    }
  }

  /** The input of a projection; of a ranking only the columns that the projection uses. */
  private Frame input(Project project) {
    Optional<Frame> ranked =
        project.getInput() instanceof Filter filter
            ? ranks.translate(filter, RelOptUtil.InputFinder.bits(project.getProjects(), null))
            : Optional.empty();
    return ranked.orElseGet(
        () ->
            translate(
                project.getInput(), RelOptUtil.InputFinder.bits(project.getProjects(), null)));
  }

  /** As {@link #translate(RelNode)}; columns that are not {@code used} may be anything. */
  Frame translate(RelNode rel, ImmutableBitSet used) {
    if (rel instanceof BiRel both && TemporalJoins.isTemporal(both)) {
      return temporal(both, used);
    }
    if (rel instanceof AsofJoin join) {
      return asofJoins.translate(join, used);
    }
    if (rel instanceof BiRel both && Unnests.isUnnest(both)) {
      return new Unnests(this).translate(both, used);
    }
    if (rel instanceof Join join) {
      return joins.translate(join, used);
    }
    if (rel instanceof Correlate) {
      throw UnsupportedRels.error(rel);
    }
    if (rel instanceof Filter filter && filter.getInput() instanceof BiRel) {
      RexNode condition = filter.getCondition();
      Frame input =
          translate(filter.getInput(), used.union(RelOptUtil.InputFinder.bits(condition)));
      return input.withCondition(expr(input, condition, rel.getCluster().getRexBuilder()));
    }
    return translate(rel);
  }

  /** TUMBLE_START and its like: the start stands for the window after an aggregation. */
  private static Expr auxiliary(Frame input, RexCall call) {
    String name = call.getOperator().getName();
    if (input.node().filter(PlanNode.WindowAggregate.class::isInstance).isEmpty()) {
      throw UserError.of(
              ErrorCode.WINDOW, name + " needs GROUP BY " + name.substring(0, name.indexOf('_')))
          .withHint("of a window table function it is the column window_start");
    }
    return input.columns().get(((RexInputRef) call.getOperands().get(0)).getIndex());
  }

  /** NULLs are the greatest values where the query does not say. */
  static SortKey sortKey(int column, RelFieldCollation field) {
    boolean descending = field.getDirection().isDescending();
    boolean nullsFirst =
        field.nullDirection == RelFieldCollation.NullDirection.FIRST
            || field.nullDirection == RelFieldCollation.NullDirection.UNSPECIFIED && descending;
    return new SortKey(column, descending, nullsFirst);
  }

  private Frame union(Union union) {
    Schema schema = schema(union.getRowType());
    List<Frame> frames = new ArrayList<>();
    for (RelNode input : union.getInputs()) {
      frames.add(converted(translate(input), schema));
    }
    boolean timed = byTime && frames.stream().allMatch(f -> f.time().isPresent());
    if (!union.all || !timed) {
      Frame all = unionAll(frames, schema);
      return union.all ? all : aggregations.distinct(all, schema);
    }
    Field mark = new Field("$watermark", DataType.of(DataType.Kind.BIGINT));
    List<Frame> marked = new ArrayList<>();
    for (Frame frame : frames) {
      Built built = materialize(frame, schema.names(), true);
      Frame made = node(built.node());
      List<Expr> columns = new ArrayList<>(made.columns().subList(0, schema.size()));
      columns.add(
          built.rowWatermark() < 0
              ? Expr.Literal.nullOf(mark.type())
              : made.columns().get(built.rowWatermark()));
      marked.add(made.withColumns(columns));
    }
    Frame all = unionAll(marked, schema.append(mark));
    return all.withColumns(all.columns().subList(0, schema.size()))
        .withRowWatermark(Optional.of(schema.size()));
  }

  /** All rows of frames with the same types. */
  Frame unionAll(List<Frame> frames, Schema schema) {
    return node(union(frames.stream().map(f -> materialize(f, schema.names())).toList(), schema));
  }

  /** All rows of inputs with the same types; what is true of every input is true of the whole. */
  static PlanNode union(List<PlanNode> inputs, Schema schema) {
    PlanTraits first = inputs.get(0).traits();
    boolean bounded = true;
    ChangelogMode changelog = ChangelogMode.INSERT_ONLY;
    Optional<TimeAttribute> time = first.time();
    Optional<WindowColumns> window = first.window();
    for (PlanNode input : inputs) {
      PlanTraits traits = input.traits();
      bounded &= traits.bounded();
      changelog = traits.changelog().compareTo(changelog) > 0 ? traits.changelog() : changelog;
      time = time.flatMap(t -> t.common(traits.time()));
      window = window.equals(traits.window()) ? window : Optional.empty();
    }
    return new PlanNode.Union(
        inputs,
        PlanTraits.of(schema, bounded).withChangelog(changelog).withTime(time).withWindow(window));
  }

  /** A frame with its columns in exactly the types of {@code schema}. */
  static Frame converted(Frame frame, Schema schema) {
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      Expr column = frame.columns().get(i);
      DataType type = schema.type(i);
      columns.add(
          column.type().sameApartFromNullability(type)
              ? column
              : new Expr.Cast(column, type, false));
    }
    return frame.withColumns(columns);
  }

  private Frame values(Values values) {
    Schema schema = schema(values.getRowType());
    List<List<Expr.Literal>> rows = new ArrayList<>();
    ExprTranslator translator =
        new ExprTranslator(
            values.getCluster().getRexBuilder(),
            i -> {
              throw new IllegalStateException("VALUES has no input");
            });
    for (List<RexLiteral> tuple : values.getTuples()) {
      List<Expr.Literal> row = new ArrayList<>();
      for (int i = 0; i < tuple.size(); i++) {
        row.add(inType((Expr.Literal) translator.translate(tuple.get(i)), schema.type(i)));
      }
      rows.add(row);
    }
    return node(new PlanNode.Values(rows, PlanTraits.of(schema, true)));
  }

  private static Expr.Literal inType(Expr.Literal literal, DataType type) {
    if (literal.value().isEmpty()) {
      return Expr.Literal.nullOf(type);
    }
    Object value = literal.value().get();
    if (type.kind() == DataType.Kind.DECIMAL) {
      java.math.BigDecimal number =
          value instanceof java.math.BigDecimal d ? d : new java.math.BigDecimal(value.toString());
      value = number.setScale(type.scale(), java.math.RoundingMode.HALF_UP);
    } else if (type.kind().isApproximate() && value instanceof Number n) {
      value = n.doubleValue();
    } else if (type.kind().isInteger() && value instanceof Number n) {
      value = n.longValue();
    }
    return Expr.Literal.of(value, type);
  }

  /** A frame over a plan node's own columns. */
  static Frame node(PlanNode node) {
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < node.schema().size(); i++) {
      columns.add(new Expr.ColumnRef(i, node.schema().type(i)));
    }
    return new Frame(
        Optional.empty(),
        Optional.of(node),
        columns.size(),
        Optional.empty(),
        columns,
        Optional.empty(),
        node.traits().time());
  }

  static Schema schema(RelDataType row) {
    return new Schema(
        row.getFieldList().stream()
            .map(f -> new Field(f.getName(), SqlTypes.fromCalcite(f.getType())))
            .toList());
  }

  static List<String> names(RelNode rel) {
    return rel.getRowType().getFieldNames();
  }

  /** The plan node that gives a frame's columns under those names. */
  PlanNode materialize(Frame frame, List<String> names) {
    return materialize(frame, names, false).node();
  }

  /** A node and, if the base is a scan with event time, where the hidden row watermark is. */
  record Built(PlanNode node, int rowWatermark) {}

  /**
   * As above; with {@code timed} the hidden row watermark of a scan becomes one more column, the
   * last.
   */
  Built materialize(Frame given, List<String> names, boolean timed) {
    return materialize(given, names, timed, false);
  }

  /**
   * As above; with {@code versions} the rows of a table that is read as changes by key come as they
   * are, each a version of its key's row.
   */
  Built materialize(Frame given, List<String> names, boolean timed, boolean versions) {
    Frame frame = given.window().isPresent() ? windows.assigned(given, false) : given;
    PlanNode base;
    List<Expr> columns = new ArrayList<>(frame.columns());
    Optional<Expr> condition = frame.condition();
    int rowWatermark = -1;
    if (frame.table().isPresent()) {
      List<Expr> used = new ArrayList<>(columns);
      condition.ifPresent(used::add);
      Set<Integer> references = new TreeSet<>(Exprs.references(used));
      boolean asksTime = used.stream().anyMatch(e -> Exprs.calls(e, "CURRENT_WATERMARK"));
      boolean told = keepsEventTime && frame.time().isPresent();
      if (asksTime && frame.time().isEmpty()) {
        throw UserError.of(
                ErrorCode.WATERMARK,
                "CURRENT_WATERMARK needs a stream with a watermark, but '"
                    + frame.table().get().name()
                    + "' declares none")
            .withHint("declare WATERMARK FOR column AS column - INTERVAL '5' SECOND");
      }
      List<Integer> key = versions ? List.of() : scans.normalizedBy(frame.table().get());
      references.addAll(key);
      Scans.Made made = scans.scan(frame.table().get(), references, timed || asksTime || told);
      PlanNode.Scan scan = made.scan();
      columns.replaceAll(e -> Exprs.remap(e, made.places()::get));
      condition = condition.map(c -> Exprs.remap(c, made.places()::get));
      if (condition.isPresent() && scans.mayPushFilter(frame.table().get())) {
        scan = Scans.withFilter(scan, Exprs.conjuncts(condition.get()));
      }
      base = key.isEmpty() ? scan : normalized(scan, key.stream().map(made.places()::get).toList());
      base = timed && !versions ? HeldTimes.settled(base) : base;
      if (timed && base == scan && scan.rowWatermark().isPresent()) {
        rowWatermark = columns.size();
        int hidden = scan.rowWatermark().getAsInt();
        columns.add(new Expr.ColumnRef(hidden, scan.schema().type(hidden)));
      }
    } else {
      base = frame.node().orElseThrow();
      if (timed && frame.rowWatermark().isPresent()) {
        rowWatermark = columns.size();
        int hidden = frame.rowWatermark().get();
        columns.add(new Expr.ColumnRef(hidden, base.schema().type(hidden)));
      }
    }
    List<String> all = new ArrayList<>(names);
    if (rowWatermark >= 0) {
      all.add("$watermark");
    }
    return new Built(filterProject(base, condition, columns, all), rowWatermark);
  }

  /** The rows of a table that is read as changes by key, as a whole changelog or at its end. */
  PlanNode normalized(PlanNode scan, List<Integer> key) {
    boolean bounded = scan.traits().bounded();
    Emit emit = options.emit().orElse(bounded ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    boolean atEnd = bounded && emit instanceof Emit.OnWindowClose;
    PlanNode together = Aggregations.exchange(scan, key);
    PlanTraits traits =
        together
            .traits()
            .withChangelog(atEnd ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT)
            .withKeys(List.of(key))
            .withState(
                bounded
                    ? new StateBound.ByInput()
                    : keyed(
                        key,
                        "the last row of each key",
                        "the last row of each key, until it is deleted"));
    return new ChangelogNormalizeNode(
        together, key, atEnd ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE, traits);
  }

  private static PlanNode filterProject(
      PlanNode base, Optional<Expr> condition, List<Expr> columns, List<String> names) {
    boolean identity = condition.isEmpty() && columns.size() == base.schema().size();
    for (int i = 0; identity && i < columns.size(); i++) {
      identity =
          columns.get(i) instanceof Expr.ColumnRef ref
              && ref.index() == i
              && base.schema().field(i).name().equals(names.get(i));
    }
    if (identity) {
      return base;
    }
    List<Field> fields = new ArrayList<>();
    Set<String> taken = new LinkedHashSet<>();
    for (int i = 0; i < columns.size(); i++) {
      String name = names.get(i);
      // as Flink does it: id, id0
      for (int n = 0; !taken.add(name); n++) {
        name = names.get(i) + n;
      }
      fields.add(new Field(name, columns.get(i).type()));
    }
    PlanTraits from = base.traits();
    PlanTraits traits =
        new PlanTraits(
            new Schema(fields),
            from.changelog(),
            mapKeys(from.uniqueKeys(), columns),
            from.time().flatMap(t -> t.mapped(i -> place(columns, i))),
            Distribution.ANY,
            StateBound.NONE,
            from.bounded(),
            from.window().flatMap(w -> w.mapped(i -> place(columns, i))));
    return new PlanNode.FilterProject(base, condition, columns, traits);
  }

  private static Optional<Integer> place(List<Expr> columns, int column) {
    for (int i = 0; i < columns.size(); i++) {
      Expr value = Sinks.unchecked(columns.get(i));
      if (value instanceof Expr.ColumnRef ref && ref.index() == column) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static Optional<Integer> sameValue(List<Expr> columns, int column) {
    for (int i = 0; i < columns.size(); i++) {
      if (Exprs.sameValue(columns.get(i)).filter(c -> c == column).isPresent()) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static List<List<Integer>> mapKeys(List<List<Integer>> keys, List<Expr> columns) {
    List<List<Integer>> mapped = new ArrayList<>();
    for (List<Integer> key : keys) {
      List<Optional<Integer>> places = key.stream().map(k -> sameValue(columns, k)).toList();
      if (places.stream().allMatch(Optional::isPresent)) {
        mapped.add(places.stream().map(Optional::orElseThrow).toList());
      }
    }
    return mapped;
  }

  /** Whether rows of a frame are taken back. */
  boolean isUpdating(Frame frame) {
    return materialize(frame.withColumns(List.of()), List.of()).traits().changelog()
        != ChangelogMode.INSERT_ONLY;
  }

  /** The type of a column of a frame's base. */
  DataType baseType(Frame frame, int column) {
    return frame
        .table()
        .map(table -> scans.frame(table).columns().get(column).type())
        .orElseGet(() -> frame.node().orElseThrow().schema().type(column));
  }

  QueryOptions options() {
    return options;
  }

  /** Whether the query has windows over event time, which must then reach them. */
  boolean isOverWindow() {
    return overWindow;
  }

  /** Whether the rows of a frame end. */
  boolean isBounded(Frame frame) {
    return frame
        .table()
        .map(scans::isBounded)
        .orElseGet(() -> frame.node().orElseThrow().traits().bounded());
  }

  /** The bound of state by key over endless input; {@code forever} if nothing frees it. */
  StateBound keyed(List<Integer> keys, String what, String forever) {
    return StateBound.byTime(keys.isEmpty() ? 0 : stateTtlMicros(), what, forever);
  }

  /** After how long without a row state of a key is forgotten; 0: never. */
  long stateTtlMicros() {
    return scans.stateTtlMicros();
  }
}
