package dev.sluice.cli.repl;

import java.util.List;
import java.util.function.Predicate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/**
 * Tells the line reader when an input is whole (a command of the shell, or statements up to their
 * semicolon) and which word the cursor is in. Used by the line reader's thread.
 */
final class ReplParser implements Parser {
  private final Predicate<String> incomplete;

  /**
   * @param incomplete whether SQL text ends inside a statement
   */
  ReplParser(Predicate<String> incomplete) {
    this.incomplete = incomplete;
  }

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE
        && !Repl.isShellCommand(line)
        && !line.isBlank()
        && incomplete.test(line)
        && !Pieces.endsInCommand(line, incomplete)) {
      throw new EOFError(-1, -1, "the statement goes on");
    }
    int start = wordStart(line, cursor);
    return new Line(line, cursor, line.substring(start, cursor));
  }

  private static int wordStart(String line, int cursor) {
    for (Token token : Token.of(line)) {
      if (token.start() < cursor && token.end() >= cursor && token.kind() != Token.Kind.SYMBOL) {
        return token.start();
      }
    }
    if (line.startsWith("\\")) {
      return line.lastIndexOf(' ', Math.max(0, cursor - 1)) + 1;
    }
    return cursor;
  }

  @Override
  public boolean isEscapeChar(char c) {
    return false;
  }

  /** The word that ends at the cursor is all completion needs. */
  private record Line(String line, int cursor, String word) implements CompletingParsedLine {
    @Override
    public int wordCursor() {
      return word.length();
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(word);
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return word.length();
    }

    @Override
    public int rawWordLength() {
      return word.length();
    }
  }
}
