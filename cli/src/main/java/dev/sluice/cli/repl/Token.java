package dev.sluice.cli.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A piece of SQL as the shell sees it for colours and completion: never refuses a text, however
 * unfinished.
 *
 * @param kind what it is
 * @param start offset of its first character
 * @param end offset after its last
 * @param text the characters, quotes included
 */
record Token(Kind kind, int start, int end, String text) {
  /** What a token is. */
  enum Kind {
    WORD,
    QUOTED_NAME,
    STRING,
    NUMBER,
    COMMENT,
    SYMBOL
  }

  /** Whether it is that word, in whatever case, or that symbol. */
  boolean is(String word) {
    return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
  }

  /** The word in capitals. */
  String upper() {
    return text.toUpperCase(Locale.ROOT);
  }

  /** The text without its quotes, closed or not. */
  String value() {
    if (kind != Kind.STRING && kind != Kind.QUOTED_NAME) {
      return text;
    }
    char quote = text.charAt(0);
    boolean closed = isClosed();
    String inner = text.substring(1, closed ? text.length() - 1 : text.length());
    return inner.replace("" + quote + quote, "" + quote);
  }

  /** Whether a string or quoted name has its closing quote. */
  boolean isClosed() {
    return text.length() > 1 && text.charAt(text.length() - 1) == text.charAt(0);
  }

  /** The tokens of a text in order, white space left out. */
  static List<Token> of(String sql) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
        continue;
      }
      Kind kind = kindAt(sql, at);
      int end = endOf(sql, at, kind);
      tokens.add(new Token(kind, at, end, sql.substring(at, end)));
      at = end;
    }
    return tokens;
  }

  private static Kind kindAt(String sql, int at) {
    char c = sql.charAt(at);
    if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
      return Kind.COMMENT;
    }
    if (c == '\'') {
      return Kind.STRING;
    }
    if (c == '"' || c == '`') {
      return Kind.QUOTED_NAME;
    }
    if (Character.isDigit(c)) {
      return Kind.NUMBER;
    }
    return Character.isJavaIdentifierStart(c) ? Kind.WORD : Kind.SYMBOL;
  }

  private static int endOf(String sql, int start, Kind kind) {
    return switch (kind) {
      case COMMENT -> endOfComment(sql, start);
      case STRING, QUOTED_NAME -> endOfQuoted(sql, start);
      case NUMBER -> endOfRun(sql, start, true);
      case WORD -> endOfRun(sql, start, false);
      case SYMBOL -> start + 1;
    };
  }

  private static int endOfComment(String sql, int start) {
    boolean line = sql.charAt(start) == '-';
    int end = line ? sql.indexOf('\n', start) : sql.indexOf("*/", start + 2);
    return end < 0 ? sql.length() : line ? end : end + 2;
  }

  private static int endOfQuoted(String sql, int start) {
    char quote = sql.charAt(start);
    int at = start + 1;
    while (at < sql.length()) {
      if (sql.charAt(at) == quote) {
        if (at + 1 >= sql.length() || sql.charAt(at + 1) != quote) {
          return at + 1;
        }
        at++;
      }
      at++;
    }
    return sql.length();
  }

  private static int endOfRun(String sql, int start, boolean number) {
    int at = start + 1;
    while (at < sql.length()
        && (Character.isJavaIdentifierPart(sql.charAt(at)) || (number && sql.charAt(at) == '.'))) {
      at++;
    }
    return at;
  }
}
