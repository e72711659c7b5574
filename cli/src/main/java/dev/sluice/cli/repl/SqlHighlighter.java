package dev.sluice.cli.repl;

import java.util.Set;
import java.util.regex.Pattern;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * Colours keywords, strings, numbers and comments while a line is typed. Used by the line reader's
 * thread.
 */
final class SqlHighlighter implements Highlighter {
  private static final AttributedStyle KEYWORD =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.BLUE).bold();
  private static final AttributedStyle STRING =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
  private static final AttributedStyle NUMBER =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
  private static final AttributedStyle COMMENT =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.BRIGHT);

  private final Set<String> keywords;

  /**
   * @param keywords in capitals
   */
  SqlHighlighter(Set<String> keywords) {
    this.keywords = keywords;
  }

  @Override
  public AttributedString highlight(LineReader reader, String buffer) {
    AttributedStringBuilder out = new AttributedStringBuilder();
    if (buffer.startsWith("\\")) {
      return out.append(buffer).toAttributedString();
    }
    int at = 0;
    for (Token token : Token.of(buffer)) {
      out.append(buffer.substring(at, token.start()), AttributedStyle.DEFAULT);
      out.append(token.text(), style(token));
      at = token.end();
    }
    return out.append(buffer.substring(at), AttributedStyle.DEFAULT).toAttributedString();
  }

  private AttributedStyle style(Token token) {
    return switch (token.kind()) {
      case WORD -> keywords.contains(token.upper()) ? KEYWORD : AttributedStyle.DEFAULT;
      case STRING -> STRING;
      case NUMBER -> NUMBER;
      case COMMENT -> COMMENT;
      case QUOTED_NAME, SYMBOL -> AttributedStyle.DEFAULT;
    };
  }

  @Override
  public void setErrorPattern(Pattern errorPattern) {
    // the shell marks no errors while typing
  }

  @Override
  public void setErrorIndex(int errorIndex) {
    // as above
  }
}
