package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.DATE;
import static dev.sluice.function.FunctionSpec.Param.INTEGER;
import static dev.sluice.function.FunctionSpec.Param.STRING;
import static dev.sluice.function.FunctionSpec.Param.TIMESTAMP;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Functions of dates and times. Timestamps are microseconds; those with local zone are shifted to
 * the session's zone by the compiler before they come here, so everything here is without zone.
 */
public final class TimeFunctions {
  private static final Map<String, DateTimeFormatter> FORMATS = new ConcurrentHashMap<>();
  private static final long SECOND = 1_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;

  /** Microseconds of a day. */
  public static final long DAY = 24 * HOUR;

  private TimeFunctions() {}

  @Sql(
      value = "DATE_FORMAT",
      args = {TIMESTAMP, STRING},
      doc = "A timestamp as text, by a pattern of Java's DateTimeFormatter.",
      example =
          "DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56', 'yyyy-MM-dd HH:mm') = "
              + "'2024-02-29 12:34'")
  public static Text dateFormat(long micros, String pattern, Buffer out) {
    switch (pattern) {
      case "yyyy-MM-dd":
        return addDate(out.start(), Math.floorDiv(micros, DAY)).done();
      case "HH:mm":
        return addMinute(out.start(), Math.floorMod(micros, DAY)).done();
      case "HH":
        return out.start().addNumber(Math.floorMod(micros, DAY) / HOUR, 2).done();
      case "yyyy-MM-dd HH:mm":
        addDate(out.start(), Math.floorDiv(micros, DAY)).add(' ');
        return addMinute(out, Math.floorMod(micros, DAY)).done();
      case "yyyy-MM-dd HH:mm:ss":
        addDate(out.start(), Math.floorDiv(micros, DAY)).add(' ');
        long time = Math.floorMod(micros, DAY);
        return addMinute(out, time).add(':').addNumber(time / SECOND % 60, 2).done();
      default:
        return out.put(format(pattern).format(dateTime(micros)));
    }
  }

  private static Buffer addDate(Buffer out, long days) {
    if (out.addKept(days)) {
      return out;
    }
    int from = out.size();
    return formatDate(out, days).keep(days, from);
  }

  /** The civil date of a day since 1970, after Howard Hinnant's "chrono-compatible algorithms". */
  private static Buffer formatDate(Buffer out, long days) {
    long z = days + 719_468;
    long era = Math.floorDiv(z, 146_097);
    long doe = z - era * 146_097;
    long yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    long mp = (5 * doy + 2) / 153;
    long day = doy - (153 * mp + 2) / 5 + 1;
    long month = mp < 10 ? mp + 3 : mp - 9;
    long year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    if (year < 0) {
      out.add('-');
    }
    return out.addNumber(Math.abs(year), 4).add('-').addNumber(month, 2).add('-').addNumber(day, 2);
  }

  private static Buffer addMinute(Buffer out, long time) {
    return out.addNumber(time / HOUR, 2).add(':').addNumber(time / MINUTE % 60, 2);
  }

  /** The formatter of a pattern, kept. */
  private static DateTimeFormatter format(String pattern) {
    DateTimeFormatter known = FORMATS.get(pattern);
    if (known != null) {
      return known;
    }
    try {
      if (FORMATS.size() > 1000) {
        FORMATS.clear();
      }
      DateTimeFormatter made =
          new DateTimeFormatterBuilder()
              .appendPattern(pattern.replace("yyyy", "uuuu"))
              .toFormatter(Locale.US);
      FORMATS.put(pattern, made);
      return made;
    } catch (IllegalArgumentException e) {
      throw new EvalError("'" + pattern + "' is not a date pattern");
    }
  }

  /** Microseconds as date and time. */
  public static LocalDateTime dateTime(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, SECOND), (int) Math.floorMod(micros, SECOND) * 1000, ZoneOffset.UTC);
  }

  /** Date and time as microseconds. */
  public static long micros(LocalDateTime time) {
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), SECOND), time.getNano() / 1000);
  }

  /** An instant as the wall clock of a zone shows it. */
  public static long toLocal(long instant, ZoneId zone) {
    if (zone instanceof ZoneOffset offset) {
      return instant + offset.getTotalSeconds() * SECOND;
    }
    Instant at = Instant.ofEpochSecond(Math.floorDiv(instant, SECOND));
    return instant + zone.getRules().getOffset(at).getTotalSeconds() * SECOND;
  }

  /** The instant when the wall clock of a zone shows that (in a gap: the later). */
  public static long toInstant(long local, ZoneId zone) {
    return local
        - dateTime(local).atZone(zone).getOffset().getTotalSeconds() * SECOND
        + gap(local, zone);
  }

  private static long gap(long local, ZoneId zone) {
    LocalDateTime wanted = dateTime(local);
    return micros(wanted.atZone(zone).toLocalDateTime()) - local;
  }

  @Sql(
      value = "TO_TIMESTAMP",
      result = "TIMESTAMP(3)",
      nullable = true,
      doc = "Text as timestamp, by a pattern (yyyy-MM-dd HH:mm:ss if none); NULL if it is not one.",
      example = "TO_TIMESTAMP('29.02.2024', 'dd.MM.yyyy') = TIMESTAMP '2024-02-29 00:00:00'")
  public static Long toTimestamp(String s) {
    try {
      return Math.floorDiv(Conversions.parseTimestamp(s), 1000) * 1000;
    } catch (EvalError e) {
      return null;
    }
  }

  @Sql(value = "TO_TIMESTAMP", result = "TIMESTAMP(3)", nullable = true)
  public static Long toTimestamp(String s, String pattern) {
    try {
      TemporalAccessor parsed = format(pattern).parse(s);
      LocalDate date = parsed.query(TemporalQueries.localDate());
      LocalTime time = parsed.query(TemporalQueries.localTime());
      if (time == null && parsed.isSupported(ChronoField.HOUR_OF_DAY)) {
        time = LocalTime.of(parsed.get(ChronoField.HOUR_OF_DAY), 0);
      }
      LocalDate day = date == null ? LocalDate.EPOCH : date;
      return micros(day.atTime(time == null ? LocalTime.MIDNIGHT : time));
    } catch (DateTimeException e) {
      return null;
    }
  }

  @Sql(
      value = "TO_TIMESTAMP_LTZ",
      result = "TIMESTAMP_LTZ(3)",
      doc = "Seconds (precision 0) or milliseconds (3, the default) since the epoch as instant.",
      example = "TO_TIMESTAMP_LTZ(0, 3) = TO_TIMESTAMP_LTZ(0, 0)")
  public static long toTimestampLtz(long value, long precision) {
    if (precision != 0 && precision != 3 && precision != 6) {
      throw new EvalError("precision " + precision + " of TO_TIMESTAMP_LTZ is not 0, 3 or 6");
    }
    long unit = precision == 0 ? SECOND : precision == 3 ? 1000 : 1;
    return Conversions.multiply(value, unit);
  }

  @Sql(value = "TO_TIMESTAMP_LTZ", result = "TIMESTAMP_LTZ(3)")
  public static long toTimestampLtz(BigDecimal value, long precision) {
    long unit = toTimestampLtz(1, precision);
    try {
      return value
          .multiply(BigDecimal.valueOf(unit))
          .setScale(0, RoundingMode.FLOOR)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new EvalError("no time is " + value + " since 1970");
    }
  }

  @Sql(value = "TO_TIMESTAMP_LTZ", result = "TIMESTAMP_LTZ(3)")
  public static long toTimestampLtz(long value) {
    return toTimestampLtz(value, 3);
  }

  @Sql(value = "TO_TIMESTAMP_LTZ", result = "TIMESTAMP_LTZ(3)", nullable = true)
  public static Long toTimestampLtz(String s) {
    return toTimestamp(s);
  }

  @Sql(value = "TO_TIMESTAMP_LTZ", result = "TIMESTAMP_LTZ(3)", nullable = true)
  public static Long toTimestampLtz(String s, String pattern) {
    return toTimestamp(s, pattern);
  }

  @Sql(value = "TO_TIMESTAMP_LTZ", result = "TIMESTAMP_LTZ(3)", nullable = true)
  public static Long toTimestampLtz(String s, String pattern, String zone) {
    Long local = toTimestamp(s, pattern);
    try {
      return local == null ? null : (Long) toInstant(local, ZoneId.of(zone));
    } catch (DateTimeException e) {
      throw new EvalError("'" + zone + "' is no time zone");
    }
  }

  @Sql(value = "DATE_FORMAT", nullable = true)
  public static Text dateFormat(String s, String pattern, Buffer out) {
    Long micros = toTimestamp(s);
    return micros == null ? null : dateFormat(micros, pattern, out);
  }

  @Sql(
      value = "DATE_FORMAT",
      args = {FunctionSpec.Param.DATE, STRING})
  public static Text dateFormatOfDate(long micros, String pattern, Buffer out) {
    return dateFormat(micros, pattern, out);
  }

  @Sql(
      value = "TO_DATE",
      result = "DATE",
      nullable = true,
      doc = "Text as date, by a pattern (yyyy-MM-dd if none); NULL if it is not one.",
      example = "TO_DATE('2024-02-29') = DATE '2024-02-29'")
  public static Long toDate(String s) {
    Long micros = toTimestamp(s);
    return micros == null ? null : Math.floorDiv(micros, DAY);
  }

  @Sql(value = "TO_DATE", result = "DATE", nullable = true)
  public static Long toDate(String s, String pattern) {
    Long micros = toTimestamp(s, pattern);
    return micros == null ? null : Math.floorDiv(micros, DAY);
  }

  @Sql(
      value = "UNIX_TIMESTAMP",
      result = "BIGINT",
      doc = "Seconds since the epoch: at the start, or of text in the session's zone.",
      example = "UNIX_TIMESTAMP('1970-01-01 00:01:00') = 60")
  public static long unixTimestamp(EvalContext context) {
    return Math.floorDiv(context.startMicros(), SECOND);
  }

  @Sql(value = "UNIX_TIMESTAMP", result = "BIGINT")
  public static long unixTimestamp(String s, EvalContext context) {
    return Math.floorDiv(toInstant(Conversions.parseTimestamp(s), context.zone()), SECOND);
  }

  @Sql(value = "UNIX_TIMESTAMP", result = "BIGINT", nullable = true)
  public static Long unixTimestamp(String s, String pattern, EvalContext context) {
    Long local = toTimestamp(s, pattern);
    return local == null ? null : Math.floorDiv(toInstant(local, context.zone()), SECOND);
  }

  @Sql(
      value = "FROM_UNIXTIME",
      doc = "Seconds since the epoch as text in the session's zone, by a pattern.",
      example = "FROM_UNIXTIME(60) = '1970-01-01 00:01:00'")
  public static Text fromUnixtime(long seconds, Buffer out, EvalContext context) {
    return fromUnixtime(seconds, "yyyy-MM-dd HH:mm:ss", out, context);
  }

  @Sql("FROM_UNIXTIME")
  public static Text fromUnixtime(long seconds, String pattern, Buffer out, EvalContext context) {
    long instant = Conversions.multiply(seconds, SECOND);
    return dateFormat(toLocal(instant, context.zone()), pattern, out);
  }

  @Sql(
      value = "EXTRACT",
      args = {STRING, TIMESTAMP},
      result = "BIGINT",
      doc = "A part of a timestamp or date: YEAR, MONTH, DAY, HOUR, DOW, WEEK, EPOCH and so on.",
      example = "EXTRACT(YEAR FROM DATE '2024-02-29') = 2024")
  public static long extract(String unit, long micros) {
    long time = Math.floorMod(micros, DAY);
    switch (unit) {
      case "HOUR":
        return time / HOUR;
      case "MINUTE":
        return time / MINUTE % 60;
      case "SECOND":
        return time / SECOND % 60;
      case "MILLISECOND":
        return time / 1000 % 60_000;
      case "MICROSECOND":
        return time % MINUTE;
      case "EPOCH":
        return Math.floorDiv(micros, SECOND);
      default:
        return extractDate(unit, LocalDate.ofEpochDay(Math.floorDiv(micros, DAY)));
    }
  }

  private static long extractDate(String unit, LocalDate date) {
    return switch (unit) {
      case "YEAR" -> date.getYear();
      case "QUARTER" -> (date.getMonthValue() + 2) / 3;
      case "MONTH" -> date.getMonthValue();
      case "DAY", "DAYOFMONTH" -> date.getDayOfMonth();
      case "DOW", "DAYOFWEEK" -> date.getDayOfWeek().getValue() % 7 + 1;
      case "ISODOW" -> date.getDayOfWeek().getValue();
      case "DOY", "DAYOFYEAR" -> date.getDayOfYear();
      case "WEEK" -> date.get(java.time.temporal.IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case "ISOYEAR" -> date.get(java.time.temporal.IsoFields.WEEK_BASED_YEAR);
      case "DECADE" -> Math.floorDiv(date.getYear(), 10);
      case "CENTURY" -> (date.getYear() + 99) / 100;
      case "MILLENNIUM" -> (date.getYear() + 999) / 1000;
      default -> throw new EvalError("unknown unit '" + unit + "'");
    };
  }

  @Sql(
      value = "YEAR",
      args = TIMESTAMP,
      doc = "The year.",
      example = "YEAR(TIMESTAMP '2024-02-29 10:20:30') = 2024")
  public static long year(long micros) {
    return extract("YEAR", micros);
  }

  @Sql(
      value = "QUARTER",
      args = TIMESTAMP,
      doc = "The quarter, 1 to 4.",
      example = "QUARTER(TIMESTAMP '2024-02-29 10:20:30') = 1")
  public static long quarter(long micros) {
    return extract("QUARTER", micros);
  }

  @Sql(
      value = "MONTH",
      args = TIMESTAMP,
      doc = "The month, 1 to 12.",
      example = "MONTH(TIMESTAMP '2024-02-29 10:20:30') = 2")
  public static long month(long micros) {
    return extract("MONTH", micros);
  }

  @Sql(
      value = "WEEK",
      args = TIMESTAMP,
      doc = "The ISO week, 1 to 53.",
      example = "WEEK(TIMESTAMP '2024-02-29 10:20:30') = 9")
  public static long week(long micros) {
    return extract("WEEK", micros);
  }

  @Sql(
      value = "DAYOFYEAR",
      args = TIMESTAMP,
      doc = "The day of the year.",
      example = "DAYOFYEAR(TIMESTAMP '2024-02-29 10:20:30') = 60")
  public static long dayOfYear(long micros) {
    return extract("DOY", micros);
  }

  @Sql(
      value = "DAYOFMONTH",
      args = TIMESTAMP,
      doc = "The day of the month.",
      example = "DAYOFMONTH(TIMESTAMP '2024-02-29 10:20:30') = 29")
  public static long dayOfMonth(long micros) {
    return extract("DAY", micros);
  }

  @Sql(
      value = "DAYOFWEEK",
      args = TIMESTAMP,
      doc = "1 (Sunday) to 7.",
      example = "DAYOFWEEK(TIMESTAMP '2024-02-29 10:20:30') = 5")
  public static long dayOfWeek(long micros) {
    return extract("DOW", micros);
  }

  @Sql(
      value = "HOUR",
      args = TIMESTAMP,
      doc = "The hour.",
      example = "HOUR(TIMESTAMP '2024-02-29 10:20:30') = 10")
  public static long hour(long micros) {
    return extract("HOUR", micros);
  }

  @Sql(
      value = "MINUTE",
      args = TIMESTAMP,
      doc = "The minute.",
      example = "MINUTE(TIMESTAMP '2024-02-29 10:20:30') = 20")
  public static long minute(long micros) {
    return extract("MINUTE", micros);
  }

  @Sql(
      value = "SECOND",
      args = TIMESTAMP,
      doc = "The second.",
      example = "SECOND(TIMESTAMP '2024-02-29 10:20:30') = 30")
  public static long second(long micros) {
    return extract("SECOND", micros);
  }

  @Sql(
      value = "LAST_DAY",
      args = DATE,
      result = "DATE",
      doc = "The month's end.",
      example = "LAST_DAY(DATE '2024-02-10') = DATE '2024-02-29'")
  public static long lastDay(long days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    return date.withDayOfMonth(date.lengthOfMonth()).toEpochDay();
  }

  @Sql(
      value = "CONVERT_TZ",
      nullable = true,
      doc = "A time of one zone, as text, in another.",
      example = "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'Asia/Tokyo') = '1970-01-01 09:00:00'")
  public static Text convertTz(String s, String from, String to, Buffer out) {
    try {
      long instant = toInstant(Conversions.parseTimestamp(s), ZoneId.of(from));
      return dateFormat(toLocal(instant, ZoneId.of(to)), "yyyy-MM-dd HH:mm:ss", out);
    } catch (DateTimeException | EvalError e) {
      return null;
    }
  }

  @Sql(
      value = {"CURRENT_TIMESTAMP", "NOW", "CURRENT_ROW_TIMESTAMP"},
      result = "TIMESTAMP_LTZ(3)",
      doc = "The time at the start of the run.",
      example = "CURRENT_TIMESTAMP")
  public static long now(EvalContext context) {
    return Math.floorDiv(context.startMicros(), 1000) * 1000;
  }

  @Sql(
      value = "PROCTIME",
      result = "TIMESTAMP_LTZ(3)",
      deterministic = false,
      doc = "The time when the row is processed.",
      example = "PROCTIME()")
  public static long proctime(EvalContext context) {
    return Math.floorDiv(context.clock().getAsLong(), 1000) * 1000;
  }

  @Sql(
      value = "CURRENT_WATERMARK",
      args = FunctionSpec.Param.TIMESTAMP,
      result = "ARG0",
      nullable = true,
      deterministic = false,
      doc =
          "How far event time has come where the row is: no row at or before it should follow. NULL"
              + " before the first watermark.",
      example = "CURRENT_WATERMARK(TIMESTAMP '2024-02-29 10:20:30') IS NULL")
  public static Long currentWatermark(long eventTime, EvalContext context) {
    long watermark = context.watermark().getAsLong();
    return watermark == Long.MIN_VALUE ? null : watermark;
  }

  @Sql(
      value = "LOCALTIMESTAMP",
      result = "TIMESTAMP(3)",
      doc = "The start, by the wall clock.",
      example = "LOCALTIMESTAMP")
  public static long localTimestamp(EvalContext context) {
    return toLocal(now(context), context.zone());
  }

  @Sql(
      value = "CURRENT_DATE",
      result = "DATE",
      doc = "The date at the start of the run.",
      example = "CURRENT_DATE")
  public static long currentDate(EvalContext context) {
    return Math.floorDiv(localTimestamp(context), DAY);
  }

  @Sql(
      value = {"CURRENT_TIME", "LOCALTIME"},
      result = "TIME(0)",
      doc = "The time of day at the start.",
      example = "CURRENT_TIME")
  public static long currentTime(EvalContext context) {
    return Math.floorMod(localTimestamp(context), DAY) / SECOND * 1000;
  }

  @Sql(
      value = {"TIMESTAMPADD"},
      args = {STRING, INTEGER, TIMESTAMP},
      result = "TIMESTAMP(3)",
      doc = "A timestamp so many units later.",
      example =
          "TIMESTAMPADD(MONTH, 1, TIMESTAMP '2024-01-31 00:00:00') = "
              + "TIMESTAMP '2024-02-29 00:00:00'")
  public static long add(String unit, long count, long micros) {
    int months = months(unit);
    if (months > 0) {
      return addMonths(micros, Conversions.multiply(count, months));
    }
    return Conversions.add(micros, Conversions.multiply(count, micros(unit)));
  }

  @Sql(
      value = {"TIMESTAMPDIFF"},
      args = {STRING, TIMESTAMP, TIMESTAMP},
      result = "INTEGER",
      doc = "Whole units from the first to the second timestamp.",
      example = "TIMESTAMPDIFF(DAY, DATE '2024-02-28', DATE '2024-03-01') = 2")
  public static long difference(String unit, long from, long to) {
    int months = months(unit);
    return months > 0 ? monthsBetween(from, to) / months : (to - from) / micros(unit);
  }

  /** Whole months from one timestamp to another, truncated towards zero. */
  public static long monthsBetween(long from, long to) {
    return java.time.temporal.ChronoUnit.MONTHS.between(dateTime(from), dateTime(to));
  }

  /** A timestamp so many months later; the day is cut to the month's last. */
  public static long addMonths(long micros, long months) {
    return micros(dateTime(micros).plusMonths(months));
  }

  /** The start of the unit that holds a timestamp. */
  public static long floor(long micros, String unit) {
    int months = months(unit);
    if (months > 0) {
      LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY));
      long month = date.getYear() * 12L + date.getMonthValue() - 1;
      long first = Math.floorDiv(month, months) * months;
      return LocalDate.of((int) Math.floorDiv(first, 12), Math.floorMod(first, 12) + 1, 1)
              .toEpochDay()
          * DAY;
    }
    long size = micros(unit);
    long shift = unit.equals("WEEK") ? 4 * DAY : 0;
    return Math.floorDiv(micros - shift, size) * size + shift;
  }

  /** The least start of a unit at or after a timestamp. */
  public static long ceil(long micros, String unit) {
    long floor = floor(micros, unit);
    return floor == micros ? micros : add(unit, 1, floor);
  }

  private static int months(String unit) {
    return switch (unit) {
      case "YEAR", "SQL_TSI_YEAR" -> 12;
      case "QUARTER", "SQL_TSI_QUARTER" -> 3;
      case "MONTH", "SQL_TSI_MONTH" -> 1;
      case "DECADE" -> 120;
      case "CENTURY" -> 1200;
      default -> 0;
    };
  }

  private static long micros(String unit) {
    return switch (unit) {
      case "WEEK", "SQL_TSI_WEEK" -> 7 * DAY;
      case "DAY", "SQL_TSI_DAY" -> DAY;
      case "HOUR", "SQL_TSI_HOUR" -> HOUR;
      case "MINUTE", "SQL_TSI_MINUTE" -> MINUTE;
      case "SECOND", "SQL_TSI_SECOND" -> SECOND;
      case "MILLISECOND" -> 1000;
      case "MICROSECOND", "SQL_TSI_MICROSECOND" -> 1;
      default -> throw new EvalError("unknown unit '" + unit + "'");
    };
  }
}
