package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/** Refuses constructs that are not supported, at the place where they stand. Stateless. */
final class Restrictions {
  private static final String PLAIN = "SHOW FUNCTIONS lists the aggregates there are";

  /** Aggregates that the grammar knows and we do not, with what may do instead. */
  private static final Map<String, String> AGGREGATES =
      Map.ofEntries(
          Map.entry("ANY_VALUE", "use FIRST_VALUE, or MAX, which is the same value in any order"),
          Map.entry("ARG_MAX", "rank instead: QUALIFY ROW_NUMBER() OVER (… ORDER BY y DESC) = 1"),
          Map.entry("ARG_MIN", "rank instead: QUALIFY ROW_NUMBER() OVER (… ORDER BY y) = 1"),
          Map.entry("MODE", "count each value, and rank: QUALIFY ROW_NUMBER() OVER (…) = 1"),
          Map.entry("BIT_AND", PLAIN),
          Map.entry("BIT_OR", PLAIN),
          Map.entry("BIT_XOR", PLAIN),
          Map.entry("COVAR_POP", "write AVG(x * y) - AVG(x) * AVG(y)"),
          Map.entry(
              "COVAR_SAMP", "write (SUM(x * y) - SUM(x) * SUM(y) / COUNT(*)) / (COUNT(*) - 1)"),
          Map.entry("FUSION", "gather elements by ARRAY_AGG"),
          Map.entry("INTERSECTION", "gather elements by ARRAY_AGG"),
          Map.entry("REGR_COUNT", "write COUNT(*) FILTER (WHERE x IS NOT NULL AND y IS NOT NULL)"),
          Map.entry("REGR_SXX", PLAIN),
          Map.entry("REGR_SYY", PLAIN));

  private Restrictions() {}

  static void check(SqlNode query, Positions positions) {
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            refusal(call)
                .ifPresent(
                    error -> {
                      throw error.at(positions.of(call.getParserPosition()));
                    });
            return super.visit(call);
          }
        });
  }

  private static Optional<UserError> refusal(SqlCall call) {
    return switch (call.getKind()) {
      case PIVOT ->
          unsupported(
              "PIVOT is not supported",
              "aggregate with FILTER (WHERE …) for each column: SUM(x) FILTER (WHERE k = 'a')");
      case UNPIVOT ->
          unsupported(
              "UNPIVOT is not supported",
              "UNNEST an array of the columns, or UNION ALL a SELECT for each");
      case TABLE_REF ->
          call.getOperandList().size() > 1
                  && call.operand(1) instanceof SqlNodeList hints
                  && !hints.getList().isEmpty()
              ? unsupported(
                  "options beside a table (" + hint(hints) + ") are not supported",
                  "write them in a table of its own: CREATE TABLE t2 WITH (…) LIKE t")
              : Optional.empty();
      case ORDER_BY -> ofLimit((SqlOrderBy) call);
      default -> call.getOperator() instanceof SqlFunction ? ofFunction(call) : Optional.empty();
    };
  }

  private static String hint(SqlNodeList hints) {
    return hints.get(0) instanceof SqlCall call && call.operand(0) instanceof SqlIdentifier name
        ? name.toString()
        : "hints";
  }

  private static Optional<UserError> ofFunction(SqlCall call) {
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    boolean aggregate = AGGREGATES.containsKey(name) && call.getKind() != SqlKind.OTHER_DDL;
    return aggregate
        ? unsupported("aggregate " + name + " is not supported", AGGREGATES.get(name))
        : Optional.empty();
  }

  private static Optional<UserError> ofLimit(SqlOrderBy order) {
    for (SqlNode count : new SqlNode[] {order.fetch, order.offset}) {
      if (count instanceof SqlNumericLiteral number
          && number.getValueAs(BigDecimal.class).stripTrailingZeros().scale() > 0) {
        return Optional.of(
            UserError.of(ErrorCode.LITERAL, "LIMIT and OFFSET count whole rows, not " + number)
                .withHint("write a whole number of rows"));
      }
      if (count != null
          && !(count instanceof SqlLiteral)
          && count.getKind() != SqlKind.DYNAMIC_PARAM) {
        return unsupported("LIMIT and OFFSET take a number", "write it out: LIMIT 10");
      }
    }
    return Optional.empty();
  }

  private static Optional<UserError> unsupported(String what, String hint) {
    return Optional.of(UserError.of(ErrorCode.UNSUPPORTED, what).withHint(hint));
  }
}
