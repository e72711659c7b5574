package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.AsofJoinNode;
import dev.sluice.plan.AsofJoinNode.Match;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.JoinInfo;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.ImmutableBitSet;

/** Joins with the nearest row: ASOF JOIN, and versions as of an event time. Single-threaded. */
final class AsofJoins {
  private final RelTranslator rels;

  AsofJoins(RelTranslator rels) {
    this.rels = rels;
  }

  /**
   * What makes a join with the nearest row.
   *
   * @param leftOrder where the left order column is, {@code rightOrder} the right one
   * @param conditions as in {@link Joins}
   */
  record Nearest(
      JoinKind kind,
      JoinInput left,
      JoinInput right,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      int leftOrder,
      int rightOrder,
      Match match,
      boolean versions,
      List<Expr> conditions) {}

  /** The join as a frame in which the columns not {@code used} are NULL. */
  Frame translate(AsofJoin join, ImmutableBitSet used) {
    JoinInfo info = join.analyzeCondition();
    if (!info.isEqui()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, "ON of an ASOF JOIN takes equalities between the sides only")
          .withHint("filter the sides in subqueries, or the result in WHERE");
    }
    int leftFields = join.getLeft().getRowType().getFieldCount();
    ImmutableBitSet needed =
        used.union(RelOptUtil.InputFinder.bits(join.getCondition()))
            .union(RelOptUtil.InputFinder.bits(join.getMatchCondition()));
    JoinInput left = input(join.getLeft(), needed.get(0, leftFields));
    JoinInput right =
        input(
            join.getRight(),
            needed
                .intersect(ImmutableBitSet.range(leftFields, needed.length()))
                .shift(-leftFields));
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    for (int i = 0; i < info.leftKeys.size(); i++) {
      JoinKeyTypes.Pair pair =
          JoinKeyTypes.alike(
              left.column(left.at(info.leftKeys.get(i))),
              right.column(right.at(info.rightKeys.get(i))));
      leftKeys.add(left.place(pair.left()));
      rightKeys.add(right.place(pair.right()));
    }
    RexCall match = (RexCall) join.getMatchCondition();
    RexNode first = match.getOperands().get(0);
    boolean ofLeft = RelOptUtil.InputFinder.bits(first).nth(0) < leftFields;
    RexNode second = match.getOperands().get(1);
    Expr leftOrder = side(join, left, ofLeft ? first : second, 0);
    Expr rightOrder = side(join, right, ofLeft ? second : first, leftFields);
    JoinKeyTypes.Pair orders = JoinKeyTypes.alike(leftOrder, rightOrder);
    Nearest nearest =
        new Nearest(
            join.getJoinType() == JoinRelType.LEFT_ASOF ? JoinKind.LEFT : JoinKind.INNER,
            left,
            right,
            leftKeys,
            rightKeys,
            left.place(orders.left()),
            right.place(orders.right()),
            match(match, ofLeft),
            false,
            List.of());
    return frame(nearest, used, leftFields, join.getRowType().getFieldCount());
  }

  private JoinInput input(RelNode rel, ImmutableBitSet needed) {
    return new JoinInput(rels.translate(rel, needed), RelTranslator.names(rel), needed);
  }

  /** An operand of MATCH_CONDITION over the base of its side. */
  private static Expr side(AsofJoin join, JoinInput input, RexNode operand, int first) {
    return new ExprTranslator(
            join.getCluster().getRexBuilder(), i -> input.column(input.at(i - first)))
        .translate(operand);
  }

  private static Match match(RexCall condition, boolean ofLeft) {
    return switch (condition.getKind()) {
      case GREATER_THAN -> ofLeft ? Match.GREATER : Match.LESS;
      case GREATER_THAN_OR_EQUAL -> ofLeft ? Match.GREATER_OR_EQUAL : Match.LESS_OR_EQUAL;
      case LESS_THAN -> ofLeft ? Match.LESS : Match.GREATER;
      case LESS_THAN_OR_EQUAL -> ofLeft ? Match.LESS_OR_EQUAL : Match.GREATER_OR_EQUAL;
      default ->
          throw UserError.of(ErrorCode.UNSUPPORTED, "MATCH_CONDITION takes one of <, <=, > and >=")
              .withHint("write MATCH_CONDITION left.ts >= right.ts");
    };
  }

  Frame frame(Nearest nearest, ImmutableBitSet used, int leftFields, int fields) {
    JoinInput left = nearest.left();
    JoinInput right = nearest.right();
    boolean streaming = !left.isBounded(rels) || !right.isBounded(rels) || rels.isOverWindow();
    boolean times =
        left.time().map(TimeAttribute::column).equals(Optional.of(nearest.leftOrder()))
            && right.time().map(TimeAttribute::column).equals(Optional.of(nearest.rightOrder()));
    boolean endless = !left.isBounded(rels) || !right.isBounded(rels);
    if (endless && !times) {
      throw UserError.of(
              ErrorCode.UNBOUNDED_STATE,
              "ASOF JOIN over an unbounded input needs the event time of both sides in"
                  + " MATCH_CONDITION")
          .withHint("declare a WATERMARK on both sides and compare those columns");
    }
    DataType order = left.column(nearest.leftOrder()).type();
    if (order.kind() == DataType.Kind.VARCHAR || order.kind() == DataType.Kind.VARBINARY) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED, "MATCH_CONDITION compares numbers or times, not " + order);
    }
    boolean byTime = streaming && times;
    if (byTime) {
      left.needsTime();
      right.needsTime();
    }
    PlanNode[] built = {left.build(rels), right.build(rels)};
    QueryPlanner.requireInserts(built[0], "the left side of such a join");
    if (!nearest.versions()) {
      QueryPlanner.requireInserts(built[1], "ASOF JOIN");
    }
    List<Integer> output = new ArrayList<>();
    for (int i : used) {
      output.add(i < leftFields ? left.at(i) : built[0].schema().size() + right.at(i - leftFields));
    }
    PlanNode node = node(nearest, built, output, byTime);
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      int place = used.get(i) ? used.get(0, i).cardinality() : -1;
      columns.add(
          place < 0
              ? Expr.Literal.nullOf(DataType.of(DataType.Kind.NULL))
              : new Expr.ColumnRef(place, node.schema().type(place)));
    }
    return RelTranslator.node(node).withColumns(columns);
  }

  private static PlanNode node(
      Nearest nearest, PlanNode[] built, List<Integer> output, boolean byTime) {
    int width = built[0].schema().size();
    Optional<Expr> condition =
        Exprs.and(nearest.conditions())
            .map(c -> Exprs.remap(c, i -> i >= JoinInput.RIGHT ? i - JoinInput.RIGHT + width : i));
    return new AsofJoinNode(
        Aggregations.exchange(built[0], nearest.leftKeys()),
        Aggregations.exchange(built[1], nearest.rightKeys()),
        nearest.kind(),
        nearest.leftKeys(),
        nearest.rightKeys(),
        nearest.leftOrder(),
        nearest.rightOrder(),
        nearest.match(),
        nearest.versions(),
        condition,
        byTime,
        nearest.left().mark(),
        nearest.right().mark(),
        output,
        traits(nearest, built, output, byTime));
  }

  private static PlanTraits traits(
      Nearest nearest, PlanNode[] built, List<Integer> output, boolean byTime) {
    PlanTraits from = built[0].traits();
    boolean settled = byTime && nearest.match().isBefore();
    return new PlanTraits(
        schema(nearest.kind(), built, output),
        ChangelogMode.INSERT_ONLY,
        keys(from.uniqueKeys(), output),
        from.time()
            .filter(t -> settled && output.contains(t.column()))
            .map(t -> new TimeAttribute(output.indexOf(t.column()), t.unitMicros())),
        Distribution.ANY,
        byTime
            ? new StateBound.ByWatermark(
                nearest.match().isBefore()
                    ? "left rows until the watermark has passed them, right rows until a newer one"
                        + " has"
                    : "left rows until their partner has come, right rows until the watermark has"
                        + " passed them")
            : new StateBound.ByInput(),
        from.bounded() && built[1].traits().bounded(),
        settled
            ? from.window()
                .flatMap(w -> w.mapped(i -> Optional.of(output.indexOf(i)).filter(at -> at >= 0)))
            : Optional.empty());
  }

  /** What names a left row names a row of the result: it has at most one partner. */
  private static List<List<Integer>> keys(List<List<Integer>> left, List<Integer> output) {
    return left.stream()
        .filter(output::containsAll)
        .map(key -> key.stream().map(output::indexOf).toList())
        .toList();
  }

  private static Schema schema(JoinKind kind, PlanNode[] built, List<Integer> output) {
    int width = built[0].schema().size();
    Set<String> taken = new HashSet<>();
    List<Field> fields = new ArrayList<>();
    for (int column : output) {
      boolean ofRight = column >= width;
      Field field =
          ofRight ? built[1].schema().field(column - width) : built[0].schema().field(column);
      String name = field.name();
      for (int i = 0; !taken.add(name); i++) {
        name = field.name() + i;
      }
      boolean nullable = ofRight && kind == JoinKind.LEFT;
      fields.add(new Field(name, nullable ? field.type().withNullable(true) : field.type()));
    }
    return new Schema(fields);
  }
}
