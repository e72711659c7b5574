package dev.sluice.planner.ast;

import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code INSERT INTO target [(columns)] query clauses}. */
public final class InsertStatement extends Tree {
  private final SqlIdentifier target;
  private final SqlNodeList columns;
  private final EmittingQuery query;

  /**
   * @param columns the target's columns, or null
   */
  public InsertStatement(
      SqlParserPos position, SqlIdentifier target, SqlNodeList columns, EmittingQuery query) {
    super("INSERT", position, target, columns, query);
    this.target = target;
    this.columns = columns;
    this.query = query;
  }

  public SqlIdentifier target() {
    return target;
  }

  public Optional<SqlNodeList> columns() {
    return Optional.ofNullable(columns);
  }

  public EmittingQuery query() {
    return query;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("INSERT INTO");
    target.unparse(writer, 0, 0);
    if (columns != null) {
      brackets(writer, columns);
    }
    writer.newlineAndIndent();
    query.unparse(writer, 0, 0);
  }
}
