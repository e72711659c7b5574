package dev.sluice.connector.jdbc;

import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

/** Single values between vectors and JDBC. Stateless. */
final class Values {
  private static final long MICROS = 1_000_000;

  private Values() {}

  /** The value at {@code position} as JDBC takes it; Java null is NULL. */
  static Object get(FieldVector vector, DataType type, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (type.kind()) {
      case BOOLEAN -> ((BitVector) vector).get(position) == 1;
      case TINYINT -> (int) ((TinyIntVector) vector).get(position);
      case SMALLINT -> (int) ((SmallIntVector) vector).get(position);
      case INTEGER -> ((IntVector) vector).get(position);
      case BIGINT -> ((BigIntVector) vector).get(position);
      case FLOAT -> ((Float4Vector) vector).get(position);
      case DOUBLE -> ((Float8Vector) vector).get(position);
      case DECIMAL -> ((DecimalVector) vector).getObject(position);
      case VARCHAR ->
          new String(
              ((VarCharVector) vector).get(position), java.nio.charset.StandardCharsets.UTF_8);
      case VARBINARY -> ((VarBinaryVector) vector).get(position);
      case DATE -> LocalDate.ofEpochDay(((DateDayVector) vector).get(position));
      case TIME -> LocalTime.ofNanoOfDay(((TimeMilliVector) vector).get(position) * 1_000_000L);
      case TIMESTAMP ->
          LocalDateTime.ofEpochSecond(
              Math.floorDiv(micros(vector, position), MICROS),
              (int) Math.floorMod(micros(vector, position), MICROS) * 1000,
              ZoneOffset.UTC);
      case TIMESTAMP_LTZ ->
          OffsetDateTime.ofInstant(
              Instant.ofEpochSecond(
                  Math.floorDiv(micros(vector, position), MICROS),
                  Math.floorMod(micros(vector, position), MICROS) * 1000),
              ZoneOffset.UTC);
      default -> throw new IllegalStateException("no database value for " + type);
    };
  }

  private static long micros(FieldVector vector, int position) {
    return ((TimeStampVector) vector).get(position);
  }

  static void bind(PreparedStatement statement, int index, Object value, DataType type)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, sqlType(type));
    } else if (value instanceof byte[] bytes) {
      statement.setBytes(index, bytes);
    } else {
      statement.setObject(index, value);
    }
  }

  private static int sqlType(DataType type) {
    return switch (type.kind()) {
      case BOOLEAN -> Types.BOOLEAN;
      case TINYINT, SMALLINT -> Types.SMALLINT;
      case INTEGER -> Types.INTEGER;
      case BIGINT -> Types.BIGINT;
      case FLOAT -> Types.REAL;
      case DOUBLE -> Types.DOUBLE;
      case DECIMAL -> Types.DECIMAL;
      case VARBINARY -> Types.VARBINARY;
      case DATE -> Types.DATE;
      case TIME -> Types.TIME;
      case TIMESTAMP -> Types.TIMESTAMP;
      case TIMESTAMP_LTZ -> Types.TIMESTAMP_WITH_TIMEZONE;
      default -> Types.VARCHAR;
    };
  }

  /** Column {@code index} of the current row as a plan literal's value; Java null is NULL. */
  static Object read(ResultSet row, int index, DataType type) throws SQLException {
    Object value =
        switch (type.kind()) {
          case BOOLEAN -> row.getBoolean(index);
          case TINYINT, SMALLINT, INTEGER, BIGINT -> ranged(row.getLong(index), type);
          case FLOAT, DOUBLE -> row.getDouble(index);
          case DECIMAL -> scaled(row.getBigDecimal(index), type);
          case VARCHAR -> fitting(row.getString(index), type);
          case VARBINARY -> hex(row.getBytes(index));
          case DATE -> days(row.getObject(index, LocalDate.class));
          case TIME -> millis(row.getObject(index, LocalTime.class));
          case TIMESTAMP -> timestamp(row.getObject(index, LocalDateTime.class));
          case TIMESTAMP_LTZ -> instant(row.getObject(index, OffsetDateTime.class));
          default -> throw new IllegalStateException("no database value for " + type);
        };
    return row.wasNull() ? null : value;
  }

  private static Object ranged(long value, DataType type) throws SQLException {
    boolean fits =
        switch (type.kind()) {
          case TINYINT -> value == (byte) value;
          case SMALLINT -> value == (short) value;
          case INTEGER -> value == (int) value;
          default -> true;
        };
    if (!fits) {
      throw new SQLDataException("the value " + value + " does not fit the declared " + type);
    }
    return value;
  }

  private static Object fitting(String value, DataType type) throws SQLException {
    if (value != null && value.codePointCount(0, value.length()) > type.precision()) {
      throw new SQLDataException("a text is longer than the declared " + type);
    }
    return value;
  }

  private static Object scaled(BigDecimal value, DataType type) throws SQLException {
    if (value == null) {
      return null;
    }
    try {
      BigDecimal scaled = value.setScale(type.scale(), RoundingMode.UNNECESSARY);
      if (scaled.precision() <= type.precision()) {
        return scaled;
      }
    } catch (ArithmeticException e) {
      throw new SQLDataException("the value " + value + " does not fit the declared " + type, e);
    }
    throw new SQLDataException("the value " + value + " does not fit the declared " + type);
  }

  private static Object hex(byte[] bytes) {
    return bytes == null ? null : HexFormat.of().formatHex(bytes);
  }

  private static Object days(LocalDate date) {
    return date == null ? null : date.toEpochDay();
  }

  private static Object millis(LocalTime time) {
    return time == null ? null : time.toNanoOfDay() / 1_000_000;
  }

  private static Object timestamp(LocalDateTime time) {
    return time == null
        ? null
        : time.toEpochSecond(ZoneOffset.UTC) * MICROS + time.getNano() / 1000;
  }

  private static Object instant(OffsetDateTime time) {
    return time == null ? null : time.toEpochSecond() * MICROS + time.getNano() / 1000;
  }
}
