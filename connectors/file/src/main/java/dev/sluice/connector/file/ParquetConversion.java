package dev.sluice.connector.file;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;

/**
 * From a file's units to those in which a column is held. Immutable; safe for use by any thread.
 */
final class ParquetConversion {
  private static final long JULIAN_EPOCH = 2_440_588;
  private static final long DAY_MICROS = 86_400_000_000L;

  private enum Unit {
    SAME,
    UNSIGNED_INT,
    TIMES_1000,
    BY_1000,
    BY_1000000
  }

  private final Unit unit;
  private final long truncation;

  ParquetConversion(PrimitiveType file, DataType type) {
    unit = unit(file.getLogicalTypeAnnotation(), type);
    // milliseconds have nothing to cut off above microseconds
    int known = unit == Unit.TIMES_1000 ? 3 : 6;
    long kept = 1;
    for (int i = type.precision(); type.kind().isTimestamp() && i < 6; i++) {
      kept *= 10;
    }
    truncation = type.precision() >= known ? 1 : kept;
  }

  private static Unit unit(LogicalTypeAnnotation logical, DataType type) {
    if (logical instanceof IntLogicalTypeAnnotation integer
        && !integer.isSigned()
        && integer.getBitWidth() == 32) {
      return Unit.UNSIGNED_INT;
    }
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      return timestamp.getUnit() == TimeUnit.MILLIS
          ? Unit.TIMES_1000
          : timestamp.getUnit() == TimeUnit.NANOS ? Unit.BY_1000 : Unit.SAME;
    }
    if (logical instanceof TimeLogicalTypeAnnotation time && type.kind() == Kind.TIME) {
      return time.getUnit() == TimeUnit.MILLIS
          ? Unit.SAME
          : time.getUnit() == TimeUnit.MICROS ? Unit.BY_1000 : Unit.BY_1000000;
    }
    return Unit.SAME;
  }

  /** Whether values are held as the file has them. */
  boolean isNone() {
    return unit == Unit.SAME && truncation == 1;
  }

  /** Of an INT32 or INT64. */
  long integer(long value) {
    long converted =
        switch (unit) {
          case SAME -> value;
          case UNSIGNED_INT -> value & 0xffffffffL;
          case TIMES_1000 -> value * 1000;
          case BY_1000 -> Math.floorDiv(value, 1000L);
          case BY_1000000 -> Math.floorDiv(value, 1_000_000L);
        };
    return truncation == 1 ? converted : Math.floorDiv(converted, truncation) * truncation;
  }

  /** Converts the first {@code count} values in place. */
  void integers(long[] values, int count) {
    if (isNone()) {
      return;
    }
    if (unit == Unit.TIMES_1000 && truncation == 1) {
      for (int i = 0; i < count; i++) {
        values[i] *= 1000;
      }
    } else if (unit == Unit.SAME && truncation == 1000) {
      for (int i = 0; i < count; i++) {
        values[i] -= Math.floorMod(values[i], 1000L);
      }
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = integer(values[i]);
      }
    }
  }

  /** Of the twelve bytes at {@code at}: nanoseconds of the day and Julian day. */
  long int96(byte[] b, int at) {
    ByteBuffer buffer = ByteBuffer.wrap(b, at, 12).order(ByteOrder.LITTLE_ENDIAN);
    long nanos = buffer.getLong();
    long day = buffer.getInt() - JULIAN_EPOCH;
    long micros = day * DAY_MICROS + Math.floorDiv(nanos, 1000L);
    return Math.floorDiv(micros, truncation) * truncation;
  }
}
