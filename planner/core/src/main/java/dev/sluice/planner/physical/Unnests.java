package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.UnnestNode;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.BiRel;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * UNNEST: of a collection of each row of a relation, or of one that stands alone.
 *
 * <pre>
 * Correlate                            Unnest(collection=$tags)
 *   t                                    Project(t's columns, $tags)
 *   Project(x)                  ──►        t
 *     Uncollect
 *       Project($cor.tags)
 *         Values(one row)
 * </pre>
 *
 * Single-threaded.
 */
final class Unnests {
  private final RelTranslator rels;

  Unnests(RelTranslator rels) {
    this.rels = rels;
  }

  /** Whether the right side is a collection of the left one's rows. */
  static boolean isUnnest(BiRel rel) {
    return uncollect(rel.getRight()).isPresent();
  }

  private static Optional<Uncollect> uncollect(RelNode rel) {
    if (rel instanceof Uncollect uncollect) {
      boolean constant =
          uncollect.getInput() instanceof Project project
              && project.getInput() instanceof Values values
              && values.getTuples().size() == 1;
      return Optional.of(uncollect).filter(u -> constant);
    }
    boolean passes = rel instanceof Filter || rel instanceof Project;
    return passes ? uncollect(rel.getInput(0)) : Optional.empty();
  }

  /** A collection that stands alone. */
  Frame translate(Uncollect uncollect) {
    Frame input = rels.translate(uncollect.getInput());
    Made made = unnested(input, List.of(), ImmutableBitSet.of(), input.columns(), uncollect, false);
    return made.frame().withColumns(made.elements());
  }

  /** Each row of the left side with the elements of its collection. */
  Frame translate(BiRel rel, ImmutableBitSet used) {
    RexBuilder rexBuilder = rel.getCluster().getRexBuilder();
    boolean conditional = rel instanceof Join join && !join.getCondition().isAlwaysTrue();
    boolean outer = isOuter(rel, conditional);
    Uncollect uncollect = uncollect(rel.getRight()).orElseThrow();
    Lateral lateral = new Lateral(rel, rexBuilder);
    int width = rel.getLeft().getRowType().getFieldCount();
    List<RelNode> above = new ArrayList<>();
    for (RelNode at = rel.getRight(); at != uncollect; at = at.getInput(0)) {
      above.add(0, at);
    }
    ImmutableBitSet kept = used;
    for (RelNode step : above) {
      kept = kept.union(RelOptUtil.InputFinder.bits(lateral.expressions(step), null));
    }
    if (conditional) {
      kept = kept.union(RelOptUtil.InputFinder.bits(((Join) rel).getCondition()));
    }
    kept = kept.intersect(ImmutableBitSet.range(width));
    List<RexNode> collections = lateral.expressions(uncollect.getInput());
    Frame left =
        rels.translate(rel.getLeft(), kept.union(RelOptUtil.InputFinder.bits(collections, null)));
    ExprTranslator ofLeft = new ExprTranslator(rexBuilder, left.columns()::get);
    List<Expr> values = collections.stream().map(ofLeft::translate).toList();
    Made made = unnested(left, RelTranslator.names(rel.getLeft()), kept, values, uncollect, outer);
    Frame frame = made.frame();
    List<Expr> right = made.elements();
    for (RelNode step : above) {
      List<Expr> all = new ArrayList<>(frame.columns().subList(0, width));
      all.addAll(right);
      ExprTranslator translator = new ExprTranslator(rexBuilder, all::get);
      if (step instanceof Filter filter) {
        frame = frame.withCondition(translator.translate(lateral.expressions(filter).get(0)));
      } else {
        right = lateral.expressions(step).stream().map(translator::translate).toList();
      }
    }
    List<Expr> columns = new ArrayList<>(frame.columns().subList(0, width));
    columns.addAll(right);
    Frame joined = frame.withColumns(columns);
    return conditional
        ? joined.withCondition(rels.expr(joined, ((Join) rel).getCondition(), rexBuilder))
        : joined;
  }

  /** Whether rows without elements are kept. */
  private static boolean isOuter(BiRel rel, boolean conditional) {
    JoinRelType type =
        rel instanceof Join join ? join.getJoinType() : ((Correlate) rel).getJoinType();
    boolean outer = type == JoinRelType.LEFT;
    if (!outer && type != JoinRelType.INNER) {
      throw UserError.of(ErrorCode.UNSUPPORTED, type + " JOIN UNNEST is not supported")
          .withHint("use CROSS JOIN UNNEST, or LEFT JOIN UNNEST … ON TRUE");
    }
    if (outer && (conditional || hasFilter(rel.getRight()))) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, "LEFT JOIN UNNEST with a condition is not supported")
          .withHint("write ON TRUE, and say the condition in a CASE or in WHERE");
    }
    return outer;
  }

  private static boolean hasFilter(RelNode rel) {
    return !(rel instanceof Uncollect) && (rel instanceof Filter || hasFilter(rel.getInput(0)));
  }

  /** A frame whose columns are the left side's, and expressions for the elements. */
  private record Made(Frame frame, List<Expr> elements) {}

  private Made unnested(
      Frame left,
      List<String> names,
      ImmutableBitSet kept,
      List<Expr> values,
      Uncollect uncollect,
      boolean outer) {
    if (values.size() != 1) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "UNNEST of several collections is not supported")
          .withHint("unnest them one after the other");
    }
    DataType type = values.get(0).type();
    if (type.kind() != Kind.ARRAY && type.kind() != Kind.MAP) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "UNNEST of " + type + " is not supported");
    }
    List<Expr> columns = new ArrayList<>();
    List<String> columnNames = new ArrayList<>();
    for (int i : kept) {
      columns.add(left.columns().get(i));
      columnNames.add(names.get(i));
    }
    columns.add(values.get(0));
    columnNames.add("$collection");
    RelTranslator.Built built =
        rels.materialize(left.withColumns(columns), columnNames, rels.isOverWindow());
    List<Integer> through = new ArrayList<>();
    for (int i = 0; i < kept.cardinality(); i++) {
      through.add(i);
    }
    if (built.rowWatermark() >= 0) {
      through.add(built.rowWatermark());
    }
    PlanNode node =
        node(built.node(), kept.cardinality(), through, uncollect.withOrdinality, outer);
    Frame made = RelTranslator.node(node);
    if (built.rowWatermark() >= 0) {
      made = made.withRowWatermark(Optional.of(kept.cardinality()));
    }
    List<Expr> raw = made.columns().subList(through.size(), made.columns().size());
    List<Expr> given = new ArrayList<>();
    for (int i = 0; i < left.columns().size(); i++) {
      given.add(
          kept.get(i)
              ? made.columns().get(kept.indexOf(i))
              : Expr.Literal.nullOf(left.columns().get(i).type()));
    }
    return new Made(made.withColumns(given), elements(raw, type, uncollect));
  }

  /** The columns of an element: the fields of a row are columns of their own. */
  private static List<Expr> elements(List<Expr> raw, DataType type, Uncollect uncollect) {
    List<Expr> elements = new ArrayList<>();
    int width = uncollect.getRowType().getFieldCount() - (uncollect.withOrdinality ? 1 : 0);
    DataType element = type.children().get(0).type();
    boolean fields =
        type.kind() == Kind.ARRAY
            && element.kind() == Kind.ROW
            && !uncollect.getRowType().getFieldList().get(0).getType().isStruct();
    if (fields) {
      for (int i = 0; i < width; i++) {
        DataType field = element.children().get(i).type().withNullable(true);
        elements.add(new Expr.FieldAccess(raw.get(0), i, field));
      }
      elements.addAll(raw.subList(1, raw.size()));
    } else {
      elements.addAll(raw);
    }
    return elements;
  }

  private static PlanNode node(
      PlanNode input, int collection, List<Integer> kept, boolean withOrdinality, boolean outer) {
    List<Field> fields = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    kept.forEach(k -> add(fields, taken, input.schema().field(k)));
    DataType type = input.schema().type(collection);
    if (type.kind() == Kind.MAP) {
      add(fields, taken, new Field("$key", nullable(type.children().get(0).type(), outer)));
      add(fields, taken, new Field("$value", nullable(type.children().get(1).type(), outer)));
    } else {
      add(fields, taken, new Field("$element", nullable(type.children().get(0).type(), outer)));
    }
    if (withOrdinality) {
      DataType number = DataType.of(Kind.INTEGER);
      add(fields, taken, new Field("$ordinality", outer ? number : number.notNull()));
    }
    PlanTraits from = input.traits();
    PlanTraits traits =
        new PlanTraits(
            new Schema(fields),
            from.changelog(),
            List.of(),
            from.time()
                .filter(t -> kept.contains(t.column()))
                .map(t -> new TimeAttribute(kept.indexOf(t.column()), t.unitMicros())),
            Distribution.ANY,
            StateBound.NONE,
            from.bounded(),
            from.window()
                .flatMap(
                    w -> w.mapped(c -> Optional.of(kept.indexOf(c)).filter(place -> place >= 0))));
    return new UnnestNode(input, collection, kept, withOrdinality, outer, traits);
  }

  private static DataType nullable(DataType type, boolean outer) {
    return outer ? type.withNullable(true) : type;
  }

  private static void add(List<Field> fields, Set<String> taken, Field field) {
    String name = field.name();
    while (!taken.add(name)) {
      name = name + "_";
    }
    fields.add(new Field(name, field.type()));
  }

  /** Expressions of the right side over both sides' columns. */
  private static final class Lateral extends RexShuttle {
    private final Optional<CorrelationId> id;
    private final RelNode left;
    private final RexBuilder rexBuilder;

    Lateral(BiRel rel, RexBuilder rexBuilder) {
      id =
          rel instanceof Correlate correlate
              ? Optional.of(correlate.getCorrelationId())
              : Optional.empty();
      left = rel.getLeft();
      this.rexBuilder = rexBuilder;
    }

    /** The expressions of a filter or projection. */
    List<RexNode> expressions(RelNode step) {
      List<RexNode> nodes =
          step instanceof Filter filter
              ? List.of(filter.getCondition())
              : ((Project) step).getProjects();
      return nodes.stream().map(node -> node.accept(this)).toList();
    }

    @Override
    public RexNode visitInputRef(RexInputRef ref) {
      return new RexInputRef(left.getRowType().getFieldCount() + ref.getIndex(), ref.getType());
    }

    @Override
    public RexNode visitFieldAccess(RexFieldAccess access) {
      return access.getReferenceExpr() instanceof RexCorrelVariable variable
              && id.filter(variable.id::equals).isPresent()
          ? rexBuilder.makeInputRef(left, access.getField().getIndex())
          : super.visitFieldAccess(access);
    }
  }
}
