package dev.sluice.planner.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Writes {@code FROM TUMBLE(t, ts, …)} out as {@code TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), …))}.
 * Stateless.
 */
final class WindowShorthand extends SqlShuttle {
  private static final Set<String> FUNCTIONS = Set.of("TUMBLE", "HOP", "CUMULATE");

  @Override
  public SqlNode visit(SqlCall call) {
    if (call.getKind() == SqlKind.COLLECTION_TABLE
        && call.operand(0) instanceof SqlBasicCall function
        && FUNCTIONS.contains(function.getOperator().getName().toUpperCase(Locale.ROOT))) {
      List<SqlNode> operands = new ArrayList<>();
      for (SqlNode operand : function.getOperandList()) {
        operands.add(operands.size() < 2 ? written(operand, operands.isEmpty()) : operand);
      }
      SqlNode table = operands.get(0).accept(this);
      operands.set(0, table);
      SqlNode windowed = function.getOperator().createCall(function.getParserPosition(), operands);
      return call.getOperator().createCall(call.getParserPosition(), windowed);
    }
    SqlNode copy = super.visit(call);
    return copy instanceof SqlBasicCall made ? rowtime(made) : copy;
  }

  /** The rowtime of a group window is a millisecond before its end. */
  private static SqlNode rowtime(SqlBasicCall call) {
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    if (!name.equals("TUMBLE_ROWTIME") && !name.equals("HOP_ROWTIME")) {
      return call;
    }
    SqlParserPos at = call.getParserPosition();
    SqlOperator end =
        name.startsWith("HOP") ? SqlStdOperatorTable.HOP_END : SqlStdOperatorTable.TUMBLE_END;
    SqlNode millisecond =
        SqlLiteral.createInterval(
            1, "0.001", new SqlIntervalQualifier(TimeUnit.SECOND, null, at), at);
    return SqlStdOperatorTable.MINUS.createCall(
        at, end.createCall(at, call.getOperandList()), millisecond);
  }

  private static SqlNode written(SqlNode operand, boolean first) {
    if (!(operand instanceof SqlIdentifier name)) {
      return operand;
    }
    SqlParserPos at = name.getParserPosition();
    return first
        ? SqlStdOperatorTable.EXPLICIT_TABLE.createCall(at, name)
        : SqlStdOperatorTable.DESCRIPTOR.createCall(at, name);
  }
}
