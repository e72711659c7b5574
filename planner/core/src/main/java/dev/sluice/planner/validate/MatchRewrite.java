package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlMatchRecognize;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Puts MATCH_RECOGNIZE into a form that Calcite's validator leaves alone: it mistakes PREV of
 * another variable's row for LAST, knows no MATCH_ROWTIME, and tells variables apart by case.
 * Single-threaded.
 */
public final class MatchRewrite extends SqlShuttle {
  /** The row so many rows before the one that the value inside is of. */
  public static final SqlFunction PREV = shift("$PREV");

  /** The row so many rows behind it. */
  public static final SqlFunction NEXT = shift("$NEXT");

  private final Positions positions;

  private static SqlFunction shift(String name) {
    return new SqlFunction(
        name,
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.ARG0_FORCE_NULLABLE,
        null,
        OperandTypes.family(SqlTypeFamily.ANY, SqlTypeFamily.INTEGER),
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }

  MatchRewrite(Positions positions) {
    this.positions = positions;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    SqlNode visited = super.visit(call);
    if (!(visited instanceof SqlMatchRecognize match)) {
      return visited;
    }
    if (match.getOrderList() == null || match.getOrderList().isEmpty()) {
      throw UserError.of(ErrorCode.INVALID_QUERY, "MATCH_RECOGNIZE needs ORDER BY")
          .withHint("order by the event time: ORDER BY ts")
          .at(positions.of(match.getParserPosition()));
    }
    if (match.getAfter() == null) {
      match.setOperand(
          SqlMatchRecognize.OPERAND_AFTER,
          SqlMatchRecognize.AfterOption.SKIP_PAST_LAST_ROW.symbol(SqlParserPos.ZERO));
    }
    Map<String, String> variables = variables(match);
    checkDefined(match);
    Inside names = new Inside(variables, match.getOrderList().get(0), true);
    Inside values = new Inside(variables, match.getOrderList().get(0), false);
    for (int i :
        List.of(
            SqlMatchRecognize.OPERAND_PATTERN,
            SqlMatchRecognize.OPERAND_AFTER,
            SqlMatchRecognize.OPERAND_SUBSET)) {
      if (match.getOperandList().get(i) != null) {
        match.setOperand(i, match.getOperandList().get(i).accept(names));
      }
    }
    for (SqlNode definition : match.getPatternDefList()) {
      SqlCall as = (SqlCall) definition;
      as.setOperand(0, as.operand(0).accept(values));
      as.setOperand(1, as.operand(1).accept(names));
    }
    for (SqlNode measure : match.getMeasureList()) {
      SqlCall as = (SqlCall) measure;
      as.setOperand(0, as.operand(0).accept(values));
    }
    return match;
  }

  /** Refuses a condition for what the pattern never asks for: it would be passed over. */
  private void checkDefined(SqlMatchRecognize match) {
    Map<String, String> asked = new TreeMap<>();
    match.getPattern().accept(collector(asked));
    for (SqlNode definition : match.getPatternDefList()) {
      SqlIdentifier name = ((SqlCall) definition).operand(1);
      if (!asked.containsKey(name.getSimple().toUpperCase(Locale.ROOT))) {
        throw UserError.of(
                ErrorCode.INVALID_QUERY,
                "DEFINE has a condition for '"
                    + name.getSimple()
                    + "', which PATTERN does not name")
            .withHint("PATTERN names: " + String.join(", ", asked.values()))
            .at(positions.of(name.getParserPosition()));
      }
    }
  }

  /** The variables as the pattern writes them, by their names in capitals. */
  private static Map<String, String> variables(SqlMatchRecognize match) {
    Map<String, String> names = new TreeMap<>();
    match.getPattern().accept(collector(names));
    for (SqlNode subset : match.getSubsetList()) {
      ((SqlCall) subset).operand(0).accept(collector(names));
    }
    return names;
  }

  private static SqlBasicVisitor<Void> collector(Map<String, String> names) {
    return new SqlBasicVisitor<>() {
      @Override
      public Void visit(SqlIdentifier id) {
        names.putIfAbsent(id.names.get(0).toUpperCase(Locale.ROOT), id.names.get(0));
        return null;
      }
    };
  }

  /** Rewrites what stands inside. */
  private static final class Inside extends SqlShuttle {
    private final Map<String, String> variables;
    private final SqlNode time;
    private final boolean alone;

    /** {@code alone} says whether a name by itself is a variable; else it is a column. */
    Inside(Map<String, String> variables, SqlNode time, boolean alone) {
      this.alone = alone;
      this.variables = variables;
      this.time = time.getKind() == SqlKind.DESCENDING ? ((SqlCall) time).operand(0) : time;
    }

    @Override
    public SqlNode visit(SqlIdentifier id) {
      String name = variables.get(id.names.get(0).toUpperCase(Locale.ROOT));
      boolean variable = alone || !id.isSimple();
      if (!variable || name == null || name.equals(id.names.get(0))) {
        return id;
      }
      List<String> names = new ArrayList<>(id.names);
      names.set(0, name);
      return new SqlIdentifier(names, id.getParserPosition());
    }

    @Override
    public SqlNode visit(SqlCall call) {
      SqlParserPos at = call.getParserPosition();
      if (call.getOperator().getName().equalsIgnoreCase("MATCH_ROWTIME")) {
        return time.clone(at);
      }
      SqlNode visited = super.visit(call);
      boolean back = visited.getKind() == SqlKind.PREV;
      return back || visited.getKind() == SqlKind.NEXT
          ? new SqlBasicCall(back ? PREV : NEXT, ((SqlCall) visited).getOperandList(), at)
          : visited;
    }
  }
}
