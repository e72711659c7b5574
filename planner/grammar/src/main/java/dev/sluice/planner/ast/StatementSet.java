package dev.sluice.planner.ast;

import java.util.List;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code EXECUTE STATEMENT SET BEGIN insert; … END}. */
public final class StatementSet extends Tree {
  private final List<InsertStatement> inserts;

  /**
   * @param inserts {@link InsertStatement}s
   */
  public StatementSet(SqlParserPos position, List<SqlNode> inserts) {
    super("STATEMENT SET", position, inserts.toArray(SqlNode[]::new));
    this.inserts = inserts.stream().map(InsertStatement.class::cast).toList();
  }

  public List<InsertStatement> inserts() {
    return inserts;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("EXECUTE STATEMENT SET BEGIN");
    for (InsertStatement insert : inserts) {
      writer.newlineAndIndent();
      insert.unparse(writer, 0, 0);
      writer.print(";");
    }
    writer.newlineAndIndent();
    writer.keyword("END");
  }
}
