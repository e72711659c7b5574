package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.MatchNode;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.validate.MatchRewrite;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexPatternFieldRef;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlAggFunction;

/**
 * Takes the navigations out of the expressions of a MATCH_RECOGNIZE; what stays is an expression
 * over their values. One per query; single-threaded.
 */
final class MatchValues {
  private final RexBuilder rexBuilder;
  private final Map<String, List<Integer>> variables;
  private final IntUnaryOperator places;
  private final List<Expr> inputs;
  private final List<MatchNode.Navigation> navigations = new ArrayList<>();

  /**
   * @param variables the variables that each name stands for; other names are the whole match
   * @param places where a column of the relation is in the node's input
   * @param inputs the node's input by column of the relation
   */
  MatchValues(
      RexBuilder rexBuilder,
      Map<String, List<Integer>> variables,
      IntUnaryOperator places,
      List<Expr> inputs) {
    this.rexBuilder = rexBuilder;
    this.variables = variables;
    this.places = places;
    this.inputs = inputs;
  }

  List<MatchNode.Navigation> navigations() {
    return navigations;
  }

  /** An expression over the navigations' values. */
  Expr translate(RexNode node, boolean whole) {
    RexNode navigated = node.accept(new Navigating(new Place(false, 0, 0, whole)));
    return new ExprTranslator(rexBuilder, i -> new Expr.ColumnRef(i, navigations.get(i).type()))
        .translate(navigated);
  }

  /** A column of the row itself. */
  Expr column(int column, DataType type) {
    int index = index(new MatchNode.CurrentRow(places.applyAsInt(column), nullable(type)));
    return new Expr.ColumnRef(index, navigations.get(index).type());
  }

  private static DataType nullable(DataType type) {
    return type.withNullable(true);
  }

  private int index(MatchNode.Navigation navigation) {
    int known = navigations.indexOf(navigation);
    if (known < 0) {
      navigations.add(navigation);
      known = navigations.size() - 1;
    }
    return known;
  }

  /** Which row is meant. */
  private record Place(boolean first, int offset, int shift, boolean whole) {}

  private final class Navigating extends RexShuttle {
    private final Place place;

    Navigating(Place place) {
      this.place = place;
    }

    private RexNode value(MatchNode.Navigation navigation, RelDataType type) {
      int index = index(navigation);
      return new RexInputRef(
          index, rexBuilder.getTypeFactory().createTypeWithNullability(type, true));
    }

    @Override
    public RexNode visitPatternFieldRef(RexPatternFieldRef ref) {
      return value(
          new MatchNode.RowValue(
              variables.getOrDefault(ref.getAlpha(), List.of()),
              place.first(),
              place.offset(),
              place.shift(),
              places.applyAsInt(ref.getIndex()),
              place.whole(),
              nullable(SqlTypes.fromCalcite(ref.getType()))),
          ref.getType());
    }

    @Override
    public RexNode visitCall(RexCall call) {
      List<RexNode> operands = call.getOperands();
      boolean back = call.getOperator() == MatchRewrite.PREV;
      if (back || call.getOperator() == MatchRewrite.NEXT) {
        int rows = offset(operands.get(1));
        return in(
            operands.get(0),
            new Place(
                place.first(),
                place.offset(),
                place.shift() + (back ? rows : -rows),
                place.whole()));
      }
      if (call.getOperator() instanceof SqlAggFunction function) {
        return aggregate(call, function);
      }
      return switch (call.getKind()) {
        case FINAL -> in(operands.get(0), whole(true));
        case RUNNING -> in(operands.get(0), whole(false));
        case PREV -> in(operands.get(0), place);
        case FIRST, LAST -> {
          boolean first = call.getKind() == org.apache.calcite.sql.SqlKind.FIRST;
          int offset = offset(operands.get(1));
          // FIRST and LAST that the validator adds inside those of the user change nothing.
          boolean given = place.first() || place.offset() > 0;
          yield in(
              operands.get(0),
              given && !first && offset == 0
                  ? place
                  : new Place(first, offset, place.shift(), place.whole()));
        }
        case CLASSIFIER ->
            value(new MatchNode.Classifier(place.whole(), DataType.string()), call.getType());
        case MATCH_NUMBER ->
            value(
                new MatchNode.MatchNumber(nullable(SqlTypes.fromCalcite(call.getType()))),
                call.getType());
        default -> {
          RexCall visited = (RexCall) super.visitCall(call);
          // A row that is looked for may not be there, whatever its columns' types say.
          yield visited.clone(
              rexBuilder.getTypeFactory().createTypeWithNullability(visited.getType(), true),
              visited.getOperands());
        }
      };
    }

    private Place whole(boolean value) {
      return new Place(place.first(), place.offset(), place.shift(), value);
    }

    private RexNode in(RexNode node, Place inner) {
      return node.accept(new Navigating(inner));
    }

    private RexNode aggregate(RexCall call, SqlAggFunction function) {
      Arguments arguments = new Arguments();
      List<Expr> values = new ArrayList<>();
      List<Expr> given = new ArrayList<>();
      for (RexNode operand : call.getOperands()) {
        RexNode plain = operand.accept(arguments);
        given.add(new ExprTranslator(rexBuilder, inputs::get).translate(plain));
      }
      Optional<JavaAggregate> java =
          JavaAggregate.of(function, given.stream().map(Expr::type).toList());
      for (int i = 0; i < given.size(); i++) {
        values.add(java.isPresent() ? java.get().argument(i, given.get(i)) : given.get(i));
      }
      if (arguments.of.size() > 1) {
        throw UserError.of(
                ErrorCode.INVALID_QUERY,
                "an aggregate in MATCH_RECOGNIZE takes the rows of one variable, not of "
                    + String.join(" and ", arguments.of))
            .withHint("name several variables together: SUBSET S = (A, B)");
      }
      List<Integer> rows =
          arguments.of.isEmpty()
              ? List.of()
              : variables.getOrDefault(arguments.of.first(), List.of());
      return value(
          new MatchNode.Aggregated(
              rows,
              java.map(JavaAggregate::id).orElseGet(() -> Aggregations.function(function)),
              values,
              false,
              place.whole(),
              nullable(SqlTypes.fromCalcite(call.getType()))),
          call.getType());
    }
  }

  /** The arguments of an aggregate as expressions over the relation; notes whose rows they are. */
  private final class Arguments extends RexShuttle {
    private final TreeSet<String> of = new TreeSet<>();

    @Override
    public RexNode visitPatternFieldRef(RexPatternFieldRef ref) {
      of.add(variables.containsKey(ref.getAlpha()) ? ref.getAlpha() : "all rows");
      return new RexInputRef(ref.getIndex(), ref.getType());
    }

    @Override
    public RexNode visitCall(RexCall call) {
      return switch (call.getKind()) {
        case PREV, LAST -> {
          if (offset(call.getOperands().get(1)) != 0) {
            throw navigationInside();
          }
          yield call.getOperands().get(0).accept(this);
        }
        case FIRST, CLASSIFIER, MATCH_NUMBER -> throw navigationInside();
        default -> {
          if (call.getOperator() == MatchRewrite.PREV || call.getOperator() == MatchRewrite.NEXT) {
            throw navigationInside();
          }
          yield super.visitCall(call);
        }
      };
    }

    private UserError navigationInside() {
      return UserError.of(
              ErrorCode.UNSUPPORTED,
              "an aggregate in MATCH_RECOGNIZE takes columns, not PREV, NEXT, FIRST, LAST or"
                  + " CLASSIFIER")
          .withHint("aggregate the column itself: SUM(A.price)");
    }
  }

  private static int offset(RexNode node) {
    if (node instanceof RexLiteral literal && literal.getValue() instanceof BigDecimal number) {
      return number.intValueExact();
    }
    throw UserError.of(
        ErrorCode.UNSUPPORTED, "the offset of PREV, NEXT, FIRST or LAST must be a number");
  }
}
