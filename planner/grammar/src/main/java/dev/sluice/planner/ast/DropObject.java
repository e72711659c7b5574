package dev.sluice.planner.ast;

import java.util.List;
import org.apache.calcite.sql.SqlDrop;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code DROP kind [IF EXISTS] name}. */
public final class DropObject extends SqlDrop {
  private final SqlParserPos keyword;
  private final ObjectKind kind;
  private final SqlIdentifier name;

  /**
   * @param keyword where the kind stands
   */
  public DropObject(
      SqlParserPos position,
      SqlParserPos keyword,
      ObjectKind kind,
      boolean ifExists,
      SqlIdentifier name) {
    super(new SqlSpecialOperator("DROP " + kind, SqlKind.OTHER_DDL), position, ifExists);
    this.keyword = keyword;
    this.kind = kind;
    this.name = name;
  }

  public SqlParserPos keyword() {
    return keyword;
  }

  public ObjectKind kind() {
    return kind;
  }

  public SqlIdentifier name() {
    return name;
  }

  @Override
  public List<SqlNode> getOperandList() {
    return List.of(name);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("DROP");
    writer.keyword(kind.name());
    if (ifExists) {
      writer.keyword("IF EXISTS");
    }
    name.unparse(writer, 0, 0);
  }
}
