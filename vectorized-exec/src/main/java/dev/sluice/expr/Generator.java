package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.Value.Form;
import dev.sluice.function.EvalContext;
import dev.sluice.function.Text;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Writes the statements that compute an expression for row {@code p}. Single-threaded. */
final class Generator {
  final Code code;
  final Casts casts;
  final String context;
  final NestedCode nested;
  private final Calls calls;

  Generator(Code code, EvalContext evalContext) {
    this.code = code;
    this.context = code.constant(evalContext, "EvalContext");
    this.casts = new Casts(code, code.constant(evalContext.zone(), "java.time.ZoneId"));
    this.nested = new NestedCode(this);
    this.calls = new Calls(this);
  }

  Value generate(Expr expr) {
    if (expr instanceof Expr.ColumnRef ref) {
      return read(code.input(List.of(ref.index()), ref.type()), "p", "false", ref.type());
    }
    if (expr instanceof Expr.Literal literal) {
      return literal(literal);
    }
    if (expr instanceof Expr.Cast cast) {
      return cast(generate(cast.operand()), cast.type(), cast.safe());
    }
    if (expr instanceof Expr.Case conditional) {
      return conditional(conditional.whens(), conditional.otherwise(), conditional.type());
    }
    if (expr instanceof Expr.FieldAccess access) {
      Value row = generate(access.row());
      if (row.isNull().equals("true")) {
        return literal(Expr.Literal.nullOf(access.type()));
      }
      if (NestedCode.isObject(row)) {
        return nested.field(row, access.field(), access.type());
      }
      return read(
          child(row, access.type(), access.field()),
          row.position(),
          row.isNull(),
          access.type().withNullable(true));
    }
    return calls.generate((Expr.Call) expr);
  }

  /** The input one or more steps below a nested value. */
  int child(Value nested, DataType type, int... steps) {
    List<Integer> path = new ArrayList<>(code.path(nested.input()));
    for (int step : steps) {
      path.add(step);
    }
    return code.input(List.copyOf(path), type);
  }

  /** The value of an input at a position, unless {@code parentNull}. */
  Value read(int k, String at, String parentNull, DataType type) {
    String isNull = "false";
    if (type.nullable() || !parentNull.equals("false")) {
      isNull = code.fresh("n");
      code.line(
          "boolean "
              + isNull
              + " = "
              + or(parentNull, "(y" + k + " != 0L && !Result.bit(y" + k + ", " + at + "))")
              + ";");
    }
    Form form = Form.of(type);
    if (type.kind() == Kind.NULL) {
      return Value.of("true", "0L", type);
    }
    if (form == Form.NESTED) {
      return new Value(isNull, "null", type, k, at);
    }
    String v = code.fresh("v");
    if (form == Form.TEXT) {
      v = code.object("Text", "");
      String from = code.fresh("v");
      code.line("if (!" + isNull + ") {");
      code.line("int " + from + " = MemoryUtil.getInt(f" + k + " + 4L * " + at + ");");
      code.line(
          v
              + ".set(b"
              + k
              + ", "
              + from
              + " - s"
              + k
              + ", MemoryUtil.getInt(f"
              + k
              + " + 4L * "
              + at
              + " + 4L) - "
              + from
              + ");\n}");
      return Value.of(isNull, v, type);
    }
    code.line(form.java + " " + v + " = " + form.initial + ";");
    code.line("if (!" + isNull + ") {" + v + " = " + fixed(k, at, type) + ";}");
    return Value.of(isNull, v, type);
  }

  private static String fixed(int k, String p, DataType type) {
    return switch (type.kind()) {
      case BOOLEAN -> "Result.bit(d" + k + ", " + p + ")";
      case TINYINT -> "MemoryUtil.getByte(d" + k + " + " + p + ")";
      case SMALLINT -> "MemoryUtil.getShort(d" + k + " + 2L * " + p + ")";
      case INTEGER, DATE, TIME, INTERVAL_MONTH -> "MemoryUtil.getInt(d" + k + " + 4L * " + p + ")";
      case FLOAT -> "Float.intBitsToFloat(MemoryUtil.getInt(d" + k + " + 4L * " + p + "))";
      case DOUBLE -> "Double.longBitsToDouble(MemoryUtil.getLong(d" + k + " + 8L * " + p + "))";
      case DECIMAL -> "Result.decimal(d" + k + ", " + p + ", " + type.scale() + ")";
      default -> "MemoryUtil.getLong(d" + k + " + 8L * " + p + ")";
    };
  }

  private Value literal(Expr.Literal literal) {
    DataType type = literal.type();
    Form form = Form.of(type);
    if (literal.value().isEmpty()) {
      return Value.of("true", "((" + form.java + ") " + form.initial + ")", type);
    }
    Object value = literal.value().get();
    String java =
        switch (form) {
          case TRUTH -> value.toString();
          case LONG -> ((Number) value).longValue() + "L";
          case DOUBLE ->
              "Double.longBitsToDouble("
                  + Double.doubleToRawLongBits(((Number) value).doubleValue())
                  + "L)";
          case DECIMAL -> code.constant(new BigDecimal(value.toString()), "BigDecimal");
          case TEXT ->
              code.constant(
                  type.kind() == Kind.VARCHAR
                      ? Text.of(value.toString())
                      : Text.ofBytes(HexFormat.of().parseHex(value.toString())),
                  "Text");
          case NESTED -> throw unsupported("a literal of type " + type);
        };
    return Value.of("false", java, type);
  }

  static UserError unsupported(String what) {
    return UserError.of(ErrorCode.UNSUPPORTED, what + " is not supported");
  }

  static String or(String... conditions) {
    List<String> real = new ArrayList<>();
    for (String condition : conditions) {
      if (!condition.equals("false") && !real.contains(condition)) {
        real.add(condition);
      }
    }
    if (real.contains("true")) {
      return "true";
    }
    return real.isEmpty() ? "false" : String.join(" || ", real);
  }

  /** {@code java} unless an operand is null. */
  Value strict(DataType type, String java, Value... operands) {
    String isNull = or(Arrays.stream(operands).map(Value::isNull).toArray(String[]::new));
    Form form = Form.of(type);
    String v = code.fresh("v");
    if (isNull.equals("false")) {
      code.line("final " + form.java + " " + v + " = " + java + ";");
      return Value.of("false", v, type);
    }
    String n = code.fresh("n");
    code.line("final boolean " + n + " = " + isNull + ";");
    code.line(form.java + " " + v + " = " + form.initial + ";");
    code.line("if (!" + n + ") {" + v + " = " + java + ";}");
    return Value.of(n, v, type);
  }

  Value cast(Value from, DataType to, boolean safe) {
    if (from.isNull().equals("true")) {
      return literal(Expr.Literal.nullOf(to));
    }
    if (from.form() == Form.NESTED) {
      if (!compatible(from.type(), to)) {
        return nested.cast(from, to, safe);
      }
      return new Value(from.isNull(), from.java(), to, from.input(), from.position());
    }
    String java = casts.convert(from.java(), from.type(), to);
    if (java.equals(from.java())) {
      return Value.of(from.isNull(), java, to);
    }
    if (!safe) {
      return strict(to, java, from);
    }
    String n = code.fresh("n");
    Form form = Form.of(to);
    String v = code.fresh("v");
    code.line("boolean " + n + " = " + from.isNull() + ";");
    code.line(form.java + " " + v + " = " + form.initial + ";");
    code.line(
        "if (!"
            + n
            + ") {try {"
            + v
            + " = "
            + java
            + ";} catch (EvalError e) {"
            + n
            + " = true;}}");
    return Value.of(n, v, to);
  }

  private static boolean compatible(DataType a, DataType b) {
    if (a.kind() != b.kind() || a.children().size() != b.children().size()) {
      return false;
    }
    for (int i = 0; i < a.children().size(); i++) {
      boolean renamed = !a.children().get(i).name().equals(b.children().get(i).name());
      if (renamed || !compatible(a.children().get(i).type(), b.children().get(i).type())) {
        return false;
      }
    }
    return a.kind().isNested() || a.scale() == b.scale();
  }

  /** A value in the representation of {@code type}, converted if it must be. */
  Value as(Value value, DataType type) {
    boolean same =
        !type.kind().isNested()
            && value.type().kind() == type.kind()
            && value.type().precision() == type.precision()
            && value.type().scale() == type.scale();
    return same || type.kind() == Kind.NULL ? value : cast(value, type, false);
  }

  /** CASE: later operands are computed only if earlier conditions fail. */
  Value conditional(List<Expr.Case.When> whens, Expr otherwise, DataType type) {
    Form form = Form.of(type);
    String n = code.fresh("n");
    String v = code.fresh("v");
    code.line("boolean " + n + " = true;");
    code.line(form.java + " " + v + " = " + form.initial + ";");
    StringBuilder ends = new StringBuilder();
    for (Expr.Case.When when : whens) {
      Value condition = generate(when.condition());
      code.line("if (" + isTrue(condition) + ") {");
      assign(n, v, when.result(), type);
      code.line("} else {");
      ends.append('}');
    }
    assign(n, v, otherwise, type);
    code.line(ends.toString());
    return Value.of(type.nullable() ? n : "false", v, type);
  }

  void assign(String n, String v, Expr expr, DataType type) {
    Value value = as(generate(expr), type);
    code.line(n + " = " + value.isNull() + ";");
    if (!value.isNull().equals("true")) {
      String java = value.form() == Form.NESTED ? nested.boxed(value) : value.java();
      code.line("if (!" + n + ") {" + v + " = " + java + ";}");
    }
  }

  static String isTrue(Value truth) {
    return truth.mayBeNull()
        ? "(!(" + truth.isNull() + ") && " + truth.java() + ")"
        : "(" + truth.java() + ")";
  }

  /** Writes the value to the result at {@code p}. */
  void write(Value given, DataType type) {
    Value value = as(given, type);
    if (value.isNull().equals("true")) {
      return;
    }
    String v = value.java();
    code.line("if (!(" + value.isNull() + ")) {");
    switch (value.form()) {
      case TRUTH -> code.line("if (" + v + ") {Result.setBit(base, p);}\nout.valid(p);");
      case DECIMAL -> code.line("out.decimal(p, " + v + ");");
      case TEXT -> code.line("out.text(p, " + v + ");");
      case NESTED -> {
        if (NestedCode.isObject(value)) {
          code.line("out.nested(p, " + v + ");");
        } else {
          code.line("out.copy(p, in[" + value.input() + "].vector(), " + value.position() + ");");
        }
      }
      default -> code.line(put(type, v) + "\nout.valid(p);");
    }
    code.line("}");
  }

  private static String put(DataType type, String v) {
    return switch (type.kind()) {
      case TINYINT -> "MemoryUtil.putByte(base + p, (byte) " + v + ");";
      case SMALLINT -> "MemoryUtil.putShort(base + 2L * p, (short) " + v + ");";
      case INTEGER, DATE, TIME, INTERVAL_MONTH ->
          "MemoryUtil.putInt(base + 4L * p, (int) " + v + ");";
      case FLOAT -> "MemoryUtil.putInt(base + 4L * p, Float.floatToRawIntBits((float) " + v + "));";
      case DOUBLE -> "MemoryUtil.putLong(base + 8L * p, Double.doubleToRawLongBits(" + v + "));";
      default -> "MemoryUtil.putLong(base + 8L * p, " + v + ");";
    };
  }
}
