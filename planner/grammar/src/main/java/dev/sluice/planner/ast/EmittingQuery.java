package dev.sluice.planner.ast;

import java.util.List;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** A query and the clauses behind it, in the order written. */
public final class EmittingQuery extends Tree {
  private final SqlNode query;
  private final List<OutputClause> clauses;

  /**
   * @param clauses {@link OutputClause}s
   */
  public EmittingQuery(SqlParserPos position, SqlNode query, List<SqlNode> clauses) {
    super("QUERY", position, operands(query, clauses));
    this.query = query;
    this.clauses = clauses.stream().map(OutputClause.class::cast).toList();
  }

  private static SqlNode[] operands(SqlNode query, List<SqlNode> clauses) {
    SqlNode[] operands = new SqlNode[clauses.size() + 1];
    operands[0] = query;
    for (int i = 0; i < clauses.size(); i++) {
      operands[i + 1] = clauses.get(i);
    }
    return operands;
  }

  /** A tree of Calcite's alone. */
  public SqlNode query() {
    return query;
  }

  public List<OutputClause> clauses() {
    return clauses;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    query.unparse(writer, 0, 0);
    for (OutputClause clause : clauses) {
      writer.newlineAndIndent();
      clause.unparse(writer, 0, 0);
    }
  }
}
