package dev.sluice.planner.ast;

import java.util.Optional;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** What stands between the brackets of CREATE STREAM and its like: a column or a constraint. */
public abstract sealed class TableElement extends Tree {
  private TableElement(String name, SqlParserPos position, SqlNode... operands) {
    super(name, position, operands);
  }

  private static void typed(SqlWriter writer, SqlIdentifier name, SqlDataTypeSpec type) {
    name.unparse(writer, 0, 0);
    type.unparse(writer, 0, 0);
    if (Boolean.FALSE.equals(type.getNullable())) {
      writer.keyword("NOT NULL");
    }
  }

  /** {@code name type [NOT NULL]}; also a parameter of a function. */
  public static final class Physical extends TableElement {
    private final SqlIdentifier name;
    private final SqlDataTypeSpec type;

    public Physical(SqlParserPos position, SqlIdentifier name, SqlDataTypeSpec type) {
      super("COLUMN", position, name, type);
      this.name = name;
      this.type = type;
    }

    public SqlIdentifier name() {
      return name;
    }

    public SqlDataTypeSpec type() {
      return type;
    }

    @Override
    public void unparse(SqlWriter writer, int left, int right) {
      typed(writer, name, type);
    }
  }

  /** {@code name type METADATA [FROM 'key'] [VIRTUAL]}. */
  public static final class Metadata extends TableElement {
    private final SqlIdentifier name;
    private final SqlDataTypeSpec type;
    private final SqlLiteral from;
    private final boolean virtual;

    /**
     * @param from the key; null if the column's name is the key
     */
    public Metadata(
        SqlParserPos position,
        SqlIdentifier name,
        SqlDataTypeSpec type,
        SqlLiteral from,
        boolean virtual) {
      super("METADATA", position, name, type, from);
      this.name = name;
      this.type = type;
      this.from = from;
      this.virtual = virtual;
    }

    public SqlIdentifier name() {
      return name;
    }

    public SqlDataTypeSpec type() {
      return type;
    }

    /** What the connector calls it. */
    public String key() {
      return from == null ? name.getSimple() : text(from);
    }

    /** Whether it is read only. */
    public boolean virtual() {
      return virtual;
    }

    @Override
    public void unparse(SqlWriter writer, int left, int right) {
      typed(writer, name, type);
      writer.keyword("METADATA");
      if (from != null) {
        writer.keyword("FROM");
        string(writer, text(from));
      }
      if (virtual) {
        writer.keyword("VIRTUAL");
      }
    }
  }

  /** {@code name AS expression}. */
  public static final class Computed extends TableElement {
    private final SqlIdentifier name;
    private final SqlNode expression;

    public Computed(SqlParserPos position, SqlIdentifier name, SqlNode expression) {
      super("COMPUTED", position, name, expression);
      this.name = name;
      this.expression = expression;
    }

    public SqlIdentifier name() {
      return name;
    }

    public SqlNode expression() {
      return expression;
    }

    @Override
    public void unparse(SqlWriter writer, int left, int right) {
      name.unparse(writer, 0, 0);
      writer.keyword("AS");
      expression.unparse(writer, 0, 0);
    }
  }

  /** {@code PRIMARY KEY (columns) NOT ENFORCED}; never enforced, whether it says so or not. */
  public static final class PrimaryKey extends TableElement {
    private final SqlNodeList columns;

    public PrimaryKey(SqlParserPos position, SqlNodeList columns) {
      super("PRIMARY KEY", position, columns);
      this.columns = columns;
    }

    public SqlNodeList columns() {
      return columns;
    }

    @Override
    public void unparse(SqlWriter writer, int left, int right) {
      writer.keyword("PRIMARY KEY");
      brackets(writer, columns);
      writer.keyword("NOT ENFORCED");
    }
  }

  /**
   * {@code WATERMARK FOR column AS expression [IDLE AFTER interval] [MAX FUTURE SKEW interval]}.
   */
  public static final class Watermark extends TableElement {
    private final SqlIdentifier column;
    private final SqlNode expression;
    private final SqlNode idle;
    private final SqlNode skew;

    /**
     * @param idle IDLE AFTER, or null
     * @param skew MAX FUTURE SKEW, or null
     */
    public Watermark(
        SqlParserPos position,
        SqlIdentifier column,
        SqlNode expression,
        SqlNode idle,
        SqlNode skew) {
      super("WATERMARK", position, column, expression, idle, skew);
      this.column = column;
      this.expression = expression;
      this.idle = idle;
      this.skew = skew;
    }

    public SqlIdentifier column() {
      return column;
    }

    public SqlNode expression() {
      return expression;
    }

    public Optional<SqlNode> idle() {
      return Optional.ofNullable(idle);
    }

    public Optional<SqlNode> skew() {
      return Optional.ofNullable(skew);
    }

    @Override
    public void unparse(SqlWriter writer, int left, int right) {
      writer.keyword("WATERMARK FOR");
      column.unparse(writer, 0, 0);
      writer.keyword("AS");
      expression.unparse(writer, 0, 0);
      if (idle != null) {
        writer.keyword("IDLE AFTER");
        idle.unparse(writer, 0, 0);
      }
      if (skew != null) {
        writer.keyword("MAX FUTURE SKEW");
        skew.unparse(writer, 0, 0);
      }
    }
  }
}
