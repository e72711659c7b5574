package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parser.SluiceParser;
import dev.sluice.planner.parser.SyntaxException;
import dev.sluice.type.DataType;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;

/** Types that stand alone: in the annotations of Java functions. Stateless. */
public final class TypeText {
  private TypeText() {}

  /**
   * The type, as it would be in CREATE TABLE.
   *
   * @throws UserError without a position if it is none
   */
  public static DataType parse(String type) {
    String cast = "CAST(NULL AS " + type + ")";
    int[] origins = IntStream.rangeClosed(0, cast.length()).toArray();
    try {
      StatementText text =
          new StatementText(new SqlText("", cast), new SqlText.Substituted(cast, origins));
      SqlCall call = (SqlCall) SluiceParser.expression(cast);
      return ColumnTypes.of((SqlDataTypeSpec) call.operand(1), text);
    } catch (SyntaxException e) {
      throw wrong(type, e);
    } catch (UserError e) {
      throw wrong(type, e);
    }
  }

  private static UserError wrong(String type, Exception cause) {
    return UserError.of(ErrorCode.SYNTAX, "a hint names no type: '" + type + "'")
        .withHint("types are written as in CREATE TABLE: ROW<a INT, b STRING>, DECIMAL(10, 2)")
        .causedBy(cause);
  }
}
