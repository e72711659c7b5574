package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.Expr.Call;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.validate.JavaFunctions;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.calcite.avatica.util.ByteString;
import org.apache.calcite.avatica.util.TimeUnitRange;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.NlsString;
import org.apache.calcite.util.TimeString;
import org.apache.calcite.util.TimestampString;

/** Turns Calcite's row expressions into ours. Single-threaded. */
final class ExprTranslator {
  private static final long MICROS = 1_000_000;

  private final RexBuilder rexBuilder;
  private final IntFunction<Expr> inputs;
  private final Function<RexOver, Expr> overs;

  /** {@code inputs} gives the expression that stands for each input column. */
  ExprTranslator(RexBuilder rexBuilder, IntFunction<Expr> inputs) {
    this(
        rexBuilder,
        inputs,
        over -> {
          throw UserError.of(ErrorCode.UNSUPPORTED, "an OVER window is not supported at this place")
              .withHint(
                  "compute it in a subquery of its own: FROM (SELECT …, f() OVER (…) AS c …)");
        });
  }

  /** As above; {@code overs} gives the expression that stands for a function over a window. */
  ExprTranslator(RexBuilder rexBuilder, IntFunction<Expr> inputs, Function<RexOver, Expr> overs) {
    this.rexBuilder = rexBuilder;
    this.inputs = inputs;
    this.overs = overs;
  }

  Expr translate(RexNode node) {
    if (node instanceof RexInputRef ref) {
      return inputs.apply(ref.getIndex());
    }
    if (node instanceof RexLiteral literal) {
      return literal(literal);
    }
    if (node instanceof RexFieldAccess access) {
      return new Expr.FieldAccess(
          translate(access.getReferenceExpr()), access.getField().getIndex(), type(node));
    }
    if (node instanceof RexOver over) {
      return overs.apply(over);
    }
    if (node instanceof RexCall call) {
      return call(call);
    }
    throw unsupported("'" + node + "' (" + node.getKind() + ")");
  }

  private static DataType type(RexNode node) {
    return SqlTypes.fromCalcite(node.getType());
  }

  private static UserError unsupported(String what) {
    return UserError.of(ErrorCode.UNSUPPORTED, "the expression " + what + " is not supported");
  }

  private Expr call(RexCall call) {
    DataType type = type(call);
    return switch (call.getKind()) {
      case SEARCH -> translate(RexUtil.expandSearch(rexBuilder, null, call));
      case CAST -> cast(call.getOperands().get(0), type, false);
      case SAFE_CAST -> cast(call.getOperands().get(0), type, true);
      case CASE -> caseOf(call, type);
      case REINTERPRET -> translate(call.getOperands().get(0));
      case NOT_EQUALS -> named("<>", call, type);
      case MINUS_PREFIX -> named("UNARY_MINUS", call, type);
      case PLUS_PREFIX -> translate(call.getOperands().get(0));
      case MOD -> named("MOD", call, type);
      case ROW -> named("ROW", call, type);
      case ARRAY_VALUE_CONSTRUCTOR -> named("ARRAY", call, type);
      case MAP_VALUE_CONSTRUCTOR -> named("MAP", call, type);
      case ITEM -> item(call, type);
      case DOT -> dot(call, type);
      case IN,
          EXISTS,
          SOME,
          ALL,
          SCALAR_QUERY,
          ARRAY_QUERY_CONSTRUCTOR,
          MAP_QUERY_CONSTRUCTOR,
          MULTISET_QUERY_CONSTRUCTOR ->
          throw UserError.of(
              ErrorCode.UNSUPPORTED, "subqueries in expressions are not supported yet");
      default -> other(call, type);
    };
  }

  private Expr other(RexCall call, DataType type) {
    Optional<JavaFunctionDef> java = JavaFunctions.of(call.getOperator());
    if (java.isPresent()) {
      return java(java.get(), call, type);
    }
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    if (name.contains("JSON")) {
      return new JsonCalls(this).translate(name, call, type);
    }
    Call plain = named(name, call, type);
    return name.equals("EXTRACT")
            && plain.operands().get(0) instanceof Expr.Literal unit
            && IntervalParts.isInterval(plain.operands().get(1))
        ? IntervalParts.of((String) unit.value().orElseThrow(), plain.operands().get(1), type)
        : plain;
  }

  Call named(String name, RexCall call, DataType type) {
    List<Expr> operands = new ArrayList<>();
    for (RexNode operand : call.getOperands()) {
      operands.add(translate(operand));
    }
    return new Call(name, operands, type);
  }

  /** A call of a user's method, every argument in the type it takes. */
  private Call java(JavaFunctionDef function, RexCall call, DataType type) {
    List<Expr> operands = call.getOperands().stream().map(this::translate).toList();
    JavaFunctionDef.Overload overload =
        function.resolve(operands.stream().map(Expr::type).toList()).orElseThrow();
    List<Expr> arguments = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      arguments.add(inType(operands.get(i), overload.argument(i, operands.get(i).type())));
    }
    return new Call(function.function(overload).id(), arguments, type);
  }

  /** An expression in exactly that type. */
  static Expr inType(Expr expr, DataType type) {
    if (expr instanceof Expr.Literal literal && literal.value().isEmpty()) {
      return Expr.Literal.nullOf(type);
    }
    return expr.type().sameApartFromNullability(type) ? expr : new Expr.Cast(expr, type, false);
  }

  private Expr item(RexCall call, DataType type) {
    Expr container = translate(call.getOperands().get(0));
    if (container.type().kind() == Kind.ROW
        && call.getOperands().get(1) instanceof RexLiteral key) {
      String field = key.getValueAs(String.class);
      for (int i = 0; i < container.type().children().size(); i++) {
        if (container.type().children().get(i).name().equalsIgnoreCase(field)) {
          return new Expr.FieldAccess(container, i, type);
        }
      }
    }
    return named("ITEM", call, type);
  }

  private Expr dot(RexCall call, DataType type) {
    return item(call, type);
  }

  private Expr cast(RexNode operand, DataType type, boolean safe) {
    Expr inner = translate(operand);
    if (inner instanceof Expr.Literal literal && literal.value().isEmpty()) {
      return Expr.Literal.nullOf(type);
    }
    DataType target = safe ? type.withNullable(true) : type;
    return inner.type().sameApartFromNullability(target)
        ? inner
        : new Expr.Cast(inner, target, safe);
  }

  private Expr caseOf(RexCall call, DataType type) {
    List<Expr.Case.When> whens = new ArrayList<>();
    List<RexNode> operands = call.getOperands();
    for (int i = 0; i + 1 < operands.size(); i += 2) {
      whens.add(new Expr.Case.When(translate(operands.get(i)), branch(operands.get(i + 1), type)));
    }
    Expr otherwise = branch(operands.get(operands.size() - 1), type);
    // A column may take NULL though Calcite does not know: outer rows, rows of a match.
    boolean nullable =
        type.nullable()
            || otherwise.type().nullable()
            || whens.stream().anyMatch(w -> w.result().type().nullable());
    return new Expr.Case(whens, otherwise, type.withNullable(nullable));
  }

  /** A branch of CASE in the type of the whole. */
  private Expr branch(RexNode node, DataType type) {
    Expr value = translate(node);
    if (value instanceof Expr.Literal literal && literal.value().isEmpty()) {
      return Expr.Literal.nullOf(type);
    }
    return value.type().sameApartFromNullability(type)
        ? value
        : new Expr.Cast(value, type.withNullable(value.type().nullable()), false);
  }

  private static Expr.Literal literal(RexLiteral literal) {
    if (literal.getTypeName() == SqlTypeName.SYMBOL) {
      Object symbol = literal.getValue();
      String word = symbol instanceof TimeUnitRange range ? range.name() : String.valueOf(symbol);
      return Expr.Literal.of(word, DataType.string().notNull());
    }
    DataType type = SqlTypes.fromCalcite(literal.getType());
    if (literal.isNull()) {
      return Expr.Literal.nullOf(type);
    }
    return Expr.Literal.of(value(literal, type), type.notNull());
  }

  private static Object value(RexLiteral literal, DataType type) {
    return switch (type.kind()) {
      case BOOLEAN -> RexLiteral.booleanValue(literal);
      case TINYINT, SMALLINT, INTEGER, BIGINT ->
          literal.getValueAs(BigDecimal.class).longValueExact();
      case FLOAT, DOUBLE -> literal.getValueAs(Double.class);
      case DECIMAL ->
          literal
              .getValueAs(BigDecimal.class)
              .setScale(type.scale(), java.math.RoundingMode.HALF_UP);
      case VARCHAR ->
          literal.getValue() instanceof NlsString text
              ? text.getValue()
              : literal.getValueAs(String.class);
      case VARBINARY -> literal.getValueAs(ByteString.class).toString(16);
      case DATE -> (long) literal.getValueAs(DateString.class).getDaysSinceEpoch();
      case TIME -> (long) literal.getValueAs(TimeString.class).getMillisOfDay();
      case TIMESTAMP, TIMESTAMP_LTZ -> micros(literal.getValueAs(TimestampString.class));
      case INTERVAL_MONTH -> literal.getValueAs(BigDecimal.class).longValueExact();
      case INTERVAL_DAY ->
          literal
              .getValueAs(BigDecimal.class)
              .multiply(BigDecimal.valueOf(1000))
              .setScale(0, java.math.RoundingMode.DOWN)
              .longValueExact();
      default -> throw unsupported("'" + literal + "'");
    };
  }

  private static long micros(TimestampString text) {
    java.time.LocalDateTime time = java.time.LocalDateTime.parse(text.toString().replace(' ', 'T'));
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(java.time.ZoneOffset.UTC), MICROS),
        time.getNano() / 1000);
  }

  /** Whether a call is a group function such as {@code TUMBLE_START}. */
  static boolean isAuxiliary(RexNode node) {
    SqlKind kind = node.getKind();
    return kind == SqlKind.TUMBLE_START
        || kind == SqlKind.TUMBLE_END
        || kind == SqlKind.HOP_START
        || kind == SqlKind.HOP_END
        || kind == SqlKind.SESSION_START;
  }
}
