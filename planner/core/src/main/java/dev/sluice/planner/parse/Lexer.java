package dev.sluice.planner.parse;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Cuts text into tokens; comments are left out. Stateless. */
final class Lexer {
  private Lexer() {}

  /**
   * The tokens of {@code text} from {@code from} on, the last of kind END.
   *
   * @param errorAt makes the error for something not closed that begins at an offset
   */
  static List<Token> tokens(String text, int from, IntFunction<UserError> errorAt) {
    List<Token> tokens = new ArrayList<>();
    int i = from;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        i++;
      } else if (text.startsWith("--", i)) {
        int end = text.indexOf('\n', i);
        i = end < 0 ? text.length() : end + 1;
      } else if (text.startsWith("/*", i)) {
        int end = text.indexOf("*/", i + 2);
        if (end < 0) {
          throw errorAt.apply(i);
        }
        i = end + 2;
      } else {
        Token token = token(text, i, errorAt);
        tokens.add(token);
        i = token.end();
      }
    }
    tokens.add(new Token(Token.Kind.END, "", text.length(), text.length()));
    return tokens;
  }

  private static Token token(String text, int start, IntFunction<UserError> errorAt) {
    char c = text.charAt(start);
    if (c == '\'' || c == '"' || c == '`') {
      int end = closing(text, start, c);
      if (end < 0) {
        throw errorAt.apply(start);
      }
      return new Token(
          c == '\'' ? Token.Kind.STRING : Token.Kind.QUOTED,
          text.substring(start, end),
          start,
          end);
    }
    int i = start + 1;
    if (Character.isJavaIdentifierStart(c)) {
      while (i < text.length() && Character.isJavaIdentifierPart(text.charAt(i))) {
        i++;
      }
      return new Token(Token.Kind.WORD, text.substring(start, i), start, i);
    }
    if (Character.isDigit(c)) {
      while (i < text.length()
          && (Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '.')) {
        i++;
      }
      return new Token(Token.Kind.NUMBER, text.substring(start, i), start, i);
    }
    return new Token(Token.Kind.SYMBOL, text.substring(start, i), start, i);
  }

  /**
   * Offset behind the quote that closes the one at {@code start}, a doubled quote standing for
   * itself; or -1.
   */
  private static int closing(String text, int start, char quote) {
    int i = start + 1;
    while (i < text.length()) {
      if (text.charAt(i) == quote) {
        if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
      i++;
    }
    return -1;
  }

  /** The error for something not closed. */
  static UserError unterminated(char opening) {
    String what =
        switch (opening) {
          case '\'' -> "string";
          case '/' -> "comment";
          default -> "quoted identifier";
        };
    return UserError.of(ErrorCode.UNTERMINATED, what + " is not closed");
  }
}
