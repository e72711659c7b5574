package dev.sluice.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Locale;

/**
 * Checked arithmetic and conversions between types, called by compiled programs. Rules: a fraction
 * is cut when it becomes an integer, rounded half up when it becomes a DECIMAL; whatever does not
 * fit fails.
 */
public final class Conversions {
  private Conversions() {}

  /** Sum. */
  public static long add(long a, long b) {
    long r = a + b;
    if (((a ^ r) & (b ^ r)) < 0) {
      throw new EvalError("overflow in " + a + " + " + b);
    }
    return r;
  }

  /** Difference. */
  public static long subtract(long a, long b) {
    long r = a - b;
    if (((a ^ b) & (a ^ r)) < 0) {
      throw new EvalError("overflow in " + a + " - " + b);
    }
    return r;
  }

  /** Product. */
  public static long multiply(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if (high != low >> 63) {
      throw new EvalError("overflow in " + a + " * " + b);
    }
    return low;
  }

  /** Quotient, cut. */
  public static long divide(long a, long b) {
    if (b == 0) {
      throw new EvalError("division of " + a + " by zero");
    }
    if (b == -1 && a == Long.MIN_VALUE) {
      throw new EvalError("overflow in " + a + " / " + b);
    }
    return a / b;
  }

  /** Remainder, with the sign of the first. */
  public static long mod(long a, long b) {
    if (b == 0) {
      throw new EvalError("remainder of " + a + " by zero");
    }
    return b == -1 ? 0 : a % b;
  }

  /** Quotient with some digits to spare. */
  public static BigDecimal divide(BigDecimal a, BigDecimal b, int scale) {
    if (b.signum() == 0) {
      throw new EvalError("division of " + a.toPlainString() + " by zero");
    }
    return a.divide(b, scale, RoundingMode.HALF_UP);
  }

  /** Remainder, with the sign of the first. */
  public static BigDecimal mod(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new EvalError("remainder of " + a.toPlainString() + " by zero");
    }
    return a.remainder(b);
  }

  /** The number if it fits that range. */
  public static long range(long value, long max) {
    if (value > max || value < -max - 1) {
      throw new EvalError("value " + value + " is out of range");
    }
    return value;
  }

  /** The result of an operation if it fits that range. */
  public static long range(long value, long max, String operator, long a, long b) {
    if (value > max || value < -max - 1) {
      throw new EvalError("overflow in " + a + " " + operator + " " + b);
    }
    return value;
  }

  /** A number as DECIMAL(precision, scale). */
  public static BigDecimal decimal(BigDecimal value, int precision, int scale) {
    BigDecimal r = value.scale() == scale ? value : value.setScale(scale, RoundingMode.HALF_UP);
    if (r.precision() > precision && r.signum() != 0) {
      throw new EvalError(
          "value "
              + value.toPlainString()
              + " is out of range of DECIMAL("
              + precision
              + ", "
              + scale
              + ")");
    }
    return r;
  }

  /** A double as decimal number. */
  public static BigDecimal toDecimal(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new EvalError("value " + value + " is no DECIMAL");
    }
    return BigDecimal.valueOf(value);
  }

  /** A decimal number without its fraction. */
  public static long toLong(BigDecimal value) {
    try {
      return value.setScale(0, RoundingMode.DOWN).longValueExact();
    } catch (ArithmeticException e) {
      throw new EvalError("value " + value.toPlainString() + " is out of range");
    }
  }

  /** A double without its fraction. */
  public static long toLong(double value) {
    if (!(value >= -0x1p63 && value < 0x1p63)) {
      throw new EvalError("value " + value + " is out of range");
    }
    return (long) value;
  }

  /** Text as integer (a fraction is cut). */
  public static long parseLong(Text text) {
    int n = text.length();
    int i = n > 0 && (text.get(0) == '-' || text.get(0) == '+') ? 1 : 0;
    if (n - i >= 1 && n - i <= 18) {
      long value = 0;
      int k = i;
      while (k < n && text.get(k) >= '0' && text.get(k) <= '9') {
        value = value * 10 + text.get(k++) - '0';
      }
      if (k == n) {
        return text.get(0) == '-' ? -value : value;
      }
    }
    return toLong(parseDecimal(text, "an integer"));
  }

  /** Text as exact number. */
  public static BigDecimal parseDecimal(Text text) {
    return parseDecimal(text, "a number");
  }

  private static BigDecimal parseDecimal(Text text, String what) {
    String trimmed = text.toString().trim();
    try {
      BigDecimal value = new BigDecimal(trimmed);
      if (Math.abs((long) value.scale()) > 1000) {
        throw new EvalError("'" + shown(text) + "' is not " + what);
      }
      return value;
    } catch (NumberFormatException e) {
      throw new EvalError("'" + shown(text) + "' is not " + what);
    }
  }

  private static String shown(Object text) {
    String s = text.toString();
    return s.length() > 100 ? s.substring(0, 100) + "…" : s;
  }

  /** Text as floating-point number. */
  public static double parseDouble(Text text) {
    try {
      return Double.parseDouble(text.toString().trim());
    } catch (NumberFormatException e) {
      throw new EvalError("'" + shown(text) + "' is not a number");
    }
  }

  /** Text as truth value: true, t, yes, y, 1 and their opposites. */
  public static boolean parseBoolean(Text text) {
    return switch (text.toString().trim().toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "1" -> true;
      case "false", "f", "no", "n", "0" -> false;
      default -> throw new EvalError("'" + shown(text) + "' is not a BOOLEAN");
    };
  }

  /** Text as days. */
  public static long parseDate(Text text) {
    String s = text.toString().trim();
    try {
      if (s.length() > 10) {
        return Math.floorDiv(parseTimestamp(s), TimeFunctions.DAY);
      }
      return LocalDate.parse(s).toEpochDay();
    } catch (DateTimeException e) {
      throw new EvalError("'" + shown(s) + "' is not a DATE");
    }
  }

  /** Text as milliseconds of the day. */
  public static long parseTime(Text text) {
    String s = text.toString().trim();
    try {
      return LocalTime.parse(s).toNanoOfDay() / 1_000_000;
    } catch (DateTimeException e) {
      throw new EvalError("'" + shown(s) + "' is not a TIME");
    }
  }

  /** Text as microseconds; date alone, a blank or T between date and time, a final Z will do. */
  public static long parseTimestamp(String text) {
    String s = text.trim();
    try {
      if (s.length() <= 10) {
        return LocalDate.parse(s).toEpochDay() * TimeFunctions.DAY;
      }
      String plain = s.endsWith("Z") ? s.substring(0, s.length() - 1) : s;
      return TimeFunctions.micros(LocalDateTime.parse(plain.replace(' ', 'T')));
    } catch (DateTimeException | ArithmeticException e) {
      throw new EvalError("'" + shown(s) + "' is not a TIMESTAMP");
    }
  }

  /** Days as text. */
  public static String dateText(long days) {
    return LocalDate.ofEpochDay(days).toString();
  }

  /** Milliseconds of the day as text. */
  public static String timeText(long millis, int precision) {
    LocalTime time = LocalTime.ofNanoOfDay(millis * 1_000_000);
    String text =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
    return text + fraction(time.getNano() / 1000, precision);
  }

  /** Microseconds as text with {@code precision} digits of fraction. */
  public static String timestampText(long micros, int precision) {
    LocalDateTime time = TimeFunctions.dateTime(micros);
    String text = time.toLocalDate() + " ";
    long millis = time.toLocalTime().toNanoOfDay() / 1_000_000_000L * 1000;
    return text + timeText(millis, 0) + fraction(time.getNano() / 1000, precision);
  }

  private static String fraction(int micros, int precision) {
    if (precision <= 0) {
      return "";
    }
    String digits = String.format(Locale.ROOT, "%06d", micros);
    return "." + digits.substring(0, Math.min(6, precision));
  }

  /** A double as text. */
  public static String text(double value, boolean isFloat) {
    return isFloat ? Float.toString((float) value) : Double.toString(value);
  }

  /** Months as text. */
  public static String monthsText(long months) {
    return (months < 0 ? "-" : "+") + Math.abs(months) / 12 + "-" + Math.abs(months) % 12;
  }

  /** Microseconds of an interval as text. */
  public static String intervalText(long micros) {
    long absolute = Math.abs(micros);
    return (micros < 0 ? "-" : "+")
        + absolute / TimeFunctions.DAY
        + " "
        + timeText(absolute % TimeFunctions.DAY / 1000, 0)
        + fraction((int) (absolute % 1_000_000), 3);
  }

  /** SQL equality of doubles made total: NaN is the greatest, zeros are equal. */
  public static int compare(double a, double b) {
    return a < b ? -1 : a > b ? 1 : a == b ? 0 : Double.compare(a, b);
  }
}
