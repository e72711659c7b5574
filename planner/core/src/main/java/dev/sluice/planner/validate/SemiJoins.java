package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Writes {@code FROM a LEFT SEMI | ANTI JOIN b ON c} as {@code FROM a WHERE [NOT] EXISTS (SELECT 1
 * FROM b WHERE c)}, which Calcite understands. Works in place on a tree of its own;
 * single-threaded.
 */
final class SemiJoins extends SqlShuttle {
  private final Positions positions;

  SemiJoins(Positions positions) {
    this.positions = positions;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    if (call instanceof SqlSelect select && select.getFrom() != null) {
      List<SqlNode> conditions = new ArrayList<>();
      select.setFrom(without(select.getFrom(), conditions, true));
      for (SqlNode condition : conditions) {
        SqlNode where = select.getWhere();
        select.setWhere(
            where == null
                ? condition
                : SqlStdOperatorTable.AND.createCall(where.getParserPosition(), where, condition));
      }
    }
    return super.visit(call);
  }

  /**
   * A FROM without its semi joins, whose conditions are added to {@code conditions}.
   *
   * @param filters whether a row that a condition leaves out here may as well be left out of the
   *     whole FROM
   */
  private SqlNode without(SqlNode from, List<SqlNode> conditions, boolean filters) {
    if (!(from instanceof SqlJoin join)) {
      return from;
    }
    JoinType type = join.getJoinType();
    boolean semi = type == JoinType.LEFT_SEMI_JOIN || type == JoinType.LEFT_ANTI_JOIN;
    if (!semi) {
      join.setLeft(without(join.getLeft(), conditions, filters && !type.generatesNullsOnLeft()));
      join.setRight(without(join.getRight(), conditions, filters && !type.generatesNullsOnRight()));
      return join;
    }
    boolean on = join.getConditionType() == JoinConditionType.ON && !join.isNatural();
    if (!on || !filters) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              on
                  ? "a semi or anti join cannot stand on the side of an outer join that gets NULLs"
                  : "a semi or anti join needs ON")
          .withHint(on ? "put it into a subquery: (SELECT * FROM …)" : "write ON a.x = b.x")
          .at(positions.of(join.getParserPosition()));
    }
    SqlParserPos at = join.getParserPosition();
    SqlNode exists =
        SqlStdOperatorTable.EXISTS.createCall(
            at,
            new SqlSelect(
                at,
                null,
                SqlNodeList.of(SqlLiteral.createExactNumeric("1", at)),
                join.getRight(),
                join.getCondition(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    SqlNode left = without(join.getLeft(), conditions, true);
    conditions.add(
        type == JoinType.LEFT_SEMI_JOIN ? exists : SqlStdOperatorTable.NOT.createCall(at, exists));
    return left;
  }
}
