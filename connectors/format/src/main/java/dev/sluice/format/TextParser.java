package dev.sluice.format;

import dev.sluice.batch.Bytes;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Reads scalar values from their text, straight from bytes, into a column. Blanks around a value
 * are allowed except in strings. Stateless; safe for use by any thread, as long as each builder has
 * one.
 *
 * <p>The {@code at} of a {@link MalformedRecord} thrown here is the index of the value in the
 * array.
 */
public final class TextParser {
  private static final int SHOWN = 60;
  private static final double[] POWERS = new double[23];
  private static final long[] LONG_POWERS = new long[19];

  static {
    long power = 1;
    for (int i = 0; i < LONG_POWERS.length; i++) {
      LONG_POWERS[i] = power;
      power *= 10;
    }
    double p = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = p;
      p *= 10;
    }
  }

  private TextParser() {}

  /** Appends the value written as {@code b[from, to)} to {@code out}, whose type is a scalar. */
  public static void parse(ColumnBuilder out, byte[] b, int from, int to) throws MalformedRecord {
    if (out.kind() == Kind.VARCHAR) {
      if (!Bytes.isUtf8(b, from, to)) {
        throw malformed(out, "text in UTF-8", b, from, to);
      }
      out.appendBytes(b, from, to);
      return;
    }
    int start = from;
    int end = to;
    while (start < end && b[start] <= ' ' && b[start] >= 0) {
      start++;
    }
    while (end > start && b[end - 1] <= ' ' && b[end - 1] >= 0) {
      end--;
    }
    switch (out.kind()) {
      case TINYINT -> out.appendLong(integer(out, b, start, end, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case SMALLINT ->
          out.appendLong(integer(out, b, start, end, Short.MIN_VALUE, Short.MAX_VALUE));
      case INTEGER, INTERVAL_MONTH ->
          out.appendLong(integer(out, b, start, end, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case BIGINT, INTERVAL_DAY ->
          out.appendLong(integer(out, b, start, end, Long.MIN_VALUE, Long.MAX_VALUE));
      case FLOAT, DOUBLE -> floating(out, b, start, end);
      case DECIMAL -> decimal(out, b, start, end);
      case BOOLEAN -> bool(out, b, start, end);
      case DATE -> date(out, b, start, end);
      case TIME -> time(out, b, start, end);
      case TIMESTAMP -> timestamp(out, b, start, end, false);
      case TIMESTAMP_LTZ -> timestamp(out, b, start, end, true);
      case VARBINARY -> binary(out, b, start, end);
      case NULL -> out.appendNull();
      default -> throw new IllegalStateException("not a scalar type: " + out.type());
    }
  }

  /**
   * A malformed value: what was expected of the column and what stood there, cut to a readable
   * length.
   */
  public static MalformedRecord malformed(
      ColumnBuilder out, String expected, byte[] b, int from, int to) {
    return new MalformedRecord(
        out.name(), from, "expected " + expected + ", saw " + shown(b, from, to));
  }

  /** The bytes as one printable line in single quotes, cut to about sixty characters. */
  public static String shown(byte[] b, int from, int to) {
    if (from >= to) {
      return "nothing";
    }
    boolean cut = to - from > SHOWN;
    String text = new String(b, from, cut ? SHOWN : to - from, StandardCharsets.UTF_8);
    StringBuilder line = new StringBuilder("'");
    text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return line.append(cut ? "…'" : "'").toString();
  }

  private static String expectation(ColumnBuilder out) {
    String sql = out.type().withNullable(true).sql();
    return switch (out.kind()) {
      case DATE -> sql + " as yyyy-MM-dd";
      case TIME -> sql + " as HH:mm:ss";
      case TIMESTAMP -> sql + " as yyyy-MM-dd HH:mm:ss";
      case TIMESTAMP_LTZ -> sql + " as yyyy-MM-dd HH:mm:ssZ";
      case BOOLEAN -> "BOOLEAN as true or false";
      case VARBINARY -> sql + " in base64";
      default -> sql;
    };
  }

  private static MalformedRecord malformed(ColumnBuilder out, byte[] b, int from, int to) {
    return malformed(out, expectation(out), b, from, to);
  }

  private static long integer(ColumnBuilder out, byte[] b, int from, int to, long min, long max)
      throws MalformedRecord {
    int i = from;
    boolean negative = i < to && b[i] == '-';
    if (negative || i < to && b[i] == '+') {
      i++;
    }
    if (i == to) {
      throw malformed(out, b, from, to);
    }
    long value = 0;
    for (; i < to; i++) {
      int digit = b[i] - '0';
      if (digit < 0 || digit > 9) {
        throw malformed(out, b, from, to);
      }
      // kept negative: the smallest BIGINT has no positive twin
      if (value < Long.MIN_VALUE / 10 || value * 10 < Long.MIN_VALUE + digit) {
        throw malformed(out, out.type().withNullable(true).sql() + " (out of range)", b, from, to);
      }
      value = value * 10 - digit;
    }
    if (!negative) {
      if (value == Long.MIN_VALUE) {
        throw malformed(out, out.type().withNullable(true).sql() + " (out of range)", b, from, to);
      }
      value = -value;
    }
    if (value < min || value > max) {
      throw malformed(out, out.type().withNullable(true).sql() + " (out of range)", b, from, to);
    }
    return value;
  }

  private static void floating(ColumnBuilder out, byte[] b, int from, int to)
      throws MalformedRecord {
    int i = from;
    boolean negative = i < to && b[i] == '-';
    if (negative || i < to && b[i] == '+') {
      i++;
    }
    long mantissa = 0;
    int digits = 0;
    int fraction = 0;
    boolean point = false;
    boolean plain = i < to;
    for (; i < to; i++) {
      int c = b[i];
      if (c >= '0' && c <= '9' && digits < 16) {
        mantissa = mantissa * 10 + (c - '0');
        digits++;
        fraction += point ? 1 : 0;
      } else if (c == '.' && !point) {
        point = true;
      } else {
        plain = false;
        break;
      }
    }
    // exact: both numbers are representable and one division rounds once
    boolean exact =
        out.kind() == Kind.DOUBLE
            ? mantissa < 1L << 53 && fraction <= 22
            : mantissa < 1L << 24 && fraction <= 10;
    if (plain && digits > 0 && exact) {
      double value =
          out.kind() == Kind.DOUBLE
              ? mantissa / POWERS[fraction]
              : (float) mantissa / (float) POWERS[fraction];
      out.appendDouble(negative ? -value : value);
      return;
    }
    String text = new String(b, from, to - from, StandardCharsets.ISO_8859_1);
    boolean named = text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    for (int k = 0; !named && k < text.length(); k++) {
      char c = text.charAt(k);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        throw malformed(out, b, from, to);
      }
    }
    try {
      out.appendDouble(
          out.kind() == Kind.DOUBLE ? Double.parseDouble(text) : Float.parseFloat(text));
    } catch (NumberFormatException e) {
      throw malformed(out, b, from, to);
    }
  }

  private static void decimal(ColumnBuilder out, byte[] b, int from, int to)
      throws MalformedRecord {
    int scale = out.type().scale();
    int precision = out.type().precision();
    int i = from;
    boolean negative = i < to && b[i] == '-';
    if (negative || i < to && b[i] == '+') {
      i++;
    }
    long value = 0;
    int digits = 0;
    int fraction = 0;
    boolean point = false;
    boolean plain = i < to;
    for (; i < to; i++) {
      int c = b[i];
      if (c >= '0' && c <= '9' && digits < 18) {
        value = value * 10 + (c - '0');
        digits++;
        fraction += point ? 1 : 0;
      } else if (c == '.' && !point) {
        point = true;
      } else {
        plain = false;
        break;
      }
    }
    if (plain && digits > 0 && fraction <= scale && digits + scale - fraction <= 18) {
      long unscaled = value * LONG_POWERS[scale - fraction];
      if (precision >= 18 || unscaled < LONG_POWERS[precision]) {
        out.appendDecimal(negative ? -unscaled : unscaled);
        return;
      }
    }
    if (to - from > 400) {
      throw malformed(out, b, from, to);
    }
    BigDecimal exact;
    try {
      exact = new BigDecimal(new String(b, from, to - from, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException e) {
      throw malformed(out, b, from, to);
    }
    if ((long) exact.precision() - exact.scale() > 38) {
      throw malformed(out, out.type().withNullable(true).sql() + " (out of range)", b, from, to);
    }
    BigDecimal rounded = exact.setScale(scale, RoundingMode.HALF_UP);
    if (rounded.precision() > precision && rounded.signum() != 0) {
      throw malformed(out, out.type().withNullable(true).sql() + " (out of range)", b, from, to);
    }
    BigInteger unscaled = rounded.unscaledValue();
    out.appendDecimal(unscaled);
  }

  private static void bool(ColumnBuilder out, byte[] b, int from, int to) throws MalformedRecord {
    if (isWord(b, from, to, "true")) {
      out.appendBoolean(true);
    } else if (isWord(b, from, to, "false")) {
      out.appendBoolean(false);
    } else {
      throw malformed(out, b, from, to);
    }
  }

  private static boolean isWord(byte[] b, int from, int to, String lowerCase) {
    if (to - from != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      if ((b[from + i] | 0x20) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static void binary(ColumnBuilder out, byte[] b, int from, int to) throws MalformedRecord {
    try {
      byte[] decoded = Base64.getDecoder().decode(java.util.Arrays.copyOfRange(b, from, to));
      out.appendBytes(decoded, 0, decoded.length);
    } catch (IllegalArgumentException e) {
      throw malformed(out, b, from, to);
    }
  }

  /** The two digits at {@code i}, or a negative number. */
  private static int two(byte[] b, int i) {
    int high = b[i] - '0';
    int low = b[i + 1] - '0';
    return (high | low) < 0 || high > 9 || low > 9 ? -1 : high * 10 + low;
  }

  /** Days since 1970-01-01 of {@code yyyy-MM-dd} at {@code i}, or {@link Long#MIN_VALUE}. */
  private static long days(byte[] b, int i, int to) {
    if (to - i < 10 || b[i + 4] != '-' || b[i + 7] != '-') {
      return Long.MIN_VALUE;
    }
    int century = two(b, i);
    int yearOfCentury = two(b, i + 2);
    int month = two(b, i + 5);
    int day = two(b, i + 8);
    if ((century | yearOfCentury | month | day) < 0
        || month < 1
        || month > 12
        || day < 1
        || day > 31) {
      return Long.MIN_VALUE;
    }
    int year = century * 100 + yearOfCentury;
    if (day > 28 && day > java.time.YearMonth.of(year, month).lengthOfMonth()) {
      return Long.MIN_VALUE;
    }
    return epochDay(year, month, day);
  }

  /** Days from civil, after Howard Hinnant's public-domain algorithm. */
  private static long epochDay(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(y, 400);
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return (long) era * 146097 + dayOfEra - 719468;
  }

  private static void date(ColumnBuilder out, byte[] b, int from, int to) throws MalformedRecord {
    long days = to - from == 10 ? days(b, from, to) : Long.MIN_VALUE;
    if (days == Long.MIN_VALUE) {
      throw malformed(out, b, from, to);
    }
    out.appendLong(days);
  }

  private static void time(ColumnBuilder out, byte[] b, int from, int to) throws MalformedRecord {
    long packed = clock(b, from, to);
    if (packed < 0 || clockEnd(b, from, to) != to) {
      throw malformed(out, b, from, to);
    }
    long micros = truncate(packed, Math.min(3, Math.max(0, out.type().precision())));
    out.appendLong(micros / 1000);
  }

  /** Microseconds of the day written at {@code i} as HH:mm[:ss[.fraction]], or -1. */
  private static long clock(byte[] b, int i, int to) {
    if (to - i < 5 || b[i + 2] != ':') {
      return -1;
    }
    int hour = two(b, i);
    int minute = two(b, i + 3);
    int second = 0;
    long micros = 0;
    if (to - i >= 8 && b[i + 5] == ':') {
      second = two(b, i + 6);
      if (to - i > 9 && b[i + 8] == '.') {
        int unit = 100_000;
        for (int k = i + 9; k < to && b[k] >= '0' && b[k] <= '9'; k++) {
          micros += (long) (b[k] - '0') * unit;
          unit /= 10;
        }
      }
    }
    if ((hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59) {
      return -1;
    }
    return ((hour * 60L + minute) * 60 + second) * 1_000_000 + micros;
  }

  /** Where the time of day that starts at {@code i} ends. */
  private static int clockEnd(byte[] b, int i, int to) {
    int end = i + 5;
    if (to - i >= 8 && b[i + 5] == ':') {
      end = i + 8;
      if (to - i > 9 && b[end] == '.') {
        end++;
        while (end < to && b[end] >= '0' && b[end] <= '9') {
          end++;
        }
      }
    }
    return end;
  }

  private static long truncate(long micros, int precision) {
    if (precision >= 6 || precision < 0) {
      return micros;
    }
    long unit = LONG_POWERS[6 - precision];
    return Math.floorDiv(micros, unit) * unit;
  }

  private static void timestamp(ColumnBuilder out, byte[] b, int from, int to, boolean instant)
      throws MalformedRecord {
    long days = days(b, from, to);
    if (days == Long.MIN_VALUE) {
      throw malformed(out, b, from, to);
    }
    long micros = days * 86_400_000_000L;
    int i = from + 10;
    if (i < to) {
      if (b[i] != ' ' && b[i] != 'T') {
        throw malformed(out, b, from, to);
      }
      long clock = clock(b, i + 1, to);
      if (clock < 0) {
        throw malformed(out, b, from, to);
      }
      micros += clock;
      i = clockEnd(b, i + 1, to);
    }
    if (i < to && b[i] == 'Z' && i + 1 == to) {
      i = to;
    } else if (i < to && instant) {
      micros -= zoneOffsetMicros(out, b, i, from, to);
      i = to;
    }
    if (i != to) {
      throw malformed(out, b, from, to);
    }
    out.appendLong(truncate(micros, out.type().precision()));
  }

  private static long zoneOffsetMicros(ColumnBuilder out, byte[] b, int i, int from, int to)
      throws MalformedRecord {
    int length = to - i;
    boolean signed = b[i] == '+' || b[i] == '-';
    if (!signed || length != 3 && length != 5 && length != 6 || length == 6 && b[i + 3] != ':') {
      throw malformed(out, b, from, to);
    }
    int hours = two(b, i + 1);
    int minutes = length == 3 ? 0 : two(b, to - 2);
    if ((hours | minutes) < 0 || hours > 18 || minutes > 59) {
      throw malformed(out, b, from, to);
    }
    long offset = (hours * 60L + minutes) * 60_000_000L;
    return b[i] == '-' ? -offset : offset;
  }
}
