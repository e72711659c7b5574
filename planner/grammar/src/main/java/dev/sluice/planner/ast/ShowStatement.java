package dev.sluice.planner.ast;

import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code SHOW what [LIKE 'pattern']}, or {@code SHOW CREATE name}. */
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
  private final SqlLiteral like;

  /**
   * @param name the object of SHOW CREATE, null otherwise
   * @param like the pattern that names must fit, null for any
   */
  public ShowStatement(SqlParserPos position, What what, SqlIdentifier name, SqlLiteral like) {
    super("SHOW", position, name, like);
    this.what = what;
    this.name = name;
    this.like = like;
  }

  public What what() {
    return what;
  }

  public Optional<SqlIdentifier> name() {
    return Optional.ofNullable(name);
  }

  /** The pattern of LIKE. */
  public Optional<String> like() {
    return Optional.ofNullable(like).map(Tree::text);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword("SHOW");
    writer.keyword(what.name());
    if (name != null) {
      name.unparse(writer, 0, 0);
    }
    if (like != null) {
      writer.keyword("LIKE");
      string(writer, text(like));
    }
  }
}
