package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.ast.AngleTypeSpec;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;
import org.apache.calcite.sql.type.SqlTypeName;

/** The types of declared columns. Stateless. */
final class ColumnTypes {
  private static final List<String> NAMES =
      List.of(
          "BOOLEAN",
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "INT",
          "BIGINT",
          "FLOAT",
          "REAL",
          "DOUBLE",
          "DECIMAL",
          "NUMERIC",
          "CHAR",
          "VARCHAR",
          "STRING",
          "BINARY",
          "VARBINARY",
          "BYTES",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "TIMESTAMP_LTZ",
          "ARRAY",
          "MAP",
          "ROW");
  private static final int MAX_DECIMAL = 38;
  private static final int DEFAULT_DECIMAL = 10;
  private static final int MAX_TIME = 3;
  private static final int MAX_TIMESTAMP = 6;

  private ColumnTypes() {}

  /** The type with its {@code NOT NULL}; without one it takes NULL. */
  static DataType of(SqlDataTypeSpec spec, StatementText text) {
    DataType type = bare(spec.getTypeNameSpec(), text);
    return Boolean.FALSE.equals(spec.getNullable()) ? type.notNull() : type;
  }

  private static DataType bare(SqlTypeNameSpec spec, StatementText text) {
    if (spec instanceof AngleTypeSpec angle) {
      return angle(angle, text);
    }
    if (spec instanceof SqlCollectionTypeNameSpec collection
        && collection.getTypeName().getSimple().equals(SqlTypeName.ARRAY.name())) {
      return DataType.array(bare(collection.getElementTypeName(), text));
    }
    if (spec instanceof SqlBasicTypeNameSpec basic) {
      SqlTypeName name = SqlTypeName.get(basic.getTypeName().getSimple());
      if (name != null) {
        return scalar(name, basic, text);
      }
    }
    String written = spec.getTypeName().toString();
    if (spec instanceof SqlUserDefinedTypeNameSpec && written.equalsIgnoreCase("TEXT")) {
      return DataType.string();
    }
    if (spec instanceof SqlUserDefinedTypeNameSpec && written.equalsIgnoreCase("BOOL")) {
      return DataType.of(Kind.BOOLEAN);
    }
    throw unknown(written, spec, text);
  }

  /** Refuses the name of no type. Names of ours in quotes are left to the validator. */
  static void requireKnown(SqlTypeNameSpec spec, StatementText text) {
    if (spec instanceof AngleTypeSpec angle) {
      angle.types().forEach(type -> requireKnown(type.getTypeNameSpec(), text));
    } else if (spec instanceof SqlUserDefinedTypeNameSpec) {
      String written = spec.getTypeName().toString();
      if (!NAMES.contains(written.toUpperCase(Locale.ROOT))) {
        throw unknown(written, spec, text);
      }
    }
  }

  private static UserError unknown(String written, SqlTypeNameSpec spec, StatementText text) {
    return UserError.of(ErrorCode.SYNTAX, "unknown type '" + written + "'")
        .withHint(DidYouMean.hint(written, NAMES, "types: " + String.join(", ", NAMES)))
        .at(text.position(spec.getParserPos()));
  }

  private static DataType scalar(SqlTypeName name, SqlBasicTypeNameSpec spec, StatementText text) {
    return switch (name) {
      case BOOLEAN -> DataType.of(Kind.BOOLEAN);
      case TINYINT -> DataType.of(Kind.TINYINT);
      case SMALLINT -> DataType.of(Kind.SMALLINT);
      case INTEGER -> DataType.of(Kind.INTEGER);
      case BIGINT -> DataType.of(Kind.BIGINT);
      case FLOAT, REAL -> DataType.of(Kind.FLOAT);
      case DOUBLE -> DataType.of(Kind.DOUBLE);
      case DECIMAL -> decimal(spec, text);
      case CHAR -> DataType.of(Kind.VARCHAR, length(spec, 1));
      case VARCHAR -> DataType.of(Kind.VARCHAR, length(spec, Integer.MAX_VALUE));
      case BINARY -> DataType.of(Kind.VARBINARY, length(spec, 1));
      case VARBINARY -> DataType.of(Kind.VARBINARY, length(spec, Integer.MAX_VALUE));
      case DATE -> DataType.of(Kind.DATE);
      case TIME -> DataType.of(Kind.TIME, precision("TIME", 0, MAX_TIME, spec, text));
      case TIMESTAMP ->
          DataType.timestamp(precision("TIMESTAMP", MAX_TIMESTAMP, MAX_TIMESTAMP, spec, text));
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          DataType.of(
              Kind.TIMESTAMP_LTZ,
              precision("TIMESTAMP_LTZ", MAX_TIMESTAMP, MAX_TIMESTAMP, spec, text));
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
      default -> throw unknown(name.getName().toUpperCase(Locale.ROOT), spec, text);
    };
  }

  private static DataType angle(AngleTypeSpec spec, StatementText text) {
    List<DataType> inner = new ArrayList<>();
    spec.types().forEach(type -> inner.add(of(type, text)));
    return switch (spec.kind()) {
      case ARRAY -> DataType.array(inner.get(0));
      case MAP -> DataType.map(inner.get(0), inner.get(1));
      default -> {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < inner.size(); i++) {
          fields.add(new Field(spec.names().get(i), inner.get(i)));
        }
        yield DataType.row(fields);
      }
    };
  }

  private static DataType decimal(SqlBasicTypeNameSpec spec, StatementText text) {
    int precision = length(spec, DEFAULT_DECIMAL);
    int scale = spec.getScale() == Integer.MIN_VALUE ? 0 : spec.getScale();
    if (precision < 1 || precision > MAX_DECIMAL || scale > precision || scale < 0) {
      throw UserError.of(
              ErrorCode.SYNTAX, "DECIMAL(" + precision + ", " + scale + ") is out of range")
          .withHint("the precision is 1 to 38, the scale 0 to the precision")
          .at(text.position(spec.getParserPos()));
    }
    return DataType.decimal(precision, scale);
  }

  private static int length(SqlBasicTypeNameSpec spec, int fallback) {
    return spec.getPrecision() < 0 ? fallback : spec.getPrecision();
  }

  private static int precision(
      String name, int fallback, int most, SqlBasicTypeNameSpec spec, StatementText text) {
    int precision = length(spec, fallback);
    if (precision > most) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              name + "(" + precision + ") keeps more digits than Sluice does")
          .withHint("use " + name + "(" + most + ") or less")
          .at(text.position(spec.getParserPos()));
    }
    return precision;
  }
}
