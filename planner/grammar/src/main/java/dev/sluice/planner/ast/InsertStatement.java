package dev.sluice.planner.ast;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * {@code INSERT INTO | OVERWRITE target [PARTITION (column = value, …)] [(columns)] query clauses}.
 */
public final class InsertStatement extends Tree {
  private final boolean overwrite;
  private final SqlIdentifier target;
  private final SqlNodeList partition;
  private final SqlNodeList columns;
  private final EmittingQuery query;

  /**
   * @param partition columns and their values, as equations
   * @param columns the target's columns, or null
   */
  public InsertStatement(
      SqlParserPos position,
      boolean overwrite,
      SqlIdentifier target,
      List<SqlNode> partition,
      SqlNodeList columns,
      EmittingQuery query) {
    super("INSERT", position, target, new SqlNodeList(partition, position), columns, query);
    this.overwrite = overwrite;
    this.target = target;
    this.partition = new SqlNodeList(partition, position);
    this.columns = columns;
    this.query = query;
  }

  public SqlIdentifier target() {
    return target;
  }

  /** Whether what is there is to be replaced. */
  public boolean overwrite() {
    return overwrite;
  }

  /** Columns whose values the query does not give, with them. */
  public Map<SqlIdentifier, SqlLiteral> partition() {
    Map<SqlIdentifier, SqlLiteral> values = new LinkedHashMap<>();
    for (SqlNode equation : partition) {
      SqlCall call = (SqlCall) equation;
      values.put(call.operand(0), call.operand(1));
    }
    return values;
  }

  public Optional<SqlNodeList> columns() {
    return Optional.ofNullable(columns);
  }

  public EmittingQuery query() {
    return query;
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(overwrite ? "INSERT OVERWRITE" : "INSERT INTO");
    target.unparse(writer, 0, 0);
    if (!partition.isEmpty()) {
      writer.keyword("PARTITION");
      brackets(writer, partition);
    }
    if (columns != null) {
      brackets(writer, columns);
    }
    writer.newlineAndIndent();
    query.unparse(writer, 0, 0);
  }
}
