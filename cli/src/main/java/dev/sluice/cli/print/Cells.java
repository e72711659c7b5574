package dev.sluice.cli.print;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * One value as text or as JSON. Timestamps show exactly their precision, those with local zone in
 * the session's zone with its offset; nested values are JSON in both forms; binary is hexadecimal.
 * Immutable; the vectors it reads are the caller's.
 */
public final class Cells {
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final ZoneId zone;

  /**
   * @param zone where TIMESTAMP_LTZ values are shown
   */
  public Cells(ZoneId zone) {
    this.zone = zone;
  }

  /** A value that is not NULL as plain text. */
  public String text(DataType type, ValueVector vector, int row) {
    return switch (type.kind()) {
      case NULL -> "NULL";
      case BOOLEAN -> Boolean.toString(((BitVector) vector).get(row) != 0);
      case TINYINT -> Byte.toString(((TinyIntVector) vector).get(row));
      case SMALLINT -> Short.toString(((SmallIntVector) vector).get(row));
      case INTEGER -> Integer.toString(((IntVector) vector).get(row));
      case BIGINT -> Long.toString(((BigIntVector) vector).get(row));
      case FLOAT -> Float.toString(((Float4Vector) vector).get(row));
      case DOUBLE -> Double.toString(((Float8Vector) vector).get(row));
      case DECIMAL -> ((DecimalVector) vector).getObject(row).toPlainString();
      case VARCHAR -> new String(((VarCharVector) vector).get(row), StandardCharsets.UTF_8);
      case VARBINARY -> HexFormat.of().formatHex(((VarBinaryVector) vector).get(row));
      case DATE -> LocalDate.ofEpochDay(((DateDayVector) vector).get(row)).toString();
      case TIME -> time(((TimeMilliVector) vector).get(row) * 1000L, type.precision());
      case TIMESTAMP -> timestamp(((TimeStampVector) vector).get(row), type.precision());
      case TIMESTAMP_LTZ -> instant(((TimeStampVector) vector).get(row), type.precision());
      case INTERVAL_MONTH -> months(((IntervalYearVector) vector).get(row));
      case INTERVAL_DAY -> duration(DurationVector.get(vector.getDataBuffer(), row));
      case ARRAY, MAP, ROW -> json(type, vector, row);
    };
  }

  /** A value, NULL included, as JSON. */
  public String json(DataType type, ValueVector vector, int row) {
    StringBuilder out = new StringBuilder();
    appendJson(out, type, vector, row);
    return out.toString();
  }

  private void appendJson(StringBuilder out, DataType type, ValueVector vector, int row) {
    if (type.kind() == Kind.NULL || vector.isNull(row)) {
      out.append("null");
      return;
    }
    switch (type.kind()) {
      case ARRAY -> appendArray(out, type.children().get(0).type(), (ListVector) vector, row);
      case MAP -> appendMap(out, type, (ListVector) vector, row);
      case ROW -> appendRow(out, type.children(), (StructVector) vector, row);
      case FLOAT, DOUBLE -> {
        String number = text(type, vector, row);
        boolean finite = Character.isDigit(number.charAt(number.length() - 1));
        if (finite) {
          out.append(number);
        } else {
          JsonText.quote(out, number);
        }
      }
      case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL ->
          out.append(text(type, vector, row));
      default -> JsonText.quote(out, text(type, vector, row));
    }
  }

  private void appendArray(StringBuilder out, DataType element, ListVector list, int row) {
    out.append('[');
    for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
      if (i > list.getElementStartIndex(row)) {
        out.append(',');
      }
      appendJson(out, element, list.getDataVector(), i);
    }
    out.append(']');
  }

  private void appendMap(StringBuilder out, DataType type, ListVector map, int row) {
    StructVector entries = (StructVector) map.getDataVector();
    DataType keyType = type.children().get(0).type();
    out.append('{');
    for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
      if (i > map.getElementStartIndex(row)) {
        out.append(',');
      }
      JsonText.quote(out, text(keyType, entries.getChildByOrdinal(0), i));
      out.append(':');
      appendJson(out, type.children().get(1).type(), entries.getChildByOrdinal(1), i);
    }
    out.append('}');
  }

  private void appendRow(
      StringBuilder out, List<DataType.Field> fields, StructVector struct, int row) {
    out.append('{');
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      JsonText.quote(out, fields.get(i).name());
      out.append(':');
      appendJson(out, fields.get(i).type(), struct.getChildByOrdinal(i), row);
    }
    out.append('}');
  }

  /** {@code 2001-01-31 23:59:59.999}, with {@code precision} fractional digits. */
  public static String timestamp(long micros, int precision) {
    long seconds = Math.floorDiv(micros, 1_000_000L);
    LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    return time.format(DATE_AND_TIME) + fraction(micros, precision);
  }

  private String instant(long micros, int precision) {
    ZoneOffset offset =
        zone.getRules().getOffset(Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L)));
    return timestamp(micros + offset.getTotalSeconds() * 1_000_000L, precision) + offset;
  }

  private static String time(long micros, int precision) {
    return LocalDateTime.ofEpochSecond(micros / 1_000_000L, 0, ZoneOffset.UTC).format(TIME_OF_DAY)
        + fraction(micros, precision);
  }

  private static String fraction(long micros, int precision) {
    if (precision <= 0) {
      return "";
    }
    String digits = String.format("%06d", Math.floorMod(micros, 1_000_000L));
    return "." + digits.substring(0, Math.min(precision, 6));
  }

  private static String months(int months) {
    int size = Math.abs(months);
    return (months < 0 ? "-" : "+") + size / 12 + "-" + String.format("%02d", size % 12);
  }

  private static String duration(long micros) {
    long size = Math.abs(micros);
    long seconds = size / 1_000_000L;
    String clock =
        String.format("%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return (micros < 0 ? "-" : "+") + seconds / 86_400 + " " + clock + fraction(size, 6);
  }

  /** A number with thousands separated by commas. */
  public static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
