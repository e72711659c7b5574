package dev.sluice.planner.physical;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.BiRel;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Snapshot;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;

/** Joins with a table FOR SYSTEM_TIME AS OF a time of the row. Single-threaded. */
final class TemporalJoins {
  private final RelTranslator rels;
  private final LookupJoins lookups;
  private final AsofJoins asofJoins;

  TemporalJoins(
      RelTranslator rels, Scans scans, ConnectorRegistry connectors, AsofJoins asofJoins) {
    this.rels = rels;
    this.asofJoins = asofJoins;
    lookups = new LookupJoins(rels, scans, connectors);
  }

  /**
   * A temporal join taken apart.
   *
   * @param versions what stands before FOR SYSTEM_TIME
   * @param columns the right columns, over those of {@code versions}
   * @param period the time, over the left columns
   * @param conditions over the left columns and, behind them, those of {@code versions}
   */
  private record Parts(
      JoinKind kind,
      RelNode versions,
      List<RexNode> columns,
      RexNode period,
      List<RexNode> conditions) {}

  /** Whether a join is one of ours. */
  static boolean isTemporal(BiRel rel) {
    return snapshot(rel.getRight()).isPresent();
  }

  private static Optional<Snapshot> snapshot(RelNode rel) {
    if (rel instanceof Snapshot snapshot) {
      return Optional.of(snapshot);
    }
    boolean passes = rel instanceof Filter || rel instanceof Project;
    return passes ? snapshot(rel.getInput(0)) : Optional.empty();
  }

  /** The join as a frame in which the columns not {@code used} are NULL. */
  Frame translate(BiRel rel, ImmutableBitSet used) {
    Parts parts = parts(rel);
    RexBuilder rexBuilder = rel.getCluster().getRexBuilder();
    int leftFields = rel.getLeft().getRowType().getFieldCount();
    ImmutableBitSet needed =
        used.union(RelOptUtil.InputFinder.bits(parts.conditions(), null))
            .intersect(ImmutableBitSet.range(leftFields));
    ImmutableBitSet read = needed.union(RelOptUtil.InputFinder.bits(parts.period()));
    Frame frame = rels.translate(rel.getLeft(), read);
    Expr time = new ExprTranslator(rexBuilder, frame.columns()::get).translate(parts.period());
    JoinInput left = new JoinInput(frame, RelTranslator.names(rel.getLeft()), needed);
    Frame versions = rels.translate(parts.versions());
    List<Expr> conditions = conditions(parts, rexBuilder, leftFields, left, versions);
    Frame right =
        versions.withColumns(
            parts.columns().stream().map(c -> rels.expr(versions, c, rexBuilder)).toList());
    if (Windows.isProctime(frame, time)) {
      return lookups.translate(
          left, versions, right.columns(), parts.kind(), conditions, used, leftFields);
    }
    boolean byTime =
        time instanceof Expr.ColumnRef ref
            && frame.window().isEmpty()
            && frame.time().filter(t -> t.column() == ref.index()).isPresent();
    if (byTime) {
      return new VersionJoins(asofJoins)
          .translate(
              new VersionJoins.Input(
                  left, versions, RelTranslator.names(parts.versions()), right.columns()),
              parts.kind(),
              conditions,
              used,
              leftFields);
    }
    throw UserError.of(
            ErrorCode.UNSUPPORTED,
            "FOR SYSTEM_TIME AS OF needs the event time of the left side, or PROCTIME()")
        .withHint("name the column that the left stream's WATERMARK is for");
  }

  private static List<Expr> conditions(
      Parts parts, RexBuilder rexBuilder, int leftFields, JoinInput left, Frame versions) {
    RexNode all = RexUtil.composeConjunction(rexBuilder, parts.conditions());
    if (all.isAlwaysTrue()) {
      return List.of();
    }
    return Exprs.conjuncts(
        new ExprTranslator(
                rexBuilder,
                i ->
                    i < leftFields
                        ? new Expr.ColumnRef(left.at(i), left.column(left.at(i)).type())
                        : new Expr.ColumnRef(
                            JoinInput.RIGHT + i - leftFields,
                            versions.columns().get(i - leftFields).type()))
            .translate(all));
  }

  private static Parts parts(BiRel rel) {
    Snapshot snapshot = snapshot(rel.getRight()).orElseThrow();
    int leftFields = rel.getLeft().getRowType().getFieldCount();
    RexBuilder rexBuilder = rel.getCluster().getRexBuilder();
    List<RexNode> conditions = new ArrayList<>();
    List<RexNode> columns = over(rel.getRight(), conditions, rexBuilder);
    conditions.replaceAll(c -> RexUtil.shift(c, leftFields));
    JoinRelType type =
        rel instanceof Join join ? join.getJoinType() : ((Correlate) rel).getJoinType();
    if (rel instanceof Join join) {
      List<RexNode> both = new ArrayList<>();
      for (int i = 0; i < leftFields; i++) {
        both.add(rexBuilder.makeInputRef(rel.getLeft(), i));
      }
      columns.forEach(c -> both.add(RexUtil.shift(c, leftFields)));
      conditions.add(join.getCondition().accept(new Substitution(both)));
    }
    RexNode period = snapshot.getPeriod();
    if (rel instanceof Correlate correlate) {
      Uncorrelation plain =
          new Uncorrelation(correlate.getCorrelationId(), rel.getLeft(), rexBuilder);
      conditions.replaceAll(c -> c.accept(plain));
      period = period.accept(plain);
    }
    JoinKind kind =
        switch (type) {
          case INNER -> JoinKind.INNER;
          case LEFT -> JoinKind.LEFT;
          default ->
              throw UserError.of(
                      ErrorCode.UNSUPPORTED,
                      type + " JOIN is not supported with FOR SYSTEM_TIME AS OF")
                  .withHint("use JOIN or LEFT JOIN");
        };
    return new Parts(kind, snapshot.getInput(), columns, period, conditions);
  }

  /** The columns of {@code rel} over those of the snapshot below it, and what filters it. */
  private static List<RexNode> over(RelNode rel, List<RexNode> conditions, RexBuilder rexBuilder) {
    if (rel instanceof Filter filter) {
      List<RexNode> columns = over(filter.getInput(), conditions, rexBuilder);
      conditions.add(filter.getCondition().accept(new Substitution(columns)));
      return columns;
    }
    if (rel instanceof Project project) {
      Substitution below = new Substitution(over(project.getInput(), conditions, rexBuilder));
      return project.getProjects().stream().map(p -> p.accept(below)).toList();
    }
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < rel.getRowType().getFieldCount(); i++) {
      columns.add(rexBuilder.makeInputRef(rel, i));
    }
    return columns;
  }

  /** Expressions in place of input columns. */
  private static final class Substitution extends RexShuttle {
    private final List<RexNode> columns;

    Substitution(List<RexNode> columns) {
      this.columns = columns;
    }

    @Override
    public RexNode visitInputRef(RexInputRef ref) {
      return columns.get(ref.getIndex());
    }
  }

  /** Columns of the left side in place of the fields of its row. */
  private static final class Uncorrelation extends RexShuttle {
    private final CorrelationId id;
    private final RelNode left;
    private final RexBuilder rexBuilder;

    Uncorrelation(CorrelationId id, RelNode left, RexBuilder rexBuilder) {
      this.id = id;
      this.left = left;
      this.rexBuilder = rexBuilder;
    }

    @Override
    public RexNode visitFieldAccess(RexFieldAccess access) {
      return access.getReferenceExpr() instanceof RexCorrelVariable variable
              && variable.id.equals(id)
          ? rexBuilder.makeInputRef(left, access.getField().getIndex())
          : super.visitFieldAccess(access);
    }
  }
}
