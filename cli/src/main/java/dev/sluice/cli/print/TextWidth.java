package dev.sluice.cli.print;

import org.jline.utils.WCWidth;

/**
 * How many columns of a terminal a text takes, and texts made safe for one. Stateless; any thread.
 */
public final class TextWidth {
  private TextWidth() {}

  /** In terminal columns: 2 for East Asian wide characters, 0 for combining marks. */
  public static int of(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      width += point < 0x7f ? 1 : Math.max(0, WCWidth.wcwidth(point));
      i += Character.charCount(point);
    }
    return width;
  }

  /** The text with line breaks and other control characters shown as escapes. */
  public static String oneLine(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return escaped(text);
      }
    }
    return text;
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isISOControl(c)) {
            out.append(String.format("\\x%02x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  /** The text cut to {@code width} columns. */
  public static String cut(String text, int width) {
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      used += Math.max(0, WCWidth.wcwidth(point));
      if (used > width) {
        return text.substring(0, i);
      }
      i += Character.charCount(point);
    }
    return text;
  }

  /** Blanks that bring {@code text} to {@code width} columns. */
  public static String padding(String text, int width) {
    return " ".repeat(Math.max(0, width - of(text)));
  }
}
