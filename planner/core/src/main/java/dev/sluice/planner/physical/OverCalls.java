package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.over.RowFunctions;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.OverNode.Bound;
import dev.sluice.plan.OverNode.Frame;
import dev.sluice.plan.SortKey;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlKind;

/** Single functions over windows. Stateless. */
final class OverCalls {
  /** Functions whose second argument is a number of rows. */
  private static final Set<String> WITH_OFFSET = Set.of("LAG", "LEAD", "NTH_VALUE");

  /** Aggregates that tell the order in which rows came to them. */
  private static final Set<String> IN_ORDER = Set.of("LISTAGG", "ARRAY_AGG");

  private OverCalls() {}

  /**
   * The expression without Calcite's {@code CASE WHEN COUNT(x) > 0 THEN SUM(x) END}: our SUM of
   * nothing is NULL.
   */
  static RexNode simplified(RexNode node, RexBuilder rexBuilder) {
    return node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            return isGuardedSum(call)
                ? rexBuilder.ensureType(call.getType(), call.getOperands().get(1), true)
                : super.visitCall(call);
          }
        });
  }

  private static boolean isGuardedSum(RexCall call) {
    return call.getKind() == SqlKind.CASE
        && call.getOperands().size() == 3
        && RexUtil.isNullLiteral(call.getOperands().get(2), true)
        && RexUtil.removeCast(call.getOperands().get(1)) instanceof RexOver sum
        && function(sum).equals("SUM")
        && call.getOperands().get(0) instanceof RexCall test
        && test.getKind() == SqlKind.GREATER_THAN
        && test.getOperands().get(0) instanceof RexOver count
        && count.getAggOperator().getKind() == SqlKind.COUNT
        && count.getOperands().equals(sum.getOperands())
        && count.getWindow().equals(sum.getWindow());
  }

  private static String function(RexOver over) {
    String name = over.getAggOperator().getName().toUpperCase(Locale.ROOT);
    return name.equals("$SUM0") ? "SUM" : name;
  }

  /** The call of a plan; what it reads becomes columns of {@code input}. */
  static OverNode.Call call(RexOver over, OverInput input) {
    String name = function(over);
    boolean own = RowFunctions.isOne(name);
    boolean number = RowFunctions.isNumber(name);
    boolean counts = number || over.getAggOperator().getKind() == SqlKind.COUNT;
    DataType type = SqlTypes.fromCalcite(over.getType());
    type = counts ? type : type.withNullable(true);
    List<Integer> arguments = new ArrayList<>();
    List<Expr.Literal> constants = new ArrayList<>();
    for (int i = 0; i < over.getOperands().size(); i++) {
      Expr argument = input.translate(over.getOperands().get(i));
      boolean offset = i == 1 && WITH_OFFSET.contains(name) || name.equals("NTILE");
      if (offset) {
        constants.add(offset(name, argument));
      } else if (i > 0 && !own && argument instanceof Expr.Literal literal) {
        constants.add(literal);
      } else if (own && !argument.type().sameApartFromNullability(type)) {
        arguments.add(input.add(new Expr.Cast(argument, type, false), "$argument"));
      } else if (over.getOperands().get(i) instanceof org.apache.calcite.rex.RexInputRef ref) {
        arguments.add(input.column(ref.getIndex()));
      } else {
        arguments.add(input.add(argument, "$argument"));
      }
    }
    Frame frame =
        number || name.equals("LAG") || name.equals("LEAD")
            ? Frame.ALL
            : frame(over.getWindow(), input);
    if (frame.exclude() != Frame.Exclude.NO_OTHERS && (own || IN_ORDER.contains(name))) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "EXCLUDE is not supported with " + name)
          .withHint("it goes with aggregates that do not depend on an order, such as SUM and MAX");
    }
    return new OverNode.Call(
        own ? name : Aggregations.function(over.getAggOperator()),
        arguments,
        constants,
        over.isDistinct(),
        over.ignoreNulls(),
        frame,
        type);
  }

  private static Expr.Literal offset(String function, Expr argument) {
    long least = function.equals("LAG") || function.equals("LEAD") ? 0 : 1;
    if (argument instanceof Expr.Literal literal
        && literal.value().isPresent()
        && literal.value().get() instanceof Long number
        && number >= least) {
      return literal;
    }
    throw UserError.of(
        ErrorCode.UNSUPPORTED,
        function + " takes a constant number of rows, " + least + " or more");
  }

  private static Frame frame(RexWindow window, OverInput input) {
    Frame frame =
        new Frame(
            window.isRows(),
            bound(window.getLowerBound(), window, input),
            bound(window.getUpperBound(), window, input),
            exclude(window.getExclude()));
    if (frame.lower().kind().compareTo(frame.upper().kind()) > 0) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "the frame " + frame + " ends before it begins");
    }
    return frame;
  }

  private static Frame.Exclude exclude(RexWindowExclusion exclusion) {
    return switch (exclusion) {
      case EXCLUDE_NO_OTHER -> Frame.Exclude.NO_OTHERS;
      case EXCLUDE_CURRENT_ROW -> Frame.Exclude.CURRENT_ROW;
      case EXCLUDE_GROUP -> Frame.Exclude.GROUP;
      case EXCLUDE_TIES -> Frame.Exclude.TIES;
    };
  }

  private static Bound bound(RexWindowBound bound, RexWindow window, OverInput input) {
    if (bound.isUnbounded()) {
      return Bound.of(
          bound.isPreceding() ? Bound.Kind.UNBOUNDED_PRECEDING : Bound.Kind.UNBOUNDED_FOLLOWING);
    }
    if (bound.isCurrentRow()) {
      return Bound.of(Bound.Kind.CURRENT_ROW);
    }
    if (!(bound.getOffset() instanceof RexLiteral)
        || !(input.translate(bound.getOffset()) instanceof Expr.Literal offset)
        || offset.value().isEmpty()
        || !(offset.value().get() instanceof Number number)
        || number.doubleValue() < 0) {
      throw UserError.of(
          ErrorCode.UNSUPPORTED, "a frame takes constants of 0 or more as its bounds");
    }
    if (!window.isRows()) {
      requireRange(window, input, offset.type());
    } else if (!(number instanceof Long)) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "a frame of ROWS counts whole rows");
    }
    return new Bound(
        bound.isPreceding() ? Bound.Kind.PRECEDING : Bound.Kind.FOLLOWING, Optional.of(offset));
  }

  private static void requireRange(RexWindow window, OverInput input, DataType offset) {
    if (window.orderKeys.size() != 1) {
      throw UserError.of(
          ErrorCode.INVALID_QUERY, "a frame of RANGE with a distance needs one ORDER BY column");
    }
    DataType type = input.translate(window.orderKeys.get(0).left).type();
    boolean fits =
        switch (type.kind()) {
          case TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE -> offset.kind().isNumeric();
          case DECIMAL -> offset.kind().isNumeric() && type.precision() <= 18;
          case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> offset.kind() == Kind.INTERVAL_DAY;
          default -> false;
        };
    if (!fits) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "a frame of RANGE with a distance of "
                  + offset.withNullable(true)
                  + " over "
                  + type.withNullable(true)
                  + " is not supported")
          .withHint("order by a number or time, with a number or an INTERVAL of days or less");
    }
  }

  /** Why the results of a call are not certain once the watermark has passed a row; if so. */
  static Optional<String> needsMoreThanThePast(OverNode.Call call, List<SortKey> order) {
    String name = call.function();
    if (Set.of("ROW_NUMBER", "RANK", "DENSE_RANK").contains(name)) {
      return Optional.empty();
    }
    if (RowFunctions.isNumber(name)) {
      return Optional.of(name + " looks at the whole partition");
    }
    if (name.equals("LEAD")) {
      return Optional.of("LEAD looks at rows to come");
    }
    if (call.ignoreNulls()) {
      return Optional.of(name + " IGNORE NULLS may look back without end");
    }
    if (name.equals("LAG")) {
      return Optional.empty();
    }
    Bound.Kind lower = call.frame().lower().kind();
    Bound.Kind upper = call.frame().upper().kind();
    if (upper.compareTo(Bound.Kind.CURRENT_ROW) > 0) {
      return Optional.of("the frame of " + name + " reaches rows to come");
    }
    boolean running = lower == Bound.Kind.UNBOUNDED_PRECEDING;
    if (running && call.frame().exclude() != Frame.Exclude.NO_OTHERS) {
      return Optional.of("the frame of " + name + " excludes rows but has no beginning");
    }
    if (running && RowFunctions.isOne(name) && !name.equals("LAST_VALUE")) {
      return Optional.of(name + " of all rows before would keep them for ever");
    }
    return running && upper != Bound.Kind.CURRENT_ROW
        ? Optional.of("the frame of " + name + " ends before the row but has no beginning")
        : Optional.empty();
  }
}
