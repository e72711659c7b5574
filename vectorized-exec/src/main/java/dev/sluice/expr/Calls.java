package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.Value.Form;
import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.ObjectFunctions;
import dev.sluice.function.Text;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Code of operators and of the functions that see NULLs or any type. */
final class Calls {
  private static final DataType TRUTH = DataType.of(Kind.BOOLEAN);
  private static final DataType MICROS = DataType.timestamp(6);

  private final Generator gen;
  private final Code code;
  private final Arithmetic arithmetic;
  private final MethodCalls methods;

  Calls(Generator generator) {
    gen = generator;
    code = generator.code;
    arithmetic = new Arithmetic(generator);
    methods = new MethodCalls(generator);
  }

  Value generate(Expr.Call call) {
    List<Expr> operands = call.operands();
    DataType type = call.type();
    return switch (call.function()) {
      case "AND" -> junction(operands, type, true);
      case "OR" -> junction(operands, type, false);
      case "NOT" -> {
        Value v = gen.generate(operands.get(0));
        yield Value.of(v.isNull(), "!" + v.java(), type);
      }
      case "IS NULL" -> Value.of("false", "(" + first(call).isNull() + ")", type);
      case "IS NOT NULL" -> Value.of("false", "!(" + first(call).isNull() + ")", type);
      case "IS TRUE" -> Value.of("false", Generator.isTrue(first(call)), type);
      case "IS NOT TRUE" -> Value.of("false", "!" + Generator.isTrue(first(call)), type);
      case "IS FALSE" -> Value.of("false", Generator.isTrue(negated(first(call))), type);
      case "IS NOT FALSE" -> Value.of("false", "!" + Generator.isTrue(negated(first(call))), type);
      case "=", "<>", "<", "<=", ">", ">=" -> {
        Value a = gen.generate(operands.get(0));
        Value b = gen.generate(operands.get(1));
        yield gen.strict(type, compare(call.function(), a, b), a, b);
      }
      case "IS DISTINCT FROM" -> distinct(operands, type, true);
      case "IS NOT DISTINCT FROM" -> distinct(operands, type, false);
      case "BETWEEN" ->
          junction(
              List.of(
                  new Expr.Call(">=", operands.subList(0, 2), TRUTH),
                  new Expr.Call("<=", List.of(operands.get(0), operands.get(2)), TRUTH)),
              type,
              true);
      case "IN" -> in(operands, type);
      case "LIKE", "ILIKE", "SIMILAR TO" -> like(call);
      case "||", "CONCAT" -> concat(operands, type);
      case "CONCAT_WS" -> concatWithSeparator(operands, type);
      case "COALESCE", "IFNULL", "NVL" -> coalesce(operands, type);
      case "NULLIF" ->
          gen.conditional(
              List.of(
                  new Expr.Case.When(
                      new Expr.Call("=", operands, TRUTH), Expr.Literal.nullOf(type))),
              operands.get(0),
              type.withNullable(true));
      case "IF" ->
          gen.conditional(
              List.of(new Expr.Case.When(operands.get(0), operands.get(1))), operands.get(2), type);
      case "GREATEST", "LEAST" -> extreme(call);
      case "ITEM" -> item(operands);
      case "CARDINALITY" -> {
        Value list = first(call);
        String size =
            NestedCode.isObject(list) ? NestedCode.size(list) : end(list) + " - " + start(list);
        yield gen.strict(type, size, list);
      }
      case "NOT NULL" -> notNull(operands, type);
      case "AT MOST" -> atMost(operands, type);
      case "ARRAY", "MAP", "ROW" -> gen.nested.construct(call);
      case "ARRAY_CONTAINS" -> arrayContains(operands, type);
      case "FLOOR", "CEIL", "CEILING" -> floor(call);
      case "CAST", "REINTERPRET" -> gen.cast(first(call), type, false);
      case "+", "-", "*", "/", "/INT", "MOD", "%", "UNARY_MINUS" -> arithmetic.generate(call);
      default -> {
        if (ObjectFunctions.has(call.function())) {
          yield gen.nested.call(call);
        }
        Optional<JavaFunction> user = JavaFunction.of(call.function());
        yield user.isPresent()
            ? new UserCalls(gen).generate(user.get(), call)
            : methods.generate(call);
      }
    };
  }

  private Value first(Expr.Call call) {
    return gen.generate(call.operands().get(0));
  }

  /** The first operand; an error with the text of the second where it is NULL. */
  private Value notNull(List<Expr> operands, DataType type) {
    Value v = gen.generate(operands.get(0));
    if (v.mayBeNull()) {
      Value message = gen.generate(operands.get(1));
      code.line("if (" + v.isNull() + ") {throw RefusedValue.ofNull(" + message.java() + ", p);}");
    }
    return new Value("false", v.java(), type, v.input(), v.position());
  }

  /**
   * The first operand, a text, if it is no longer than its type's length; else an error with the
   * text of the second.
   */
  private Value atMost(List<Expr> operands, DataType type) {
    Value v = gen.generate(operands.get(0));
    Value message = gen.generate(operands.get(1));
    String unit = type.kind() == Kind.VARBINARY ? "bytes" : "characters";
    String call =
        "RefusedValue."
            + unit
            + "("
            + v.java()
            + ", "
            + type.precision()
            + "L, "
            + message.java()
            + ", p)";
    return gen.strict(type, call, v);
  }

  private static Value negated(Value v) {
    return Value.of(v.isNull(), "!" + v.java(), v.type());
  }

  /** {@code x = c1 OR x = c2 ...} with many constants as a look-up. */
  private Optional<Value> lookUp(List<Expr> operands, DataType type) {
    if (operands.size() < 8) {
      return Optional.empty();
    }
    List<Object> constants = new ArrayList<>();
    Optional<Expr> subject = Optional.empty();
    for (Expr operand : operands) {
      if (!(operand instanceof Expr.Call call)
          || !call.function().equals("=")
          || !(call.operands().get(1) instanceof Expr.Literal literal)
          || literal.value().isEmpty()
          || call.operands().get(0).type().kind().isInteger() != literal.type().kind().isInteger()
          || !subject.map(call.operands().get(0)::equals).orElse(true)) {
        return Optional.empty();
      }
      subject = Optional.of(call.operands().get(0));
      constants.add(literal.value().get());
    }
    Kind kind = subject.map(e -> e.type().kind()).orElse(Kind.NULL);
    ConstantSet set;
    if (kind.isInteger()) {
      set =
          ConstantSet.ofNumbers(
              constants.stream().mapToLong(c -> ((Number) c).longValue()).toArray());
    } else if (kind == Kind.VARCHAR && constants.stream().allMatch(String.class::isInstance)) {
      set =
          ConstantSet.ofTexts(
              constants.stream().map(c -> Text.of((String) c)).toArray(Text[]::new));
    } else {
      return Optional.empty();
    }
    Value value = gen.generate(subject.orElseThrow());
    String name = code.constant(set, "ConstantSet");
    return Optional.of(gen.strict(type, name + ".contains(" + value.java() + ")", value));
  }

  private Value junction(List<Expr> operands, DataType type, boolean and) {
    Optional<Value> found = and ? Optional.empty() : lookUp(operands, type);
    if (found.isPresent()) {
      return found.get();
    }
    String v = code.fresh("v");
    String n = code.fresh("n");
    code.line("boolean " + v + " = " + and + ";\nboolean " + n + " = false;");
    boolean nulls = false;
    for (Expr operand : operands) {
      code.line("if (" + (and ? v : "!" + v) + ") {");
      Value value = gen.generate(operand);
      nulls |= value.mayBeNull();
      String set = v + " = " + !and + ";";
      String decided = and ? "!" + value.java() : value.java();
      if (value.isNull().equals("true")) {
        code.line(n + " = true;");
      } else if (value.mayBeNull()) {
        code.line("if (" + value.isNull() + ") {" + n + " = true;} else if (" + decided + ") {");
        code.line(set + "}");
      } else {
        code.line("if (" + decided + ") {" + set + "}");
      }
      code.line("}");
    }
    return Value.of(nulls ? "(" + n + " && " + v + " == " + and + ")" : "false", v, type);
  }

  /** A comparison of two values that are not null. */
  String compare(String operator, Value a, Value b) {
    String java = operator.equals("=") ? "==" : operator.equals("<>") ? "!=" : operator;
    if (a.isNull().equals("true") || b.isNull().equals("true")) {
      return "false";
    }
    if (a.form() == Form.NESTED || b.form() == Form.NESTED) {
      return gen.nested.compare(operator, a, b);
    }
    if (a.form() == Form.TEXT && b.form() == Form.TEXT) {
      return switch (operator) {
        case "=" -> a.java() + ".same(" + b.java() + ")";
        case "<>" -> "!" + a.java() + ".same(" + b.java() + ")";
        default -> "(" + a.java() + ".compare(" + b.java() + ") " + java + " 0)";
      };
    }
    if (a.form() == Form.TRUTH && b.form() == Form.TRUTH) {
      return java.length() == 2 && (java.equals("==") || java.equals("!="))
          ? "(" + a.java() + " " + java + " " + b.java() + ")"
          : "((" + a.java() + " ? 1 : 0) " + java + " (" + b.java() + " ? 1 : 0))";
    }
    if (a.form() == Form.TRUTH
        || b.form() == Form.TRUTH
        || a.form() == Form.TEXT
        || b.form() == Form.TEXT) {
      throw UserError.of(
          ErrorCode.TYPE_MISMATCH, "cannot compare " + a.type() + " with " + b.type());
    }
    if (temporal(a) && temporal(b) && a.type().kind() != b.type().kind()) {
      DataType common =
          a.type().kind() == Kind.TIMESTAMP_LTZ || b.type().kind() == Kind.TIMESTAMP_LTZ
              ? DataType.of(Kind.TIMESTAMP_LTZ, 6)
              : MICROS;
      return "("
          + gen.casts.convert(a.java(), a.type(), common)
          + " "
          + java
          + " "
          + gen.casts.convert(b.java(), b.type(), common)
          + ")";
    }
    Form form = common(a.form(), b.form());
    String x = Casts.form(a.java(), a.form(), form);
    String y = Casts.form(b.java(), b.form(), form);
    return form == Form.DECIMAL
        ? "(" + x + ".compareTo(" + y + ") " + java + " 0)"
        : "(" + x + " " + java + " " + y + ")";
  }

  private static boolean temporal(Value v) {
    return v.type().kind() == Kind.DATE || v.type().kind().isTimestamp();
  }

  static Form common(Form a, Form b) {
    if (a == Form.DOUBLE || b == Form.DOUBLE) {
      return Form.DOUBLE;
    }
    return a == Form.DECIMAL || b == Form.DECIMAL ? Form.DECIMAL : Form.LONG;
  }

  private Value distinct(List<Expr> operands, DataType type, boolean distinct) {
    Value a = gen.generate(operands.get(0));
    Value b = gen.generate(operands.get(1));
    String same =
        "(("
            + a.isNull()
            + ") ? ("
            + b.isNull()
            + ") : !("
            + b.isNull()
            + ") && "
            + compare("=", a, b)
            + ")";
    String v = code.fresh("v");
    code.line("final boolean " + v + " = " + (distinct ? "!" : "") + same + ";");
    return Value.of("false", v, type);
  }

  private Value in(List<Expr> operands, DataType type) {
    List<Expr> alternatives = new ArrayList<>();
    for (Expr candidate : operands.subList(1, operands.size())) {
      alternatives.add(new Expr.Call("=", List.of(operands.get(0), candidate), TRUTH));
    }
    return junction(alternatives, type, false);
  }

  private Value like(Expr.Call call) {
    if (call.operands().size() > 2
        && call.operands().get(2) instanceof Expr.Literal escape
        && escape
            .value()
            .filter(v -> v.toString().codePointCount(0, v.toString().length()) == 1)
            .isEmpty()
        && escape.value().isPresent()) {
      throw UserError.of(
              ErrorCode.LITERAL, "ESCAPE takes one character, not '" + escape.value().get() + "'")
          .withHint("such as LIKE '10!%' ESCAPE '!'");
    }
    Value s = first(call);
    Value pattern = gen.generate(call.operands().get(1));
    Value escape =
        call.operands().size() > 2
            ? gen.generate(call.operands().get(2))
            : Value.of("false", code.constant(Text.of(""), "Text"), s.type());
    String matcher = code.object("LikeMatcher", "\"" + call.function() + "\"");
    return gen.strict(
        call.type(),
        matcher
            + ".matches("
            + s.java()
            + ", "
            + pattern.java()
            + ".toString(), "
            + escape.java()
            + ".toString())",
        s,
        pattern,
        escape);
  }

  private Value text(Expr expr) {
    Value value = gen.generate(expr);
    return value.form() == Form.TEXT ? value : gen.cast(value, DataType.string(), false);
  }

  private Value concat(List<Expr> operands, DataType type) {
    String buffer = code.object("Buffer", "");
    StringBuilder java = new StringBuilder(buffer + ".start()");
    Value[] values = new Value[operands.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = text(operands.get(i));
      java.append(".add(").append(values[i].java()).append(')');
    }
    return gen.strict(type, java + ".done()", values);
  }

  private Value concatWithSeparator(List<Expr> operands, DataType type) {
    Value separator = text(operands.get(0));
    String buffer = code.object("Buffer", "");
    String any = code.fresh("n");
    List<Value> values = new ArrayList<>();
    for (Expr operand : operands.subList(1, operands.size())) {
      values.add(text(operand));
    }
    code.line(buffer + ".start();\nboolean " + any + " = false;");
    code.line("if (!(" + separator.isNull() + ")) {");
    for (Value value : values) {
      if (!value.isNull().equals("true")) {
        code.line(
            "if (!("
                + value.isNull()
                + ")) {if ("
                + any
                + ") {"
                + buffer
                + ".add("
                + separator.java()
                + ");}\n"
                + any
                + " = true;"
                + buffer
                + ".add("
                + value.java()
                + ");}");
      }
    }
    code.line("}");
    return gen.strict(type, buffer + ".done()", separator);
  }

  private Value coalesce(List<Expr> operands, DataType type) {
    Form form = Form.of(type);
    String n = code.fresh("n");
    String v = code.fresh("v");
    code.line("boolean " + n + " = true;\n" + form.java + " " + v + " = " + form.initial + ";");
    for (Expr operand : operands) {
      code.line("if (" + n + ") {");
      gen.assign(n, v, operand, type);
      code.line("}");
    }
    return Value.of(n, v, type);
  }

  private Value extreme(Expr.Call call) {
    DataType type = call.type();
    Value best = gen.as(first(call), type);
    for (Expr operand : call.operands().subList(1, call.operands().size())) {
      Value other = gen.as(gen.generate(operand), type);
      String better = compare(call.function().equals("LEAST") ? "<=" : ">=", best, other);
      best = gen.strict(type, better + " ? " + best.java() + " : " + other.java(), best, other);
    }
    return best;
  }

  private static String start(Value list) {
    return "MemoryUtil.getInt(f" + list.input() + " + 4L * " + list.position() + ")";
  }

  private static String end(Value list) {
    return "MemoryUtil.getInt(f" + list.input() + " + 4L * " + list.position() + " + 4L)";
  }

  private Value item(List<Expr> operands) {
    Value container = gen.generate(operands.get(0));
    if (NestedCode.isObject(container)) {
      return gen.nested.item(container, operands.get(1));
    }
    Value key = gen.generate(operands.get(1));
    String q = code.fresh("q");
    code.line("int " + q + " = -1;");
    code.line("if (!(" + Generator.or(container.isNull(), key.isNull()) + ")) {");
    DataType element;
    int k;
    if (container.type().kind() == Kind.ARRAY) {
      element = container.type().children().get(0).type();
      k = gen.child(container, element, Input.ELEMENT);
      String index = Casts.form(key.java(), key.form(), Form.LONG);
      code.line("long at = " + index + " - 1L + " + start(container) + ";");
      code.line("if (" + index + " >= 1L && at < " + end(container) + ") {" + q + " = (int) at;}");
    } else if (container.type().kind() == Kind.MAP) {
      element = container.type().children().get(1).type();
      k = gen.child(container, element, Input.ELEMENT, 1);
      DataType keyType = container.type().children().get(0).type();
      int keys = gen.child(container, keyType, Input.ELEMENT, 0);
      String j = code.fresh("j");
      code.line(
          "for (int "
              + j
              + " = "
              + start(container)
              + "; "
              + j
              + " < "
              + end(container)
              + "; "
              + j
              + "++) {");
      Value candidate = gen.read(keys, j, "false", keyType);
      code.line("if (" + compare("=", candidate, key) + ") {" + q + " = " + j + ";}\n}");
    } else {
      throw Generator.unsupported("an element of " + container.type());
    }
    code.line("}");
    return gen.read(k, q, "(" + q + " < 0)", element.withNullable(true));
  }

  /** Whether an array has an element; NULL is an element like others. */
  private Value arrayContains(List<Expr> operands, DataType type) {
    Value list = gen.generate(operands.get(0));
    Value wanted = gen.generate(operands.get(1));
    DataType element = list.type().children().get(0).type();
    if (NestedCode.isObject(list)) {
      return gen.strict(type, gen.nested.contains(list, wanted), list);
    }
    int k = gen.child(list, element, Input.ELEMENT);
    String found = code.fresh("v");
    String j = code.fresh("j");
    code.line("boolean " + found + " = false;\nif (!(" + list.isNull() + ")) {");
    code.line(
        "for (int " + j + " = " + start(list) + "; " + j + " < " + end(list) + "; " + j + "++) {");
    Value candidate = gen.read(k, j, "false", element);
    String same = wanted.isNull().equals("true") ? "false" : compare("=", candidate, wanted);
    code.line(
        "if (("
            + candidate.isNull()
            + ") ? ("
            + wanted.isNull()
            + ") : !("
            + wanted.isNull()
            + ") && "
            + same
            + ") {"
            + found
            + " = true;}\n}\n}");
    return Value.of("(" + list.isNull() + ")", found, type);
  }

  private Value floor(Expr.Call call) {
    boolean down = call.function().equals("FLOOR");
    Value v = first(call);
    if (call.operands().size() == 2) {
      Value unit = gen.generate(call.operands().get(1));
      String method = "TimeFunctions." + (down ? "floor" : "ceil") + "(";
      DataType from = v.type();
      String local = gen.casts.local(v.java(), from);
      DataType plain = from.kind() == Kind.DATE ? from : MICROS;
      Value moved = gen.strict(MICROS, method + local + ", " + unit.java() + ".toString())", v);
      if (from.kind() == Kind.TIME) {
        return gen.strict(call.type(), moved.java() + " / 1000L", moved);
      }
      return from.kind() == Kind.TIMESTAMP && plain == MICROS
          ? Value.of(moved.isNull(), moved.java(), call.type())
          : gen.cast(moved, from.withNullable(true), false);
    }
    return switch (v.form()) {
      case LONG -> gen.as(v, call.type());
      case DOUBLE ->
          gen.strict(call.type(), "Math." + (down ? "floor(" : "ceil(") + v.java() + ")", v);
      case DECIMAL ->
          gen.as(
              gen.strict(
                  v.type(),
                  v.java() + ".setScale(0, RoundingMode." + (down ? "FLOOR" : "CEILING") + ")",
                  v),
              call.type());
      default ->
          throw UserError.of(
              ErrorCode.TYPE_MISMATCH, call.function() + " of " + v.type() + " is not possible");
    };
  }

  /** Whether the name belongs to an aggregate, which has no place here. */
  static boolean isAggregate(String name) {
    return FunctionCatalog.find(name)
        .filter(s -> s.kind() == FunctionSpec.Kind.AGGREGATE)
        .isPresent();
  }
}
