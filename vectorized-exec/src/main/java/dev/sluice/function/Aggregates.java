package dev.sluice.function;

import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.type.DataType;
import java.util.Arrays;
import java.util.List;

/**
 * The aggregate functions. All take FILTER and DISTINCT. Where a signature follows its argument,
 * SUM and AVG widen: integers sum to BIGINT, DECIMAL(p, s) sums to DECIMAL(38, s) and averages to
 * DECIMAL(38, max(6, s)), FLOAT and DOUBLE give DOUBLE.
 */
public final class Aggregates {
  private static final DataType BIGINT = DataType.of(DataType.Kind.BIGINT).notNull();
  private static final DataType DOUBLE = DataType.of(DataType.Kind.DOUBLE);
  private static final DataType BOOLEAN = DataType.of(DataType.Kind.BOOLEAN);

  private Aggregates() {}

  /** Every aggregate function. */
  public static List<FunctionSpec> specs() {
    Signature number = Signature.likeArgument(0, Param.NUMERIC);
    Signature any = Signature.likeArgument(0, Param.ANY);
    Signature toDouble = Signature.of(DOUBLE, Param.NUMERIC);
    Signature toBoolean = Signature.of(BOOLEAN, Param.BOOLEAN);
    return List.of(
        new FunctionSpec(
            "COUNT",
            List.of(),
            Kind.AGGREGATE,
            List.of(Signature.of(BIGINT), Signature.of(BIGINT, Param.ANY).asVariadic()),
            Nulls.NEVER,
            true,
            "aggregate",
            "The number of rows, or of rows whose arguments are all not NULL.",
            "COUNT(*)"),
        nullable(
            "SUM", number, "The sum; an error if it leaves the range of its type.", "SUM(price)"),
        nullable("AVG", number, "The mean; of integers an integer, truncated.", "AVG(price)"),
        nullable("MIN", any, "The least value.", "MIN(price)"),
        nullable(
            "MAX",
            any,
            "The greatest value; of floating-point numbers NaN is the greatest.",
            "MAX(price)"),
        nullable("STDDEV_POP", toDouble, "The population standard deviation.", "STDDEV_POP(delay)"),
        nullable(
            "STDDEV_SAMP",
            toDouble,
            "The sample standard deviation; NULL below two rows.",
            "STDDEV(delay)",
            "STDDEV"),
        nullable("VAR_POP", toDouble, "The population variance.", "VAR_POP(delay)"),
        nullable(
            "VAR_SAMP",
            toDouble,
            "The sample variance; NULL below two rows.",
            "VARIANCE(delay)",
            "VARIANCE"),
        nullable(
            "FIRST_VALUE",
            any,
            "The first value that is not NULL, by arrival.",
            "FIRST_VALUE(status)"),
        nullable(
            "LAST_VALUE",
            any,
            "The last value that is not NULL, by arrival.",
            "LAST_VALUE(status)"),
        nullable(
            "LISTAGG",
            Signature.of(DataType.string(), Param.STRING, Param.STRING).withOptional(1),
            "The values that are not NULL, by arrival or in the order of WITHIN GROUP (ORDER BY …),"
                + " with a separator (a comma if none is given) between them.",
            "LISTAGG(name, '; ')"),
        nullable(
            "ARRAY_AGG",
            any,
            "The values as an array, by arrival or in the order of an ORDER BY inside; NULLs"
                + " included.",
            "ARRAY_AGG(name)"),
        nullable(
            "COLLECT",
            any,
            "The values that are not NULL as an array, as there are no multisets.",
            "COLLECT(name)"),
        nullable(
            "PERCENTILE",
            Signature.of(DOUBLE, Param.NUMERIC, Param.NUMERIC, Param.INTEGER).withOptional(1),
            "The value below which that fraction (from 0 to 1) of the values lies, between two of"
                + " them if need be; of an array of fractions an array. A third argument says how"
                + " often each value counts.",
            "PERCENTILE(price, 0.95)"),
        nullable(
            "PERCENTILE_CONT",
            Signature.of(DOUBLE, Param.NUMERIC),
            "The same in standard SQL: PERCENTILE_CONT(fraction) WITHIN GROUP (ORDER BY value).",
            "PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY price)"),
        nullable(
            "PERCENTILE_DISC",
            Signature.of(DOUBLE, Param.NUMERIC),
            "The first value, in that order, that has at least that fraction of the values at or"
                + " before it.",
            "PERCENTILE_DISC(0.95) WITHIN GROUP (ORDER BY price)"),
        nullable(
            "MEDIAN",
            toDouble,
            "The value in the middle, or between the two there: PERCENTILE(value, 0.5).",
            "MEDIAN(price)"),
        nullable("BOOL_AND", toBoolean, "Whether all values are true.", "EVERY(ok)", "EVERY"),
        nullable("BOOL_OR", toBoolean, "Whether some value is true.", "SOME(ok)", "SOME"),
        new FunctionSpec(
            "APPROX_COUNT_DISTINCT",
            List.of(),
            Kind.AGGREGATE,
            List.of(Signature.of(BIGINT, Param.ANY).asVariadic()),
            Nulls.NEVER,
            true,
            "aggregate",
            "The number of distinct values; computed exactly.",
            "APPROX_COUNT_DISTINCT(user_id)"));
  }

  private static FunctionSpec nullable(
      String name, Signature signature, String description, String example, String... aliases) {
    return new FunctionSpec(
        name,
        Arrays.asList(aliases),
        Kind.AGGREGATE,
        List.of(signature),
        Nulls.NULLABLE,
        true,
        "aggregate",
        description,
        example);
  }
}
