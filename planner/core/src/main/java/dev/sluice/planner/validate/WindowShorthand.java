package dev.sluice.planner.validate;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.Litmus;

/**
 * Writes {@code FROM TUMBLE(t, ts, …)} out as {@code TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), …))}.
 * One per query; single-threaded.
 */
final class WindowShorthand extends SqlShuttle {
  private static final Set<String> FUNCTIONS = Set.of("TUMBLE", "HOP", "CUMULATE", "SESSION");

  /** The functions whose arguments are written out. */
  private static final Map<String, List<String>> ARGUMENTS =
      Map.of(
          "TO_CHANGELOG", List.of(),
          "FROM_CHANGELOG", List.of(),
          "TUMBLE", List.of("DATA", "TIMECOL", "SIZE", "OFFSET"),
          "HOP", List.of("DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"),
          "CUMULATE", List.of("DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"),
          "SESSION", List.of("DATA", "TIMECOL", "GAP"));

  private final Catalog catalog;
  private final Positions positions;

  /** The calls in the GROUP BY of the SELECT being visited. */
  private List<SqlCall> groupings = List.of();

  WindowShorthand(Catalog catalog, Positions positions) {
    this.catalog = catalog;
    this.positions = positions;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    if (!(call instanceof SqlSelect select)) {
      return rewritten(call);
    }
    List<SqlCall> outer = groupings;
    groupings =
        select.getGroup() == null
            ? List.of()
            : select.getGroup().getList().stream()
                .filter(SqlCall.class::isInstance)
                .map(SqlCall.class::cast)
                .toList();
    try {
      return rewritten(call);
    } finally {
      groupings = outer;
    }
  }

  private SqlNode rewritten(SqlCall call) {
    if (call.getKind() == SqlKind.COLLECTION_TABLE
        && call.operand(0) instanceof SqlBasicCall function
        && ARGUMENTS.containsKey(function.getOperator().getName().toUpperCase(Locale.ROOT))) {
      if (CountWindowCalls.isCount(function)) {
        SqlNode counted = new CountWindowCalls(positions).written(function, positional(function));
        ((SqlCall) counted).setOperand(0, ((SqlCall) counted).operand(0).accept(this));
        return call.getOperator().createCall(call.getParserPosition(), counted);
      }
      List<SqlNode> operands = new ArrayList<>();
      if (ChangelogArguments.isOne(function)) {
        operands.addAll(new ChangelogArguments(function, positions).written());
      } else {
        for (SqlNode operand : withKey(function)) {
          operands.add(operands.size() < 2 ? written(operand, operands.isEmpty()) : operand);
        }
      }
      SqlNode table = operands.get(0).accept(this);
      operands.set(0, table);
      SqlNode windowed = function.getOperator().createCall(function.getParserPosition(), operands);
      return call.getOperator().createCall(call.getParserPosition(), windowed);
    }
    if (call.getKind() == SqlKind.COLLECTION_TABLE
        && call.operand(0) instanceof SqlBasicCall function
        && function.getOperator() instanceof SqlUnresolvedFunction) {
      Mistakes.unknownTableFunction(function.getOperator().getName(), catalog)
          .ifPresent(
              error -> {
                throw error.at(positions.of(function.getParserPosition()));
              });
    }
    SqlNode copy = super.visit(call);
    return copy instanceof SqlCall made ? rowtime(made) : copy;
  }

  /** Named arguments by position; the words are Flink's. */
  private List<SqlNode> positional(SqlBasicCall function) {
    List<SqlNode> operands = function.getOperandList();
    if (operands.stream().noneMatch(o -> o.getKind() == SqlKind.ARGUMENT_ASSIGNMENT)) {
      return new ArrayList<>(operands);
    }
    String window = function.getOperator().getName().toUpperCase(Locale.ROOT);
    List<String> names = ARGUMENTS.get(window);
    Map<String, SqlNode> given = new HashMap<>();
    for (SqlNode operand : operands) {
      if (operand.getKind() != SqlKind.ARGUMENT_ASSIGNMENT) {
        throw UserError.of(
                ErrorCode.WINDOW, "named and unnamed arguments of " + window + " are mixed")
            .withHint("name all of them: " + String.join(", ", names))
            .at(positions.of(operand.getParserPosition()));
      }
      String name = argument(window, ((SqlCall) operand).operand(1));
      if (!names.contains(name) || given.containsKey(name)) {
        throw UserError.of(
                ErrorCode.WINDOW,
                given.containsKey(name)
                    ? "argument '" + name + "' of " + window + " is given twice"
                    : window + " has no argument '" + name + "'")
            .withHint(DidYouMean.hint(name, names, "it takes " + String.join(", ", names)))
            .at(positions.of(operand.getParserPosition()));
      }
      given.put(name, ((SqlCall) operand).operand(0));
    }
    List<SqlNode> ordered = new ArrayList<>();
    for (String name : names) {
      if (given.containsKey(name)) {
        ordered.add(given.get(name));
      } else if (!name.equals("OFFSET")
          && !(name.equals("TIMECOL") && CountWindowCalls.isCount(function))) {
        throw UserError.of(ErrorCode.WINDOW, window + " needs the argument '" + name + "'")
            .withHint("it takes " + String.join(", ", names))
            .at(positions.of(function.getParserPosition()));
      }
    }
    return ordered;
  }

  /** An argument's name; the size of CUMULATE may be called its maximum. */
  private static String argument(String window, SqlNode written) {
    String name = written.toString().toUpperCase(Locale.ROOT);
    return window.equals("CUMULATE") && name.equals("MAX") ? "SIZE" : name;
  }

  /**
   * The operands, by position, with {@code TABLE t PARTITION BY k} of a SESSION as {@code TABLE t}
   * and, behind the time, {@code DESCRIPTOR(k)}.
   */
  private List<SqlNode> withKey(SqlBasicCall function) {
    List<SqlNode> operands = positional(function);
    if (!function.getOperator().getName().equalsIgnoreCase("SESSION")) {
      return operands;
    }
    if (operands.get(0).getKind() == SqlKind.SET_SEMANTICS_TABLE && operands.size() > 1) {
      List<SqlNode> parts = ((SqlCall) operands.get(0)).getOperandList();
      SqlParserPos at = operands.get(0).getParserPosition();
      operands.set(0, parts.get(0));
      operands.add(
          2, SqlStdOperatorTable.DESCRIPTOR.createCall(at, ((SqlNodeList) parts.get(1)).getList()));
    }
    return operands;
  }

  /**
   * The end of a group window as an aggregate of ours; its rowtime is a millisecond before its end.
   */
  private SqlNode rowtime(SqlCall call) {
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    boolean end = name.endsWith("_END");
    int cut = name.lastIndexOf('_');
    boolean proctime = name.endsWith("_PROCTIME");
    if (!end && !proctime && !name.endsWith("_ROWTIME")
        || !FUNCTIONS.contains(name.substring(0, cut))) {
      return call;
    }
    boolean grouped =
        groupings.stream()
            .anyMatch(
                group ->
                    group
                            .getOperator()
                            .getName()
                            .toUpperCase(Locale.ROOT)
                            .endsWith(name.substring(0, cut))
                        && SqlNode.equalDeep(
                            group.getOperandList(), call.getOperandList(), Litmus.IGNORE));
    SqlParserPos at = call.getParserPosition();
    if (!grouped) {
      throw UserError.of(
              ErrorCode.WINDOW, name + " needs GROUP BY " + name.substring(0, cut) + " of the same")
          .withHint("of a window table function it is the column window_end or window_time")
          .at(positions.of(at));
    }
    if (proctime) {
      return new SqlUnresolvedFunction(
              new SqlIdentifier("PROCTIME", at),
              null,
              null,
              null,
              null,
              SqlFunctionCategory.USER_DEFINED_FUNCTION)
          .createCall(at);
    }
    SqlNode bound = WindowFunctions.WINDOW_END.createCall(at, call.getOperandList().get(0));
    if (end) {
      return bound;
    }
    SqlNode millisecond =
        SqlLiteral.createInterval(
            1, "0.001", new SqlIntervalQualifier(TimeUnit.SECOND, null, at), at);
    return SqlStdOperatorTable.MINUS.createCall(at, bound, millisecond);
  }

  static SqlNode written(SqlNode operand, boolean first) {
    if (!(operand instanceof SqlIdentifier name)) {
      return operand;
    }
    SqlParserPos at = name.getParserPosition();
    return first
        ? SqlStdOperatorTable.EXPLICIT_TABLE.createCall(at, name)
        : SqlStdOperatorTable.DESCRIPTOR.createCall(at, name);
  }
}
