package dev.sluice.expr;

import dev.sluice.expr.Value.Form;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;

/** Code of arithmetic: numbers by the type of the result, times with intervals. */
final class Arithmetic {
  private final Generator gen;

  Arithmetic(Generator generator) {
    gen = generator;
  }

  Value generate(Expr.Call call) {
    DataType type = call.type();
    Value a = gen.generate(call.operands().get(0));
    if (call.function().equals("UNARY_MINUS")) {
      Value number = type.kind().isNumeric() ? gen.as(a, type) : a;
      return negate(number, type);
    }
    Value b = gen.generate(call.operands().get(1));
    if (a.isNull().equals("true") || b.isNull().equals("true")) {
      return gen.generate(Expr.Literal.nullOf(type));
    }
    String operator = call.function().equals("/INT") ? "/" : call.function();
    operator = operator.equals("%") ? "MOD" : operator;
    if (type.kind().isNumeric()) {
      return numbers(operator, a, b, type);
    }
    if (isInterval(a.type()) && !isTime(b.type()) || isInterval(type) && !isTime(a.type())) {
      return intervals(operator, a, b, type);
    }
    return times(operator, a, b, type);
  }

  private static boolean isInterval(DataType type) {
    return type.kind() == Kind.INTERVAL_DAY || type.kind() == Kind.INTERVAL_MONTH;
  }

  private static boolean isTime(DataType type) {
    return type.kind() == Kind.DATE || type.kind() == Kind.TIME || type.kind().isTimestamp();
  }

  private Value negate(Value a, DataType type) {
    return switch (a.form()) {
      case DOUBLE -> gen.strict(type, "-" + a.java(), a);
      case DECIMAL -> gen.strict(type, a.java() + ".negate()", a);
      default ->
          gen.strict(
              type,
              Casts.range(
                  "Conversions.subtract(0L, " + a.java() + ")", DataType.of(Kind.BIGINT), type),
              a);
    };
  }

  private String number(Value v, Form form) {
    String java = v.type().kind() == Kind.INTERVAL_DAY ? "(" + v.java() + " / 1000L)" : v.java();
    return Casts.form(java, v.form(), form);
  }

  private Value numbers(String operator, Value a, Value b, DataType type) {
    Form form = Form.of(type);
    if (operator.equals("MOD")) {
      form = Calls.common(a.form(), b.form());
    } else if (form == Form.LONG) {
      form = Calls.common(form, Calls.common(a.form(), b.form()));
    }
    String x = number(a, form);
    String y = number(b, form);
    String java =
        switch (form) {
          case DOUBLE -> "(" + x + " " + (operator.equals("MOD") ? "%" : operator) + " " + y + ")";
          case DECIMAL -> decimals(operator, x, y, type);
          default -> "Conversions." + method(operator) + "(" + x + ", " + y + ")";
        };
    Form target = Form.of(type);
    if (type.kind() == Kind.FLOAT) {
      java = "((double) (float) " + java + ")";
    }
    java = Casts.form(java, form, target);
    if (target == Form.LONG && form == Form.LONG) {
      String checked = Casts.range(java, DataType.of(Kind.BIGINT), type);
      String shown = ", \"" + operator + "\", " + x + ", " + y + ")";
      java = checked.equals(java) ? java : checked.substring(0, checked.length() - 1) + shown;
    } else if (target == Form.LONG) {
      java = Casts.range(java, DataType.of(Kind.BIGINT), type);
    } else if (target == Form.DECIMAL) {
      java = Casts.decimal(java, type);
    }
    return gen.strict(type, java, a, b);
  }

  private static String method(String operator) {
    return switch (operator) {
      case "+" -> "add";
      case "-" -> "subtract";
      case "*" -> "multiply";
      case "/" -> "divide";
      default -> "mod";
    };
  }

  private static String decimals(String operator, String x, String y, DataType type) {
    return switch (operator) {
      case "/" -> "Conversions.divide(" + x + ", " + y + ", " + Math.max(6, type.scale()) + ")";
      case "MOD" -> "Conversions.mod(" + x + ", " + y + ")";
      default -> x + "." + method(operator) + "(" + y + ")";
    };
  }

  private Value intervals(String operator, Value a, Value b, DataType type) {
    boolean fraction = a.form() != Form.LONG || b.form() != Form.LONG;
    Form form = fraction ? Form.DOUBLE : Form.LONG;
    String x = Casts.form(a.java(), a.form(), form);
    String y = Casts.form(b.java(), b.form(), form);
    String java =
        fraction
            ? "Conversions.toLong(" + x + " " + operator + " " + y + ")"
            : "Conversions." + method(operator) + "(" + x + ", " + y + ")";
    DataType width = DataType.of(type.kind() == Kind.INTERVAL_MONTH ? Kind.INTEGER : Kind.BIGINT);
    return gen.strict(type, Casts.range(java, DataType.of(Kind.BIGINT), width), a, b);
  }

  private Value times(String operator, Value left, Value right, DataType type) {
    if (isInterval(left.type()) && isTime(right.type())) {
      return times(operator, right, left, type);
    }
    DataType micros = DataType.timestamp(6);
    if (isTime(left.type()) && isTime(right.type())) {
      String x = gen.casts.local(left.java(), left.type());
      String y = gen.casts.local(right.java(), right.type());
      String java =
          type.kind() == Kind.INTERVAL_MONTH
              ? "TimeFunctions.monthsBetween(" + y + ", " + x + ")"
              : "Conversions.subtract(" + x + ", " + y + ")";
      return gen.strict(type, java, left, right);
    }
    if (right.type().kind() == Kind.INTERVAL_DAY && left.type().kind().isTimestamp()) {
      String java =
          "Conversions." + method(operator) + "(" + left.java() + ", " + right.java() + ")";
      return gen.cast(gen.strict(left.type().withNullable(true), java, left, right), type, false);
    }
    if (right.type().kind() != Kind.INTERVAL_MONTH && right.type().kind() != Kind.INTERVAL_DAY) {
      throw Generator.unsupported("'" + operator + "' of " + left.type() + " and " + right.type());
    }
    String local = gen.casts.local(left.java(), left.type());
    String sign = operator.equals("-") ? "-" : "";
    String java =
        right.type().kind() == Kind.INTERVAL_MONTH
            ? "TimeFunctions.addMonths(" + local + ", " + sign + "(long) " + right.java() + ")"
            : "Conversions." + method(operator) + "(" + local + ", " + right.java() + ")";
    return gen.cast(gen.strict(micros, java, left, right), type, false);
  }
}
