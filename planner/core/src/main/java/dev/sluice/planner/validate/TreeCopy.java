package dev.sluice.planner.validate;

import dev.sluice.function.FunctionCatalog;
import java.util.Set;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlBinaryStringLiteral;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
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
  private static final Set<String> TEXTS = Set.of("CHAR", "VARCHAR", "STRING");
  private static final Set<String> BYTES = Set.of("BINARY", "VARBINARY", "BYTES");

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
    } else if (operator == SqlLibraryOperators.RLIKE
        || operator == SqlLibraryOperators.NOT_RLIKE) {
      SqlNode matched = function("REGEXP", "RLIKE").createCall(at, call.getOperandList());
      return operator == SqlLibraryOperators.RLIKE
          ? matched
          : SqlStdOperatorTable.NOT.createCall(at, matched);
    } else if (operator instanceof SqlUnresolvedFunction
        && operator.getName().equalsIgnoreCase("COUNT")) {
      call.setOperator(SqlStdOperatorTable.COUNT);
    } else if (call.getKind() == SqlKind.CAST
        && isType(call.operand(1), TEXTS)
        && isBytes(call.operand(0))) {
      // Calcite computes such a constant while it converts, and gives the digits
      SqlNode utf8 = SqlLiteral.createCharString("UTF-8", at);
      call.setOperand(0, function("DECODE", "DECODE").createCall(at, call.operand(0), utf8));
    }
    return call;
  }

  private static boolean isBytes(SqlNode node) {
    return node instanceof SqlBinaryStringLiteral
        || node instanceof SqlCall cast
            && cast.getKind() == SqlKind.CAST
            && isType(cast.operand(1), BYTES)
            && cast.operand(0) instanceof SqlLiteral;
  }

  private static boolean isType(SqlNode node, Set<String> names) {
    return node instanceof SqlDataTypeSpec spec
        && spec.getTypeName().isSimple()
        && names.contains(spec.getTypeName().getSimple());
  }

  private static SqlOperator function(String name, String shown) {
    return CatalogFunctions.scalar(FunctionCatalog.find(name).orElseThrow(), shown);
  }
}
