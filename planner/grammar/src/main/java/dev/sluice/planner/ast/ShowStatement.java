package dev.sluice.planner.ast;

import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code SHOW what}, or {@code SHOW CREATE name}. */
public final class ShowStatement extends Tree {
  /** What to list. */
  public enum What {
    STREAMS,
    SINKS,
    TABLES,
    VIEWS,
    FUNCTIONS,
    CONNECTORS,
    CREATE
  }

  private final What what;
  private final SqlIdentifier name;

  /**
   * @param name the object of SHOW CREATE, null otherwise
   */
  public ShowStatement(SqlParserPos position, What what, SqlIdentifier name) {
    super("SHOW", position, name);
    this.what = what;
    this.name = name;
  }

  public What what() {
    return what;
  }

  public Optional<SqlIdentifier> name() {
    return Optional.ofNullable(name);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("SHOW");
    writer.keyword(what.name());
    if (name != null) {
      name.unparse(writer, 0, 0);
    }
  }
}
