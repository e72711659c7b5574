package dev.sluice.planner.ast;

import java.util.List;
import org.apache.calcite.sql.SqlCreate;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code CREATE [OR REPLACE] [TEMPORARY] VIEW [IF NOT EXISTS] name [(columns)] AS query}. */
public final class CreateView extends SqlCreate {
  private static final SqlOperator OPERATOR =
      new SqlSpecialOperator("CREATE VIEW", SqlKind.CREATE_VIEW);

  private final boolean temporary;
  private final SqlIdentifier name;
  private final SqlNodeList columns;
  private final SqlNode query;

  public CreateView(
      SqlParserPos position,
      boolean replace,
      boolean temporary,
      boolean ifNotExists,
      SqlIdentifier name,
      SqlNodeList columns,
      SqlNode query) {
    super(OPERATOR, position, replace, ifNotExists);
    this.temporary = temporary;
    this.name = name;
    this.columns = columns;
    this.query = query;
  }

  public SqlIdentifier name() {
    return name;
  }

  /** Names for the query's columns; empty if it keeps its own. */
  public SqlNodeList columns() {
    return columns;
  }

  public SqlNode query() {
    return query;
  }

  @Override
  public List<SqlNode> getOperandList() {
    return List.of(name, columns, query);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(getReplace() ? "CREATE OR REPLACE" : "CREATE");
    writer.keyword(temporary ? "TEMPORARY VIEW" : "VIEW");
    if (ifNotExists) {
      writer.keyword("IF NOT EXISTS");
    }
    name.unparse(writer, 0, 0);
    if (!columns.isEmpty()) {
      Tree.brackets(writer, columns);
    }
    writer.keyword("AS");
    query.unparse(writer, 0, 0);
  }
}
