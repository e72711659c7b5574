package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.ARRAY;
import static dev.sluice.function.FunctionSpec.Param.NUMERIC;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.function.ObjectFunctions.Definition;
import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What PERCENTILE and its like, which the planner writes as functions of an ARRAY_AGG, make of the
 * gathered values. Stateless.
 */
public final class Percentiles {
  private static final DataType DOUBLE = DataType.of(DataType.Kind.DOUBLE);

  /** Between the two values that lie around the place; of several fractions an array. */
  public static final FunctionSpec CONTINUOUS =
      spec(
          "$PERCENTILE_CONT",
          Signature.of(DOUBLE, ARRAY, NUMERIC),
          Signature.of(DataType.array(DOUBLE), ARRAY, ARRAY));

  /** The same of rows of a value and how often it counts. */
  public static final FunctionSpec WEIGHTED =
      spec(
          "$PERCENTILE_OF",
          Signature.of(DOUBLE, ARRAY, NUMERIC),
          Signature.of(DataType.array(DOUBLE), ARRAY, ARRAY));

  /** The first value at or behind the place. */
  public static final FunctionSpec DISCRETE =
      spec("$PERCENTILE_DISC", Signature.likeArgument(Signature.ELEMENT, ARRAY, NUMERIC));

  /** The first value at or behind the place, from the greatest on. */
  public static final FunctionSpec DISCRETE_DOWN =
      spec("$PERCENTILE_DISC_DESC", Signature.likeArgument(Signature.ELEMENT, ARRAY, NUMERIC));

  /** An array without its NULLs. */
  public static final FunctionSpec COLLECTED = spec("$COLLECTED", Signature.likeArgument(0, ARRAY));

  private Percentiles() {}

  private static FunctionSpec spec(String name, Signature... signatures) {
    return new FunctionSpec(
        name, List.of(), Kind.SCALAR, List.of(signatures), Nulls.NULLABLE, true, "", "", "");
  }

  static List<Definition> all() {
    return List.of(
        numbers(CONTINUOUS, a -> continuous(sorted(values(a[0])), a[1])),
        numbers(WEIGHTED, a -> continuous(sorted(repeated(a[0])), a[1])),
        definition(DISCRETE, a -> discrete(sorted(values(a[0])), a[1])),
        definition(DISCRETE_DOWN, a -> discrete(reversed(sorted(values(a[0]))), a[1])),
        definition(COLLECTED, a -> a[0] == null ? null : values(a[0]).toArray()));
  }

  private static Definition definition(FunctionSpec spec, ObjectFunction function) {
    return new Definition(spec, false, (types, result) -> function);
  }

  private static Definition numbers(FunctionSpec spec, ObjectFunction function) {
    return new Definition(
        spec,
        false,
        (types, result) -> {
          DataType value = types.get(0).children().get(0).type();
          value = value.kind() == DataType.Kind.ROW ? value.children().get(0).type() : value;
          if (!value.kind().isNumeric()) {
            throw UserError.of(
                    ErrorCode.TYPE_MISMATCH,
                    "PERCENTILE, PERCENTILE_CONT and MEDIAN take numbers, not "
                        + value.withNullable(true).sql())
                .withHint("PERCENTILE_DISC takes any values that have an order");
          }
          return function;
        });
  }

  private static List<Object> values(Object array) {
    List<Object> values = new ArrayList<>();
    if (array != null) {
      for (Object value : (Object[]) array) {
        if (value != null) {
          values.add(value);
        }
      }
    }
    return values;
  }

  /** The values of rows of a value and a number, each so many times. */
  private static List<Object> repeated(Object array) {
    List<Object> values = new ArrayList<>();
    for (Object row : values(array)) {
      Object[] pair = (Object[]) row;
      long times = pair[1] == null ? 0 : ((Number) pair[1]).longValue();
      if (times < 0) {
        throw new EvalError("PERCENTILE needs frequencies of 0 or more, not " + times);
      }
      for (long i = 0; pair[0] != null && i < times; i++) {
        values.add(pair[0]);
      }
    }
    return values;
  }

  private static Object[] sorted(List<Object> values) {
    Object[] sorted = values.toArray();
    Comparator<Object> order = NestedValues::compare;
    Arrays.sort(sorted, order);
    return sorted;
  }

  private static Object[] reversed(Object[] sorted) {
    Object[] turned = new Object[sorted.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = sorted[sorted.length - 1 - i];
    }
    return turned;
  }

  private static double fraction(Object given) {
    double fraction = ((Number) given).doubleValue();
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new EvalError("a percentile lies between 0 and 1, not at " + fraction);
    }
    return fraction;
  }

  private static Object continuous(Object[] sorted, Object fractions) {
    if (fractions == null || sorted.length == 0) {
      return null;
    }
    if (!(fractions instanceof Object[] many)) {
      return between(sorted, fraction(fractions));
    }
    Object[] results = new Object[many.length];
    for (int i = 0; i < many.length; i++) {
      results[i] = many[i] == null ? null : (Object) between(sorted, fraction(many[i]));
    }
    return results;
  }

  private static double between(Object[] sorted, double fraction) {
    double place = fraction * (sorted.length - 1);
    int low = (int) Math.floor(place);
    int high = (int) Math.ceil(place);
    double below = ((Number) sorted[low]).doubleValue();
    double above = ((Number) sorted[high]).doubleValue();
    return low == high || below == above ? below : below + (place - low) * (above - below);
  }

  private static Object discrete(Object[] sorted, Object given) {
    if (given == null || sorted.length == 0) {
      return null;
    }
    int place = (int) Math.ceil(fraction(given) * sorted.length) - 1;
    return sorted[Math.max(0, place)];
  }
}
