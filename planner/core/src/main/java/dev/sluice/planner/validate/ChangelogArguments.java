package dev.sluice.planner.validate;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import dev.sluice.type.RowKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;

/**
 * The arguments of TO_CHANGELOG and FROM_CHANGELOG, as Flink has them, written as a table and
 * texts. One per call; single-threaded.
 */
final class ChangelogArguments {
  private static final List<String> KINDS =
      Arrays.stream(RowKind.values()).map(RowKind::name).toList();

  private final String function;
  private final SqlBasicCall call;
  private final Positions positions;
  private final List<String> names;

  ChangelogArguments(SqlBasicCall call, Positions positions) {
    this.call = call;
    this.positions = positions;
    function = call.getOperator().getName().toUpperCase(Locale.ROOT);
    names =
        List.of("INPUT", "OP", "OP_MAPPING", isTo() ? "PRODUCES_FULL_DELETES" : "ERROR_HANDLING");
  }

  static boolean isOne(SqlBasicCall call) {
    String name = call.getOperator().getName();
    return name.equalsIgnoreCase("TO_CHANGELOG") || name.equalsIgnoreCase("FROM_CHANGELOG");
  }

  private boolean isTo() {
    return function.equals("TO_CHANGELOG");
  }

  /** The table, the op column, the mapping, the keys of the partition, and what errors do. */
  List<SqlNode> written() {
    Map<String, SqlNode> given = given();
    SqlNode table = WindowShorthand.written(given.get("INPUT"), true);
    String keys = "";
    if (table.getKind() == SqlKind.SET_SEMANTICS_TABLE) {
      List<SqlNode> parts = ((SqlCall) table).getOperandList();
      table = WindowShorthand.written(parts.get(0), true);
      keys = columns((SqlNodeList) parts.get(1));
    }
    List<SqlNode> operands = new ArrayList<>();
    operands.add(table);
    operands.add(text(given.containsKey("OP") ? op(given.get("OP")) : "op"));
    operands.add(text(given.containsKey("OP_MAPPING") ? mapping(given.get("OP_MAPPING")) : ""));
    operands.add(text(keys));
    operands.add(text(handling(given)));
    return operands;
  }

  private Map<String, SqlNode> given() {
    Map<String, SqlNode> given = new LinkedHashMap<>();
    for (SqlNode operand : call.getOperandList()) {
      boolean named = operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT;
      String name =
          named
              ? ((SqlCall) operand).operand(1).toString().toUpperCase(Locale.ROOT)
              : given.size() < names.size() ? names.get(given.size()) : "";
      if (!names.contains(name) || given.containsKey(name)) {
        throw wrong(
            operand,
            given.containsKey(name)
                ? "argument '" + name + "' of " + function + " is given twice"
                : named
                    ? function + " has no argument '" + name + "'"
                    : function + " takes no more than " + names.size() + " arguments",
            DidYouMean.hint(name, names, "it takes " + String.join(", ", names)));
      }
      given.put(name, named ? ((SqlCall) operand).operand(0) : operand);
    }
    if (!given.containsKey("INPUT")) {
      throw wrong(call, function + " needs a table", "write " + function + "(input => TABLE t)");
    }
    return given;
  }

  private UserError wrong(SqlNode at, String summary, String hint) {
    return UserError.of(ErrorCode.INVALID_QUERY, summary)
        .withHint(hint)
        .at(positions.of(at.getParserPosition()));
  }

  private SqlNode text(String value) {
    return SqlLiteral.createCharString(value, call.getParserPosition());
  }

  private String columns(SqlNodeList keys) {
    List<String> names = new ArrayList<>();
    for (SqlNode key : keys) {
      if (!(key instanceof SqlIdentifier name) || !name.isSimple()) {
        throw wrong(key, "PARTITION BY of " + function + " takes columns of the table", "name one");
      }
      names.add(name.getSimple());
    }
    return String.join(ChangelogFunctions.BETWEEN, names);
  }

  private String op(SqlNode argument) {
    SqlNode column = WindowShorthand.written(argument, false);
    if (column instanceof SqlCall descriptor
        && descriptor.getOperator().getName().equalsIgnoreCase("DESCRIPTOR")
        && descriptor.getOperandList().size() == 1
        && descriptor.getOperandList().get(0) instanceof SqlIdentifier name
        && name.isSimple()) {
      return name.getSimple();
    }
    throw wrong(
        argument, "OP of " + function + " takes one column", "such as op => DESCRIPTOR(op)");
  }

  /** Pairs of a kind and its code. */
  private String mapping(SqlNode argument) {
    String form =
        isTo()
            ? "such as MAP['INSERT, UPDATE_AFTER', 'upsert', 'DELETE', 'delete']"
            : "such as MAP['c, r', 'INSERT', 'd', 'DELETE']";
    if (argument.getKind() != SqlKind.MAP_VALUE_CONSTRUCTOR) {
      throw wrong(argument, "OP_MAPPING of " + function + " takes a MAP of texts", form);
    }
    List<SqlNode> texts = ((SqlCall) argument).getOperandList();
    Map<String, String> codes = new LinkedHashMap<>();
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      for (String key : literal(texts.get(i), form).split(",")) {
        String value = literal(texts.get(i + 1), form);
        String kind = (isTo() ? key : value).trim().toUpperCase(Locale.ROOT);
        String code = isTo() ? value : key.trim();
        if (!KINDS.contains(kind)) {
          throw wrong(
              texts.get(isTo() ? i : i + 1),
              "there is no kind of change '" + kind + "'",
              DidYouMean.hint(kind, KINDS, "it is one of " + String.join(", ", KINDS)));
        }
        if (codes.put(isTo() ? kind : code, "") != null) {
          throw wrong(texts.get(i), "'" + key.trim() + "' is mapped twice", "name it in one entry");
        }
        pairs.add(kind + ChangelogFunctions.BETWEEN + code);
      }
    }
    return String.join(ChangelogFunctions.BETWEEN, pairs);
  }

  private String literal(SqlNode node, String form) {
    return Optional.of(node)
        .filter(SqlCharStringLiteral.class::isInstance)
        .map(literal -> ((SqlLiteral) literal).getValueAs(String.class))
        .orElseThrow(
            () -> wrong(node, "OP_MAPPING of " + function + " takes constant texts", form));
  }

  private String handling(Map<String, SqlNode> given) {
    SqlNode argument = given.get(names.get(3));
    if (argument == null) {
      return "FAIL";
    }
    if (isTo()) {
      if (argument instanceof SqlLiteral literal && Boolean.TRUE.equals(literal.getValue())) {
        return "FAIL";
      }
      throw wrong(
          argument,
          "PRODUCES_FULL_DELETES can only be TRUE: a deletion carries the whole row",
          "leave it out, or select the key alone");
    }
    String text =
        argument instanceof SqlCharStringLiteral literal
            ? literal.getValueAs(String.class).toUpperCase(Locale.ROOT)
            : "";
    if (!text.equals("FAIL") && !text.equals("SKIP")) {
      throw wrong(argument, "ERROR_HANDLING is 'FAIL' or 'SKIP'", "'SKIP' leaves such rows out");
    }
    return text;
  }
}
