package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.List;

/**
 * {@code EXTRACT(unit FROM interval)} by division: an interval is no point in time, whose calendar
 * the function of that name asks. Stateless.
 */
final class IntervalParts {
  private static final DataType NUMBER = DataType.of(Kind.BIGINT);
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private IntervalParts() {}

  static boolean isInterval(Expr expr) {
    Kind kind = expr.type().kind();
    return kind == Kind.INTERVAL_DAY || kind == Kind.INTERVAL_MONTH;
  }

  /** The part of {@code interval} that {@code unit} names, in {@code type}. */
  static Expr of(String unit, Expr interval, DataType type) {
    boolean months = interval.type().kind() == Kind.INTERVAL_MONTH;
    // a cast counts months, or milliseconds
    Expr count = new Expr.Cast(interval, nullableAs(interval), false);
    Expr part =
        switch (unit) {
          case "MILLENNIUM" -> months ? over(count, 12_000) : none(unit);
          case "CENTURY" -> months ? over(count, 1_200) : none(unit);
          case "DECADE" -> months ? over(count, 120) : none(unit);
          case "YEAR" -> months ? over(count, 12) : none(unit);
          case "MONTH" -> months ? rest(count, 12) : none(unit);
          case "DAY" -> months ? none(unit) : over(count, DAY);
          case "HOUR" -> months ? none(unit) : rest(over(count, HOUR), 24);
          case "MINUTE" -> months ? none(unit) : rest(over(count, MINUTE), 60);
          case "SECOND" -> months ? none(unit) : rest(over(count, SECOND), 60);
          case "MILLISECOND" -> months ? none(unit) : rest(count, MINUTE);
          case "EPOCH" -> months ? none(unit) : over(count, SECOND);
          default -> none(unit);
        };
    return ExprTranslator.inType(part, type);
  }

  private static DataType nullableAs(Expr expr) {
    return NUMBER.withNullable(expr.type().nullable());
  }

  private static Expr over(Expr number, long divisor) {
    return call("/", number, divisor);
  }

  private static Expr rest(Expr number, long divisor) {
    return call("MOD", number, divisor);
  }

  private static Expr call(String operator, Expr number, long divisor) {
    return new Expr.Call(
        operator, List.of(number, Expr.Literal.of(divisor, NUMBER.notNull())), nullableAs(number));
  }

  private static Expr none(String unit) {
    throw UserError.of(ErrorCode.UNSUPPORTED, "an interval of this kind has no " + unit)
        .withHint(
            "intervals of days have DAY, HOUR, MINUTE, SECOND, MILLISECOND and EPOCH, those of"
                + " months YEAR and MONTH");
  }
}
