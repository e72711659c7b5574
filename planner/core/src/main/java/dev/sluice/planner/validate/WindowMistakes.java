package dev.sluice.planner.validate;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Finds out which argument of a window function is the wrong one. Single-threaded. */
final class WindowMistakes {
  private static final Map<String, List<String>> INTERVALS =
      Map.of(
          "TUMBLE", List.of("size", "offset"),
          "HOP", List.of("slide", "size", "offset"),
          "CUMULATE", List.of("step", "size", "offset"),
          "SESSION", List.of("gap"));

  private final QueryNames names;
  private final Positions positions;

  WindowMistakes(QueryNames names, Positions positions) {
    this.names = names;
    this.positions = positions;
  }

  /**
   * @param types the validator's text about the types of the arguments
   */
  UserError of(String window, String types, SqlParserPos at) {
    Optional<SqlBasicCall> call = names.call(window, at);
    if (call.isEmpty()) {
      return shape(window).at(positions.of(at));
    }
    List<SqlNode> operands = call.get().getOperandList();
    boolean group = call.get().getOperator().getName().startsWith("$");
    int first = group ? 1 : 2;
    List<String> intervals = INTERVALS.get(window);
    int least = first + (intervals.contains("offset") ? intervals.size() - 1 : intervals.size());
    if (operands.size() < least || operands.size() > first + intervals.size()) {
      return shape(window).at(positions.of(at));
    }
    for (int i = first; i < operands.size(); i++) {
      SqlNode operand = operands.get(i);
      boolean named = operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT;
      SqlNode value = named ? ((SqlCall) operand).operand(0) : operand;
      boolean interval = value instanceof SqlIntervalLiteral || value instanceof SqlDynamicParam;
      if (!named && !interval && !isDescriptor(value)) {
        return UserError.of(
                ErrorCode.WINDOW,
                "the " + intervals.get(i - first) + " of " + window + " must be an interval")
            .withHint("such as INTERVAL '1' HOUR")
            .at(positions.of(value.getParserPosition()));
      }
    }
    return timeColumn(window, operands.get(group ? 0 : 1), types)
        .orElseGet(() -> shape(window).at(positions.of(at)));
  }

  private Optional<UserError> timeColumn(String window, SqlNode operand, String types) {
    SqlNode inner = isDescriptor(operand) ? ((SqlCall) operand).operand(0) : operand;
    if (!(inner instanceof SqlIdentifier column)) {
      return Optional.empty();
    }
    String name = column.names.get(column.names.size() - 1);
    Matcher type =
        Pattern.compile(
                "(\\w+(?:\\([\\d, ]*\\))?) " + Pattern.quote(name) + "[,)]",
                Pattern.CASE_INSENSITIVE)
            .matcher(types);
    String found = type.find() ? ", but '" + name + "' is " + Mistakes.types(type.group(1)) : "";
    return Optional.of(
        UserError.of(
                ErrorCode.WINDOW, "the time column of " + window + " must be a TIMESTAMP" + found)
            .withHint(
                "give the column with the watermark; one can be made in the stream: ts AS"
                    + " TO_TIMESTAMP(text)")
            .at(positions.of(column.getParserPosition())));
  }

  private static boolean isDescriptor(SqlNode node) {
    return node instanceof SqlCall call
        && call.getOperator().getName().equalsIgnoreCase("DESCRIPTOR");
  }

  private static UserError shape(String window) {
    String intervals =
        switch (window) {
          case "TUMBLE" -> "INTERVAL '1' HOUR";
          case "SESSION" -> "INTERVAL '10' MINUTE";
          default -> "INTERVAL '5' MINUTE, INTERVAL '1' HOUR";
        };
    String meaning = String.join(", ", INTERVALS.get(window)).replace(", offset", " [, offset]");
    return UserError.of(ErrorCode.WINDOW, window + " takes a table, a time column, " + meaning)
        .withHint("such as " + window + "(TABLE t, DESCRIPTOR(ts), " + intervals + ")");
  }
}
