package dev.sluice.cli.run;

import dev.sluice.cli.print.TextWidth;
import dev.sluice.connector.Options;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Shows what went wrong. The user's mistakes: code, one line, place, the line itself with the
 * mistake underlined, detail, hint. Anything else is a fault of ours and says so. Stack traces only
 * on request.
 */
public final class ErrorPrinter {
  private static final String RED = "\u001b[1;31m";
  private static final String BLUE = "\u001b[1;34m";
  private static final String BOLD = "\u001b[1m";
  private static final String PLAIN = "\u001b[0m";

  /** {@code 'key' = 'value'}; the string need not end on the line. */
  private static final Pattern OPTION =
      Pattern.compile("['\"`]?([A-Za-z0-9_.-]+)['\"`]?\\s*=\\s*'((?:[^']|'')*)");

  private final PrintStream err;
  private final boolean colours;
  private final boolean debug;

  /**
   * @param debug whether stack traces are shown
   */
  public ErrorPrinter(PrintStream err, boolean colours, boolean debug) {
    this.err = err;
    this.colours = colours;
    this.debug = debug;
  }

  /**
   * @param texts the text of a source by its name, where known
   */
  public void print(Throwable failure, Function<String, Optional<String>> texts) {
    err.print(render(failure, texts));
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  String render(Throwable failure, Function<String, Optional<String>> texts) {
    if (failure instanceof UserError error) {
      return render(error, texts);
    }
    String what = failure.getMessage() == null ? "" : ": " + plain(firstLine(failure.getMessage()));
    return paint(RED, "error")
        + ": "
        + failure.getClass().getSimpleName()
        + what
        + "\n"
        + "this is a bug in Sluice, not in your SQL"
        + (debug ? "" : "; --debug shows where")
        + "\n";
  }

  private String render(UserError error, Function<String, Optional<String>> texts) {
    StringBuilder out = new StringBuilder();
    out.append(paint(RED, "error[" + error.code().id() + "]")).append(": ");
    out.append(paint(BOLD, TextWidth.oneLine(error.summary()))).append('\n');
    error.position().ifPresent(p -> place(out, p, texts.apply(p.source())));
    error.detail().ifPresent(text -> out.append(plain(text.stripTrailing())).append('\n'));
    error
        .hint()
        .ifPresent(
            text -> out.append(paint(BLUE, "hint")).append(": ").append(plain(text)).append('\n'));
    return out.toString();
  }

  private void place(StringBuilder out, SourcePosition at, Optional<String> text) {
    String number = Integer.toString(at.line());
    String margin = " ".repeat(number.length());
    out.append(margin).append(paint(BLUE, "--> "));
    out.append(at.source())
        .append(':')
        .append(at.line())
        .append(':')
        .append(at.column())
        .append('\n');
    Optional<String> line = text.flatMap(t -> t.lines().skip(at.line() - 1L).findFirst());
    if (line.isEmpty()) {
      return;
    }
    String source = line.get();
    int from = Math.min(Math.max(0, at.column() - 1), source.length());
    int last = at.endLine() > at.line() ? source.stripTrailing().length() : at.endColumn();
    int to = Math.max(from + 1, Math.min(last, Math.max(source.length(), from + 1)));
    String before = source.substring(0, from).replaceAll("[^\t]", " ");
    out.append(paint(BLUE, number + " | ")).append(plain(withoutSecrets(source))).append('\n');
    out.append(paint(BLUE, margin + " | "))
        .append(before)
        .append(paint(RED, "^".repeat(to - from)))
        .append('\n');
  }

  private String paint(String colour, String text) {
    return colours ? colour + text + PLAIN : text;
  }

  /** The line with asterisks for the values of secret options, as wide as they are. */
  private static String withoutSecrets(String line) {
    Matcher option = OPTION.matcher(line);
    StringBuilder shown = new StringBuilder(line);
    while (option.find()) {
      String value = option.group(2);
      // a reference tells nothing
      if (Options.namesSecret(option.group(1)) && !value.startsWith("${")) {
        shown.replace(option.start(2), option.end(2), "*".repeat(value.length()));
      }
    }
    return shown.toString();
  }

  /** Data is quoted in messages: what would steer a terminal is shown instead of obeyed. */
  private static String plain(String text) {
    return text.lines().map(ErrorPrinter::plainLine).collect(Collectors.joining("\n"));
  }

  private static String plainLine(String line) {
    return Arrays.stream(line.split("\t", -1))
        .map(TextWidth::oneLine)
        .collect(Collectors.joining("\t"));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
