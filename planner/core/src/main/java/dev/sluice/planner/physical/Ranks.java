package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Top-N and deduplication: a filter that bounds a ROW_NUMBER, RANK or DENSE_RANK of its input
 * becomes one operator that keeps no more rows than it must.
 *
 * <pre>
 * Filter($1 <= 3)                                       Rank(ROW_NUMBER, PARTITION BY a ORDER BY b, 1..3)
 *   Project(a, ROW_NUMBER() OVER (PARTITION BY a    ──►   Exchange(hash a)
 *                                 ORDER BY b))              Project(a, b)
 * </pre>
 *
 * Single-threaded.
 */
final class Ranks {
  private static final DataType NUMBER = DataType.of(DataType.Kind.BIGINT).notNull();

  private final RelTranslator rels;
  private final Windows windows;
  private final QueryOptions options;

  Ranks(RelTranslator rels, Windows windows, QueryOptions options) {
    this.rels = rels;
    this.windows = windows;
    this.options = options;
  }

  /** All columns of a relation. */
  static ImmutableBitSet all(RelNode rel) {
    return ImmutableBitSet.range(rel.getRowType().getFieldCount());
  }

  /**
   * The frame of a filter over a numbering; empty if it is not one. Columns that are not among
   * {@code used} are NULL.
   */
  Optional<Frame> translate(Filter filter, ImmutableBitSet used) {
    if (!(filter.getInput() instanceof Project project) || !project.containsOver()) {
      return Optional.empty();
    }
    RexBuilder rexBuilder = filter.getCluster().getRexBuilder();
    RexNode condition = RelOptUtil.pushPastProject(filter.getCondition(), project);
    Optional<RankBounds> found = RankBounds.find(condition, rexBuilder);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<RexNode> outputs = new ArrayList<>();
    for (int i = 0; i < project.getProjects().size(); i++) {
      RexNode item = project.getProjects().get(i);
      outputs.add(used.get(i) ? item : rexBuilder.makeNullLiteral(item.getType()));
    }
    List<RexNode> wanted = new ArrayList<>(outputs);
    wanted.addAll(found.get().rest());
    List<RexOver> overs = oversOf(wanted);
    if (overs.stream().anyMatch(over -> !over.equals(found.get().over()))) {
      return Optional.empty();
    }
    return Optional.of(ranked(project, found.get(), outputs, wanted, !overs.isEmpty(), rexBuilder));
  }

  /** The functions over windows in expressions. */
  static List<RexOver> oversOf(List<RexNode> nodes) {
    List<RexOver> overs = new ArrayList<>();
    RexVisitorImpl<Void> visitor =
        new RexVisitorImpl<>(true) {
          @Override
          public Void visitOver(RexOver over) {
            overs.add(over);
            return null;
          }
        };
    nodes.forEach(node -> node.accept(visitor));
    return overs;
  }

  private Frame ranked(
      Project project,
      RankBounds bounds,
      List<RexNode> outputs,
      List<RexNode> wanted,
      boolean withRank,
      RexBuilder rexBuilder) {
    RexOver over = bounds.over();
    OverInput input =
        new OverInput(
            rels.translate(project.getInput()),
            RelTranslator.names(project.getInput()),
            rexBuilder);
    List<Integer> keys = input.expressions(over.getWindow().partitionKeys);
    RankNode.Arrival arrival = arrival(input, over);
    List<SortKey> order = new ArrayList<>();
    if (arrival == RankNode.Arrival.NONE) {
      for (RexFieldCollation collation : over.getWindow().orderKeys) {
        order.add(input.sortKey(collation));
      }
    }
    input.columnsOf(wanted);
    boolean windowed = input.assignWindow(keys, windows, options.allowedLatenessMicros());
    boolean byTime = !windowed && isByTime(input.frame(), order);
    boolean marked = byTime || arrival == RankNode.Arrival.FIRST && rels.isOverWindow();
    RelTranslator.Built built = rels.materialize(input.frame(), input.names(), marked);
    Spec spec =
        new Spec(keys, order, arrival, bounds.function(), bounds.from(), bounds.to(), withRank);
    OptionalInt mark =
        built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty();
    RankNode node =
        node(
            built.node(),
            spec,
            windowed,
            byTime
                ? Optional.of(new OverNode.ByTime(order.get(0).column(), mark))
                : Optional.empty());
    Expr rank =
        withRank
            ? new Expr.ColumnRef(node.schema().size() - 1, NUMBER)
            : Expr.Literal.nullOf(NUMBER);
    IntFunction<Expr> places = input::place;
    ExprTranslator translator = new ExprTranslator(rexBuilder, places, o -> rank);
    Frame made =
        RelTranslator.node(node).withColumns(outputs.stream().map(translator::translate).toList());
    if (node.isFinalAtOnce() && mark.isPresent()) {
      made = made.withRowWatermark(Optional.of(mark.getAsInt()));
    }
    for (RexNode conjunct : bounds.rest()) {
      made = made.withCondition(translator.translate(conjunct));
    }
    return bounds.from() > bounds.to()
        ? made.withCondition(Expr.Literal.of(false, DataType.of(DataType.Kind.BOOLEAN).notNull()))
        : made;
  }

  /**
   * Whether what a ranking keeps is settled when the watermark has passed it: its order begins with
   * event time, ascending. Where nobody asks for event time rows are not told to be late.
   */
  private boolean isByTime(Frame input, List<SortKey> order) {
    boolean asked =
        rels.isOverWindow()
            || options.emit().filter(Emit.OnWindowClose.class::isInstance).isPresent();
    return asked
        && options.emit().filter(Emit.Every.class::isInstance).isEmpty()
        && input.window().isEmpty()
        && !order.isEmpty()
        && !order.get(0).descending()
        && input.columns().get(order.get(0).column()) instanceof Expr.ColumnRef ref
        && input.time().filter(t -> t.column() == ref.index()).isPresent()
        && !rels.isBounded(input)
        && !rels.isUpdating(input);
  }

  private static RankNode.Arrival arrival(OverInput input, RexOver over) {
    if (over.getWindow().orderKeys.isEmpty()
        || !input.isProctime(over.getWindow().orderKeys.get(0).left)) {
      return RankNode.Arrival.NONE;
    }
    return over.getWindow().orderKeys.get(0).getDirection().isDescending()
        ? RankNode.Arrival.LAST
        : RankNode.Arrival.FIRST;
  }

  /** What is ranked and kept. */
  record Spec(
      List<Integer> keys,
      List<SortKey> order,
      RankNode.Arrival arrival,
      RankNode.Function function,
      long from,
      long to,
      boolean withRank) {}

  /** The ranking of a node's rows, {@code time} if their order begins with it. */
  RankNode node(PlanNode built, Spec spec, boolean windowed, Optional<OverNode.ByTime> time) {
    PlanNode input = Aggregations.exchange(built, spec.keys());
    boolean retracting = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    if (retracting && spec.arrival() != RankNode.Arrival.NONE) {
      throw UserError.of(
              ErrorCode.CHANGELOG, "rows that are updated cannot be ranked by PROCTIME()")
          .withHint("order by a column of the rows");
    }
    boolean bounded = input.traits().bounded();
    Optional<WindowColumns> window =
        windowed && !retracting ? input.traits().window() : Optional.empty();
    boolean first = spec.arrival() == RankNode.Arrival.FIRST;
    boolean settles = bounded || time.isPresent();
    Emit emit = options.emit().orElse(settles ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    if (!settles && emit instanceof Emit.OnWindowClose && window.isEmpty() && !first) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "a ranking without a window over an unbounded input never has a final result")
          .withHint("use EMIT ON UPDATE, or partition by window_start and window_end of a window");
    }
    boolean inserts = emit instanceof Emit.OnWindowClose || window.isPresent() || first;
    RankNode made =
        new RankNode(
            input,
            spec.keys(),
            spec.order(),
            spec.arrival(),
            spec.function(),
            spec.from(),
            Math.max(1, spec.to()),
            spec.withRank(),
            emit,
            window,
            time,
            input.traits());
    return made.withTraits(traits(made, inserts));
  }

  private PlanTraits traits(RankNode node, boolean inserts) {
    PlanTraits input = node.input().traits();
    Schema schema =
        node.withRank()
            ? input.schema().append(new Field(rankName(input), NUMBER))
            : input.schema();
    List<List<Integer>> unique = new ArrayList<>();
    if (node.replaces()) {
      List<Integer> key = new ArrayList<>(node.keys());
      if (node.withRank()) {
        key.add(input.schema().size());
      }
      unique.add(key);
    }
    // an update replaces the row of its number, so it says nothing about other keys
    if (inserts || !node.replaces()) {
      unique.addAll(input.uniqueKeys());
    }
    Optional<TimeAttribute> time =
        node.window()
            .flatMap(WindowColumns::time)
            .map(t -> new TimeAttribute(t, node.window().get().unitMicros()));
    return new PlanTraits(
        schema,
        inserts ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT,
        unique,
        node.isFinalAtOnce()
            ? input.time()
            : node.time().isPresent() ? input.time().map(TimeAttribute::alone) : time,
        Distribution.ANY,
        state(node),
        input.bounded(),
        node.window());
  }

  private static String rankName(PlanTraits input) {
    String name = "$rank";
    while (input.schema().names().contains(name)) {
      name = name + "_";
    }
    return name;
  }

  private StateBound state(RankNode node) {
    if (node.window().isPresent()) {
      return new StateBound.ByWatermark("first rows of open windows");
    }
    if (node.input().traits().bounded()) {
      return new StateBound.ByInput();
    }
    boolean counts = node.isFinalAtOnce();
    boolean first = node.input().traits().changelog() == ChangelogMode.INSERT_ONLY;
    String what =
        counts
            ? "one count per key"
            : first ? "first rows of every key" : "all rows that are not taken back";
    return rels.keyed(node.keys(), what, counts || first ? what + ", never freed" : what);
  }
}
