package dev.sluice.planner.parser;

import java.util.Set;
import org.apache.calcite.sql.parser.SqlParserPos;

/** What is wrong with a statement, in terms of its tokens; the planner words it for the user. */
public final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient SqlParserPos position;
  private final transient Expected expected;
  private final boolean token;

  /**
   * What could have stood in a token's place.
   *
   * @param words keywords in capitals, and signs
   * @param name whether a name could
   * @param string whether a string could
   * @param number whether a number could
   */
  public record Expected(Set<String> words, boolean name, boolean string, boolean number) {
    public Expected {
      words = Set.copyOf(words);
    }
  }

  private SyntaxException(
      String message, SqlParserPos position, Expected expected, boolean token, Throwable cause) {
    super(message, cause);
    this.position = position;
    this.expected = expected;
    this.token = token;
  }

  /** A token that cannot stand at its place. */
  static SyntaxException unexpected(SqlParserPos position, Expected expected, Throwable cause) {
    return new SyntaxException("", position, expected, true, cause);
  }

  /** Anything else, in Calcite's words. */
  static SyntaxException other(String message, SqlParserPos position, Throwable cause) {
    Expected nothing = new Expected(Set.of(), false, false, false);
    return new SyntaxException(message, position, nothing, false, cause);
  }

  /** Where it is; {@link SqlParserPos#ZERO} if the text ended too early. */
  public SqlParserPos position() {
    return position;
  }

  /** Whether a token stands where it cannot; if not, {@link #getMessage} says what is wrong. */
  public boolean isUnexpectedToken() {
    return token;
  }

  public Expected expected() {
    return expected;
  }
}
