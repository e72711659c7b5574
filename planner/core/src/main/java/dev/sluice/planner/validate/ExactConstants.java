package dev.sluice.planner.validate;

import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexExecutor;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Lets Calcite compute constants but where it would compute them otherwise than our own code does
 * for a column with the same value: it cuts digits where we round, writes times without their
 * fractions and bytes as their digits, reads text in UTC, and takes numbers for times. Such casts
 * are left to us. Stateless.
 */
final class ExactConstants implements RexExecutor {
  @Override
  public void reduce(RexBuilder builder, List<RexNode> constants, List<RexNode> reduced) {
    for (RexNode constant : constants) {
      if (differs(constant)) {
        reduced.add(constant);
      } else {
        RexUtil.EXECUTOR.reduce(builder, List.of(constant), reduced);
      }
    }
  }

  private static boolean differs(RexNode node) {
    return node instanceof RexCall call
        && (isOtherCast(call) || call.getOperands().stream().anyMatch(ExactConstants::differs));
  }

  private static boolean isOtherCast(RexCall call) {
    RexNode value = call.getOperands().isEmpty() ? call : call.getOperands().get(0);
    SqlTypeName from = value.getType().getSqlTypeName();
    SqlTypeName to = call.getType().getSqlTypeName();
    if (call.getKind() != SqlKind.CAST || from == SqlTypeName.NULL) {
      return call.getKind() == SqlKind.SAFE_CAST;
    }
    boolean ofTime = SqlTypeName.DATETIME_TYPES.contains(from);
    boolean ofBytes = SqlTypeName.BINARY_TYPES.contains(from);
    boolean ofNumber = SqlTypeName.NUMERIC_TYPES.contains(from);
    if (SqlTypeName.CHAR_TYPES.contains(to)) {
      return ofBytes || ofTime && from != SqlTypeName.DATE;
    }
    if (SqlTypeName.BINARY_TYPES.contains(to)) {
      return ofNumber;
    }
    if (SqlTypeName.DATETIME_TYPES.contains(to)) {
      return ofNumber || ofBytes || to == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE && !ofTime;
    }
    return SqlTypeName.NUMERIC_TYPES.contains(to)
        && (ofTime || to == SqlTypeName.DECIMAL && !isWhole(value, call.getType().getScale()));
  }

  /** Whether a number has no more digits behind the point than {@code scale}. */
  private static boolean isWhole(RexNode value, int scale) {
    SqlTypeName type = value.getType().getSqlTypeName();
    return SqlTypeName.INT_TYPES.contains(type)
        || value instanceof RexLiteral literal
            && !literal.isNull()
            && type == SqlTypeName.DECIMAL
            && literal.getValueAs(BigDecimal.class).stripTrailingZeros().scale() <= scale;
  }
}
