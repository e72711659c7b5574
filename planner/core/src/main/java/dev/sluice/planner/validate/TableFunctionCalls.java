package dev.sluice.planner.validate;

import dev.sluice.function.user.UserClass;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.JavaFunctionDef;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Makes of a table function's rows the elements of an array: {@code LATERAL TABLE(f(x))} is {@code
 * UNNEST(f(x))}, and to the validator {@code f} is a function that gives an array of rows.
 */
final class TableFunctionCalls extends SqlShuttle {
  private final Catalog catalog;

  TableFunctionCalls(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    SqlNode visited = super.visit(call);
    if (!(visited instanceof SqlCall made)) {
      return visited;
    }
    if (made.getKind() == SqlKind.LATERAL && made.operand(0).getKind() == SqlKind.UNNEST) {
      return made.operand(0);
    }
    return made.getKind() == SqlKind.COLLECTION_TABLE && isTableFunction(made.operand(0))
        ? SqlStdOperatorTable.UNNEST.createCall(made.getParserPosition(), made.getOperandList())
        : visited;
  }

  private boolean isTableFunction(SqlNode node) {
    return node instanceof SqlCall call
        && call.getOperator() instanceof SqlFunction
        && catalog
            .function(call.getOperator().getName())
            .filter(f -> f instanceof JavaFunctionDef java && java.kind() == UserClass.Kind.TABLE)
            .isPresent();
  }
}
