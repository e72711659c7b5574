package dev.sluice.aggregate;

import dev.sluice.batch.Cells;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.apache.arrow.vector.FieldVector;

/** Writes numbers as the result type wants them, checking the range. */
final class Results {
  private Results() {}

  static void write(String function, FieldVector out, DataType type, int position, long value) {
    switch (type.kind()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> {
        long limit = limit(type);
        if (value > limit || value < -limit - 1) {
          throw overflow(function, type);
        }
        Cells.setWord(out, type, position, value);
      }
      case FLOAT, DOUBLE -> Cells.setWord(out, type, position, Cells.ofDouble(value));
      default -> write(function, out, type, position, BigDecimal.valueOf(value));
    }
  }

  private static long limit(DataType type) {
    return switch (type.kind()) {
      case TINYINT -> Byte.MAX_VALUE;
      case SMALLINT -> Short.MAX_VALUE;
      case INTEGER -> Integer.MAX_VALUE;
      default -> Long.MAX_VALUE;
    };
  }

  static void write(String function, FieldVector out, DataType type, int position, double value) {
    switch (type.kind()) {
      case FLOAT, DOUBLE -> Cells.setWord(out, type, position, Cells.ofDouble(value));
      default -> {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
          throw overflow(function, type);
        }
        write(function, out, type, position, new BigDecimal(value));
      }
    }
  }

  static void write(
      String function, FieldVector out, DataType type, int position, BigDecimal value) {
    switch (type.kind()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> {
        BigDecimal whole = value.setScale(0, RoundingMode.DOWN);
        if (whole.unscaledValue().bitLength() > 63) {
          throw overflow(function, type);
        }
        write(function, out, type, position, whole.longValue());
      }
      case FLOAT, DOUBLE -> Cells.setWord(out, type, position, Cells.ofDouble(value.doubleValue()));
      default -> {
        BigDecimal scaled = value.setScale(type.scale(), RoundingMode.HALF_UP);
        if (scaled.precision() > type.precision()) {
          throw overflow(function, type);
        }
        Cells.setDecimal(out, position, scaled);
      }
    }
  }

  static UserError overflow(String function, DataType type) {
    return UserError.of(
            ErrorCode.EXPRESSION, function + " overflows '" + type.withNullable(true).sql() + "'")
        .withHint("cast the argument to DECIMAL(38, 0) or DOUBLE");
  }
}
