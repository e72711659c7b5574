package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.catalog.SqlFunctionDef;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Puts the expression of a SQL-defined function in place of its calls.
 *
 * <pre>
 * CREATE FUNCTION twice(x INT) RETURNS BIGINT AS 'x * 2'
 * twice(a + 1)   ──►   CAST(CAST(a + 1 AS INT) * 2 AS BIGINT)
 * </pre>
 *
 * One per query; single-threaded.
 */
final class FunctionInlining extends SqlShuttle {
  /** Functions inside functions; more can only be a cycle. */
  private static final int DEEPEST = 50;

  private final Catalog catalog;
  private final Positions positions;
  private int depth;

  FunctionInlining(Catalog catalog, Positions positions) {
    this.catalog = catalog;
    this.positions = positions;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    SqlNode visited = super.visit(call);
    if (!(visited instanceof SqlCall made) || !(made.getOperator() instanceof SqlFunction)) {
      return visited;
    }
    Optional<FunctionDef> found = catalog.function(made.getOperator().getName());
    return found.isPresent() && found.get() instanceof SqlFunctionDef function
        ? inlined(function, made)
        : visited;
  }

  private SqlNode inlined(SqlFunctionDef function, SqlCall call) {
    SqlParserPos at = call.getParserPosition();
    SourcePosition place = positions.of(at);
    if (call.operandCount() != function.parameters().size()) {
      throw UserError.of(
              ErrorCode.UNKNOWN_FUNCTION,
              function.name()
                  + " takes "
                  + function.parameters().size()
                  + " arguments, not "
                  + call.operandCount())
          .withHint("it is " + function.signature())
          .at(place);
    }
    if (depth >= DEEPEST) {
      throw UserError.of(
              ErrorCode.INVALID_QUERY, "function " + function.name() + " calls itself in the end")
          .at(place);
    }
    Map<String, SqlNode> arguments = new HashMap<>();
    for (int i = 0; i < call.operandCount(); i++) {
      SqlFunctionDef.Parameter parameter = function.parameters().get(i);
      arguments.put(
          parameter.name().toLowerCase(Locale.ROOT),
          SqlStdOperatorTable.CAST.createCall(at, call.operand(i), parameter.type()));
    }
    SqlNode body = function.body().accept(new Substitution(arguments, at));
    depth++;
    try {
      return SqlStdOperatorTable.CAST.createCall(at, body.accept(this), function.returns());
    } finally {
      depth--;
    }
  }

  /** Copies an expression to the place of a call, with arguments for parameters. */
  private static final class Substitution extends SqlShuttle {
    private final Map<String, SqlNode> arguments;
    private final SqlParserPos at;

    Substitution(Map<String, SqlNode> arguments, SqlParserPos at) {
      this.arguments = arguments;
      this.at = at;
    }

    @Override
    public SqlNode visit(SqlIdentifier id) {
      SqlNode argument =
          id.isSimple() ? arguments.get(id.getSimple().toLowerCase(Locale.ROOT)) : null;
      if (argument != null) {
        return argument;
      }
      if (!id.isSimple() && arguments.containsKey(id.names.get(0).toLowerCase(Locale.ROOT))) {
        SqlNode row = arguments.get(id.names.get(0).toLowerCase(Locale.ROOT));
        for (String field : id.names.subList(1, id.names.size())) {
          row = SqlStdOperatorTable.DOT.createCall(at, row, new SqlIdentifier(field, at));
        }
        return row;
      }
      return id.clone(at);
    }

    @Override
    public SqlNode visit(SqlLiteral literal) {
      return literal.clone(at);
    }

    @Override
    public SqlNode visit(SqlCall call) {
      CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, handler);
      SqlNode copy = handler.result();
      return copy instanceof SqlCall made ? made.clone(at) : copy;
    }
  }
}
