package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.ast.RowCount;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Writes {@code TUMBLE(TABLE t PARTITION BY k, ROWS n)} out as a call of {@link
 * WindowFunctions.CountWindowFunction}. Single-threaded.
 */
final class CountWindowCalls {
  private final Positions positions;

  CountWindowCalls(Positions positions) {
    this.positions = positions;
  }

  /** Whether a window is over a number of rows. */
  static boolean isCount(SqlCall function) {
    return function.getOperandList().stream().anyMatch(o -> isCount(value(o)));
  }

  private static boolean isCount(SqlNode node) {
    return node instanceof SqlCall call && call.getOperator() == RowCount.OPERATOR;
  }

  private static SqlNode value(SqlNode operand) {
    return operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT
        ? ((SqlCall) operand).operand(0)
        : operand;
  }

  /**
   * @param given the arguments by position, without their names
   */
  SqlNode written(SqlBasicCall function, List<SqlNode> given) {
    String name = function.getOperator().getName().toUpperCase(Locale.ROOT);
    SqlParserPos at = function.getParserPosition();
    boolean hop = name.equals("HOP");
    List<SqlNode> sizes = given.stream().filter(CountWindowCalls::isCount).toList();
    boolean shape =
        (hop || name.equals("TUMBLE"))
            && sizes.size() == (hop ? 2 : 1)
            && given.size() == sizes.size() + 1
            && !isCount(given.get(0));
    if (!shape) {
      throw UserError.of(
              ErrorCode.WINDOW,
              "windows of a number of rows are TUMBLE(TABLE t [PARTITION BY k], ROWS size) and"
                  + " HOP(TABLE t [PARTITION BY k], ROWS slide, ROWS size)")
          .withHint(
              "they take no time column: rows are counted in the order of the stream's event time,"
                  + " or as they come if it has none")
          .at(positions.of(at));
    }
    SqlLiteral slide = count(sizes.get(0));
    SqlLiteral size = count(sizes.get(sizes.size() - 1));
    if (slide.longValue(true) > size.longValue(true)) {
      throw UserError.of(
              ErrorCode.WINDOW,
              "the slide of HOP is longer than its size: rows between the windows would be in none")
          .withHint("HOP takes the slide first, then the size; is it meant the other way round?")
          .at(positions.of(at));
    }
    List<SqlNode> operands = new ArrayList<>();
    operands.add(WindowShorthand.written(given.get(0), true));
    operands.add(slide);
    operands.add(size);
    if (given.get(0).getKind() == SqlKind.SET_SEMANTICS_TABLE) {
      List<SqlNode> parts = ((SqlCall) given.get(0)).getOperandList();
      operands.set(0, parts.get(0));
      List<SqlNode> keys = listed(parts.get(1));
      if (!listed(parts.get(2)).isEmpty()) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "ORDER BY is not for count windows: rows are counted in the order of the stream's"
                    + " event time, or as they come if it has none")
            .withHint("leave it out, or declare a WATERMARK on the stream")
            .at(positions.of(parts.get(2).getParserPosition()));
      }
      if (!keys.isEmpty()) {
        operands.add(SqlStdOperatorTable.DESCRIPTOR.createCall(at, keys));
      }
    }
    SqlOperator operator = hop ? WindowFunctions.COUNT_HOP : WindowFunctions.COUNT_TUMBLE;
    return operator.createCall(at, operands);
  }

  private static List<SqlNode> listed(SqlNode list) {
    return list instanceof SqlNodeList nodes ? nodes.getList() : List.of();
  }

  private SqlLiteral count(SqlNode rows) {
    SqlLiteral literal = ((SqlCall) rows).operand(0);
    BigDecimal value = literal.bigDecimalValue();
    boolean whole =
        value != null
            && value.signum() > 0
            && value.stripTrailingZeros().scale() <= 0
            && value.precision() - value.scale() <= 18;
    if (!whole) {
      throw UserError.of(ErrorCode.WINDOW, "a window takes a whole number of rows, at least one")
          .withHint("such as ROWS 100")
          .at(positions.of(rows.getParserPosition()));
    }
    return literal;
  }
}
