package dev.sluice.format;

import dev.sluice.type.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

/**
 * A growing byte buffer that knows the one text form of every scalar value: the form {@link
 * TextParser} reads back. Timestamps show as many fraction digits as their precision; FLOAT and
 * DOUBLE the shortest digits that read back as the same number. Single-threaded; reusable after
 * {@link #clear}.
 */
public final class TextWriter {
  private byte[] bytes = new byte[512];
  private int size;

  public void clear() {
    size = 0;
  }

  public int size() {
    return size;
  }

  /** The buffer itself; the first {@link #size} bytes mean something until the next call. */
  public byte[] array() {
    return bytes;
  }

  public void writeTo(ByteArrayOutputStream out) {
    out.write(bytes, 0, size);
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }

  public void put(int b) {
    ensure(1);
    bytes[size++] = (byte) b;
  }

  public void put(byte[] source, int from, int to) {
    ensure(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  public void put(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    put(encoded, 0, encoded.length);
  }

  public void putLong(long value) {
    if (value == Long.MIN_VALUE) {
      put("-9223372036854775808");
      return;
    }
    ensure(20);
    long rest = value;
    if (rest < 0) {
      bytes[size++] = '-';
      rest = -rest;
    }
    int digits = 1;
    for (long limit = 10; digits < 19 && rest >= limit; limit *= 10) {
      digits++;
    }
    for (int i = size + digits - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  private void putPadded(long value, int digits) {
    ensure(digits);
    long rest = value;
    for (int i = size + digits - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  /** The value at {@code position}, which is not NULL, of a scalar column. */
  public void putScalar(DataType type, FieldVector vector, int position) {
    switch (type.kind()) {
      case BOOLEAN -> put(((BitVector) vector).get(position) != 0 ? "true" : "false");
      case TINYINT -> putLong(((TinyIntVector) vector).get(position));
      case SMALLINT -> putLong(((SmallIntVector) vector).get(position));
      case INTEGER -> putLong(((IntVector) vector).get(position));
      case BIGINT -> putLong(((BigIntVector) vector).get(position));
      case FLOAT -> put(shortest(((Float4Vector) vector).get(position)));
      case DOUBLE -> put(shortest(((Float8Vector) vector).get(position)));
      case DECIMAL -> put(((DecimalVector) vector).getObject(position).toPlainString());
      case VARCHAR -> {
        byte[] text = ((VarCharVector) vector).get(position);
        put(text, 0, text.length);
      }
      case VARBINARY -> {
        byte[] text = Base64.getEncoder().encode(((VarBinaryVector) vector).get(position));
        put(text, 0, text.length);
      }
      case DATE -> putDate(((DateDayVector) vector).get(position));
      case TIME ->
          putTime(((TimeMilliVector) vector).get(position) * 1000L, Math.max(0, type.precision()));
      case TIMESTAMP ->
          putTimestamp(((TimeStampVector) vector).get(position), type.precision(), ' ');
      case TIMESTAMP_LTZ -> {
        putTimestamp(((TimeStampVector) vector).get(position), type.precision(), ' ');
        put('Z');
      }
      case INTERVAL_MONTH -> putLong(((IntervalYearVector) vector).get(position));
      case INTERVAL_DAY -> putLong(DurationVector.get(vector.getDataBuffer(), position));
      default -> throw new IllegalStateException("not a scalar type: " + type);
    }
  }

  private void putDate(long days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    if (date.getYear() < 0 || date.getYear() > 9999) {
      put(date.toString());
      return;
    }
    putPadded(date.getYear(), 4);
    put('-');
    putPadded(date.getMonthValue(), 2);
    put('-');
    putPadded(date.getDayOfMonth(), 2);
  }

  private void putTime(long micros, int precision) {
    long seconds = micros / 1_000_000;
    putPadded(seconds / 3600, 2);
    put(':');
    putPadded(seconds / 60 % 60, 2);
    put(':');
    putPadded(seconds % 60, 2);
    if (precision > 0) {
      put('.');
      long fraction = micros % 1_000_000;
      for (int i = Math.min(6, precision); i < 6; i++) {
        fraction /= 10;
      }
      putPadded(fraction, Math.min(6, precision));
    }
  }

  /** A timestamp in microseconds with {@code between} date and time of day. */
  public void putTimestamp(long micros, int precision, char between) {
    long days = Math.floorDiv(micros, 86_400_000_000L);
    putDate(days);
    put(between);
    putTime(micros - days * 86_400_000_000L, precision);
  }

  /**
   * The shortest decimal that reads back as {@code value}, in the form of {@link
   * Double#toString(double)}.
   */
  public static String shortest(double value) {
    String text = Double.toString(value);
    if (text.length() < 17 || Double.isNaN(value) || Double.isInfinite(value)) {
      return text;
    }
    for (int digits = 15; digits <= 16; digits++) {
      BigDecimal rounded =
          new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        String shorter = javaForm(rounded, value);
        return shorter.length() < text.length() ? shorter : text;
      }
    }
    return text;
  }

  /** The shortest decimal that reads back as {@code value}. */
  public static String shortest(float value) {
    return Float.toString(value);
  }

  private static String javaForm(BigDecimal value, double magnitude) {
    BigDecimal plain = value.stripTrailingZeros();
    double size = Math.abs(magnitude);
    if (size >= 1e-3 && size < 1e7) {
      String text = plain.toPlainString();
      return text.indexOf('.') < 0 ? text + ".0" : text;
    }
    String digits = plain.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - plain.scale();
    String fraction = digits.length() == 1 ? "0" : digits.substring(1);
    return (value.signum() < 0 ? "-" : "") + digits.charAt(0) + "." + fraction + "E" + exponent;
  }
}
