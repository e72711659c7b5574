package dev.sluice.planner.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * FILTER of a function over a window, which Calcite has not: {@code SUM(x) FILTER (WHERE c) OVER w}
 * is {@code SUM(CASE WHEN c THEN x END) OVER w} where NULLs are passed over. Stateless.
 */
final class OverFilters {
  private static final Set<String> PASS_NULLS =
      Set.of(
          "COUNT",
          "SUM",
          "AVG",
          "MIN",
          "MAX",
          "STDDEV_POP",
          "STDDEV_SAMP",
          "STDDEV",
          "VAR_POP",
          "VAR_SAMP",
          "VARIANCE",
          "LISTAGG",
          "COLLECT",
          "MEDIAN",
          "PERCENTILE",
          "BOOL_AND",
          "BOOL_OR",
          "EVERY",
          "SOME");

  private OverFilters() {}

  /** The tree without a FILTER at its root, if it is a function over a window with one. */
  static SqlNode withoutFilter(SqlNode node) {
    if (node.getKind() != SqlKind.OVER
        || !(((SqlCall) node).operand(0) instanceof SqlCall filter)
        || filter.getKind() != SqlKind.FILTER
        || !(filter.operand(0) instanceof SqlCall function)
        || !PASS_NULLS.contains(function.getOperator().getName().toUpperCase(Locale.ROOT))) {
      return node;
    }
    SqlParserPos at = function.getParserPosition();
    List<SqlNode> operands = new ArrayList<>(function.getOperandList());
    boolean all = operands.isEmpty() || operands.get(0) instanceof SqlIdentifier id && id.isStar();
    SqlNode value = all ? SqlLiteral.createExactNumeric("1", at) : operands.get(0);
    SqlNode guarded =
        SqlCase.createSwitched(
            at,
            null,
            SqlNodeList.of(filter.operand(1)),
            SqlNodeList.of(value),
            SqlLiteral.createNull(at));
    if (operands.isEmpty()) {
      operands.add(guarded);
    } else {
      operands.set(0, guarded);
    }
    SqlNode call =
        function.getOperator().createCall(function.getFunctionQuantifier(), at, operands);
    SqlCall over = (SqlCall) node;
    return over.getOperator().createCall(over.getParserPosition(), call, over.operand(1));
  }
}
