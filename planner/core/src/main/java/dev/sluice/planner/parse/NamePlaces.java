package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.List;

/** Where in a statement a name stands, so that a message points there. Stateless. */
public final class NamePlaces {
  private NamePlaces() {}

  /**
   * The place of {@code name}, or the whole statement where it is not found, as when a variable
   * gave it.
   *
   * @param statement where the statement stands
   * @param text the statement as written
   */
  public static SourcePosition find(SourcePosition statement, String text, String name) {
    List<Token> tokens;
    try {
      tokens = Lexer.tokens(text, 0, i -> Lexer.unterminated(text.charAt(i)));
    } catch (UserError e) {
      return statement;
    }
    // behind the verb, and behind what is created: CREATE STREAM stream
    int from = tokens.get(0).is("CREATE") || tokens.get(0).is("DROP") ? 2 : 1;
    return tokens.stream()
        .skip(from)
        .filter(t -> t.isName() && t.value().equalsIgnoreCase(name))
        .findFirst()
        .map(t -> place(statement, text, t))
        .orElse(statement);
  }

  private static SourcePosition place(SourcePosition statement, String text, Token token) {
    String before = text.substring(0, token.start());
    int breaks = (int) before.chars().filter(c -> c == '\n').count();
    int line = statement.line() + breaks;
    int column =
        breaks == 0 ? statement.column() + token.start() : token.start() - before.lastIndexOf('\n');
    return new SourcePosition(
        statement.source(), line, column, line, column + token.text().length() - 1);
  }
}
