package dev.sluice.batch;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** The only bridge between {@link DataType} and Arrow. Stateless; safe for use by any thread. */
public final class ArrowTypes {
  private ArrowTypes() {}

  /** The Arrow field that holds a column of {@code type}. */
  public static Field field(String name, DataType type) {
    return new Field(name, new FieldType(type.nullable(), arrowType(type), null), children(type));
  }

  /** The Arrow schema of {@code schema}, for file and wire edges. */
  public static org.apache.arrow.vector.types.pojo.Schema schema(Schema schema) {
    return new org.apache.arrow.vector.types.pojo.Schema(
        schema.fields().stream().map(f -> field(f.name(), f.type())).toList());
  }

  /** A new empty vector for a column of {@code type}; the caller owns it. */
  public static FieldVector vector(String name, DataType type, BufferAllocator allocator) {
    return field(name, type).createVector(allocator);
  }

  private static List<Field> children(DataType type) {
    List<Field> fields = new ArrayList<>();
    switch (type.kind()) {
      case ARRAY -> fields.add(field("element", type.children().get(0).type()));
      case MAP ->
          fields.add(
              new Field(
                  "entries",
                  new FieldType(false, ArrowType.Struct.INSTANCE, null),
                  type.children().stream().map(c -> field(c.name(), c.type())).toList()));
      case ROW -> type.children().forEach(c -> fields.add(field(c.name(), c.type())));
      default -> {
        // scalar kinds have no children
      }
    }
    return fields;
  }

  private static ArrowType arrowType(DataType type) {
    return switch (type.kind()) {
      case NULL -> ArrowType.Null.INSTANCE;
      case BOOLEAN -> ArrowType.Bool.INSTANCE;
      case TINYINT -> new ArrowType.Int(8, true);
      case SMALLINT -> new ArrowType.Int(16, true);
      case INTEGER -> new ArrowType.Int(32, true);
      case BIGINT -> new ArrowType.Int(64, true);
      case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case DECIMAL -> new ArrowType.Decimal(type.precision(), type.scale(), 128);
      case VARCHAR -> ArrowType.Utf8.INSTANCE;
      case VARBINARY -> ArrowType.Binary.INSTANCE;
      case DATE -> new ArrowType.Date(DateUnit.DAY);
      case TIME -> new ArrowType.Time(TimeUnit.MILLISECOND, 32);
      case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
      case TIMESTAMP_LTZ -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
      case INTERVAL_MONTH -> new ArrowType.Interval(IntervalUnit.YEAR_MONTH);
      case INTERVAL_DAY -> new ArrowType.Duration(TimeUnit.MICROSECOND);
      case ARRAY -> ArrowType.List.INSTANCE;
      case MAP -> new ArrowType.Map(false);
      case ROW -> ArrowType.Struct.INSTANCE;
    };
  }

  /**
   * Whether values of {@code kind} have a fixed width of 1 to 8 bytes (booleans are single bits).
   */
  public static boolean isFixedWidth(Kind kind) {
    return switch (kind) {
      case TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          FLOAT,
          DOUBLE,
          DATE,
          TIME,
          TIMESTAMP,
          TIMESTAMP_LTZ,
          INTERVAL_MONTH,
          INTERVAL_DAY ->
          true;
      default -> false;
    };
  }
}
