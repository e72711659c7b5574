package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;

/** {@code ROWS n}, the size of a count window: a call of one operand, the number. */
public final class RowCount extends SqlSpecialOperator {
  public static final SqlOperator OPERATOR = new RowCount();

  private RowCount() {
    super("ROWS", SqlKind.OTHER);
  }

  @Override
  public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
    writer.keyword("ROWS");
    call.operand(0).unparse(writer, 0, 0);
  }
}
