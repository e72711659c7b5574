package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code 'key' = 'value'} of a WITH clause. */
public final class TableOption extends Tree {
  private final SqlLiteral key;
  private final SqlLiteral value;

  public TableOption(SqlLiteral key, SqlLiteral value) {
    super("OPTION", key.getParserPosition().plus(value.getParserPosition()), key, value);
    this.key = key;
    this.value = value;
  }

  public String key() {
    return text(key);
  }

  public String value() {
    return text(value);
  }

  public SqlParserPos keyPosition() {
    return key.getParserPosition();
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    string(writer, key());
    writer.keyword("=");
    string(writer, value());
  }
}
