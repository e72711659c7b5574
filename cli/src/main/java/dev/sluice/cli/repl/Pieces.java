package dev.sluice.cli.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An input cut where a line is for the shell: a pasted block may mix statements and backslash
 * commands, and a command typed while a statement is open is obeyed at once, as in psql, the
 * statement staying open. A value.
 *
 * @param whole what is to be done, in order
 * @param open the statement that still waits for its end; blank if none
 */
record Pieces(List<Piece> whole, String open) {
  /**
   * @param text a command, or statements behind as many line breaks as lines stood before them, so
   *     that messages count lines as the user sees them
   */
  record Piece(boolean command, String text) {}

  /**
   * @param incomplete whether SQL text ends inside a statement
   */
  static Pieces of(String input, Predicate<String> incomplete) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder buffer = new StringBuilder();
    int number = 0;
    for (String line : input.split("\n", -1)) {
      if (isCommand(line, buffer.toString(), incomplete)) {
        if (!buffer.toString().isBlank() && !incomplete.test(buffer.toString())) {
          pieces.add(new Piece(false, buffer.toString()));
          buffer.setLength(0);
        }
        pieces.add(new Piece(true, line.strip()));
        if (buffer.toString().isBlank()) {
          buffer.setLength(0);
          buffer.append("\n".repeat(number));
        }
      } else {
        buffer.append(line);
      }
      buffer.append('\n');
      number++;
    }
    String rest = buffer.toString();
    if (!rest.isBlank() && !incomplete.test(rest)) {
      pieces.add(new Piece(false, rest.stripTrailing()));
      rest = "";
    }
    return new Pieces(List.copyOf(pieces), rest.strip());
  }

  /** Whether the last line is a command, so that the input need not wait for a semicolon. */
  static boolean endsInCommand(String input, Predicate<String> incomplete) {
    int cut = input.lastIndexOf('\n');
    return isCommand(input.substring(cut + 1), input.substring(0, Math.max(0, cut)), incomplete);
  }

  private static boolean isCommand(String line, String before, Predicate<String> incomplete) {
    // a semicolon ends every statement that is not inside a string, a comment or a block
    boolean betweenTokens = before.isBlank() || !incomplete.test(before + "\n;");
    return line.strip().startsWith("\\")
        ? betweenTokens
        : Repl.isShellCommand(line) && (before.isBlank() || !incomplete.test(before));
  }
}
