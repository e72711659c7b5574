package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A text as the user wrote it: cut into statements, and with variables put in so that every offset
 * of the result still maps to a place in the original. A value.
 */
final class SqlText {
  /** Names and defaults are bounded: else a text of openings would be read through for each. */
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_.]{0,250})(:([^}]{0,4096}))?}");

  private final String source;
  private final String text;
  private final int[] lineStarts;

  SqlText(String source, String text) {
    this.source = source;
    this.text = text;
    this.lineStarts = lineStarts(text);
  }

  /** A statement's extent in the original, without its semicolon. */
  record Range(int start, int end) {}

  /** A statement with variables put in; {@code origins[i]} is where character i comes from. */
  record Substituted(String text, int[] origins) {}

  /** The statements, a statement set being one; empty ones are left out. */
  List<Range> statements() {
    List<Range> ranges = new ArrayList<>();
    List<Token> tokens = Lexer.tokens(text, 0, this::unterminated);
    int first = -1;
    int last = -1;
    boolean block = false;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (opensBlock(tokens, i)) {
        block = true;
      } else if (token.is("END") && i > 0 && (tokens.get(i - 1).is(";") || isBegin(tokens, i))) {
        block = false;
      }
      if (token.kind() == Token.Kind.END || token.is(";") && !block) {
        if (first >= 0) {
          ranges.add(new Range(first, withHint(last, token.start())));
        }
        first = -1;
      } else {
        first = first < 0 ? token.start() : first;
        last = token.end();
      }
    }
    return ranges;
  }

  /** Whether a statement set begins: behind SET BEGIN, or Flink's older BEGIN STATEMENT SET. */
  /** A comment behind the last word is no part of a statement, but a hint is. */
  private int withHint(int last, int next) {
    String rest = text.substring(last, Math.max(last, next)).stripTrailing();
    return rest.stripLeading().startsWith("/*+") ? last + rest.length() : last;
  }

  static boolean opensBlock(List<Token> tokens, int i) {
    return i > 0 && tokens.get(i).is("BEGIN") && tokens.get(i - 1).is("SET")
        || i > 1
            && tokens.get(i).is("SET")
            && tokens.get(i - 1).is("STATEMENT")
            && tokens.get(i - 2).is("BEGIN");
  }

  private static boolean isBegin(List<Token> tokens, int i) {
    return tokens.get(i - 1).is("BEGIN");
  }

  UserError unterminated(int offset) {
    return Lexer.unterminated(text.charAt(offset)).at(position(offset, offset));
  }

  String text(Range range) {
    return text.substring(range.start(), range.end());
  }

  /** The place of the characters from {@code start} to {@code end} (inclusive). */
  SourcePosition position(int start, int end) {
    int[] from = lineColumn(start);
    int[] to = lineColumn(Math.max(start, end));
    return new SourcePosition(source, from[0], from[1], to[0], to[1]);
  }

  private int[] lineColumn(int offset) {
    int end = Math.min(offset, text.length());
    int found = Arrays.binarySearch(lineStarts, end);
    int line = found >= 0 ? found : -found - 2;
    return new int[] {line + 1, offset - lineStarts[line] + 1};
  }

  /** Where lines begin: a wide table asks for the places of all its columns. */
  private static int[] lineStarts(String text) {
    return IntStream.concat(
            IntStream.of(0),
            IntStream.range(0, text.length()).filter(i -> text.charAt(i) == '\n').map(i -> i + 1))
        .toArray();
  }

  /** Puts variables in. Secret references stay. */
  Substituted substitute(
      Range range, Function<String, Optional<String>> variables, List<String> known) {
    StringBuilder made = new StringBuilder();
    List<Integer> origins = new ArrayList<>();
    Matcher matcher = VARIABLE.matcher(text).region(range.start(), range.end());
    List<Token> tokens =
        Lexer.tokens(text.substring(range.start(), range.end()), 0, this::unterminated);
    int copied = range.start();
    while (matcher.find()) {
      boolean secret =
          matcher.group(3) != null
              && (matcher.group(1).equals("env") || matcher.group(1).equals("file"));
      int at = matcher.start() - range.start();
      boolean comment = tokens.stream().noneMatch(t -> t.start() <= at && at < t.end());
      if (secret || comment) {
        continue;
      }
      copy(made, origins, copied, matcher.start());
      String name = matcher.group(1);
      Optional<String> value =
          variables.apply(name).or(() -> Optional.ofNullable(matcher.group(3)));
      if (value.isEmpty()) {
        throw UserError.of(ErrorCode.UNSET_VARIABLE, "variable '" + name + "' is not set")
            .withHint(
                DidYouMean.hint(
                    name,
                    known,
                    "give it with --set "
                        + name
                        + "=…, SET '"
                        + name
                        + "' = '…', the environment, or a default: ${"
                        + name
                        + ":…}"))
            .at(position(matcher.start(), matcher.end() - 1));
      }
      for (int i = 0; i < value.get().length(); i++) {
        origins.add(matcher.start());
      }
      made.append(value.get());
      copied = matcher.end();
    }
    copy(made, origins, copied, range.end());
    origins.add(range.end());
    return new Substituted(made.toString(), origins.stream().mapToInt(Integer::intValue).toArray());
  }

  private void copy(StringBuilder made, List<Integer> origins, int from, int to) {
    made.append(text, from, to);
    for (int i = from; i < to; i++) {
      origins.add(i);
    }
  }
}
