package dev.sluice.type;

import java.util.List;
import java.util.Objects;

/**
 * A SQL type as Sluice carries it. A value: equality is structural. Free of Calcite and Arrow.
 *
 * <p>How each kind is held in memory (the Arrow vector) and as a plan literal ({@code
 * Expr.Literal}):
 *
 * <pre>
 * BOOLEAN                    BitVector                        Boolean
 * TINYINT SMALLINT INTEGER   TinyInt/SmallInt/IntVector       Long
 * BIGINT                     BigIntVector                     Long
 * FLOAT DOUBLE               Float4/Float8Vector              Double
 * DECIMAL(p,s) p in 1..38    DecimalVector (128 bit)          BigDecimal with scale s
 * VARCHAR(p) CHAR(p)         VarCharVector (UTF-8)            String     (CHAR is carried as VARCHAR)
 * VARBINARY(p) BINARY(p)     VarBinaryVector                  byte[] as hex String
 * DATE                       DateDayVector                    Long, days since 1970-01-01
 * TIME(p) p in 0..3          TimeMilliVector                  Long, milliseconds of the day
 * TIMESTAMP(p) p in 0..6     TimeStampMicroVector             Long, microseconds since the epoch, without zone
 * TIMESTAMP_LTZ(p)           TimeStampMicroTZVector, "UTC"    Long, microseconds since the epoch (an instant)
 * INTERVAL_MONTH             IntervalYearVector               Long, months
 * INTERVAL_DAY               DurationVector(MICROSECOND)      Long, microseconds
 * ARRAY                      ListVector
 * MAP                        MapVector
 * ROW                        StructVector
 * NULL                       NullVector
 * </pre>
 *
 * <p>Every timestamp is held in microseconds whatever its precision; the precision only says how
 * many fractional digits are kept (values are truncated to it when cast).
 *
 * @param kind the SQL type name
 * @param precision length, digits or fractional-second digits; {@link #UNSPECIFIED} where it has no
 *     meaning; {@link Integer#MAX_VALUE} for an unbounded VARCHAR or VARBINARY
 * @param scale digits after the point of a DECIMAL, else 0
 * @param nullable whether NULL is a possible value
 * @param children ARRAY: one field {@code element}; MAP: {@code key} and {@code value}; ROW: its
 *     fields; else empty
 */
public record DataType(
    Kind kind, int precision, int scale, boolean nullable, List<Field> children) {
  /** Precision of kinds that have none. */
  public static final int UNSPECIFIED = -1;

  /** The SQL type names. */
  public enum Kind {
    NULL,
    BOOLEAN,
    TINYINT,
    SMALLINT,
    INTEGER,
    BIGINT,
    FLOAT,
    DOUBLE,
    DECIMAL,
    VARCHAR,
    VARBINARY,
    DATE,
    TIME,
    TIMESTAMP,
    TIMESTAMP_LTZ,
    INTERVAL_MONTH,
    INTERVAL_DAY,
    ARRAY,
    MAP,
    ROW;

    /** TINYINT to BIGINT. */
    public boolean isInteger() {
      return this == TINYINT || this == SMALLINT || this == INTEGER || this == BIGINT;
    }

    /** Integers, FLOAT, DOUBLE and DECIMAL. */
    public boolean isNumeric() {
      return isInteger() || this == FLOAT || this == DOUBLE || this == DECIMAL;
    }

    /** FLOAT and DOUBLE. */
    public boolean isApproximate() {
      return this == FLOAT || this == DOUBLE;
    }

    /** TIMESTAMP with or without local zone. */
    public boolean isTimestamp() {
      return this == TIMESTAMP || this == TIMESTAMP_LTZ;
    }

    /** ARRAY, MAP and ROW. */
    public boolean isNested() {
      return this == ARRAY || this == MAP || this == ROW;
    }
  }

  /** A named type inside a ROW, ARRAY or MAP, and a column of a {@link Schema}. */
  public record Field(String name, DataType type) {
    public Field {
      Objects.requireNonNull(name, "name is null");
      Objects.requireNonNull(type, "type is null");
    }

    @Override
    public boolean equals(Object other) {
      return this == other
          || other instanceof Field field && name.equals(field.name) && type.equals(field.type);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + type.hashCode();
    }
  }

  public DataType {
    Objects.requireNonNull(kind, "kind is null");
    children = List.copyOf(children);
  }

  // Types are compared in every planning: written out, they need no method spun at run time.
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof DataType type
            && kind == type.kind
            && precision == type.precision
            && scale == type.scale
            && nullable == type.nullable
            && children.equals(type.children);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * kind.ordinal() + precision) + scale) + children.hashCode();
  }

  /** A nullable type without parameters. */
  public static DataType of(Kind kind) {
    return new DataType(kind, UNSPECIFIED, 0, true, List.of());
  }

  /** A nullable type with a length or precision. */
  public static DataType of(Kind kind, int precision) {
    return new DataType(kind, precision, 0, true, List.of());
  }

  /** A nullable DECIMAL. */
  public static DataType decimal(int precision, int scale) {
    return new DataType(Kind.DECIMAL, precision, scale, true, List.of());
  }

  /** A nullable VARCHAR of any length. */
  public static DataType string() {
    return of(Kind.VARCHAR, Integer.MAX_VALUE);
  }

  /** A nullable TIMESTAMP of that many fractional digits. */
  public static DataType timestamp(int precision) {
    return of(Kind.TIMESTAMP, precision);
  }

  /** A nullable ARRAY. */
  public static DataType array(DataType element) {
    return new DataType(Kind.ARRAY, UNSPECIFIED, 0, true, List.of(new Field("element", element)));
  }

  /** A nullable MAP; keys are never null. */
  public static DataType map(DataType key, DataType value) {
    return new DataType(
        Kind.MAP,
        UNSPECIFIED,
        0,
        true,
        List.of(new Field("key", key.withNullable(false)), new Field("value", value)));
  }

  /** A nullable ROW. */
  public static DataType row(List<Field> fields) {
    return new DataType(Kind.ROW, UNSPECIFIED, 0, true, fields);
  }

  /** This type with that nullability. */
  public DataType withNullable(boolean value) {
    return value == nullable ? this : new DataType(kind, precision, scale, value, children);
  }

  /** Shorthand for {@code withNullable(false)}. */
  public DataType notNull() {
    return withNullable(false);
  }

  /** Whether both are the same type apart from their own (not their children's) nullability. */
  public boolean sameApartFromNullability(DataType other) {
    return withNullable(true).equals(other.withNullable(true));
  }

  /**
   * SQL text, for instance {@code DECIMAL(10, 2) NOT NULL}; read back by the planner's type parser.
   */
  public String sql() {
    StringBuilder text = new StringBuilder();
    switch (kind) {
      case VARCHAR, VARBINARY -> {
        if (precision == Integer.MAX_VALUE || precision == UNSPECIFIED) {
          text.append(kind == Kind.VARCHAR ? "STRING" : "BYTES");
        } else {
          text.append(kind).append('(').append(precision).append(')');
        }
      }
      case DECIMAL ->
          text.append("DECIMAL(").append(precision).append(", ").append(scale).append(')');
      case TIME, TIMESTAMP, TIMESTAMP_LTZ ->
          text.append(kind).append('(').append(precision).append(')');
      case INTERVAL_MONTH -> text.append("INTERVAL YEAR TO MONTH");
      case INTERVAL_DAY -> text.append("INTERVAL DAY TO SECOND");
      case ARRAY -> text.append("ARRAY<").append(children.get(0).type().sql()).append('>');
      case MAP ->
          text.append("MAP<")
              .append(children.get(0).type().withNullable(true).sql())
              .append(", ")
              .append(children.get(1).type().sql())
              .append('>');
      case ROW -> {
        text.append("ROW<");
        String separator = "";
        for (Field field : children) {
          text.append(separator).append(field.name()).append(' ').append(field.type().sql());
          separator = ", ";
        }
        text.append('>');
      }
      default -> text.append(kind);
    }
    return nullable ? text.toString() : text.append(" NOT NULL").toString();
  }

  @Override
  public String toString() {
    return sql();
  }
}
