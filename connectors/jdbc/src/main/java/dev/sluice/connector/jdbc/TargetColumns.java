package dev.sluice.connector.jdbc;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns a database really has, held against the declared ones before anything runs.
 * Immutable.
 */
final class TargetColumns {
  /** A real column: its JDBC type and the database's own name of it. */
  private record Real(
      String name, int type, String typeName, int precision, int scale, boolean nullable) {}

  /** What values a column takes, coarsely. */
  private enum Family {
    TRUTH,
    NUMBER,
    TEXT,
    BYTES,
    DAY,
    TIME_OF_DAY,
    INSTANT,
    OTHER
  }

  private final String quoted;
  private final TableRef table;
  private final Map<String, Real> byDeclared = new LinkedHashMap<>();
  private final List<String> names = new ArrayList<>();

  /**
   * Looks at a table or subquery.
   *
   * @param quoted what stands behind FROM
   * @throws UserError if a declared column is missing or of another type
   */
  TargetColumns(TableRef table, Connection connection, String quoted, boolean writing)
      throws SQLException {
    this.table = table;
    this.quoted = quoted;
    List<Real> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + quoted + " WHERE 1 = 0")) {
      ResultSetMetaData columns = none.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        found.add(
            new Real(
                columns.getColumnLabel(i),
                columns.getColumnType(i),
                columns.getColumnTypeName(i),
                columns.getPrecision(i),
                columns.getScale(i),
                columns.isNullable(i) != ResultSetMetaData.columnNoNulls));
      }
    }
    found.forEach(c -> names.add(c.name()));
    for (Field field : table.schema().fields()) {
      Real real =
          found.stream()
              .filter(c -> c.name().equals(field.name()))
              .findFirst()
              .or(
                  () ->
                      found.stream()
                          .filter(c -> c.name().equalsIgnoreCase(field.name()))
                          .findFirst())
              .orElseThrow(() -> missing(field.name()));
      check(field, real, writing);
      byDeclared.put(field.name(), real);
    }
  }

  private UserError missing(String column) {
    return UserError.of(
            ErrorCode.TARGET_SCHEMA,
            "table " + quoted + " of '" + table.name() + "' has no column '" + column + "'")
        .withHint(DidYouMean.hint(column, names, "its columns: " + String.join(", ", names)));
  }

  private void check(Field field, Real real, boolean writing) {
    DataType type = field.type();
    boolean fits = fits(type, real) && !(writing ? rounds(type, real) : narrows(type, real));
    if (!fits) {
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA,
              "column '"
                  + field.name()
                  + "' of '"
                  + table.name()
                  + "' is declared "
                  + type.withNullable(true)
                  + ", but is "
                  + real.typeName()
                  + " in table "
                  + quoted)
          .withHint("declare the column as the table has it, and CAST in the query");
    }
    if (!writing && !type.nullable() && real.nullable() && !inKey(field.name())) {
      throw UserError.of(
              ErrorCode.TARGET_SCHEMA,
              "column '"
                  + field.name()
                  + "' of '"
                  + table.name()
                  + "' is declared NOT NULL, but may be NULL in table "
                  + quoted)
          .withHint("leave NOT NULL out");
    }
  }

  private boolean inKey(String column) {
    return table.primaryKey().stream().anyMatch(column::equalsIgnoreCase);
  }

  private static boolean fits(DataType type, Real real) {
    Family family = family(real);
    return switch (type.kind()) {
      case BOOLEAN ->
          family == Family.TRUTH || real.type() == Types.TINYINT || real.type() == Types.BIT;
      case TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, FLOAT, DOUBLE ->
          family == Family.NUMBER || real.type() == Types.BIT && real.precision() > 1;
      // every database gives its own types (uuid, json, enum) as text
      case VARCHAR -> family == Family.TEXT || family == Family.OTHER;
      case VARBINARY -> family == Family.BYTES;
      case DATE -> family == Family.DAY;
      case TIME -> family == Family.TIME_OF_DAY;
      case TIMESTAMP, TIMESTAMP_LTZ -> family == Family.INSTANT;
      default -> false;
    };
  }

  /**
   * Whether reading {@code real} as {@code type} could lose digits. SMALLINT is read as TINYINT,
   * which PostgreSQL does not have; its values are checked one by one.
   */
  private static boolean narrows(DataType type, Real real) {
    int integerBytes =
        switch (real.type()) {
          case Types.TINYINT -> 1;
          case Types.SMALLINT -> 2;
          case Types.INTEGER -> 4;
          case Types.BIGINT -> 8;
          default -> 0;
        };
    boolean exact = real.type() == Types.DECIMAL || real.type() == Types.NUMERIC;
    boolean whole = integerBytes > 0 || exact && real.scale() == 0;
    return switch (type.kind()) {
      case TINYINT, SMALLINT -> !whole || integerBytes > 2;
      case INTEGER -> !whole || integerBytes > 4;
      case BIGINT -> !whole;
      case DECIMAL ->
          integerBytes == 0 && (!exact || real.precision() > 0 && real.scale() > type.scale());
      default -> false;
    };
  }

  /**
   * Whether the database would round what is written, which it does without a word, or has less
   * room than is declared. Numbers too large for a column fail the run by themselves.
   */
  private static boolean rounds(DataType type, Real real) {
    boolean exact = real.type() == Types.DECIMAL || real.type() == Types.NUMERIC;
    // PostgreSQL's numeric without a precision takes any
    boolean limited = exact && real.precision() > 0;
    boolean integer =
        real.type() == Types.TINYINT
            || real.type() == Types.SMALLINT
            || real.type() == Types.INTEGER
            || real.type() == Types.BIGINT;
    return switch (type.kind()) {
      case DECIMAL -> type.scale() > 0 && integer || limited && real.scale() < type.scale();
      case FLOAT, DOUBLE -> integer || limited;
      // a declared length says what may come; STRING says nothing
      case VARCHAR ->
          family(real) == Family.TEXT
              && type.precision() != Integer.MAX_VALUE
              && real.precision() > 0
              && real.precision() < type.precision();
      default -> false;
    };
  }

  /** Whether comparing the column of that name with a text is comparing texts in the database. */
  boolean isText(String declared) {
    return family(byDeclared.get(declared)) == Family.TEXT;
  }

  private static Family family(Real real) {
    return switch (real.type()) {
      case Types.BOOLEAN -> Family.TRUTH;
      case Types.BIT -> real.precision() <= 1 ? Family.TRUTH : Family.BYTES;
      case Types.TINYINT,
          Types.SMALLINT,
          Types.INTEGER,
          Types.BIGINT,
          Types.FLOAT,
          Types.REAL,
          Types.DOUBLE,
          Types.NUMERIC,
          Types.DECIMAL ->
          Family.NUMBER;
      case Types.CHAR,
          Types.VARCHAR,
          Types.LONGVARCHAR,
          Types.NCHAR,
          Types.NVARCHAR,
          Types.LONGNVARCHAR,
          Types.CLOB,
          Types.NCLOB ->
          Family.TEXT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> Family.BYTES;
      case Types.DATE -> Family.DAY;
      case Types.TIME, Types.TIME_WITH_TIMEZONE -> Family.TIME_OF_DAY;
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> Family.INSTANT;
      default -> Family.OTHER;
    };
  }

  /** The real name of a declared column. */
  String real(String declared) {
    return byDeclared.get(declared).name();
  }

  /** The real names of the declared columns, in order. */
  List<String> realNames() {
    return byDeclared.values().stream().map(Real::name).toList();
  }

  /** The real names of the columns of the declared key, in its order. */
  List<String> realKey() {
    return table.primaryKey().stream()
        .map(k -> real(table.schema().field(table.schema().indexOf(k).orElseThrow()).name()))
        .toList();
  }
}
