package dev.sluice.planner.ast;

import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlCreate;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * {@code CREATE FUNCTION name AS 'class' [USING JAR 'path', …]}, or {@code CREATE FUNCTION name(p
 * type, …) RETURNS type AS 'expression'}.
 */
public final class CreateFunction extends SqlCreate {
  private static final SqlOperator OPERATOR =
      new SqlSpecialOperator("CREATE FUNCTION", SqlKind.CREATE_FUNCTION);

  private final SqlParserPos keyword;
  private final boolean temporary;
  private final SqlIdentifier name;
  private final SqlNodeList parameters;
  private final SqlDataTypeSpec returns;
  private final SqlLiteral body;
  private final SqlNodeList jars;

  /**
   * @param keyword where the word FUNCTION stands
   * @param parameters {@link TableElement.Physical}s; null, as {@code returns}, if {@code body}
   *     names a class
   */
  public CreateFunction(
      SqlParserPos position,
      SqlParserPos keyword,
      boolean replace,
      boolean temporary,
      boolean ifNotExists,
      SqlIdentifier name,
      SqlNodeList parameters,
      SqlDataTypeSpec returns,
      SqlLiteral body,
      List<SqlNode> jars) {
    super(OPERATOR, position, replace, ifNotExists);
    this.keyword = keyword;
    this.temporary = temporary;
    this.name = name;
    this.parameters = parameters;
    this.returns = returns;
    this.body = body;
    this.jars = new SqlNodeList(jars, position);
  }

  public SqlParserPos keyword() {
    return keyword;
  }

  public SqlIdentifier name() {
    return name;
  }

  /** The type of an expression's result; empty if the function is a class. */
  public Optional<SqlDataTypeSpec> returns() {
    return Optional.ofNullable(returns);
  }

  /** The parameters of an expression; none if the function is a class. */
  public List<TableElement.Physical> parameters() {
    return parameters == null
        ? List.of()
        : parameters.getList().stream().map(TableElement.Physical.class::cast).toList();
  }

  /** Where the body stands. */
  public SqlParserPos bodyPosition() {
    return body.getParserPosition();
  }

  /** A SQL expression or a class's name. */
  public String body() {
    return Tree.text(body);
  }

  /** Paths of the jars a class is in, as written. */
  public List<String> jars() {
    return jars.getList().stream().map(jar -> Tree.text((SqlLiteral) jar)).toList();
  }

  @Override
  public List<SqlNode> getOperandList() {
    return Tree.present(name, parameters, returns, body, jars);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(getReplace() ? "CREATE OR REPLACE" : "CREATE");
    writer.keyword(temporary ? "TEMPORARY FUNCTION" : "FUNCTION");
    if (ifNotExists) {
      writer.keyword("IF NOT EXISTS");
    }
    name.unparse(writer, 0, 0);
    if (parameters != null) {
      Tree.brackets(writer, parameters);
      writer.keyword("RETURNS");
      returns.unparse(writer, 0, 0);
    }
    writer.keyword("AS");
    Tree.string(writer, body());
    String before = "USING JAR";
    for (SqlNode jar : jars) {
      writer.keyword(before);
      Tree.string(writer, Tree.text((SqlLiteral) jar));
      before = ", JAR";
    }
  }
}
