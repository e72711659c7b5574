package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlJsonEmptyOrError;

/**
 * The functions of JSON that have a grammar of their own: what Calcite tells by symbols goes into
 * the call as text. Stateless but for its translator.
 */
final class JsonCalls {
  private static final String IS = "IS JSON ";
  private static final String IS_NOT = "IS NOT JSON ";

  /** What Calcite puts around a value that is JSON already. */
  private static final String RAW = "JSON_TYPE";

  private final ExprTranslator expressions;

  JsonCalls(ExprTranslator expressions) {
    this.expressions = expressions;
  }

  Expr translate(String name, RexCall call, DataType type) {
    if (name.startsWith(IS_NOT)) {
      Expr is = is(name.substring(IS_NOT.length()), call, type);
      return new Expr.Call("NOT", List.of(is), type);
    }
    if (name.startsWith(IS)) {
      return is(name.substring(IS.length()), call, type);
    }
    return switch (name) {
      case "JSON_VALUE" -> inType(name, value(call), type);
      case "JSON_QUERY" -> inType(name, query(call), type);
      case "JSON_EXISTS" -> exists(call, type);
      case "JSON_OBJECT", "JSON_ARRAY" -> made(name, call, type);
      default -> expressions.named(name, call, type);
    };
  }

  private Expr is(String what, RexCall call, DataType type) {
    Expr json = expressions.translate(call.getOperands().get(0));
    return new Expr.Call("$IS_JSON", List.of(json, text(what)), type);
  }

  private static Expr inType(String name, Expr found, DataType type) {
    if (type.kind().isNested()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, "'" + name + "' gives text or a scalar, no " + type.sql())
          .withHint("leave RETURNING out, and take elements by their paths: '$.a[0]'");
    }
    return type.kind() == Kind.VARCHAR ? found : new Expr.Cast(found, type, true);
  }

  private static Expr text(String word) {
    return Expr.Literal.of(word, DataType.string().notNull());
  }

  private static boolean isSymbol(RexNode node) {
    return node instanceof RexLiteral literal && literal.getValue() instanceof Enum<?>;
  }

  private static String symbol(RexNode node) {
    return ((Enum<?>) ((RexLiteral) node).getValue()).name();
  }

  /** Operands: text, path, then NULL, ERROR or DEFAULT with a value, and for what that is. */
  private Expr value(RexCall call) {
    List<RexNode> operands = call.getOperands();
    List<Expr> arguments = textAndPath(operands);
    if (operands.size() == 2) {
      return new Expr.Call("JSON_VALUE", arguments, DataType.string());
    }
    Expr none = Expr.Literal.nullOf(DataType.string());
    Expr[] behaviors = {text("NULL"), none, text("NULL"), none};
    int i = 2;
    while (i < operands.size()) {
      String mode = symbol(operands.get(i++));
      Expr otherwise = none;
      if (!isSymbol(operands.get(i))) {
        otherwise = asText(expressions.translate(operands.get(i++)));
      }
      int place = symbol(operands.get(i++)).equals(SqlJsonEmptyOrError.EMPTY.name()) ? 0 : 2;
      behaviors[place] = text(mode);
      behaviors[place + 1] = otherwise;
    }
    arguments.addAll(List.of(behaviors));
    return new Expr.Call("$JSON_VALUE", arguments, DataType.string());
  }

  private static Expr asText(Expr value) {
    return value.type().kind() == Kind.VARCHAR
        ? value
        : new Expr.Cast(value, DataType.string().withNullable(value.type().nullable()), false);
  }

  private List<Expr> textAndPath(List<RexNode> operands) {
    List<Expr> arguments = new ArrayList<>();
    arguments.add(expressions.translate(operands.get(0)));
    arguments.add(expressions.translate(operands.get(1)));
    return arguments;
  }

  /** Operands: text, path, wrapper, what to do about nothing, and about errors. */
  private Expr query(RexCall call) {
    List<RexNode> operands = call.getOperands();
    List<Expr> arguments = textAndPath(operands);
    for (RexNode operand : operands.subList(2, operands.size())) {
      arguments.add(text(symbol(operand)));
    }
    boolean plain =
        operands.size() < 5
            || symbol(operands.get(2)).startsWith("WITHOUT")
                && symbol(operands.get(3)).equals("NULL")
                && symbol(operands.get(4)).equals("NULL");
    if (plain) {
      return new Expr.Call("JSON_QUERY", arguments.subList(0, 2), DataType.string());
    }
    arguments.add(Expr.Literal.nullOf(DataType.string()));
    return new Expr.Call("$JSON_QUERY", arguments, DataType.string());
  }

  private Expr exists(RexCall call, DataType type) {
    List<RexNode> operands = call.getOperands();
    List<Expr> arguments = textAndPath(operands);
    if (operands.size() == 2) {
      return new Expr.Call("JSON_EXISTS", arguments, type);
    }
    arguments.add(text(symbol(operands.get(2))));
    return new Expr.Call("$JSON_EXISTS", arguments, type.withNullable(true));
  }

  /** JSON_OBJECT and JSON_ARRAY: the first operand also says which of the others are JSON. */
  private Expr made(String name, RexCall call, DataType type) {
    StringBuilder how = new StringBuilder(symbol(call.getOperands().get(0))).append(':');
    List<Expr> arguments = new ArrayList<>();
    for (RexNode operand : call.getOperands().subList(1, call.getOperands().size())) {
      boolean raw = operand instanceof RexCall json && json.getOperator().getName().equals(RAW);
      how.append(raw ? 'r' : '-');
      RexNode value = raw ? ((RexCall) operand).getOperands().get(0) : operand;
      boolean isNull = value instanceof RexLiteral literal && literal.isNull();
      arguments.add(isNull ? Expr.Literal.nullOf(DataType.string()) : expressions.translate(value));
    }
    arguments.add(0, text(how.toString()));
    return new Expr.Call(name, arguments, type);
  }
}
