package dev.sluice.expr;

import dev.sluice.expr.Value.Form;
import dev.sluice.function.user.JavaTypes;
import dev.sluice.function.user.UserClass;
import dev.sluice.function.user.UserCode;
import dev.sluice.function.user.UserMethod;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JavaFunction;
import dev.sluice.type.DataType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Code that calls users' methods. Numbers, truths and strings are handed over as they are; every
 * other value goes through {@link dev.sluice.function.user.UserValues}. The planner has converted
 * each argument to the type of its parameter.
 */
final class UserCalls {
  private static final Map<Class<?>, Class<?>> PRIMITIVES =
      Map.of(
          Boolean.class, boolean.class,
          Byte.class, byte.class,
          Short.class, short.class,
          Integer.class, int.class,
          Long.class, long.class,
          Float.class, float.class,
          Double.class, double.class);

  private static final String VALUES = "dev.sluice.function.user.UserValues.";

  private final Generator gen;
  private final Code code;

  UserCalls(Generator generator) {
    gen = generator;
    code = generator.code;
  }

  Value generate(JavaFunction function, Expr.Call call) {
    UserMethod method = UserClass.method(function);
    Class<?> owner = UserCode.load(function.className(), function.jars());
    code.userClass(owner);
    List<Value> arguments = new ArrayList<>();
    List<String> strict = new ArrayList<>();
    for (int i = 0; i < call.operands().size(); i++) {
      Value value = gen.generate(call.operands().get(i));
      arguments.add(value);
      if (method.strictAt(i)) {
        strict.add(value.isNull());
      }
    }
    String instance = code.constant(UserCode.instance(owner), owner.getCanonicalName());
    String java = instance + "." + method.method().getName() + "(" + list(method, arguments) + ")";
    String isNull = Generator.or(strict.toArray(new String[0]));
    if (isNull.equals("true")) {
      return gen.generate(Expr.Literal.nullOf(call.type()));
    }
    if (method.method().getReturnType() == void.class) {
      return called(
          function, method, arguments, instance + ".takeCollected()", java, isNull, call.type());
    }
    return called(function, method, arguments, java, "", isNull, call.type());
  }

  private Value called(
      JavaFunction function,
      UserMethod method,
      List<Value> arguments,
      String java,
      String before,
      String strict,
      DataType type) {
    Class<?> returned = method.method().getReturnType();
    Class<?> primitive = PRIMITIVES.getOrDefault(returned, returned);
    Form form = Form.of(type);
    boolean direct =
        before.isEmpty() && primitive.isPrimitive() && (form == Form.LONG || form == Form.DOUBLE)
            || primitive == boolean.class && form == Form.TRUTH;
    String n = code.fresh("n");
    String r = code.fresh("r");
    String kept = direct ? (form == Form.TRUTH ? "boolean" : form.java) : "Object";
    code.line("boolean " + n + " = " + strict + ";");
    code.line(kept + " " + r + " = " + (direct ? form.initial : "null") + ";");
    code.line("if (!" + n + ") {try {" + (before.isEmpty() ? "" : before + ";"));
    if (direct && returned.isPrimitive()) {
      code.line(r + " = " + java + ";");
    } else if (direct) {
      String boxed = code.fresh("r");
      code.line(returned.getSimpleName() + " " + boxed + " = " + java + ";");
      String taken = boxed + "." + primitive.getName() + "Value()";
      code.line("if (" + boxed + " == null) {" + n + " = true;} else {" + r + " = " + taken + ";}");
    } else {
      String converted = VALUES + "fromJava(" + java + ", " + constant(type) + ")";
      code.line(r + " = " + converted + ";\n" + n + " = " + r + " == null;");
    }
    code.line("} catch (Throwable failure) {throw dev.sluice.function.user.UserMethod.failed(");
    code.line(
        code.constant(function.name(), "String")
            + ", failure, new Object[] {"
            + String.join(", ", arguments.stream().map(gen.nested::boxed).toList())
            + "}, "
            + code.constant(
                arguments.stream().map(Value::type).toArray(DataType[]::new),
                "dev.sluice.type.DataType[]")
            + ");}}");
    if (direct) {
      boolean never = strict.equals("false") && returned.isPrimitive();
      return Value.of(never ? "false" : n, r, type);
    }
    return gen.nested.unboxed(r, type);
  }

  private String list(UserMethod method, List<Value> arguments) {
    List<String> java = new ArrayList<>();
    int plain = method.params().size() - (method.variadic() ? 1 : 0);
    for (int i = 0; i < plain; i++) {
      java.add(argument(arguments.get(i), method.params().get(i)));
    }
    if (method.variadic()) {
      UserMethod.Param param = method.param(plain);
      List<String> rest = new ArrayList<>();
      for (Value value : arguments.subList(plain, arguments.size())) {
        rest.add(argument(value, param));
      }
      java.add(
          "new "
              + JavaTypes.erase(param.java()).getCanonicalName()
              + "[] {"
              + String.join(", ", rest)
              + "}");
    }
    return String.join(", ", java);
  }

  private String argument(Value value, UserMethod.Param param) {
    Class<?> type = JavaTypes.erase(param.java());
    if (type.isPrimitive()) {
      return "(" + type.getName() + ") " + value.java();
    }
    String name = type.getCanonicalName();
    if (value.isNull().equals("true")) {
      return "(" + name + ") null";
    }
    String object;
    if (PRIMITIVES.containsKey(type)) {
      Class<?> primitive = PRIMITIVES.get(type);
      object = name + ".valueOf((" + primitive.getName() + ") " + value.java() + ")";
    } else if (type == String.class) {
      object = value.java() + ".toString()";
    } else if (type == BigDecimal.class) {
      object = value.java();
    } else {
      return "("
          + name
          + ") "
          + VALUES
          + "toJava("
          + gen.nested.boxed(value)
          + ", "
          + constant(value.type())
          + ", "
          + code.constant(param.java(), Type.class.getName())
          + ")";
    }
    return value.mayBeNull()
        ? "(" + name + ") ((" + value.isNull() + ") ? null : (Object) " + object + ")"
        : object;
  }

  private String constant(DataType type) {
    return code.constant(type, "dev.sluice.type.DataType");
  }
}
