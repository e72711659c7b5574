package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Percentiles;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Writes PERCENTILE, MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC and COLLECT as functions of an
 * ARRAY_AGG, with its FILTER or over its window. Stateless.
 */
final class PercentileCalls extends SqlShuttle {
  private static final SqlOperator CONTINUOUS = operator(Percentiles.CONTINUOUS);
  private static final SqlOperator WEIGHTED = operator(Percentiles.WEIGHTED);
  private static final SqlOperator DISCRETE = operator(Percentiles.DISCRETE);
  private static final SqlOperator DISCRETE_DOWN = operator(Percentiles.DISCRETE_DOWN);
  private static final SqlOperator COLLECTED = operator(Percentiles.COLLECTED);

  /** What the calls become. */
  static final List<SqlOperator> OPERATORS =
      List.of(CONTINUOUS, WEIGHTED, DISCRETE, DISCRETE_DOWN, COLLECTED);

  private static final Set<String> ORDERED = Set.of("PERCENTILE_CONT", "PERCENTILE_DISC");
  private static final Set<SqlKind> WRAPPERS =
      Set.of(SqlKind.WITHIN_GROUP, SqlKind.FILTER, SqlKind.OVER);

  private final Positions positions;

  PercentileCalls(Positions positions) {
    this.positions = positions;
  }

  /** The aggregate that gathers, and what is made of it. */
  private record Gathered(SqlNode list, UnaryOperator<SqlNode> result) {
    Gathered with(UnaryOperator<SqlNode> wrapper) {
      return new Gathered(wrapper.apply(list), result);
    }
  }

  private static SqlOperator operator(FunctionSpec spec) {
    return CatalogFunctions.scalar(spec, spec.name());
  }

  @Override
  public SqlNode visit(SqlCall call) {
    Optional<Gathered> gathered = gathered(call);
    return gathered.isPresent()
        ? gathered.get().result().apply(gathered.get().list())
        : super.visit(call);
  }

  private static String name(SqlCall call) {
    return call.getOperator().getName().toUpperCase(Locale.ROOT);
  }

  private Optional<Gathered> gathered(SqlCall call) {
    if (!WRAPPERS.contains(call.getKind())) {
      return plain(call);
    }
    if (!(call.operand(0) instanceof SqlCall inner)) {
      return Optional.empty();
    }
    if (call.getKind() == SqlKind.WITHIN_GROUP) {
      return ORDERED.contains(name(inner)) ? Optional.of(ordered(inner, call)) : Optional.empty();
    }
    return gathered(inner)
        .map(
            g ->
                g.with(
                    list ->
                        call.getOperator()
                            .createCall(
                                call.getParserPosition(), list, call.operand(1).accept(this))));
  }

  private Optional<Gathered> plain(SqlCall call) {
    SqlParserPos at = call.getParserPosition();
    List<SqlNode> operands = call.getOperandList();
    return switch (name(call)) {
      case "COLLECT" ->
          operands.size() == 1
              ? Optional.of(gather(call, operands.get(0), list -> COLLECTED.createCall(at, list)))
              : Optional.empty();
      case "MEDIAN" -> {
        requireCount(call, 1, 1, "MEDIAN(value)");
        SqlNode half = SqlLiteral.createExactNumeric("0.5", at);
        yield Optional.of(
            gather(call, operands.get(0), list -> CONTINUOUS.createCall(at, list, half)));
      }
      case "PERCENTILE" -> {
        requireCount(call, 2, 3, "PERCENTILE(value, fraction [, frequency])");
        SqlNode fraction = requireFraction(operands.get(1)).accept(this);
        yield Optional.of(
            operands.size() == 2
                ? gather(call, operands.get(0), list -> CONTINUOUS.createCall(at, list, fraction))
                : gather(
                    call,
                    SqlStdOperatorTable.ROW.createCall(at, operands.get(0), operands.get(2)),
                    list -> WEIGHTED.createCall(at, list, fraction)));
      }
      case "PERCENTILE_CONT", "PERCENTILE_DISC" ->
          throw UserError.of(
                  ErrorCode.INVALID_QUERY, name(call) + " needs to be told the order of the values")
              .withHint(name(call) + "(0.5) WITHIN GROUP (ORDER BY value)")
              .at(positions.of(at));
      default -> Optional.empty();
    };
  }

  private SqlNode requireFraction(SqlNode fraction) {
    if (fraction instanceof SqlNumericLiteral number) {
      BigDecimal value = number.bigDecimalValue();
      if (value.signum() < 0 || value.compareTo(BigDecimal.ONE) > 0) {
        throw UserError.of(
                ErrorCode.CONSTANT, "a percentile lies between 0 and 1, not at " + number)
            .withHint("write the fraction: 0.95 for the 95th percentile")
            .at(positions.of(fraction.getParserPosition()));
      }
    }
    return fraction;
  }

  private void requireCount(SqlCall call, int least, int most, String form) {
    int count = call.getOperandList().size();
    if (count < least || count > most) {
      throw UserError.of(
              ErrorCode.UNKNOWN_FUNCTION,
              name(call) + " does not take " + count + (count == 1 ? " argument" : " arguments"))
          .withHint("it is " + form)
          .at(positions.of(call.getParserPosition()));
    }
  }

  private Gathered gather(SqlCall call, SqlNode value, UnaryOperator<SqlNode> result) {
    return new Gathered(
        SqlLibraryOperators.ARRAY_AGG.createCall(
            call.getFunctionQuantifier(), call.getParserPosition(), value.accept(this)),
        result);
  }

  /** PERCENTILE_CONT and PERCENTILE_DISC; {@code group} has the order. */
  private Gathered ordered(SqlCall call, SqlCall group) {
    SqlParserPos at = call.getParserPosition();
    SqlNodeList order = group.operand(1);
    requireCount(call, 1, 1, name(call) + "(fraction) WITHIN GROUP (ORDER BY value)");
    if (order.size() != 1) {
      throw UserError.of(ErrorCode.INVALID_QUERY, name(call) + " is ordered by one value")
          .withHint(name(call) + "(0.5) WITHIN GROUP (ORDER BY value)")
          .at(positions.of(group.getParserPosition()));
    }
    SqlNode item = order.get(0);
    while (item.getKind() == SqlKind.NULLS_FIRST || item.getKind() == SqlKind.NULLS_LAST) {
      item = ((SqlCall) item).operand(0);
    }
    boolean down = item.getKind() == SqlKind.DESCENDING;
    SqlNode value = down ? ((SqlCall) item).operand(0) : item;
    SqlNode fraction = requireFraction(call.operand(0)).accept(this);
    if (name(call).equals("PERCENTILE_DISC")) {
      SqlOperator discrete = down ? DISCRETE_DOWN : DISCRETE;
      return gather(call, value, list -> discrete.createCall(at, list, fraction));
    }
    SqlNode place =
        down
            ? SqlStdOperatorTable.MINUS.createCall(
                at, SqlLiteral.createExactNumeric("1", at), fraction)
            : fraction;
    return gather(call, value, list -> CONTINUOUS.createCall(at, list, place));
  }
}
