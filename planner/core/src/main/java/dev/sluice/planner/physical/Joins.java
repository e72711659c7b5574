package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.JoinNode;
import dev.sluice.plan.JoinRetention;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WindowColumns;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.TableHints;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinInfo;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;

/** Joins of two relations: regular ones, of windows, and of intervals of time. Single-threaded. */
final class Joins {
  private final RelTranslator rels;
  private final Windows windows;
  private final QueryOptions options;
  private final JoinOrder sizes;
  private final Broadcasts broadcasts;
  private final Set<RelNode> timeless = new HashSet<>();

  Joins(RelTranslator rels, Windows windows, QueryOptions options, JoinOrder sizes) {
    this.rels = rels;
    this.windows = windows;
    this.options = options;
    this.sizes = sizes;
    this.broadcasts = new Broadcasts(sizes);
  }

  /**
   * Before a query is translated: notes the joins of whose output nobody asks event time, {@code
   * timed} or not the whole query's. Over inputs that end they need no windows to end with.
   */
  void begin(RelNode query, boolean timed) {
    timeless.clear();
    note(query, timed || options.emit().isPresent());
  }

  private void note(RelNode rel, boolean timed) {
    if (rel instanceof Join && !timed) {
      timeless.add(rel);
    }
    boolean passes =
        rel instanceof Filter
            || rel instanceof Aggregate
            || rel instanceof Project project && !project.containsOver();
    rel.getInputs().forEach(input -> note(input, timed || !passes));
  }

  /** What a query was translated to, unless it has hints that nothing came of. */
  Frame checked(RelNode query, Frame frame) {
    broadcasts.requireFollowed(query);
    return frame;
  }

  /** The join as a frame in which the columns not {@code used} are NULL. */
  Frame translate(Join join, ImmutableBitSet used) {
    JoinKind kind = kind(join.getJoinType());
    JoinInfo info = join.analyzeCondition();
    JoinInput left = input(join, 0, used);
    JoinInput right = input(join, 1, used);
    List<Boolean> matchNulls = new ArrayList<>();
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    for (int i = 0; i < info.leftKeys.size(); i++) {
      JoinKeyTypes.Pair pair =
          JoinKeyTypes.alike(
              left.column(left.at(info.leftKeys.get(i))),
              right.column(right.at(info.rightKeys.get(i))));
      leftKeys.add(left.place(pair.left()));
      rightKeys.add(right.place(pair.right()));
      matchNulls.add(!info.nullExclusionFlags.get(i));
    }
    List<Expr> conditions = conditions(join, info, left, right);
    JoinTimes times = new JoinTimes(left, right, leftKeys, rightKeys, conditions);
    boolean bounded = left.isBounded(rels) && right.isBounded(rels);
    boolean ofWindows = times.isWindow();
    boolean plain = bounded && (ofWindows ? timeless.contains(join) : !rels.isOverWindow());
    boolean window = ofWindows && !plain;
    if (window) {
      times.keepWindows(windows);
    } else if (!plain) {
      times.keepIntervals();
    }
    PlanNode[] inputs = {left.build(rels), right.build(rels)};
    boolean sameStarts = window && times.isEquated(0);
    Shape shape = new Shape(kind, leftKeys, rightKeys, matchNulls, window, sameStarts);
    List<Integer> output = new ArrayList<>();
    int leftFields = join.getLeft().getRowType().getFieldCount();
    for (int i : used) {
      boolean ofLeft = i < leftFields;
      output.add(ofLeft ? left.at(i) : inputs[0].schema().size() + right.at(i - leftFields));
    }
    PlanNode node = node(join, shape, inputs, output, conditions, times);
    List<Expr> columns = new ArrayList<>();
    Schema all = RelTranslator.schema(join.getRowType());
    boolean oneWindow = sameStarts && kind == JoinKind.INNER;
    for (int i = 0; i < all.size(); i++) {
      int same = oneWindow ? ofWindow(node, left, right, i, leftFields, used) : -1;
      int place = used.get(i) ? used.get(0, i).cardinality() : -1;
      place = same < 0 ? place : same;
      columns.add(
          place < 0
              ? Expr.Literal.nullOf(all.type(i))
              : new Expr.ColumnRef(place, node.schema().type(place)));
    }
    return RelTranslator.node(node).withColumns(columns);
  }

  /** Where the window's column that column {@code index} always equals is; -1 if it is none. */
  private static int ofWindow(
      PlanNode node,
      JoinInput left,
      JoinInput right,
      int index,
      int leftFields,
      ImmutableBitSet used) {
    Optional<WindowColumns> window = node.traits().window();
    if (window.isEmpty() || !used.get(index)) {
      return -1;
    }
    JoinInput input = index < leftFields ? left : right;
    Expr column = input.column(input.at(index < leftFields ? index : index - leftFields));
    return switch (input.frame().windowColumn(column)) {
      case 0 -> window.get().start();
      case 1 -> window.get().end();
      case 2 -> window.get().time().orElse(-1);
      default -> -1;
    };
  }

  /** An input with the columns that are used, and those of keys and conditions. */
  private JoinInput input(Join join, int side, ImmutableBitSet used) {
    RelNode rel = join.getInput(side);
    int first = side == 0 ? 0 : join.getLeft().getRowType().getFieldCount();
    int end = first + rel.getRowType().getFieldCount();
    ImmutableBitSet needed =
        used.union(RelOptUtil.InputFinder.bits(join.getCondition()))
            .intersect(ImmutableBitSet.range(first, end))
            .shift(-first);
    return new JoinInput(rels.translate(rel, needed), RelTranslator.names(rel), needed);
  }

  /** What is clear of a join before its inputs are built. */
  private record Shape(
      JoinKind kind,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      List<Boolean> matchNulls,
      boolean window,
      boolean sameStarts) {}

  private static JoinKind kind(JoinRelType type) {
    return switch (type) {
      case INNER -> JoinKind.INNER;
      case LEFT -> JoinKind.LEFT;
      case RIGHT -> JoinKind.RIGHT;
      case FULL -> JoinKind.FULL;
      case SEMI -> JoinKind.SEMI;
      case ANTI -> JoinKind.ANTI;
      default -> throw UserError.of(ErrorCode.UNSUPPORTED, type + " joins are not supported");
    };
  }

  /** The conditions besides the keys; columns of the right input follow those of the left one. */
  private static List<Expr> conditions(Join join, JoinInfo info, JoinInput left, JoinInput right) {
    RexBuilder rexBuilder = join.getCluster().getRexBuilder();
    RexNode rest = RexUtil.composeConjunction(rexBuilder, info.nonEquiConditions);
    if (rest.isAlwaysTrue()) {
      return List.of();
    }
    int width = join.getLeft().getRowType().getFieldCount();
    Expr condition =
        new ExprTranslator(
                rexBuilder,
                i ->
                    i < width
                        ? new Expr.ColumnRef(left.at(i), left.column(left.at(i)).type())
                        : new Expr.ColumnRef(
                            JoinInput.RIGHT + right.at(i - width),
                            right.column(right.at(i - width)).type()))
            .translate(rest);
    return Exprs.conjuncts(condition);
  }

  private PlanNode node(
      Join join,
      Shape shape,
      PlanNode[] built,
      List<Integer> output,
      List<Expr> conditions,
      JoinTimes times) {
    boolean bounded = built[0].traits().bounded() && built[1].traits().bounded();
    PlanNode[] inputs = {
      Aggregations.exchange(built[0], shape.leftKeys()),
      Aggregations.exchange(built[1], shape.rightKeys())
    };
    int leftWidth = built[0].schema().size();
    Optional<Expr> condition =
        Exprs.and(conditions)
            .map(
                c ->
                    Exprs.remap(
                        c, i -> i >= JoinInput.RIGHT ? i - JoinInput.RIGHT + leftWidth : i));
    Emit emit = options.emit().orElse(bounded ? Emit.ON_WINDOW_CLOSE : Emit.ON_UPDATE);
    Emit own = !bounded && emit instanceof Emit.OnWindowClose ? Emit.ON_UPDATE : emit;
    JoinNode timed =
        new JoinNode(
            inputs[0],
            inputs[1],
            shape.kind(),
            shape.leftKeys(),
            shape.rightKeys(),
            shape.matchNulls(),
            condition,
            output,
            times.retention(shape.window()),
            OptionalInt.empty(),
            own,
            PlanTraits.of(schema(shape.kind(), inputs, output), bounded));
    JoinNode kept = timed.appends() ? timed : timed.withRetention(JoinRetention.FOREVER);
    if (!kept.appends() && !bounded && emit instanceof Emit.OnWindowClose) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "this join over an unbounded input never has a final result")
          .withHint("use EMIT ON UPDATE, or bound the time between partners by a condition");
    }
    JoinNode living =
        bounded
            ? withBuild(kept, join)
            : JoinStates.withTimeToLive(kept, timeToLive(join, 0), timeToLive(join, 1));
    JoinNode sent = broadcasts.applied(living, join, built);
    return withTraits(sent, times, List.of(built), shape.sameStarts(), rels.isOverWindow());
  }

  /**
   * Where both inputs end and no time is kept, the one with fewer rows is read first, so that the
   * rows of the other need not be kept.
   */
  private JoinNode withBuild(JoinNode node, Join join) {
    JoinRetention retention = node.retention();
    boolean timed =
        retention.window()
            || retention.left().expiry().isPresent()
            || retention.right().expiry().isPresent();
    if (timed || !node.appends() || !(node.emit() instanceof Emit.OnWindowClose)) {
      return node;
    }
    if (!node.kind().givesPairs()) {
      return node.withBuild(1);
    }
    OptionalDouble left = sizes.roughRows(join.getLeft());
    OptionalDouble right = sizes.roughRows(join.getRight());
    boolean known = left.isPresent() && right.isPresent();
    boolean first =
        known ? left.getAsDouble() < right.getAsDouble() : node.kind() == JoinKind.RIGHT;
    return node.withBuild(first ? 0 : 1);
  }

  private long timeToLive(Join join, int side) {
    return TableHints.timeToLiveMicros(join.getInput(side)).orElseGet(rels::stateTtlMicros);
  }

  private static Schema schema(JoinKind kind, PlanNode[] inputs, List<Integer> output) {
    int leftWidth = inputs[0].schema().size();
    Set<String> taken = new HashSet<>();
    List<Field> fields = new ArrayList<>();
    for (int column : output) {
      int side = column < leftWidth ? 0 : 1;
      Field field = inputs[side].schema().field(column - side * leftWidth);
      String name = field.name();
      for (int i = 0; !taken.add(name); i++) {
        name = field.name() + i;
      }
      boolean nullable = kind.givesPairs() && kind.keeps(1 - side);
      fields.add(new Field(name, nullable ? field.type().withNullable(true) : field.type()));
    }
    return new Schema(fields);
  }

  /** The join with what is true of its output. */
  private static JoinNode withTraits(
      JoinNode node,
      JoinTimes times,
      List<PlanNode> built,
      boolean sameStarts,
      boolean overWindow) {
    Optional<TimeAttribute> time = Optional.empty();
    Optional<WindowColumns> window = Optional.empty();
    long holdBack = 0;
    JoinRetention retention = node.retention();
    if (retention.window()) {
      int kept = JoinTimes.kept(node.kind());
      if (kept >= 0) {
        Optional<WindowColumns> own = built.get(kept).traits().window();
        Optional<WindowColumns> other =
            node.kind() == JoinKind.INNER && sameStarts
                ? built.get(1).traits().window()
                : Optional.empty();
        window = own.flatMap(w -> w.mapped(i -> placeOfEither(node, i, w, other)));
      }
      time = window.flatMap(w -> w.time().map(column -> new TimeAttribute(column, w.unitMicros())));
    } else if (retention.left().expiry().isPresent() || retention.right().expiry().isPresent()) {
      Optional<JoinTimes.Time> own = times.time(node.kind(), overWindow);
      time = own.flatMap(t -> attribute(node, t));
      holdBack = own.map(JoinTimes.Time::holdBackMicros).orElse(0L);
    }
    boolean bounded = built.stream().allMatch(i -> i.traits().bounded());
    boolean inserts = node.appends() || bounded && node.emit() instanceof Emit.OnWindowClose;
    return node.withRetention(
            new JoinRetention(retention.left(), retention.right(), holdBack, retention.window()))
        .withTraits(
            new PlanTraits(
                node.schema(),
                inserts ? ChangelogMode.INSERT_ONLY : ChangelogMode.RETRACT,
                JoinStates.uniqueKeys(node),
                time,
                Distribution.ANY,
                JoinStates.bound(node, bounded),
                bounded,
                window));
  }

  private static Optional<TimeAttribute> attribute(JoinNode node, JoinTimes.Time time) {
    Optional<Integer> own = place(node, time.side(), time.attribute().column());
    Optional<Integer> other =
        time.other().isPresent()
            ? place(node, 1 - time.side(), time.other().getAsInt())
            : Optional.empty();
    List<Integer> columns = Stream.of(own, other).flatMap(Optional::stream).toList();
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TimeAttribute(
                columns.get(0), time.attribute().unitMicros(), columns.subList(1, columns.size())));
  }

  /** Where a bound of the kept side's window is, or the other side's, which is the same. */
  private static Optional<Integer> placeOfEither(
      JoinNode node, int column, WindowColumns own, Optional<WindowColumns> other) {
    Optional<Integer> place = place(node, kept(node), column);
    return place.isPresent()
        ? place
        : other
            .flatMap(
                o ->
                    column == own.start()
                        ? Optional.of(o.start())
                        : column == own.end() ? Optional.of(o.end()) : o.time())
            .flatMap(c -> place(node, 1, c));
  }

  private static int kept(JoinNode node) {
    return JoinTimes.kept(node.kind());
  }

  /** Where column {@code column} of an input is in the output. */
  static Optional<Integer> place(JoinNode node, int side, int column) {
    boolean there = column < node.inputs().get(side).schema().size();
    int at = node.output().indexOf(side * node.left().schema().size() + column);
    return at < 0 || !there ? Optional.empty() : Optional.of(at);
  }
}
