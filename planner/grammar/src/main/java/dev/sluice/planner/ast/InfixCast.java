package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code x::type}: binds tighter than arithmetic, and is CAST once its operands are known. */
public final class InfixCast extends SqlBinaryOperator {
  public static final SqlBinaryOperator OPERATOR = new InfixCast();
  private static final int PRECEDENCE = 94;

  private InfixCast() {
    super("::", SqlKind.CAST, PRECEDENCE, true, null, null, null);
  }

  @Override
  public SqlCall createCall(SqlLiteral qualifier, SqlParserPos position, SqlNode... operands) {
    return SqlStdOperatorTable.CAST.createCall(position, operands);
  }
}
