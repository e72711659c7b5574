package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.INTEGER;
import static dev.sluice.function.FunctionSpec.Param.NUMERIC;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.concurrent.ThreadLocalRandom;

/** Functions of numbers. Those whose result follows the argument are made by the compiler. */
public final class MathFunctions {
  private MathFunctions() {}

  @Sql(
      value = {"POWER", "POW"},
      doc = "A number to a power.",
      example = "POWER(2, 3) = 8.0E0")
  public static double power(double a, double b) {
    return Math.pow(a, b);
  }

  @Sql(
      value = "RAND",
      deterministic = false,
      doc = "A random number from 0 up to 1, another for each row.",
      example = "RAND() < 1")
  public static double rand() {
    return ThreadLocalRandom.current().nextDouble();
  }

  /** Below {@code bound}. */
  @Sql(
      value = "RAND_INTEGER",
      deterministic = false,
      result = "INTEGER",
      doc = "A random whole number from 0 to one below a bound, another for each row.",
      example = "RAND_INTEGER(6) < 6")
  public static long randInteger(long bound) {
    if (bound < 1) {
      throw new EvalError("RAND_INTEGER needs a bound of 1 or more, not " + bound);
    }
    return ThreadLocalRandom.current().nextLong(bound);
  }

  @Sql(value = "SQRT", doc = "Square root.", example = "SQRT(4) = 2.0E0")
  public static double sqrt(double a) {
    return Math.sqrt(a);
  }

  @Sql(value = "CBRT", doc = "Cube root.", example = "CBRT(27) = 3.0E0")
  public static double cbrt(double a) {
    return Math.cbrt(a);
  }

  @Sql(value = "EXP", doc = "e to a power.", example = "EXP(0) = 1.0E0")
  public static double exp(double a) {
    return Math.exp(a);
  }

  @Sql(
      value = {"LN", "LOG"},
      doc = "Natural logarithm.",
      example = "LN(1) = 0.0E0")
  public static double ln(double a) {
    return Math.log(a);
  }

  @Sql("LN")
  public static double log(double base, double a) {
    return Math.log(a) / Math.log(base);
  }

  @Sql(value = "LOG10", doc = "Decimal logarithm.", example = "LOG10(100) = 2.0E0")
  public static double log10(double a) {
    return Math.log10(a);
  }

  @Sql(value = "LOG2", doc = "Binary logarithm.", example = "LOG2(8) = 3.0E0")
  public static double log2(double a) {
    return Math.log(a) / Math.log(2);
  }

  @Sql(value = "SIN", doc = "Sine.", example = "SIN(0) = 0.0E0")
  public static double sin(double a) {
    return Math.sin(a);
  }

  @Sql(value = "COS", doc = "Cosine.", example = "COS(0) = 1.0E0")
  public static double cos(double a) {
    return Math.cos(a);
  }

  @Sql(value = "TAN", doc = "Tangent.", example = "TAN(0) = 0.0E0")
  public static double tan(double a) {
    return Math.tan(a);
  }

  @Sql(value = "SINH", doc = "Hyperbolic sine.", example = "SINH(0) = 0.0E0")
  public static double sinh(double a) {
    return Math.sinh(a);
  }

  @Sql(value = "COSH", doc = "Hyperbolic cosine.", example = "COSH(0) = 1.0E0")
  public static double cosh(double a) {
    return Math.cosh(a);
  }

  @Sql(value = "TANH", doc = "Hyperbolic tangent.", example = "TANH(0) = 0.0E0")
  public static double tanh(double a) {
    return Math.tanh(a);
  }

  @Sql(value = "BIN", doc = "Binary digits.", example = "BIN(5) = '101'")
  public static String bin(long a) {
    return Long.toBinaryString(a);
  }

  @Sql(value = "COT", doc = "Cotangent.", example = "ROUND(COT(1.0), 3) = 0.642")
  public static double cot(double a) {
    return 1 / Math.tan(a);
  }

  @Sql(value = "ASIN", doc = "Inverse of the sine.", example = "ASIN(0) = 0.0E0")
  public static double asin(double a) {
    return Math.asin(a);
  }

  @Sql(value = "ACOS", doc = "Inverse of the cosine.", example = "ACOS(1) = 0.0E0")
  public static double acos(double a) {
    return Math.acos(a);
  }

  @Sql(value = "ATAN", doc = "Inverse of the tangent.", example = "ATAN(0) = 0.0E0")
  public static double atan(double a) {
    return Math.atan(a);
  }

  @Sql(value = "ATAN2", doc = "Angle of a point (y, x).", example = "ATAN2(0, 1) = 0.0E0")
  public static double atan2(double y, double x) {
    return Math.atan2(y, x);
  }

  @Sql(value = "DEGREES", doc = "Radians as degrees.", example = "DEGREES(0) = 0.0E0")
  public static double degrees(double a) {
    return Math.toDegrees(a);
  }

  @Sql(value = "RADIANS", doc = "Degrees as radians.", example = "RADIANS(0) = 0.0E0")
  public static double radians(double a) {
    return Math.toRadians(a);
  }

  @Sql(value = "PI", doc = "The number pi.", example = "ROUND(PI(), 3) = 3.142")
  public static double pi() {
    return Math.PI;
  }

  @Sql(value = "E", doc = "The number e.", example = "ROUND(E(), 3) = 2.718")
  public static double e() {
    return Math.E;
  }

  @Sql(
      value = "ABS",
      args = NUMERIC,
      result = "ARG0",
      doc = "Absolute value.",
      example = "ABS(-2) = 2")
  public static BigDecimal abs(BigDecimal a) {
    return a.abs();
  }

  @Sql(value = "ABS", args = NUMERIC, result = "ARG0")
  public static long abs(long a) {
    if (a == Long.MIN_VALUE) {
      throw new EvalError("overflow in ABS(" + a + ")");
    }
    return Math.abs(a);
  }

  @Sql(value = "ABS", args = NUMERIC, result = "ARG0")
  public static double abs(double a) {
    return Math.abs(a);
  }

  @Sql(value = "SIGN", args = NUMERIC, result = "ARG0")
  public static double sign(double a) {
    return Math.signum(a);
  }

  @Sql(
      value = "SIGN",
      args = NUMERIC,
      result = "ARG0",
      doc = "-1, 0 or 1.",
      example = "SIGN(-2) = -1")
  public static BigDecimal sign(BigDecimal a) {
    return BigDecimal.valueOf(a.signum());
  }

  @Sql(
      value = "ROUND",
      args = {NUMERIC, INTEGER},
      result = "ARG0",
      doc = "Rounded half up, to so many digits after the point (0 if not given).",
      example = "ROUND(2.55, 1) = 2.6")
  public static BigDecimal round(BigDecimal a, long digits) {
    return a.setScale((int) Math.max(-400, Math.min(400, digits)), RoundingMode.HALF_UP);
  }

  @Sql(
      value = "ROUND",
      args = {NUMERIC, INTEGER},
      result = "ARG0")
  public static double round(double a, long digits) {
    boolean finite = !Double.isNaN(a) && !Double.isInfinite(a);
    return finite ? round(BigDecimal.valueOf(a), digits).doubleValue() : a;
  }

  @Sql(value = "ROUND", args = NUMERIC, result = "ARG0")
  public static double round(double a) {
    return round(a, 0);
  }

  @Sql(value = "ROUND", args = NUMERIC, result = "ARG0")
  public static BigDecimal round(BigDecimal a) {
    return round(a, 0);
  }

  @Sql(
      value = "TRUNCATE",
      args = {NUMERIC, INTEGER},
      result = "ARG0",
      doc = "Cut to so many digits after the point (0 if not given).",
      example = "TRUNCATE(2.55, 1) = 2.5")
  public static BigDecimal truncate(BigDecimal a, long digits) {
    return a.setScale((int) Math.max(-400, Math.min(400, digits)), RoundingMode.DOWN);
  }

  @Sql(
      value = "TRUNCATE",
      args = {NUMERIC, INTEGER},
      result = "ARG0")
  public static double truncate(double a, long digits) {
    boolean finite = !Double.isNaN(a) && !Double.isInfinite(a);
    return finite ? truncate(BigDecimal.valueOf(a), digits).doubleValue() : a;
  }

  @Sql(value = "TRUNCATE", args = NUMERIC, result = "ARG0")
  public static double truncate(double a) {
    return truncate(a, 0);
  }

  @Sql(value = "TRUNCATE", args = NUMERIC, result = "ARG0")
  public static BigDecimal truncate(BigDecimal a) {
    return truncate(a, 0);
  }

  @Sql(value = "BITAND", result = "BIGINT", doc = "Bits in both.", example = "BITAND(6, 3) = 2")
  public static long bitand(long a, long b) {
    return a & b;
  }

  @Sql(value = "BITOR", result = "BIGINT", doc = "Bits in one.", example = "BITOR(6, 3) = 7")
  public static long bitor(long a, long b) {
    return a | b;
  }

  @Sql(value = "BITXOR", result = "BIGINT", doc = "Bits in only one.", example = "BITXOR(6, 3) = 5")
  public static long bitxor(long a, long b) {
    return a ^ b;
  }

  @Sql(value = "BITNOT", result = "BIGINT", doc = "All other bits.", example = "BITNOT(0) = -1")
  public static long bitnot(long a) {
    return ~a;
  }
}
