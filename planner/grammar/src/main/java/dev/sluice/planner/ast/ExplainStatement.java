package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code EXPLAIN [format] [PLAN FOR] statement}. */
public final class ExplainStatement extends Tree {
  /** What to print. */
  public enum Format {
    LOGICAL,
    PHYSICAL,
    STATE,
    JSON,
    DOT
  }

  private final Format format;
  private final SqlNode statement;

  /**
   * @param statement an {@link InsertStatement}, an {@link EmittingQuery} or a {@link StatementSet}
   */
  public ExplainStatement(SqlParserPos position, Format format, SqlNode statement) {
    super("EXPLAIN", position, statement);
    this.format = format;
    this.statement = statement;
  }

  public Format format() {
    return format;
  }

  public SqlNode statement() {
    return statement;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("EXPLAIN");
    writer.keyword(format.name());
    statement.unparse(writer, 0, 0);
  }
}
