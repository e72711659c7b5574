package dev.sluice.connector.basic;

import dev.sluice.connector.Options;
import dev.sluice.connector.basic.DatagenConnector.FieldOptions;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.plan.TableRef;
import dev.sluice.state.KeyGroups;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns datagen's options into a recipe per column. Stateless; safe for use by any thread. */
final class Generators {
  private static final byte[] HEX =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private Generators() {}

  /**
   * How one column's values are made: whole numbers (in the column's own unit) from {@code low} to
   * {@code high} or {@code low + row * step}.
   *
   * <p>Random times are made when their row is: {@code low} and {@code high} count from that
   * moment, so that event time goes on while the table is read.
   *
   * @param rows length of a sequence that ends, else {@link Long#MAX_VALUE}
   */
  record Column(
      DataType type,
      boolean sequence,
      long low,
      long high,
      double lowDouble,
      double highDouble,
      long step,
      int length,
      double nullRate,
      long salt,
      long rows) {
    void append(ColumnBuilder out, long row) {
      long random = KeyGroups.mix(KeyGroups.mix(row + 0x9e3779b97f4a7c15L) ^ salt);
      if (nullRate > 0 && fraction(KeyGroups.mix(random ^ 0x5bd1e995)) < nullRate) {
        out.appendNull();
        return;
      }
      switch (type.kind()) {
        case BOOLEAN -> out.appendBoolean((random & 1) == 0);
        case FLOAT, DOUBLE ->
            out.appendDouble(
                sequence
                    ? low + row * (double) step
                    : lowDouble + fraction(random) * (highDouble - lowDouble));
        case DECIMAL -> out.appendDecimal(BigInteger.valueOf(number(random, row)));
        case VARCHAR -> text(out, random, row);
        case VARBINARY -> bytes(out, random);
        case TIMESTAMP, TIMESTAMP_LTZ -> {
          long unit = 1;
          for (int i = Math.max(0, type.precision()); i < 6; i++) {
            unit *= 10;
          }
          long since = sequence ? 0 : System.currentTimeMillis() * 1000;
          out.appendLong(Math.floorDiv(since + number(random, row), unit) * unit);
        }
        default -> out.appendLong(number(random, row));
      }
    }

    private static double fraction(long random) {
      return (random >>> 11) * 0x1.0p-53;
    }

    private long number(long random, long row) {
      if (sequence) {
        return low + row * step;
      }
      long span = high - low + 1;
      return span == 0 ? random : low + Long.remainderUnsigned(random, span);
    }

    private void text(ColumnBuilder out, long random, long row) {
      byte[] made;
      if (sequence) {
        made = Long.toString(low + row * step).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      } else {
        made = new byte[length];
        long bits = random;
        for (int i = 0; i < length; i++) {
          if (i % 16 == 0) {
            bits = KeyGroups.mix(random + i);
          }
          made[i] = HEX[(int) (bits & 15)];
          bits >>>= 4;
        }
      }
      out.appendBytes(made, 0, made.length);
    }

    private void bytes(ColumnBuilder out, long random) {
      byte[] made = new byte[length];
      for (int i = 0; i < length; i++) {
        made[i] = (byte) KeyGroups.mix(random + i);
      }
      out.appendBytes(made, 0, length);
    }
  }

  /** The recipes of all columns, in order. */
  static List<Column> columns(TableRef table, Options options) {
    List<Column> columns = new ArrayList<>();
    long seed = options.number(DatagenConnector.SEED);
    for (int i = 0; i < table.schema().size(); i++) {
      columns.add(
          column(table.schema().field(i), options, KeyGroups.mix(seed * 1_000_003 + i + 1)));
    }
    return columns;
  }

  private static Column column(Field field, Options options, long salt) {
    FieldOptions keys = FieldOptions.of(field.name());
    DataType type = field.type();
    boolean sequence = options.string(keys.kind()).toLowerCase(Locale.ROOT).equals("sequence");
    double nullRate = Double.parseDouble(options.string(keys.nullRate()));
    if (nullRate > 0 && !type.nullable()) {
      throw wrong(keys.nullRate().key(), "the column is NOT NULL");
    }
    int length =
        type.kind() == Kind.VARCHAR || type.kind() == Kind.VARBINARY
            ? length(options, keys, type)
            : 0;
    if (sequence) {
      if (type.kind() == Kind.BOOLEAN || type.kind() == Kind.VARBINARY) {
        throw wrong(keys.kind().key(), "there is no sequence of " + type.withNullable(true));
      }
      long start = number(keys.start().key(), options.string(keys.start()), type);
      long step = step(options, keys, type);
      long rows = Long.MAX_VALUE;
      if (options.has(keys.end())) {
        long end = number(keys.end().key(), options.string(keys.end()), type);
        rows = end < start ? 0 : (end - start) / step + 1;
      }
      return new Column(type, true, start, 0, 0, 0, step, length, nullRate, salt, rows);
    }
    return random(type, options, keys, salt, nullRate, length);
  }

  private static Column random(
      DataType type, Options options, FieldOptions keys, long salt, double nullRate, int length) {
    long low = smallest(type);
    long high = greatest(type);
    double lowDouble = 0;
    double highDouble = 1;
    if (type.kind().isTimestamp()) {
      high = 0;
      low = -options.duration(keys.maxPast()).toNanos() / 1000;
    }
    if (type.kind().isApproximate()) {
      lowDouble =
          options.has(keys.min()) ? floating(keys.min().key(), options.string(keys.min())) : 0;
      highDouble =
          options.has(keys.max())
              ? floating(keys.max().key(), options.string(keys.max()))
              : lowDouble + 1;
    } else {
      low =
          options.has(keys.min())
              ? number(keys.min().key(), options.string(keys.min()), type)
              : low;
      high =
          options.has(keys.max())
              ? number(keys.max().key(), options.string(keys.max()), type)
              : high;
    }
    if (low > high || lowDouble > highDouble) {
      throw wrong(keys.max().key(), "it is below the minimum");
    }
    return new Column(
        type, false, low, high, lowDouble, highDouble, 1, length, nullRate, salt, Long.MAX_VALUE);
  }

  private static int length(Options options, FieldOptions keys, DataType type) {
    int length = options.integer(keys.length());
    if (length < 0) {
      throw wrong(keys.length().key(), "it is negative");
    }
    return type.precision() >= 0 ? Math.min(length, type.precision()) : length;
  }

  private static long step(Options options, FieldOptions keys, DataType type) {
    long micros = options.duration(keys.step()).toNanos() / 1000;
    long step =
        switch (type.kind()) {
          case TIMESTAMP, TIMESTAMP_LTZ, INTERVAL_DAY -> micros;
          case TIME -> micros / 1000;
          case DECIMAL -> BigInteger.TEN.pow(type.scale()).longValueExact();
          default -> 1;
        };
    if (step <= 0) {
      throw wrong(keys.step().key(), "it must be positive");
    }
    return step;
  }

  private static long smallest(DataType type) {
    return switch (type.kind()) {
      case TINYINT -> Byte.MIN_VALUE;
      case SMALLINT -> Short.MIN_VALUE;
      case INTEGER -> Integer.MIN_VALUE;
      case BIGINT -> Long.MIN_VALUE;
      case DECIMAL -> -greatest(type);
      default -> 0;
    };
  }

  private static long greatest(DataType type) {
    return switch (type.kind()) {
      case TINYINT -> Byte.MAX_VALUE;
      case SMALLINT -> Short.MAX_VALUE;
      case INTEGER -> Integer.MAX_VALUE;
      case BIGINT -> Long.MAX_VALUE;
      case DECIMAL -> BigInteger.TEN.pow(Math.min(18, type.precision())).longValueExact() - 1;
      case DATE -> LocalDate.of(2038, 1, 1).toEpochDay();
      case TIME -> 86_399_999;
      case INTERVAL_MONTH -> 1200;
      case INTERVAL_DAY -> 86_400_000_000L;
      default -> Long.MAX_VALUE;
    };
  }

  private static double floating(String key, String text) {
    try {
      return Double.parseDouble(text.trim());
    } catch (NumberFormatException e) {
      throw wrong(key, "'" + text + "' is not a number");
    }
  }

  /** The value in the unit in which a column of {@code type} is held. */
  private static long number(String key, String text, DataType type) {
    try {
      String value = text.trim();
      return switch (type.kind()) {
        case DATE -> LocalDate.parse(value).toEpochDay();
        case TIME -> LocalTime.parse(value).toNanoOfDay() / 1_000_000;
        case TIMESTAMP, TIMESTAMP_LTZ ->
            ChronoUnit.MICROS.between(
                LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC),
                value.length() == 10
                    ? LocalDate.parse(value).atStartOfDay()
                    : LocalDateTime.parse(value.replace(' ', 'T').replace("Z", "")));
        case DECIMAL ->
            new BigDecimal(value)
                .setScale(type.scale(), RoundingMode.HALF_UP)
                .unscaledValue()
                .longValueExact();
        default -> {
          long parsed = Long.parseLong(value);
          if (type.kind().isInteger() && (parsed < smallest(type) || parsed > greatest(type))) {
            throw wrong(key, value + " is out of range of " + type.withNullable(true));
          }
          yield parsed;
        }
      };
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw wrong(key, "'" + text + "' is not a value of " + type.withNullable(true));
    }
  }

  private static UserError wrong(String key, String why) {
    return UserError.of(ErrorCode.OPTION_VALUE, "option '" + key + "' cannot be used: " + why);
  }
}
