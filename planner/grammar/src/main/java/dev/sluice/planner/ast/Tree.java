package dev.sluice.planner.ast;

import java.util.List;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * A tree of ours that is no CREATE or DROP: operands in the order written, absent ones left out.
 */
abstract class Tree extends SqlCall {
  private final SqlOperator operator;
  private final List<SqlNode> operands;

  Tree(String name, SqlParserPos position, SqlNode... operands) {
    super(position);
    this.operator = new SqlSpecialOperator(name, SqlKind.OTHER);
    this.operands = present(operands);
  }

  /** Those that are there. */
  static List<SqlNode> present(SqlNode... nodes) {
    return Stream.of(nodes).filter(node -> node != null).toList();
  }

  @Override
  public final SqlOperator getOperator() {
    return operator;
  }

  @Override
  public final List<SqlNode> getOperandList() {
    return operands;
  }

  @Override
  public abstract void unparse(SqlWriter writer, int left, int right);

  /** The characters of a string literal. */
  static String text(SqlLiteral literal) {
    return literal.getValueAs(String.class);
  }

  /** Writes a string so that it reads as one again, whatever its characters. */
  static void string(SqlWriter writer, String text) {
    writer.literal("'" + text.replace("'", "''") + "'");
  }

  /** Writes {@code (a, b, c)}. */
  static void brackets(SqlWriter writer, SqlNodeList list) {
    SqlWriter.Frame frame = writer.startList("(", ")");
    for (SqlNode node : list) {
      writer.sep(",");
      node.unparse(writer, 0, 0);
    }
    writer.endList(frame);
  }
}
