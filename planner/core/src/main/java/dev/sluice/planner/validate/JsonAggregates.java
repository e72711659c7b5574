package dev.sluice.planner.validate;

import dev.sluice.function.FunctionSpec;
import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.type.DataType;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlJsonConstructorNullClause;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlJsonArrayAggAggFunction;
import org.apache.calcite.sql.fun.SqlJsonObjectAggAggFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Writes JSON_ARRAYAGG and JSON_OBJECTAGG as JSON made of an ARRAY_AGG, of values or of rows of key
 * and value. Stateless.
 */
final class JsonAggregates extends SqlShuttle {
  /** What an ARRAY_AGG gives, as JSON. */
  static final SqlOperator AGGREGATED =
      CatalogFunctions.scalar(
          new FunctionSpec(
              "$JSON_AGGREGATED",
              List.of(),
              Kind.SCALAR,
              List.of(Signature.of(DataType.string(), Param.STRING, Param.ANY)),
              Nulls.NULLABLE,
              true,
              "json",
              "",
              ""),
          "$JSON_AGGREGATED");

  @Override
  public SqlNode visit(SqlCall call) {
    if (is(call)) {
      return AGGREGATED.createCall(call.getParserPosition(), how(call), list(call));
    }
    return super.visit(call);
  }

  private static boolean is(SqlCall call) {
    return call.getOperator() instanceof SqlJsonArrayAggAggFunction
        || call.getOperator() instanceof SqlJsonObjectAggAggFunction;
  }

  private SqlNode list(SqlCall call) {
    SqlParserPos at = call.getParserPosition();
    SqlNode first = call.operand(0).accept(this);
    SqlNode element =
        call.getOperator() instanceof SqlJsonObjectAggAggFunction
            ? SqlStdOperatorTable.ROW.createCall(at, first, call.operand(1).accept(this))
            : first;
    return SqlLibraryOperators.ARRAY_AGG.createCall(at, element);
  }

  private static SqlNode how(SqlCall call) {
    SqlJsonConstructorNullClause nulls =
        call.getOperator() instanceof SqlJsonObjectAggAggFunction object
            ? object.getNullClause()
            : ((SqlJsonArrayAggAggFunction) call.getOperator()).getNullClause();
    String kind = call.getOperator() instanceof SqlJsonObjectAggAggFunction ? "OBJECT " : "ARRAY ";
    return SqlLiteral.createCharString(kind + nulls.name(), call.getParserPosition());
  }
}
