package dev.sluice.expr;

import dev.sluice.expr.Value.Form;
import dev.sluice.function.ObjectFunction;
import dev.sluice.function.ObjectFunctions;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.List;
import java.util.Optional;

/**
 * Code that makes arrays, maps and rows and takes them apart. A nested value either lies in an
 * input vector ({@link Value#input}) or is a Java object as {@link Nested} says.
 */
final class NestedCode {
  private final Generator gen;
  private final Code code;

  NestedCode(Generator generator) {
    gen = generator;
    code = generator.code;
  }

  /** Whether a nested value is a Java object. */
  static boolean isObject(Value value) {
    return value.form() == Form.NESTED && value.input() < 0;
  }

  /** ARRAY[…], MAP[…] and ROW(…): operands in the types of the elements. */
  Value construct(Expr.Call call) {
    List<Expr> operands = call.operands();
    DataType type = call.type();
    String array = code.fresh("v");
    code.line("Object[] " + array + " = new Object[" + operands.size() + "];");
    for (int i = 0; i < operands.size(); i++) {
      DataType element =
          type.children().get(type.kind() == Kind.ARRAY ? 0 : i % type.children().size()).type();
      if (type.kind() == Kind.ROW) {
        element = type.children().get(i).type();
      }
      code.line("{");
      Value value = gen.as(gen.generate(operands.get(i)), element);
      code.line(array + "[" + i + "] = " + boxed(value) + ";\n}");
    }
    String made = type.kind() == Kind.MAP ? "Nested.map(" + array + ")" : array;
    String v = code.fresh("v");
    code.line("final Object " + v + " = " + made + ";");
    return Value.of("false", v, type);
  }

  /** A Java expression for the value as an object, null if it is NULL. */
  String boxed(Value value) {
    if (value.isNull().equals("true")) {
      return "null";
    }
    String object =
        switch (value.form()) {
          case TRUTH -> "Boolean.valueOf(" + value.java() + ")";
          case LONG -> "Long.valueOf(" + value.java() + ")";
          case DOUBLE -> "Double.valueOf(" + value.java() + ")";
          case DECIMAL -> value.java();
          case TEXT -> "Nested.keep(" + value.java() + ")";
          case NESTED ->
              isObject(value)
                  ? value.java()
                  : "Nested.read(in["
                      + value.input()
                      + "].vector(), "
                      + constant(value.type())
                      + ", "
                      + value.position()
                      + ")";
        };
    return value.mayBeNull()
        ? "((" + value.isNull() + ") ? null : (Object) " + object + ")"
        : object;
  }

  private String constant(DataType type) {
    return code.constant(type, "dev.sluice.type.DataType");
  }

  /** The value that an object of {@code type} stands for; null is NULL. */
  Value unboxed(String object, DataType type) {
    if (type.kind() == Kind.NULL) {
      return Value.of("true", "0L", type);
    }
    String o = code.fresh("o");
    String n = code.fresh("n");
    String v = code.fresh("v");
    code.line("final Object " + o + " = " + object + ";");
    code.line("final boolean " + n + " = " + o + " == null;");
    Form form = Form.of(type);
    String taken =
        switch (form) {
          case TRUTH -> "((Boolean) " + o + ").booleanValue()";
          case LONG -> "((Long) " + o + ").longValue()";
          case DOUBLE -> "((Double) " + o + ").doubleValue()";
          case DECIMAL -> "(BigDecimal) " + o;
          case TEXT -> "(Text) " + o;
          case NESTED -> o;
        };
    code.line(
        "final " + form.java + " " + v + " = " + n + " ? " + form.initial + " : " + taken + ";");
    return Value.of(n, v, type.withNullable(true));
  }

  /** Field {@code index} of a row that is an object. */
  Value field(Value row, int index, DataType type) {
    return unboxed(guarded(row, "((Object[]) " + row.java() + ")[" + index + "]"), type);
  }

  private static String guarded(Value value, String java) {
    return value.mayBeNull() ? "(" + value.isNull() + ") ? null : " + java : java;
  }

  /** An element of an array or a map that is an object. */
  Value item(Value container, Expr keyExpr) {
    Value key = gen.generate(keyExpr);
    DataType type = container.type();
    String isNull = Generator.or(container.isNull(), key.isNull());
    String found;
    DataType element;
    if (type.kind() == Kind.ARRAY) {
      element = type.children().get(0).type();
      found =
          "Nested.element("
              + container.java()
              + ", "
              + Casts.form(key.java(), key.form(), Form.LONG)
              + ")";
    } else if (type.kind() == Kind.MAP) {
      element = type.children().get(1).type();
      Value wanted = gen.as(key, type.children().get(0).type());
      found = "Nested.value(" + container.java() + ", " + boxed(wanted) + ")";
    } else {
      throw Generator.unsupported("an element of " + type);
    }
    return unboxed(isNull.equals("false") ? found : "(" + isNull + ") ? null : " + found, element);
  }

  /** A call of a function over objects. */
  Value call(Expr.Call call) {
    List<DataType> types = call.operands().stream().map(Expr::type).toList();
    ObjectFunction function =
        ObjectFunctions.find(call.function(), types, call.type()).orElseThrow();
    String arguments = code.fresh("v");
    code.line("Object[] " + arguments + " = new Object[" + types.size() + "];");
    for (int i = 0; i < types.size(); i++) {
      code.line("{");
      Value value = gen.generate(call.operands().get(i));
      Optional<DataType> alike = ObjectFunctions.alike(call.function(), types, i, call.type());
      Value given = alike.isPresent() ? gen.as(value, alike.get().withNullable(true)) : value;
      code.line(arguments + "[" + i + "] = " + boxed(given) + ";\n}");
    }
    String constant = code.constant(function, "dev.sluice.function.ObjectFunction");
    return unboxed(constant + ".apply(" + arguments + ")", call.type());
  }

  /** How many elements or entries; the value must not be null. */
  static String size(Value container) {
    String length = "((Object[]) " + container.java() + ").length";
    return container.type().kind() == Kind.MAP ? "(" + length + " / 2)" : length;
  }

  /** Whether an array that is an object contains a value. */
  String contains(Value array, Value wanted) {
    Value element = gen.as(wanted, array.type().children().get(0).type());
    return "Nested.contains(" + array.java() + ", " + boxed(element) + ")";
  }

  /** Equality of nested values that are not null. */
  String compare(String operator, Value a, Value b) {
    if (!operator.equals("=") && !operator.equals("<>")) {
      throw Generator.unsupported("ordering values of type " + a.type().withNullable(true));
    }
    if (a.type().kind() != b.type().kind()) {
      throw Generator.unsupported(
          "comparing " + a.type().withNullable(true) + " with " + b.type().withNullable(true));
    }
    Value other = gen.as(b, a.type());
    String same =
        "Nested.same("
            + boxed(notNull(a))
            + ", "
            + boxed(notNull(other))
            + ", "
            + (a.type().kind() == Kind.MAP)
            + ")";
    return operator.equals("=") ? same : "!" + same;
  }

  private static Value notNull(Value value) {
    return new Value("false", value.java(), value.type(), value.input(), value.position());
  }

  /** Converts every element. */
  Value cast(Value from, DataType to, boolean safe) {
    DataType source = from.type();
    boolean shapes = source.kind() == to.kind() && source.children().size() == to.children().size();
    if (!shapes) {
      throw Generator.unsupported(
          "a cast from " + source.withNullable(true) + " to " + to.withNullable(true));
    }
    if (from.isNull().equals("true")) {
      return Value.of("true", "((Object) null)", to);
    }
    String v = code.fresh("v");
    String elements = code.fresh("a");
    String made = code.fresh("a");
    code.line("Object " + v + " = null;");
    code.line("if (!(" + from.isNull() + ")) {");
    code.line("Object[] " + elements + " = (Object[]) " + boxed(notNull(from)) + ";");
    code.line("Object[] " + made + " = new Object[" + elements + ".length];");
    int width = source.children().size();
    if (to.kind() == Kind.ROW) {
      for (int i = 0; i < width; i++) {
        convert(elements, made, String.valueOf(i), source, to, i, safe);
      }
    } else {
      String j = code.fresh("j");
      code.line(
          "for (int "
              + j
              + " = 0; "
              + j
              + " < "
              + elements
              + ".length; "
              + j
              + " += "
              + width
              + ") {");
      for (int i = 0; i < width; i++) {
        convert(elements, made, i == 0 ? j : j + " + " + i, source, to, i, safe);
      }
      code.line("}");
    }
    String whole = to.kind() == Kind.MAP ? "Nested.map(" + made + ")" : made;
    code.line(v + " = " + whole + ";\n}");
    return Value.of(from.isNull(), v, to);
  }

  private void convert(
      String from,
      String to,
      String index,
      DataType source,
      DataType target,
      int child,
      boolean safe) {
    code.line("{");
    Value element = unboxed(from + "[" + index + "]", source.children().get(child).type());
    Value converted = gen.cast(element, target.children().get(child).type(), safe);
    code.line(to + "[" + index + "] = " + boxed(converted) + ";\n}");
  }
}
