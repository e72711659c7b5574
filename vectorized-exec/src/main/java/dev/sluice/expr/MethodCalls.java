package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.Value.Form;
import dev.sluice.function.Buffer;
import dev.sluice.function.EvalContext;
import dev.sluice.function.ScalarFunctions;
import dev.sluice.function.TimeFunctions;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Code of calls of the functions that are Java methods. */
final class MethodCalls {
  private final Generator gen;
  private final Code code;

  MethodCalls(Generator generator) {
    gen = generator;
    code = generator.code;
  }

  Value generate(Expr.Call call) {
    List<Expr> operands = call.operands();
    Method method =
        ScalarFunctions.find(call.function(), operands.stream().map(Expr::type).toList())
            .orElseThrow(() -> unknown(call));
    List<Value> values = new ArrayList<>();
    for (Expr operand : operands) {
      values.add(gen.generate(operand));
    }
    if (values.stream().anyMatch(v -> v.isNull().equals("true"))) {
      return gen.generate(Expr.Literal.nullOf(call.type()));
    }
    StringBuilder java = new StringBuilder();
    String separator = "";
    int next = 0;
    for (Class<?> type : method.getParameterTypes()) {
      java.append(separator);
      separator = ", ";
      if (type == Buffer.class) {
        java.append(code.object("Buffer", ""));
      } else if (type == EvalContext.class) {
        java.append(gen.context);
      } else {
        java.append(argument(values.get(next++), type, method));
      }
    }
    String text =
        method.getDeclaringClass().getSimpleName() + "." + method.getName() + "(" + java + ")";
    Value result = call(method, text, values.toArray(new Value[0]));
    return finish(result, method, call.type());
  }

  private static UserError unknown(Expr.Call call) {
    List<String> types =
        call.operands().stream().map(o -> o.type().withNullable(true).sql()).toList();
    boolean aggregate = Calls.isAggregate(call.function());
    return UserError.of(
        ErrorCode.UNSUPPORTED,
        "the "
            + (aggregate ? "aggregate" : "function")
            + " '"
            + call.function()
            + "' of ("
            + String.join(", ", types)
            + ") is not supported here");
  }

  private String argument(Value v, Class<?> type, Method method) {
    if (type == String.class) {
      return v.java() + ".toString()";
    }
    if (type == BigDecimal.class) {
      return Casts.form(v.java(), v.form(), Form.DECIMAL);
    }
    if (type == double.class) {
      return Casts.form(v.java(), v.form(), Form.DOUBLE);
    }
    if (type != long.class) {
      return v.java();
    }
    Kind kind = v.type().kind();
    if (method.getDeclaringClass() == TimeFunctions.class && !method.getName().equals("lastDay")) {
      boolean time = kind == Kind.DATE || kind == Kind.TIME || kind == Kind.TIMESTAMP_LTZ;
      if (time) {
        return gen.casts.local(v.java(), v.type());
      }
    } else if (kind.isTimestamp()) {
      return gen.casts.convert(v.java(), v.type(), DataType.of(Kind.DATE));
    }
    return kind.isNumeric() ? Casts.form(v.java(), v.form(), Form.LONG) : v.java();
  }

  /** The call, with the method's null as NULL, in the natural type of its result. */
  private Value call(Method method, String java, Value[] values) {
    Class<?> returned = method.getReturnType();
    DataType natural =
        returned == String.class || dev.sluice.function.Text.class.isAssignableFrom(returned)
            ? DataType.string()
            : returned == boolean.class
                ? DataType.of(Kind.BOOLEAN)
                : returned == double.class
                    ? DataType.of(Kind.DOUBLE)
                    : returned == BigDecimal.class
                        ? DataType.decimal(38, 38)
                        : DataType.of(Kind.BIGINT);
    if (returned.isPrimitive() || returned == BigDecimal.class) {
      return gen.strict(natural, java, values);
    }
    String isNull = Generator.or(Arrays.stream(values).map(Value::isNull).toArray(String[]::new));
    Form form = Form.of(natural);
    String n = code.fresh("n");
    String v = code.fresh("v");
    String r = code.fresh("r");
    code.line("boolean " + n + " = " + isNull + ";");
    code.line(form.java + " " + v + " = " + form.initial + ";");
    code.line("if (!" + n + ") {\n" + returned.getSimpleName() + " " + r + " = " + java + ";");
    String taken =
        returned == String.class
            ? code.object("Buffer", "") + ".put(" + r + ")"
            : returned == Long.class ? r + ".longValue()" : r;
    code.line("if (" + r + " == null) {" + n + " = true;} else {" + v + " = " + taken + ";}\n}");
    return Value.of(
        ScalarFunctions.mayBeNull(method) ? n : isNull.equals("false") ? "false" : n, v, natural);
  }

  private Value finish(Value result, Method method, DataType type) {
    Form form = Form.of(type);
    if (form == Form.TEXT || form == Form.TRUTH) {
      return Value.of(result.isNull(), result.java(), type);
    }
    if (!type.kind().isNumeric()) {
      boolean shifted =
          type.kind() == Kind.TIMESTAMP_LTZ
              && method.getDeclaringClass() == TimeFunctions.class
              && method.getName().equals("add");
      if (type.kind() == Kind.DATE && method.getName().equals("add") || shifted) {
        return gen.cast(
            Value.of(result.isNull(), result.java(), DataType.timestamp(6)), type, false);
      }
      return Value.of(result.isNull(), result.java(), type);
    }
    return result.type().kind() == type.kind() && form != Form.DECIMAL
        ? Value.of(result.isNull(), result.java(), type)
        : gen.cast(result, type, false);
  }
}
