package dev.sluice.planner.parse;

import java.util.Locale;

/**
 * A token of a statement.
 *
 * @param kind what it is
 * @param text as written, quotes included
 * @param start offset of its first character
 * @param end offset behind its last character
 */
record Token(Kind kind, String text, int start, int end) {
  /** What a token is. */
  enum Kind {
    WORD,
    QUOTED,
    STRING,
    NUMBER,
    SYMBOL,
    END
  }

  /** Whether it is that keyword, whatever its case. */
  boolean is(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word)
        || kind == Kind.SYMBOL && text.equals(word);
  }

  /** A word in capitals, anything else as written. */
  String upper() {
    return text.toUpperCase(Locale.ROOT);
  }

  /** The name an identifier stands for, or the content of a string. */
  String value() {
    if (kind == Kind.WORD || kind == Kind.NUMBER || kind == Kind.SYMBOL || kind == Kind.END) {
      return text;
    }
    char quote = text.charAt(0);
    String inner = text.substring(1, text.length() - 1);
    return inner.replace("" + quote + quote, "" + quote);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }
}
