package dev.sluice.planner.catalog;

import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** Translates between Calcite's types and ours. Stateless. */
public final class SqlTypes {
  private SqlTypes() {}

  /** Our type for Calcite's. */
  public static DataType fromCalcite(RelDataType type) {
    return scalar(type)
        .withNullable(type.isNullable() || type.getSqlTypeName() == SqlTypeName.NULL);
  }

  private static DataType scalar(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case NULL -> DataType.of(Kind.NULL);
      case BOOLEAN -> DataType.of(Kind.BOOLEAN);
      case TINYINT -> DataType.of(Kind.TINYINT);
      case SMALLINT -> DataType.of(Kind.SMALLINT);
      case INTEGER -> DataType.of(Kind.INTEGER);
      case BIGINT -> DataType.of(Kind.BIGINT);
      case REAL, FLOAT -> DataType.of(Kind.FLOAT);
      case DOUBLE -> DataType.of(Kind.DOUBLE);
      case DECIMAL -> DataType.decimal(type.getPrecision(), type.getScale());
      case CHAR, VARCHAR -> DataType.of(Kind.VARCHAR, length(type));
      case BINARY, VARBINARY -> DataType.of(Kind.VARBINARY, length(type));
      case DATE -> DataType.of(Kind.DATE);
      case TIME -> DataType.of(Kind.TIME, Math.min(3, Math.max(0, type.getPrecision())));
      case TIMESTAMP -> DataType.timestamp(precision(type));
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> DataType.of(Kind.TIMESTAMP_LTZ, precision(type));
      case INTERVAL_YEAR, INTERVAL_YEAR_MONTH, INTERVAL_MONTH -> DataType.of(Kind.INTERVAL_MONTH);
      case INTERVAL_DAY,
          INTERVAL_DAY_HOUR,
          INTERVAL_DAY_MINUTE,
          INTERVAL_DAY_SECOND,
          INTERVAL_HOUR,
          INTERVAL_HOUR_MINUTE,
          INTERVAL_HOUR_SECOND,
          INTERVAL_MINUTE,
          INTERVAL_MINUTE_SECOND,
          INTERVAL_SECOND ->
          DataType.of(Kind.INTERVAL_DAY);
      case ARRAY, MULTISET -> DataType.array(fromCalcite(type.getComponentType()));
      case MAP -> DataType.map(fromCalcite(type.getKeyType()), fromCalcite(type.getValueType()));
      case ROW ->
          DataType.row(
              type.getFieldList().stream()
                  .map(f -> new Field(f.getName(), fromCalcite(f.getType())))
                  .toList());
      default -> throw new UnsupportedTypeException(type.toString());
    };
  }

  private static int length(RelDataType type) {
    return type.getPrecision() < 0 ? Integer.MAX_VALUE : type.getPrecision();
  }

  private static int precision(RelDataType type) {
    return type.getPrecision() < 0 ? 6 : Math.min(6, type.getPrecision());
  }

  /** Calcite's type for ours. */
  public static RelDataType toCalcite(DataType type, RelDataTypeFactory factory) {
    return factory.createTypeWithNullability(calciteScalar(type, factory), type.nullable());
  }

  private static RelDataType calciteScalar(DataType type, RelDataTypeFactory factory) {
    return switch (type.kind()) {
      case NULL -> factory.createSqlType(SqlTypeName.NULL);
      case BOOLEAN -> factory.createSqlType(SqlTypeName.BOOLEAN);
      case TINYINT -> factory.createSqlType(SqlTypeName.TINYINT);
      case SMALLINT -> factory.createSqlType(SqlTypeName.SMALLINT);
      case INTEGER -> factory.createSqlType(SqlTypeName.INTEGER);
      case BIGINT -> factory.createSqlType(SqlTypeName.BIGINT);
      case FLOAT -> factory.createSqlType(SqlTypeName.REAL);
      case DOUBLE -> factory.createSqlType(SqlTypeName.DOUBLE);
      case DECIMAL -> factory.createSqlType(SqlTypeName.DECIMAL, type.precision(), type.scale());
      case VARCHAR -> factory.createSqlType(SqlTypeName.VARCHAR, type.precision());
      case VARBINARY -> factory.createSqlType(SqlTypeName.VARBINARY, type.precision());
      case DATE -> factory.createSqlType(SqlTypeName.DATE);
      case TIME -> factory.createSqlType(SqlTypeName.TIME, type.precision());
      case TIMESTAMP -> factory.createSqlType(SqlTypeName.TIMESTAMP, type.precision());
      case TIMESTAMP_LTZ ->
          factory.createSqlType(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, type.precision());
      case INTERVAL_MONTH -> interval(factory, org.apache.calcite.avatica.util.TimeUnit.YEAR, true);
      case INTERVAL_DAY -> interval(factory, org.apache.calcite.avatica.util.TimeUnit.DAY, false);
      case ARRAY -> factory.createArrayType(toCalcite(type.children().get(0).type(), factory), -1);
      case MAP ->
          factory.createMapType(
              toCalcite(type.children().get(0).type(), factory),
              toCalcite(type.children().get(1).type(), factory));
      case ROW -> row(type.children(), factory);
    };
  }

  private static RelDataType interval(
      RelDataTypeFactory factory, org.apache.calcite.avatica.util.TimeUnit start, boolean months) {
    return factory.createSqlIntervalType(
        new org.apache.calcite.sql.SqlIntervalQualifier(
            start,
            months
                ? org.apache.calcite.avatica.util.TimeUnit.MONTH
                : org.apache.calcite.avatica.util.TimeUnit.SECOND,
            org.apache.calcite.sql.parser.SqlParserPos.ZERO));
  }

  /** A struct type of those fields. */
  public static RelDataType row(List<Field> fields, RelDataTypeFactory factory) {
    return factory.createStructType(
        org.apache.calcite.rel.type.StructKind.PEEK_FIELDS_NO_EXPAND,
        fields.stream().map(f -> toCalcite(f.type(), factory)).toList(),
        fields.stream().map(Field::name).toList());
  }

  /** A type Sluice does not carry; the message is the type. */
  public static final class UnsupportedTypeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedTypeException(String type) {
      super(type);
    }
  }
}
