package dev.sluice.pipeline.oracle;

import dev.sluice.pipeline.oracle.RandomTable.Column;
import java.util.List;

/**
 * Random scalar expressions over columns. Where the dialects differ by design (integer division,
 * casts that round, functions of another name) both texts say the same thing. Single-threaded.
 */
final class Expressions {
  private final Choice choice;
  private final List<Column> columns;
  private final String prefix;

  /**
   * @param prefix before column names, such as {@code t.}; may be empty
   */
  Expressions(Choice choice, List<Column> columns, String prefix) {
    this.choice = choice;
    this.columns = columns;
    this.prefix = prefix;
  }

  List<Column> columns() {
    return columns;
  }

  Sql any(int depth) {
    return of(choice.of(Type.values()), depth);
  }

  /** An expression of that type. */
  Sql of(Type type, int depth) {
    if (depth <= 0 || choice.oneIn(4)) {
      return leaf(type);
    }
    if (choice.oneIn(7)) {
      return conditional(type, depth - 1);
    }
    return switch (type) {
      case INT -> integer(depth - 1);
      case BIGINT -> bigint(depth - 1);
      case DOUBLE -> real(depth - 1);
      case DECIMAL -> decimal(depth - 1);
      case STRING -> string(depth - 1);
      case BOOLEAN -> condition(depth - 1);
      case DATE -> date(depth - 1);
      case TIMESTAMP -> timestamp(depth - 1);
    };
  }

  private Sql leaf(Type type) {
    List<Column> fitting = columns.stream().filter(c -> c.type() == type).toList();
    if (fitting.isEmpty() || choice.oneIn(3)) {
      return literal(type);
    }
    String name = choice.of(fitting).name();
    return new Sql(prefix + "`" + name + "`", prefix + name, type);
  }

  private Sql literal(Type type) {
    if (choice.oneIn(12)) {
      return new Sql(
          "CAST(NULL AS " + type.ours() + ")", "CAST(NULL AS " + type.duck() + ")", type);
    }
    return switch (type) {
      case INT -> Sql.same(Integer.toString(choice.of(0, 1, 2, 7, 13)), type);
      case BIGINT -> Sql.same("CAST(" + choice.between(0, 40) + " AS BIGINT)", type);
      case DOUBLE -> Sql.same("CAST(" + choice.between(0, 80) / 4.0 + " AS DOUBLE)", type);
      case DECIMAL ->
          Sql.same("CAST(" + choice.between(0, 999) / 4.0 + " AS DECIMAL(10, 2))", type);
      case STRING -> Sql.same("'" + choice.of("", "a", "abc", "B", "k1", "12", " x ") + "'", type);
      case BOOLEAN -> Sql.same(choice.of("TRUE", "FALSE"), type);
      case DATE ->
          Sql.same("DATE '" + choice.of("2024-02-29", "1969-07-20", "2023-12-31") + "'", type);
      case TIMESTAMP ->
          Sql.same(
              "TIMESTAMP '" + choice.of("2024-02-29 00:00:00", "2021-01-01 12:34:56") + "'", type);
    };
  }

  private Sql conditional(Type type, int depth) {
    Sql a = of(type, depth);
    Sql b = of(type, depth);
    Sql when = of(Type.BOOLEAN, depth);
    return switch (choice.below(4)) {
      case 0 -> join(type, "COALESCE(%s, %s)", a, b);
      case 1 -> join(type, "NULLIF(%s, %s)", a, b);
      case 2 -> join(type, "CASE WHEN %s THEN %s ELSE %s END", when, a, b);
      default -> join(type, "CASE WHEN %s THEN %s END", when, a);
    };
  }

  private Sql integer(int depth) {
    Sql s = of(Type.STRING, depth);
    return switch (choice.below(7)) {
      case 0 ->
          join(Type.INT, choice.of("(%s + %s)", "(%s - %s)"), of(Type.INT, depth), literalInt());
      case 1 -> differ(Type.INT, "CHAR_LENGTH(%s)", "CAST(length(%s) AS INTEGER)", s);
      case 2 ->
          differ(
              Type.INT,
              "POSITION(%s IN %s)",
              "CAST(strpos(%2$s, %1$s) AS INTEGER)",
              Sql.same("'" + choice.of("a", "b", "x") + "'", Type.STRING),
              s);
      case 3 ->
          differ(
              Type.INT,
              "CAST(EXTRACT(" + unit() + " FROM %s) AS INT)",
              "CAST(EXTRACT(" + lastUnit + " FROM %s) AS INTEGER)",
              of(Type.TIMESTAMP, depth));
      case 4 -> join(Type.INT, "ABS(%s)", of(Type.INT, depth));
      case 5 -> join(Type.INT, "(- %s)", of(Type.INT, depth));
      default ->
          differ(Type.INT, "TRY_CAST(%s AS INT)", "TRY_CAST(trim(%s) AS INTEGER)", digits(s));
    };
  }

  /** A text that is a plain number or no number at all, so that both sides judge it alike. */
  private Sql digits(Sql s) {
    return join(Type.STRING, "CASE WHEN %s IN ('12', '-7', 'abc', '') THEN %s ELSE '5' END", s, s);
  }

  private String lastUnit = "YEAR";

  private String unit() {
    lastUnit = choice.of("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "QUARTER");
    return lastUnit;
  }

  private Sql literalInt() {
    return Sql.same(Integer.toString(choice.between(1, 9)), Type.INT);
  }

  private Sql bigint(int depth) {
    Sql a = of(Type.BIGINT, depth);
    return switch (choice.below(6)) {
      case 0 -> join(Type.BIGINT, choice.of("(%s + %s)", "(%s - %s)"), a, of(Type.BIGINT, depth));
      case 1 -> join(Type.BIGINT, "(%s * %s)", a, literalInt());
      case 2 ->
          differ(
              Type.BIGINT,
              "(%s / NULLIF(%s, 0))",
              "(%s // NULLIF(%s, 0))",
              a,
              of(Type.BIGINT, depth));
      case 3 ->
          differ(
              Type.BIGINT,
              "MOD(%s, NULLIF(%s, 0))",
              "(%s %% NULLIF(%s, 0))",
              a,
              of(Type.BIGINT, depth));
      case 4 -> join(Type.BIGINT, "CAST(%s AS BIGINT)", of(Type.INT, depth));
      default ->
          differ(
              Type.BIGINT, "CAST(%s AS BIGINT)", "CAST(trunc(%s) AS BIGINT)", of(Type.DOUBLE, 0));
    };
  }

  private Sql real(int depth) {
    Sql a = of(Type.DOUBLE, depth);
    Sql b = of(Type.DOUBLE, depth);
    return switch (choice.below(6)) {
      case 0 ->
          join(
              Type.DOUBLE,
              choice.of("(%s + %s)", "(%s - %s)", "(%s * %s)"),
              a,
              literal(Type.DOUBLE));
      case 1 -> join(Type.DOUBLE, "(%s / NULLIF(%s, CAST(0 AS DOUBLE)))", a, b);
      case 2 -> join(Type.DOUBLE, choice.of("FLOOR(%s)", "ABS(%s)"), a);
      case 3 -> differ(Type.DOUBLE, "CEIL(%s)", "CEIL(%s)", a);
      case 4 ->
          join(Type.DOUBLE, "CAST(%s AS DOUBLE)", of(choice.of(Type.INT, Type.DECIMAL), depth));
      default -> join(Type.DOUBLE, "SQRT(ABS(%s))", a);
    };
  }

  private Sql decimal(int depth) {
    Sql a = of(Type.DECIMAL, 0);
    return switch (choice.below(3)) {
      case 0 ->
          differ(
              Type.DECIMAL,
              "CAST(" + (lastOperator = choice.of("%s + %s", "%s - %s")) + " AS DECIMAL(12, 2))",
              "CAST(" + lastOperator + " AS DECIMAL(12, 2))",
              a,
              of(Type.DECIMAL, 0));
      case 1 -> join(Type.DECIMAL, "ABS(%s)", a);
      default -> join(Type.DECIMAL, "CAST(%s AS DECIMAL(10, 2))", of(Type.INT, Math.min(depth, 1)));
    };
  }

  private String lastOperator = "";

  private Sql string(int depth) {
    Sql a = of(Type.STRING, depth);
    Sql b = of(Type.STRING, depth);
    int from = choice.between(1, 4);
    int count = choice.between(0, 4);
    return switch (choice.below(12)) {
      case 0 -> join(Type.STRING, "UPPER(%s)", a);
      case 1 -> join(Type.STRING, "LOWER(%s)", a);
      case 2 -> join(Type.STRING, "(%s || %s)", a, b);
      case 3 -> join(Type.STRING, "SUBSTRING(%s, " + from + ", " + count + ")", a);
      case 4 -> join(Type.STRING, "REPLACE(%s, 'a', %s)", a, literal(Type.STRING));
      case 5 -> join(Type.STRING, choice.of("TRIM(%s)", "LTRIM(%s)", "RTRIM(%s)"), a);
      case 6 -> join(Type.STRING, choice.of("LEFT(%s, ", "RIGHT(%s, ") + count + ")", a);
      case 7 -> join(Type.STRING, "REVERSE(%s)", a);
      case 8 -> join(Type.STRING, "LPAD(%s, " + (count + 2) + ", '*')", a);
      case 9 ->
          differ(
              Type.STRING,
              "CAST(%s AS STRING)",
              "CAST(%s AS VARCHAR)",
              of(choice.of(Type.INT, Type.BIGINT, Type.DATE), depth));
      case 10 ->
          differ(
              Type.STRING,
              "REGEXP_REPLACE(%s, '[a-c]+', '#')",
              "regexp_replace(%s, '[a-c]+', '#', 'g')",
              a);
      default ->
          differ(
              Type.STRING,
              "SPLIT_INDEX(%s, ',', 0)",
              "CASE WHEN %1$s = '' THEN '' ELSE split_part(%1$s, ',', 1) END",
              a);
    };
  }

  /** A condition, with the three values of SQL. */
  Sql condition(int depth) {
    Type type = choice.of(Type.values());
    Sql a = of(type, depth);
    Sql b = of(type, depth);
    return switch (choice.below(11)) {
      case 0 -> join(Type.BOOLEAN, "(%s AND %s)", of(Type.BOOLEAN, depth), of(Type.BOOLEAN, depth));
      case 1 -> join(Type.BOOLEAN, "(%s OR %s)", of(Type.BOOLEAN, depth), of(Type.BOOLEAN, depth));
      case 2 -> join(Type.BOOLEAN, "(NOT %s)", of(Type.BOOLEAN, depth));
      case 3 -> join(Type.BOOLEAN, choice.of("(%s IS NULL)", "(%s IS NOT NULL)"), a);
      case 4 ->
          join(
              Type.BOOLEAN,
              choice.of("(%s IS DISTINCT FROM %s)", "(%s IS NOT DISTINCT FROM %s)"),
              a,
              b);
      case 5 -> join(Type.BOOLEAN, "(%s BETWEEN %s AND %s)", a, b, of(type, 0));
      case 6 -> join(Type.BOOLEAN, "(%s IN (%s, %s))", a, literal(type), literal(type));
      case 7 ->
          join(
              Type.BOOLEAN,
              "(%s "
                  + choice.of("LIKE", "NOT LIKE")
                  + " '"
                  + choice.of("a%%", "%%b_", "_", "%%", "50%%")
                  + "')",
              of(Type.STRING, depth));
      case 8 ->
          join(
              Type.BOOLEAN,
              choice.of("(%s IS TRUE)", "(%s IS NOT FALSE)"),
              of(Type.BOOLEAN, depth));
      default ->
          join(Type.BOOLEAN, "(%s " + choice.of("=", "<>", "<", "<=", ">", ">=") + " %s)", a, b);
    };
  }

  private Sql date(int depth) {
    return switch (choice.below(2)) {
      case 0 -> join(Type.DATE, "CAST(%s AS DATE)", of(Type.TIMESTAMP, depth));
      default ->
          differ(
              Type.DATE,
              "(%s + INTERVAL '"
                  + (lastOperator = Integer.toString(choice.between(1, 40)))
                  + "' DAY)",
              "CAST(%s + INTERVAL '" + lastOperator + "' DAY AS DATE)",
              of(Type.DATE, depth));
    };
  }

  private Sql timestamp(int depth) {
    Sql a = of(Type.TIMESTAMP, depth);
    String unit = choice.of("DAY", "HOUR", "MINUTE", "MONTH", "YEAR");
    return switch (choice.below(3)) {
      case 0 ->
          join(
              Type.TIMESTAMP,
              "(%s "
                  + choice.of("+", "-")
                  + " INTERVAL '"
                  + choice.between(1, 50)
                  + "' "
                  + unit
                  + ")",
              a);
      case 1 ->
          differ(Type.TIMESTAMP, "FLOOR(%s TO " + unit + ")", "date_trunc('" + unit + "', %s)", a);
      default ->
          differ(
              Type.TIMESTAMP,
              "CAST(%s AS TIMESTAMP(3))",
              "CAST(%s AS TIMESTAMP)",
              of(Type.DATE, depth));
    };
  }

  private static Sql join(Type type, String format, Sql... parts) {
    return differ(type, format, format, parts);
  }

  private static Sql differ(Type type, String ours, String duck, Sql... parts) {
    Object[] left = new Object[parts.length];
    Object[] right = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) {
      left[i] = parts[i].ours();
      right[i] = parts[i].duck();
    }
    return new Sql(ours.formatted(left), duck.formatted(right), type);
  }
}
