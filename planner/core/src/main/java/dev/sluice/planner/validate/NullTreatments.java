package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * IGNORE NULLS and RESPECT NULLS of aggregates that are not over a window, which Calcite parses and
 * forgets: left out where they say what the aggregate does anyway, written as a FILTER where they
 * can be, else refused. Stateless but for the positions.
 */
final class NullTreatments extends SqlShuttle {
  /** Aggregates that take NULLs as values. */
  private static final Set<String> TAKE_NULLS = Set.of("ARRAY_AGG");

  private static final Set<String> PASS_NULLS =
      Set.of(
          "SUM",
          "AVG",
          "MIN",
          "MAX",
          "COUNT",
          "FIRST_VALUE",
          "LAST_VALUE",
          "LISTAGG",
          "COLLECT",
          "MEDIAN",
          "PERCENTILE");

  private final Positions positions;

  NullTreatments(Positions positions) {
    this.positions = positions;
  }

  /** What stands around an aggregate, taken apart. */
  private record Parts(
      SqlCall function,
      Optional<SqlKind> nulls,
      Optional<SqlCall> order,
      Optional<SqlCall> filter) {}

  @Override
  public SqlNode visit(SqlCall call) {
    if (call.getKind() == SqlKind.OVER) {
      // functions over windows know both; what else stands there is refused with them
      return call.operand(0) instanceof SqlCall function && isTreated(function)
          ? over(call, function)
          : super.visit(call);
    }
    Optional<Parts> parts = parts(call);
    return parts.isPresent() && parts.get().nulls().isPresent()
        ? treated(call, parts.get())
        : super.visit(call);
  }

  private static boolean isTreated(SqlCall call) {
    return parts(call).flatMap(Parts::nulls).isPresent();
  }

  private SqlNode over(SqlCall over, SqlCall function) {
    String name = name(parts(function).orElseThrow().function());
    if (TAKE_NULLS.contains(name)) {
      throw refused(name, function, "FILTER (WHERE … IS NOT NULL) in a GROUP BY does it");
    }
    return super.visit(over);
  }

  private static Optional<Parts> parts(SqlCall call) {
    SqlNode inner = call;
    Optional<SqlKind> nulls = Optional.empty();
    Optional<SqlCall> order = Optional.empty();
    Optional<SqlCall> filter = Optional.empty();
    while (inner instanceof SqlCall wrapper) {
      switch (wrapper.getKind()) {
        case IGNORE_NULLS, RESPECT_NULLS -> nulls = Optional.of(wrapper.getKind());
        case WITHIN_GROUP -> order = Optional.of(wrapper);
        case FILTER -> filter = Optional.of(wrapper);
        default -> {
          return Optional.of(new Parts(wrapper, nulls, order, filter));
        }
      }
      inner = wrapper.operand(0);
    }
    return Optional.empty();
  }

  private static String name(SqlCall function) {
    return function.getOperator().getName().toUpperCase(Locale.ROOT);
  }

  private SqlNode treated(SqlCall call, Parts parts) {
    boolean ignored = parts.nulls().orElseThrow() == SqlKind.IGNORE_NULLS;
    String name = name(parts.function());
    boolean takes = TAKE_NULLS.contains(name);
    if (!takes && !(ignored && PASS_NULLS.contains(name))) {
      throw PASS_NULLS.contains(name)
          ? refused(name, call, "it passes over NULLs; ARRAY_AGG keeps them")
          : refused(name, call, "leave it out, or write a FILTER (WHERE … IS NOT NULL)");
    }
    SqlParserPos at = call.getParserPosition();
    SqlNode made = super.visit(parts.function());
    if (parts.order().isPresent()) {
      made =
          SqlStdOperatorTable.WITHIN_GROUP.createCall(
              at, made, parts.order().get().operand(1).accept(this));
    }
    Optional<SqlNode> condition = parts.filter().map(f -> f.operand(1).accept(this));
    if (takes && ignored) {
      SqlNode present =
          SqlStdOperatorTable.IS_NOT_NULL.createCall(at, parts.function().operand(0).accept(this));
      condition =
          Optional.of(
              condition
                  .map(c -> (SqlNode) SqlStdOperatorTable.AND.createCall(at, c, present))
                  .orElse(present));
    }
    return condition.isPresent()
        ? SqlStdOperatorTable.FILTER.createCall(at, made, condition.get())
        : made;
  }

  private UserError refused(String name, SqlCall call, String hint) {
    return UserError.of(
            ErrorCode.UNSUPPORTED, name + " takes neither IGNORE NULLS nor RESPECT NULLS here")
        .withHint(hint)
        .at(positions.of(call.getParserPosition()));
  }
}
