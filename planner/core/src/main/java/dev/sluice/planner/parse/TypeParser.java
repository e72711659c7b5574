package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.util.ArrayList;
import java.util.List;

/** Reads a SQL type from a cursor. Stateless. */
final class TypeParser {
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

  private TypeParser() {}

  /** A type with its {@code NOT NULL} or {@code NULL}. */
  static DataType type(Cursor cursor) {
    DataType type = bare(cursor);
    while (cursor.accept("ARRAY")) {
      type = DataType.array(type);
    }
    if (cursor.accept("NOT", "NULL")) {
      return type.notNull();
    }
    cursor.accept("NULL");
    return type;
  }

  private static DataType bare(Cursor cursor) {
    Token word = cursor.name("a type");
    return switch (word.upper()) {
      case "BOOLEAN", "BOOL" -> DataType.of(Kind.BOOLEAN);
      case "TINYINT" -> DataType.of(Kind.TINYINT);
      case "SMALLINT" -> DataType.of(Kind.SMALLINT);
      case "INT", "INTEGER" -> DataType.of(Kind.INTEGER);
      case "BIGINT" -> DataType.of(Kind.BIGINT);
      case "FLOAT", "REAL" -> DataType.of(Kind.FLOAT);
      case "DOUBLE" -> {
        cursor.accept("PRECISION");
        yield DataType.of(Kind.DOUBLE);
      }
      case "DECIMAL", "NUMERIC", "DEC" -> decimal(cursor, word);
      case "CHAR", "CHARACTER" -> DataType.of(Kind.VARCHAR, length(cursor, 1));
      case "VARCHAR" -> DataType.of(Kind.VARCHAR, length(cursor, Integer.MAX_VALUE));
      case "STRING", "TEXT" -> DataType.string();
      case "BINARY" -> DataType.of(Kind.VARBINARY, length(cursor, 1));
      case "VARBINARY" -> DataType.of(Kind.VARBINARY, length(cursor, Integer.MAX_VALUE));
      case "BYTES" -> DataType.of(Kind.VARBINARY, Integer.MAX_VALUE);
      case "DATE" -> DataType.of(Kind.DATE);
      case "TIME" -> DataType.of(Kind.TIME, precision(cursor, word, 0, 3));
      case "TIMESTAMP" -> timestamp(cursor, word);
      case "TIMESTAMP_LTZ" -> DataType.of(Kind.TIMESTAMP_LTZ, precision(cursor, word, 6, 6));
      case "ARRAY" -> {
        cursor.expect("<");
        DataType element = type(cursor);
        cursor.expect(">");
        yield DataType.array(element);
      }
      case "MAP" -> {
        cursor.expect("<");
        DataType key = type(cursor);
        cursor.expect(",");
        DataType value = type(cursor);
        cursor.expect(">");
        yield DataType.map(key, value);
      }
      case "ROW" -> row(cursor);
      default ->
          throw UserError.of(ErrorCode.SYNTAX, "unknown type '" + word.text() + "'")
              .withHint(DidYouMean.hint(word.text(), NAMES, "types: " + String.join(", ", NAMES)))
              .at(cursor.position(word));
    };
  }

  private static DataType timestamp(Cursor cursor, Token word) {
    int precision = precision(cursor, word, 6, 6);
    if (cursor.accept("WITH", "LOCAL", "TIME", "ZONE")) {
      return DataType.of(Kind.TIMESTAMP_LTZ, precision);
    }
    cursor.accept("WITHOUT", "TIME", "ZONE");
    return DataType.timestamp(precision);
  }

  private static DataType row(Cursor cursor) {
    boolean angle = cursor.accept("<");
    if (!angle) {
      cursor.expect("(");
    }
    List<Field> fields = new ArrayList<>();
    do {
      String name = cursor.name("a field name").value();
      fields.add(new Field(name, type(cursor)));
    } while (cursor.accept(","));
    cursor.expect(angle ? ">" : ")");
    return DataType.row(fields);
  }

  private static DataType decimal(Cursor cursor, Token word) {
    int precision = 10;
    int scale = 0;
    if (cursor.accept("(")) {
      precision = number(cursor);
      if (cursor.accept(",")) {
        scale = number(cursor);
      }
      cursor.expect(")");
    }
    if (precision < 1 || precision > MAX_DECIMAL || scale > precision) {
      throw UserError.of(
              ErrorCode.SYNTAX, "DECIMAL(" + precision + ", " + scale + ") is out of range")
          .withHint("the precision is 1 to 38, the scale 0 to the precision")
          .at(cursor.position(word));
    }
    return DataType.decimal(precision, scale);
  }

  private static int length(Cursor cursor, int fallback) {
    if (!cursor.accept("(")) {
      return fallback;
    }
    int length = number(cursor);
    cursor.expect(")");
    return length;
  }

  private static int precision(Cursor cursor, Token word, int fallback, int most) {
    int precision = length(cursor, fallback);
    if (precision > most) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              word.upper() + "(" + precision + ") keeps more digits than Sluice does")
          .withHint("use " + word.upper() + "(" + most + ") or less")
          .at(cursor.position(word));
    }
    return precision;
  }

  private static int number(Cursor cursor) {
    if (cursor.peek().kind() != Token.Kind.NUMBER) {
      throw cursor.unexpected(List.of("a number"));
    }
    return Integer.parseInt(cursor.take().text());
  }
}
