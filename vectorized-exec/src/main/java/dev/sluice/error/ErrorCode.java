package dev.sluice.error;

/**
 * The stable codes of everything that can go wrong in the user's terms. A code is never reused; the
 * message may be reworded. {@code 1xxx} text and syntax, {@code 2xxx} meaning, {@code 3xxx} options
 * and connectors before the start, {@code 4xxx} while running.
 */
public enum ErrorCode {
  SYNTAX(1001, "The text is not a statement Sluice understands."),
  UNSET_VARIABLE(1002, "A ${NAME} has no value and no default."),
  UNKNOWN_SETTING(1003, "SET names a setting that does not exist."),
  SETTING_VALUE(1004, "A setting has a value it cannot take."),
  FILE_UNREADABLE(1005, "A SQL file cannot be read."),
  UNTERMINATED(1006, "A string, quoted identifier or comment is not closed."),

  UNKNOWN_OBJECT(2001, "A stream, table, view or sink does not exist."),
  DUPLICATE_OBJECT(2002, "An object of that name exists already."),
  UNKNOWN_COLUMN(2003, "A column does not exist."),
  UNKNOWN_FUNCTION(2004, "A function does not exist or does not take these arguments."),
  TYPE_MISMATCH(2005, "A value has another type than its place needs."),
  INVALID_QUERY(2006, "The query breaks a rule of SQL."),
  UNSUPPORTED(2007, "The construct is understood but not supported."),
  WATERMARK(2008, "A watermark or time attribute is missing or used wrongly."),
  WINDOW(2009, "A window is declared or used wrongly."),
  SINK_SCHEMA(2010, "The query's columns do not fit the sink's."),
  CHANGELOG(2011, "An updating result meets a sink or operator that takes inserts only."),
  UNBOUNDED_STATE(2012, "The query would keep state without limit."),
  NOT_A_SINK(2013, "The target cannot be written."),
  NOT_A_SOURCE(2014, "The object cannot be read."),
  LITERAL(2015, "A literal cannot be read as its type."),
  CONSTANT(
      2016, "An expression over constants has no value: overflow, division by zero, failed cast."),

  UNKNOWN_CONNECTOR(3001, "No connector has that name."),
  UNKNOWN_OPTION(3002, "The connector or format has no such option."),
  MISSING_OPTION(3003, "A required option is missing."),
  OPTION_VALUE(3004, "An option has a value it cannot take."),
  UNKNOWN_FORMAT(3005, "No format has that name."),
  UNREACHABLE(3006, "A server cannot be reached or refuses the login."),
  MISSING_TARGET(3007, "A table, topic or path does not exist."),
  TARGET_SCHEMA(3008, "The outside table's columns do not fit the declared ones."),
  SECRET(3009, "A secret reference cannot be resolved."),
  UNSUPPORTED_TYPE(3010, "The connector or format cannot carry that type."),
  CHECKPOINT(3011, "The checkpoints cannot be used: locked, damaged, or of another pipeline."),
  STATE_LOSS(3012, "State of the checkpoint has no place in the changed pipeline."),

  MALFORMED_ROW(4001, "A record cannot be decoded."),
  EXPRESSION(4002, "An expression failed on a row: overflow, division by zero, failed cast."),
  SOURCE_FAILED(4003, "Reading from a source failed."),
  SINK_FAILED(4004, "Writing to a sink failed."),
  MEMORY(4005, "The memory budget is exhausted."),
  INTERRUPTED(4006, "The run was interrupted."),
  CHECKPOINT_FAILED(4007, "A checkpoint cannot be written."),
  FENCED(4008, "Another run has taken the target over."),
  SPILL_FAILED(4009, "The disk does not take the state that memory has no room for.");

  private final int number;
  private final String meaning;

  ErrorCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The printed form, for instance {@code SLU-2003}. */
  public String id() {
    return "SLU-" + number;
  }

  /** What the code stands for, one sentence; the source of the error reference in the docs. */
  public String meaning() {
    return meaning;
  }

  /**
   * Whether an error of this kind is known before anything runs (exit code 2) rather than while
   * running (1).
   */
  public boolean beforeStart() {
    return number < 4000;
  }
}
