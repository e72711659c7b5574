package dev.sluice.planner.ast;

import java.util.Optional;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code SET 'key' = 'value'}, SET alone, {@code RESET 'key'}, or RESET alone. */
public final class SetStatement extends Tree {
  private final boolean reset;
  private final SqlLiteral key;
  private final SqlLiteral value;

  /**
   * @param key null if the statement is about all settings
   * @param value null unless it is SET with a key
   */
  public SetStatement(SqlParserPos position, boolean reset, SqlLiteral key, SqlLiteral value) {
    super(reset ? "RESET" : "SET", position, key, value);
    this.reset = reset;
    this.key = key;
    this.value = value;
  }

  public boolean reset() {
    return reset;
  }

  public Optional<String> key() {
    return Optional.ofNullable(key).map(Tree::text);
  }

  public Optional<String> value() {
    return Optional.ofNullable(value).map(Tree::text);
  }

  /** Where the key stands, or the statement if it has none. */
  public SqlParserPos keyPosition() {
    return key == null ? getParserPosition() : key.getParserPosition();
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(reset ? "RESET" : "SET");
    key().ifPresent(text -> string(writer, text));
    value()
        .ifPresent(
            text -> {
              writer.keyword("=");
              string(writer, text);
            });
  }
}
