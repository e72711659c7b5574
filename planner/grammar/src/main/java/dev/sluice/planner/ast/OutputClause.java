package dev.sluice.planner.ast;

import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** A clause behind a query that says what comes out of it, or when. */
public final class OutputClause extends Tree {
  /** The clauses, with the words that begin them. */
  public enum Kind {
    /** Also written EMIT FINAL. */
    EMIT_ON_WINDOW_CLOSE("EMIT ON WINDOW CLOSE"),
    /** Also written EMIT CHANGES. */
    EMIT_ON_UPDATE("EMIT ON UPDATE"),
    EMIT_EVERY("EMIT EVERY"),
    ALLOWED_LATENESS("ALLOWED LATENESS"),
    LATE_ROWS_TO("LATE ROWS TO"),
    ON_CONFLICT_ERROR("ON CONFLICT DO ERROR"),
    ON_CONFLICT_NOTHING("ON CONFLICT DO NOTHING"),
    ON_CONFLICT_DEDUPLICATE("ON CONFLICT DO DEDUPLICATE");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** What two clauses of one statement must not share. */
    public String family() {
      String name = name();
      return name.startsWith("EMIT")
          ? "EMIT"
          : name.startsWith("ON_CONFLICT") ? "ON CONFLICT" : words;
    }
  }

  private final Kind kind;
  private final SqlNode operand;

  /**
   * @param operand the interval or the sink; null for clauses that are words alone
   */
  public OutputClause(SqlParserPos position, Kind kind, SqlNode operand) {
    super(kind.words, position, operand);
    this.kind = kind;
    this.operand = operand;
  }

  public Kind kind() {
    return kind;
  }

  /** The interval of EMIT EVERY and ALLOWED LATENESS, an expression that should be a literal. */
  public SqlNode interval() {
    return operand;
  }

  /** The sink of LATE ROWS TO. */
  public String sink() {
    return ((SqlIdentifier) operand).getSimple();
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(kind.words);
    if (operand != null) {
      operand.unparse(writer, 0, 0);
    }
  }
}
