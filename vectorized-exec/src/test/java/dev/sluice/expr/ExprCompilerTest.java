package dev.sluice.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

class ExprCompilerTest {
  private static final DataType INT = DataType.of(Kind.INTEGER);
  private static final DataType BIGINT = DataType.of(Kind.BIGINT);
  private static final DataType DOUBLE = DataType.of(Kind.DOUBLE);
  private static final DataType BOOL = DataType.of(Kind.BOOLEAN);
  private static final DataType STRING = DataType.string();
  private static final DataType TS = DataType.timestamp(3);
  private static final DataType LTZ = DataType.of(Kind.TIMESTAMP_LTZ, 3);
  private static final DataType DAYS = DataType.of(Kind.INTERVAL_DAY, 3);

  private static Expr lit(Object value, DataType type) {
    return value == null ? Expr.Literal.nullOf(type) : Expr.Literal.of(value, type.notNull());
  }

  private static Expr call(String name, DataType type, Expr... operands) {
    return new Expr.Call(name, List.of(operands), type);
  }

  private static Expr col(int index, DataType type) {
    return new Expr.ColumnRef(index, type);
  }

  /** The values of one expression over rows, each in a column of the given types. */
  private static List<Object> eval(
      Expr expr, List<DataType> types, EvalContext context, Object[]... rows) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(new Field("c" + i, types.get(i)));
    }
    Schema schema = new Schema(fields);
    Schema output = Schema.of(new Field("r", expr.type()));
    List<Object> values = new ArrayList<>();
    try (RootAllocator allocator = new RootAllocator();
        BatchProgram program =
            ExprCompiler.compile(schema, Optional.empty(), List.of(expr), output, context);
        BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (Object[] row : rows) {
        builder.add(RowKind.INSERT, row);
      }
      try (RecordBatch batch = program.run(builder.build(), allocator).orElseThrow()) {
        FieldVector vector = batch.vector(0);
        for (int i = 0; i < batch.rowCount(); i++) {
          Object value = vector.getObject(batch.position(i));
          values.add(
              value == null || value instanceof Number || value instanceof Boolean
                  ? value
                  : value.toString());
        }
      }
    }
    return values;
  }

  private static Object value(Expr expr) {
    return eval(expr, List.of(INT), EvalContext.UTC, new Object[] {0L}).get(0);
  }

  /** The expression over columns, one row, and over constants: both must agree. */
  private static Object both(String name, DataType type, DataType[] types, Object... values) {
    Expr[] columns = new Expr[values.length];
    Expr[] constants = new Expr[values.length];
    for (int i = 0; i < values.length; i++) {
      columns[i] = col(i, types[i]);
      constants[i] = lit(values[i], types[i]);
    }
    Object constant = value(call(name, type, constants));
    Object column =
        eval(call(name, type, columns), Arrays.asList(types), EvalContext.UTC, values).get(0);
    assertThat(column).as(name).isEqualTo(constant);
    return column;
  }

  private static Object ints(String name, Long a, Long b) {
    return both(name, INT, new DataType[] {INT, INT}, a, b);
  }

  private static Object truth(String name, Boolean a, Boolean b) {
    return both(name, BOOL, new DataType[] {BOOL, BOOL}, a, b);
  }

  private static Object strings(String name, DataType type, String... values) {
    DataType[] types = new DataType[values.length];
    Arrays.fill(types, STRING);
    return both(name, type, types, (Object[]) values);
  }

  private static Object cast(Object value, DataType from, DataType to) {
    Object plain =
        eval(
                new Expr.Cast(col(0, from), to, false),
                List.of(from),
                EvalContext.UTC,
                new Object[] {value})
            .get(0);
    assertThat(value(new Expr.Cast(lit(value, from), to, true))).isEqualTo(plain);
    return plain;
  }

  @Test
  void computesWithIntegersAndNulls() {
    assertThat(ints("+", 2L, 3L)).isEqualTo(5);
    assertThat(ints("-", 2L, 3L)).isEqualTo(-1);
    assertThat(ints("*", -2L, 3L)).isEqualTo(-6);
    assertThat(ints("/", -7L, 2L)).isEqualTo(-3);
    assertThat(ints("MOD", -7L, 2L)).isEqualTo(-1);
    assertThat(ints("+", null, 3L)).isNull();
    assertThat(value(call("UNARY_MINUS", INT, lit(4L, INT)))).isEqualTo(-4);
  }

  @Test
  void failsOnOverflowAndDivisionByZeroNamingColumnAndValues() {
    assertThatThrownBy(() -> ints("+", 2147483647L, 1L))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXPRESSION))
        .hasMessageContaining("'r'")
        .hasMessageContaining("overflow in 2147483647 + 1");
    assertThatThrownBy(() -> ints("/", 1L, 0L)).hasMessageContaining("division of 1 by zero");
    assertThatThrownBy(() -> both("*", BIGINT, new DataType[] {BIGINT, BIGINT}, Long.MAX_VALUE, 2L))
        .hasMessageContaining("overflow in 9223372036854775807 * 2");
  }

  @Test
  void looksUpLongListsOfConstants() {
    for (int size : new int[] {8, 3000}) {
      List<Expr> numbers = new ArrayList<>(List.of(col(0, BIGINT)));
      List<Expr> texts = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        numbers.add(lit((long) i, BIGINT));
        texts.add(call("=", BOOL, col(0, STRING), lit("k" + i, STRING)));
      }
      Expr in = new Expr.Call("IN", numbers, BOOL);
      Object[][] longs = {{7L}, {-1L}, {null}};
      assertThat(eval(in, List.of(BIGINT), EvalContext.UTC, longs))
          .containsExactly(true, false, null);
      Object[][] words = {{"k7"}, {"k"}, {null}};
      assertThat(eval(new Expr.Call("OR", texts, BOOL), List.of(STRING), EvalContext.UTC, words))
          .containsExactly(true, false, null);
    }
  }

  @Test
  void refusesTextBehindADate() {
    Expr.Literal text = Expr.Literal.of("2024-02-29garbage", STRING.notNull());
    assertThat(value(new Expr.Cast(text, DataType.of(DataType.Kind.DATE), true))).isNull();
  }

  @Test
  void computesWithDecimalsExactlyAndDoublesByIeee() {
    DataType d = DataType.decimal(10, 2);
    DataType[] types = {d, BIGINT};
    assertThat(both("*", DataType.decimal(28, 3), types, new BigDecimal("0.91"), 100L))
        .isEqualTo(new BigDecimal("91.000"));
    assertThat(both("+", DataType.decimal(12, 2), types, new BigDecimal("-0.91"), 1L))
        .isEqualTo(new BigDecimal("0.09"));
    DataType wide = DataType.decimal(38, 2);
    BigDecimal big = new BigDecimal("-123456789012345678901234567890.12");
    assertThat(both("-", wide, new DataType[] {wide, wide}, big, BigDecimal.ONE.setScale(2)))
        .isEqualTo(big.subtract(BigDecimal.ONE));
    DataType[] doubles = {DOUBLE, DOUBLE};
    assertThat(both("/", DOUBLE, doubles, 1.0, 0.0)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(both("=", BOOL, doubles, -0.0, 0.0)).isEqualTo(true);
    assertThat(both("=", BOOL, doubles, Double.NaN, Double.NaN)).isEqualTo(false);
  }

  @Test
  void logicHasThreeValues() {
    Boolean[] all = {true, false, null};
    for (Boolean a : all) {
      for (Boolean b : all) {
        Object and =
            Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)
                ? (Object) false
                : a == null || b == null ? null : (Object) true;
        Object or =
            Boolean.TRUE.equals(a) || Boolean.TRUE.equals(b)
                ? (Object) true
                : a == null || b == null ? null : (Object) false;
        assertThat(truth("AND", a, b)).as(a + " AND " + b).isEqualTo(and);
        assertThat(truth("OR", a, b)).as(a + " OR " + b).isEqualTo(or);
        assertThat(truth("IS DISTINCT FROM", a, b)).isEqualTo(!java.util.Objects.equals(a, b));
        assertThat(truth("=", a, b))
            .isEqualTo(a == null || b == null ? null : (Object) a.equals(b));
      }
      assertThat(value(call("IS NOT TRUE", BOOL, lit(a, BOOL)))).isEqualTo(!Boolean.TRUE.equals(a));
      assertThat(value(call("IS FALSE", BOOL, lit(a, BOOL)))).isEqualTo(Boolean.FALSE.equals(a));
      assertThat(value(call("IS NULL", BOOL, lit(a, BOOL)))).isEqualTo(a == null);
    }
  }

  @Test
  void comparesStringsBytewise() {
    assertThat(strings("<", BOOL, "a", "b")).isEqualTo(true);
    assertThat(strings("<", BOOL, "z", "é")).isEqualTo(true);
    assertThat(strings("=", BOOL, "", "")).isEqualTo(true);
    assertThat(strings(">=", BOOL, "ab", "abc")).isEqualTo(false);
    assertThat(strings("IN", BOOL, "b", "a", "b")).isEqualTo(true);
    assertThat(strings("IN", BOOL, "c", "a", null)).isNull();
  }

  @Test
  void branchesNotTakenRaiseNothing() {
    Expr quotient = call("/", INT, lit(1L, INT), col(0, INT));
    Expr notZero = call("<>", BOOL, col(0, INT), lit(0L, INT));
    Expr safe =
        new Expr.Case(
            List.of(new Expr.Case.When(notZero, quotient)), Expr.Literal.nullOf(INT), INT);
    assertThat(eval(safe, List.of(INT), EvalContext.UTC, new Object[] {0L}, new Object[] {1L}))
        .containsExactly(null, 1);
    Expr and = call("AND", BOOL, notZero, call("=", BOOL, quotient, lit(1L, INT)));
    assertThat(eval(and, List.of(INT), EvalContext.UTC, new Object[] {0L}, new Object[] {1L}))
        .containsExactly(false, true);
    assertThat(value(call("COALESCE", INT, lit(null, INT), lit(7L, INT)))).isEqualTo(7);
    assertThat(value(call("NULLIF", INT, lit(7L, INT), lit(7L, INT)))).isNull();
  }

  @Test
  void castsBetweenTypes() {
    assertThat(cast("42", STRING, INT)).isEqualTo(42);
    assertThat(cast(42L, INT, STRING)).isEqualTo("42");
    assertThat(cast(2.9, DOUBLE, INT)).isEqualTo(2);
    assertThat(cast(new BigDecimal("2.55"), DataType.decimal(3, 2), DataType.decimal(3, 1)))
        .isEqualTo(new BigDecimal("2.6"));
    assertThat(cast(true, BOOL, STRING)).isEqualTo("TRUE");
    assertThat(cast("2024-02-29 12:00:00.123", STRING, TS)).isEqualTo("2024-02-29T12:00:00.123");
    assertThat(cast(-1000L, TS, STRING)).isEqualTo("1969-12-31 23:59:59.999");
    assertThat(cast(-1L, TS, DataType.of(Kind.DATE))).isEqualTo(-1);
    assertThat(cast("hello", STRING, DataType.of(Kind.VARCHAR, 2))).isEqualTo("he");
    assertThatThrownBy(() -> value(new Expr.Cast(lit("x", STRING), INT, false)))
        .hasMessageContaining("'x' is not an integer");
    assertThat(value(new Expr.Cast(lit("x", STRING), INT, true))).isNull();
    assertThat(value(new Expr.Cast(lit(300L, INT), DataType.of(Kind.TINYINT), true))).isNull();
    EvalContext berlin = new EvalContext(ZoneId.of("Europe/Berlin"), 0);
    assertThat(
            eval(
                new Expr.Cast(col(0, LTZ), STRING, false), List.of(LTZ), berlin, new Object[] {0L}))
        .containsExactly("1970-01-01 01:00:00.000");
  }

  @Test
  void nullsWithoutTypePassThrough() {
    DataType none = DataType.of(Kind.NULL);
    assertThat(value(lit(null, none))).isNull();
    assertThat(
            eval(
                call("COALESCE", INT, col(0, none), lit(1L, INT)),
                List.of(none),
                EvalContext.UTC,
                new Object[] {null}))
        .containsExactly(1);
  }

  @Test
  void matchesPatterns() {
    assertThat(strings("LIKE", BOOL, "hello", "he%")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "hello", "%ell%")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "hello", "%lo")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "hello", "h_llo")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "hello", "ell")).isEqualTo(false);
    assertThat(strings("LIKE", BOOL, "a.c", "a.%")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "abc", "a.%")).isEqualTo(false);
    assertThat(strings("LIKE", BOOL, "50%", "50!%", "!")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "500", "50!%", "!")).isEqualTo(false);
    assertThat(strings("ILIKE", BOOL, "HeLLo", "he%")).isEqualTo(true);
    assertThat(strings("SIMILAR TO", BOOL, "abab", "(ab)+")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, "", "%")).isEqualTo(true);
    assertThat(strings("LIKE", BOOL, null, "%")).isNull();
  }

  @Test
  void callsFunctions() {
    assertThat(strings("UPPER", STRING, "aé")).isEqualTo("AÉ");
    assertThat(strings("TRIM", STRING, "  a ")).isEqualTo("a");
    assertThat(strings("TRIM", STRING, "LEADING", "x", "xax")).isEqualTo("ax");
    assertThat(strings("||", STRING, "a", "b")).isEqualTo("ab");
    assertThat(strings("||", STRING, "a", null)).isNull();
    assertThat(strings("CONCAT_WS", STRING, "-", "a", null, "b")).isEqualTo("a-b");
    assertThat(strings("CHAR_LENGTH", INT, "né")).isEqualTo(2);
    assertThat(both("SUBSTRING", STRING, new DataType[] {STRING, INT, INT}, "héllo", 2L, 3L))
        .isEqualTo("éll");
    assertThat(both("SPLIT_INDEX", STRING, new DataType[] {STRING, STRING, INT}, "a/b", "/", 1L))
        .isEqualTo("b");
    assertThat(both("SPLIT_INDEX", STRING, new DataType[] {STRING, STRING, INT}, "a/b", "/", 2L))
        .isNull();
    assertThat(strings("REGEXP_REPLACE", STRING, "a1b2", "[0-9]", "")).isEqualTo("ab");
    assertThat(strings("JSON_VALUE", STRING, "{\"a\": [1, \"x\"]}", "$.a[1]")).isEqualTo("x");
    assertThat(both("ABS", INT, new DataType[] {INT}, -2L)).isEqualTo(2);
    assertThat(both("POWER", DOUBLE, new DataType[] {INT, INT}, 2L, 3L)).isEqualTo(8.0);
    DataType d = DataType.decimal(4, 2);
    assertThat(both("ROUND", d, new DataType[] {d, INT}, new BigDecimal("2.55"), 1L))
        .isEqualTo(new BigDecimal("2.60"));
    assertThat(both("GREATEST", INT, new DataType[] {INT, INT, INT}, 1L, 3L, 2L)).isEqualTo(3);
  }

  @Test
  void computesWithTimes() {
    long leap = 1_709_210_096_000_000L; // 2024-02-29 12:34:56
    DataType[] types = {TS, STRING};
    assertThat(both("DATE_FORMAT", STRING, types, leap, "yyyy-MM-dd")).isEqualTo("2024-02-29");
    assertThat(both("DATE_FORMAT", STRING, types, leap, "HH:mm")).isEqualTo("12:34");
    assertThat(both("DATE_FORMAT", STRING, types, leap, "dd.MM.yy HH")).isEqualTo("29.02.24 12");
    assertThat(both("DATE_FORMAT", STRING, types, -1L, "yyyy-MM-dd HH:mm:ss"))
        .isEqualTo("1969-12-31 23:59:59");
    assertThat(both("EXTRACT", BIGINT, new DataType[] {STRING, TS}, "HOUR", leap)).isEqualTo(12L);
    assertThat(both("EXTRACT", BIGINT, new DataType[] {STRING, TS}, "DOY", leap)).isEqualTo(60L);
    assertThat(both("FLOOR", TS, types, leap, "HOUR")).isEqualTo("2024-02-29T12:00");
    assertThat(both("CEIL", TS, types, leap, "MONTH")).isEqualTo("2024-03-01T00:00");
    DataType months = DataType.of(Kind.INTERVAL_MONTH);
    assertThat(both("+", TS, new DataType[] {TS, months}, leap, 12L))
        .isEqualTo("2025-02-28T12:34:56");
    assertThat(both("-", TS, new DataType[] {TS, DAYS}, leap, 4_000_000L))
        .isEqualTo("2024-02-29T12:34:52");
    Expr difference = call("-", DAYS, lit(leap, TS), lit(leap - 1000L, TS));
    assertThat(value(call("=", BOOL, difference, lit(1000L, DAYS)))).isEqualTo(true);
    assertThat(both("TO_TIMESTAMP", TS, new DataType[] {STRING}, "x")).isNull();
  }

  @Test
  void readsInsideNestedValues() {
    DataType row = DataType.row(List.of(new Field("a", INT), new Field("b", STRING)));
    DataType array = DataType.array(STRING);
    DataType map = DataType.map(STRING, INT);
    List<DataType> types = List.of(row, array, map);
    Object[] full = {List.of(1L, "x"), List.of("p", "q"), Map.of("k", 5L)};
    Object[] empty = {null, List.of(), null};
    assertThat(
            eval(new Expr.FieldAccess(col(0, row), 1, STRING), types, EvalContext.UTC, full, empty))
        .containsExactly("x", null);
    assertThat(
            eval(
                call("ITEM", STRING, col(1, array), lit(2L, INT)),
                types,
                EvalContext.UTC,
                full,
                empty))
        .containsExactly("q", null);
    assertThat(
            eval(
                call("ITEM", INT, col(2, map), lit("k", STRING)),
                types,
                EvalContext.UTC,
                full,
                empty))
        .containsExactly(5, null);
    assertThat(eval(call("CARDINALITY", INT, col(1, array)), types, EvalContext.UTC, full, empty))
        .containsExactly(2, 0);
    assertThat(
            eval(
                call("ARRAY_CONTAINS", BOOL, col(1, array), lit("q", STRING)),
                types,
                EvalContext.UTC,
                full,
                empty))
        .containsExactly(true, false);
  }

  @Test
  void filtersWithinASelectionAndSharesPlainColumns() {
    Schema schema = Schema.of(new Field("n", BIGINT), new Field("s", STRING));
    Schema output = Schema.of(new Field("s", STRING), new Field("t", STRING));
    Expr condition = call(">", BOOL, col(0, BIGINT), lit(3L, BIGINT));
    List<Expr> projections =
        List.of(col(1, STRING), call("||", STRING, col(1, STRING), lit("!", STRING)));
    try (RootAllocator allocator = new RootAllocator();
        BatchProgram program =
            ExprCompiler.compile(
                schema, Optional.of(condition), projections, output, EvalContext.UTC);
        BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      for (long i = 0; i < 10; i++) {
        builder.add(RowKind.INSERT, i == 8 ? null : i, "s" + i);
      }
      RecordBatch input = builder.build().select(new Selection(new int[] {1, 4, 7, 8, 9}, 5));
      try (RecordBatch batch = program.run(input, allocator).orElseThrow()) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < batch.rowCount(); i++) {
          int p = batch.position(i);
          rows.add(batch.vector(0).getObject(p) + " " + batch.vector(1).getObject(p));
        }
        assertThat(rows).containsExactly("s4 s4!", "s7 s7!", "s9 s9!");
        assertThat(batch.vector(1).getValueCount()).isEqualTo(10);
      }
    }
  }

  @Test
  void clockAndWatermarkComeFromTheContext() {
    EvalContext context =
        new EvalContext(ZoneId.of("UTC"), 1_000_000, () -> 7_000_999, () -> 5_000_000);
    DataType time = DataType.of(Kind.TIMESTAMP_LTZ, 3).notNull();
    assertThat(eval(call("PROCTIME", time), List.of(INT), context, new Object[] {1}).toString())
        .contains("7000000");
    assertThat(eval(call("CURRENT_WATERMARK", TS, col(0, TS)), List.of(TS), context, row(3L)))
        .hasToString("[1970-01-01T00:00:05]");
    assertThat(
            eval(call("CURRENT_WATERMARK", TS, col(0, TS)), List.of(TS), EvalContext.UTC, row(3L)))
        .containsExactly((Object) null);
  }

  private static Object[] row(Object value) {
    return new Object[] {value};
  }
}
