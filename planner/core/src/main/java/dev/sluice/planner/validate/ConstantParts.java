package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;

/**
 * Finds what a validated query computes from constants alone and always, and could fail in. The
 * branches of CASE are left alone, since they may never be taken. One per query; single-threaded.
 */
final class ConstantParts extends SqlBasicVisitor<Void> {
  /**
   * Something computed from constants alone.
   *
   * @param value its expression
   * @param place where it stands
   */
  record Part(RexNode value, SourcePosition place) {}

  private final SqlValidator validator;
  private final Function<SqlNode, RexNode> converter;
  private final Positions positions;
  private final List<Part> parts = new ArrayList<>();

  private ConstantParts(
      SqlValidator validator, Function<SqlNode, RexNode> converter, Positions positions) {
    this.validator = validator;
    this.converter = converter;
    this.positions = positions;
  }

  static List<Part> of(
      SqlNode validated,
      SqlValidator validator,
      Function<SqlNode, RexNode> converter,
      Positions positions) {
    ConstantParts visitor = new ConstantParts(validator, converter, positions);
    validated.accept(visitor);
    return visitor.parts;
  }

  @Override
  public Void visit(SqlCall call) {
    if (call.getKind() == SqlKind.CASE || call.getKind() == SqlKind.SAFE_CAST) {
      return null;
    }
    boolean written = call.getParserPosition().getLineNum() > 0;
    if (written && isConstant(call)) {
      if (mayFail(call)) {
        parts.add(new Part(converter.apply(call), positions.of(call.getParserPosition())));
      }
      return null;
    }
    if (written && (call.getKind() == SqlKind.DIVIDE || call.getKind() == SqlKind.MOD)) {
      requireDivisor(call);
    }
    return super.visit(call);
  }

  private static boolean isConstant(SqlNode node) {
    if (node instanceof SqlLiteral || node instanceof SqlDataTypeSpec) {
      return true;
    }
    return node instanceof SqlCall call
        && switch (call.getKind()) {
          case CAST, PLUS, MINUS, TIMES, DIVIDE, MOD, MINUS_PREFIX, PLUS_PREFIX ->
              call.getOperandList().stream().allMatch(ConstantParts::isConstant);
          default -> false;
        };
  }

  /** Whether computing it could fail; small numbers fit any type. */
  private static boolean mayFail(SqlCall call) {
    return switch (call.getKind()) {
      case MINUS_PREFIX, PLUS_PREFIX -> call.operand(0) instanceof SqlCall inner && mayFail(inner);
      case CAST -> !isSmall(call.operand(0));
      case PLUS, MINUS, TIMES -> !isSmall(call.operand(0)) || !isSmall(call.operand(1));
      default -> true;
    };
  }

  private static boolean isSmall(SqlNode node) {
    return node instanceof SqlNumericLiteral number
        ? number.bigDecimalValue().abs().compareTo(BigDecimal.TEN) < 0
        : node instanceof SqlLiteral literal && SqlLiteral.unchain(literal).getValue() == null;
  }

  /** Whatever is divided by the number zero. */
  private void requireDivisor(SqlCall call) {
    SqlNode divisor = call.operand(1);
    while (divisor.getKind() == SqlKind.CAST) {
      divisor = ((SqlCall) divisor).operand(0);
    }
    RelDataType type = validator.getValidatedNodeTypeIfKnown(call);
    if (divisor instanceof SqlNumericLiteral number
        && number.bigDecimalValue().signum() == 0
        && type != null
        && SqlTypeUtil.isExactNumeric(type)) {
      throw UserError.of(ErrorCode.CONSTANT, "division by zero")
          .withHint("NULLIF(divisor, 0) gives NULL instead")
          .at(positions.of(call.getParserPosition()));
    }
  }
}
