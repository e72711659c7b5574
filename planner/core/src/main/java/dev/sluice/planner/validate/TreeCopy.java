package dev.sluice.planner.validate;

import dev.sluice.function.FunctionCatalog;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Clones a tree, identifiers and literals included, since validation rewrites in place; and writes
 * otherwise what Calcite's validator takes wrongly. Stateless.
 */
final class TreeCopy extends SqlShuttle {
  @Override
  public SqlNode visit(SqlIdentifier id) {
    return id.clone(id.getParserPosition());
  }

  @Override
  public SqlNode visit(SqlLiteral literal) {
    return literal.clone(literal.getParserPosition());
  }

  @Override
  public SqlNode visit(SqlCall call) {
    CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
    call.getOperator().acceptCall(this, call, false, handler);
    return OverFilters.withoutFilter(
        handler.result() instanceof SqlBasicCall basic ? resolved(basic) : handler.result());
  }

  /**
   * COUNT(*) is only understood if its operator is known before validation; TRANSLATE and RLIKE
   * have those of Calcite's libraries from the grammar on.
   */
  private static SqlNode resolved(SqlBasicCall call) {
    SqlOperator operator = call.getOperator();
    SqlParserPos at = call.getParserPosition();
    if (operator == SqlLibraryOperators.TRANSLATE3) {
      call.setOperator(function("TRANSLATE", "TRANSLATE"));
    } else if (operator == SqlLibraryOperators.RLIKE || operator == SqlLibraryOperators.NOT_RLIKE) {
      SqlNode matched = function("REGEXP", "RLIKE").createCall(at, call.getOperandList());
      return operator == SqlLibraryOperators.RLIKE
          ? matched
          : SqlStdOperatorTable.NOT.createCall(at, matched);
    } else if (operator instanceof SqlUnresolvedFunction
        && operator.getName().equalsIgnoreCase("COUNT")) {
      call.setOperator(SqlStdOperatorTable.COUNT);
    }
    return call;
  }

  private static SqlOperator function(String name, String shown) {
    return CatalogFunctions.scalar(FunctionCatalog.find(name).orElseThrow(), shown);
  }
}
