package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * A query or insert as parsed: what an {@code Ast} of a Query or Insert holds.
 *
 * @param query the query's tree; validation rewrites it, so clone it to plan twice
 * @param options trailing clauses
 * @param target the sink of an INSERT
 * @param columns the INSERT's column list
 * @param partition columns that the INSERT gives values itself
 * @param positions where in the user's text a position of the tree lies
 */
public record ParsedQuery(
    SqlNode query,
    QueryOptions options,
    Optional<SqlIdentifier> target,
    Optional<List<SqlIdentifier>> columns,
    Map<SqlIdentifier, SqlLiteral> partition,
    Positions positions) {
  /** Maps positions of the parsed text to the text the user wrote. */
  @FunctionalInterface
  public interface Positions {
    SourcePosition of(SqlParserPos position);
  }
}
