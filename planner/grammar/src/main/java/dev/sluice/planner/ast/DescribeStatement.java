package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code DESCRIBE name}. */
public final class DescribeStatement extends Tree {
  private final SqlIdentifier name;

  public DescribeStatement(SqlParserPos position, SqlIdentifier name) {
    super("DESCRIBE", position, name);
    this.name = name;
  }

  public SqlIdentifier name() {
    return name;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("DESCRIBE");
    name.unparse(writer, 0, 0);
  }
}
