package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.parser.SluiceParser;
import dev.sluice.planner.parser.SyntaxException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Words a parser's complaint for the user: what stood there, what could have, and what was probably
 * meant. Stateless.
 */
final class SyntaxErrors {
  private static final int MOST_EXPECTED = 8;
  private static final int SHORTEST_MISTYPED = 3;

  /** Words of ours that may be mistyped where a name is possible, too. */
  private static final Set<String> CLAUSES =
      Set.of("ALLOWED", "EMIT", "LATE", "LATENESS", "METADATA", "PARTITIONED", "WATERMARK");

  /** What the grammar knows and nobody means. */
  private static final Set<String> NOISE = Set.of("\u0007", "?", ".", "MEASURE");

  /** What takes an operand behind it. */
  private static final Set<String> OPERATORS =
      Set.of(
          "AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "=", "<", ">", "+", "-", "*", "/", "%", "|");

  /** Reserved words that hardly anybody would call a column. */
  private static final Set<String> STRUCTURE =
      Set.of(
          "AND", "AS", "ELSE", "FROM", "HAVING", "INTO", "JOIN", "ON", "OR", "SELECT", "THEN",
          "UNION", "WHEN", "WHERE");

  private SyntaxErrors() {}

  static UserError of(SyntaxException e, StatementText text) {
    if (!e.isUnexpectedToken()) {
      return other(e, text);
    }
    int at =
        e.position().getLineNum() == 0
            ? text.tokens().size() - 1
            : text.tokenAt(text.offset(e.position().getLineNum(), e.position().getColumnNum()));
    Token seen = text.tokens().get(at);
    List<String> words = words(e.expected());
    Optional<UserError> mistyped =
        before(at, words, text, true)
            .or(() -> mistyped(seen, words, text))
            .or(() -> before(at, words, text, false));
    return mistyped
        .orElseGet(() -> withExpected(text.unexpected(seen), words, e.expected(), at, text))
        .causedBy(e);
  }

  /** The first token is no statement's. */
  static UserError noStatement(StatementText text, List<String> first) {
    Token seen = text.tokens().get(0);
    Optional<String> instead = SyntaxHints.instead(seen);
    if (instead.isPresent()) {
      return text.unexpected(seen).withHint(instead.get());
    }
    UserError error = text.unexpected(seen).withDetail("expected " + String.join(", ", first));
    return near(seen, first).map(w -> error.withHint(meant(w))).orElse(error);
  }

  private static UserError other(SyntaxException e, StatementText text) {
    String message = e.getMessage().lines().findFirst().orElse("");
    boolean literal = message.contains("literal");
    if (message.startsWith("Non-query expression")) {
      message = "expected a query, such as SELECT … or VALUES …";
    } else if (message.startsWith("Query expression")) {
      message = "a query cannot stand here";
    } else if (message.startsWith("BETWEEN operator has no")) {
      message = "BETWEEN has no AND: write BETWEEN low AND high";
    }
    boolean word = message.length() > 1 && Character.isLowerCase(message.charAt(1));
    String summary =
        word ? message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1) : message;
    SourcePosition position =
        e.position().getLineNum() == 0 ? text.position(0, 0) : text.position(e.position());
    UserError error =
        UserError.of(
                literal ? ErrorCode.LITERAL : ErrorCode.SYNTAX,
                summary.endsWith(".") ? summary.substring(0, summary.length() - 1) : summary)
            .at(position)
            .causedBy(e);
    return otherHint(e, summary, text).map(error::withHint).orElse(error);
  }

  private static Optional<String> otherHint(SyntaxException e, String summary, StatementText text) {
    if (summary.startsWith("ASOF JOIN missing")) {
      return Optional.of("write … ASOF JOIN b MATCH_CONDITION a.ts >= b.ts ON a.k = b.k");
    }
    if (summary.startsWith("ORDER BY unexpected")) {
      return Optional.of("only ARRAY_AGG and LISTAGG have an order");
    }
    if (e.position().getLineNum() == 0) {
      return Optional.empty();
    }
    int at = text.tokenAt(text.offset(e.position().getLineNum(), e.position().getColumnNum()));
    return SyntaxHints.ofOthers(text.tokens(), at);
  }

  /** Words that say something: where a name can stand, so can all words that are not reserved. */
  private static List<String> words(SyntaxException.Expected expected) {
    TreeSet<String> words = new TreeSet<>(expected.words());
    words.removeAll(NOISE);
    if (expected.name()) {
      words.removeIf(w -> Character.isLetter(w.charAt(0)) && !SluiceParser.isReserved(w));
    }
    return List.copyOf(words);
  }

  private static Optional<UserError> mistyped(Token seen, List<String> words, StatementText text) {
    if (SluiceParser.isReserved(seen.text())) {
      return Optional.empty();
    }
    List<String> candidates = new ArrayList<>(words);
    candidates.addAll(CLAUSES);
    return near(seen, candidates).map(w -> text.unexpected(seen).withHint(meant(w)));
  }

  /** A mistyped word may have passed as an alias; the complaint is then about the next one. */
  private static Optional<UserError> before(
      int at, List<String> words, StatementText text, boolean surely) {
    if (at == 0) {
      return Optional.empty();
    }
    Token token = text.tokens().get(at - 1);
    if (token.text().length() < SHORTEST_MISTYPED || SluiceParser.isReserved(token.text())) {
      return Optional.empty();
    }
    List<String> candidates = new ArrayList<>(words);
    candidates.addAll(CLAUSES);
    // things are called after words, in the plural: orders
    return near(token, candidates)
        .filter(w -> !token.text().equalsIgnoreCase(w + "S"))
        .filter(w -> !surely || isSlip(token.text(), w))
        .map(w -> text.unexpected(token).withHint(meant(w)));
  }

  /** Whether two letters changed places, the surest sign of a mistyped word. */
  private static boolean isSlip(String text, String word) {
    char[] a = text.toUpperCase(Locale.ROOT).toCharArray();
    char[] b = word.toCharArray();
    Arrays.sort(a);
    Arrays.sort(b);
    return Arrays.equals(a, b);
  }

  private static Optional<String> near(Token token, Collection<String> candidates) {
    if (token.kind() != Token.Kind.WORD) {
      return Optional.empty();
    }
    List<String> words =
        candidates.stream().filter(w -> w.length() > 1 && Character.isLetter(w.charAt(0))).toList();
    return DidYouMean.nearest(token.text(), words).stream()
        .filter(w -> !w.equalsIgnoreCase(token.text()))
        .findFirst();
  }

  private static String meant(String word) {
    return "did you mean '" + word + "'?";
  }

  private static UserError withExpected(
      UserError error,
      List<String> words,
      SyntaxException.Expected expected,
      int at,
      StatementText text) {
    List<String> all = new ArrayList<>();
    words.forEach(w -> all.add(Character.isLetter(w.charAt(0)) ? w : "'" + w + "'"));
    if (expected.name()) {
      all.add("a name");
    }
    if (expected.string()) {
      all.add("a string");
    }
    if (expected.number()) {
      all.add("a number");
    }
    UserError detailed =
        all.isEmpty() || all.size() > MOST_EXPECTED
            ? error
            : error.withDetail("expected " + String.join(", ", all));
    return hint(words, expected, at, text).map(detailed::withHint).orElse(detailed);
  }

  private static Optional<String> hint(
      List<String> words, SyntaxException.Expected expected, int at, StatementText text) {
    Token seen = text.tokens().get(at);
    Optional<Token> open = openBracket(at, text);
    Optional<String> special = SyntaxHints.of(text.tokens(), at, words, open);
    if (special.isPresent()) {
      return special;
    }
    if (seen.kind() == Token.Kind.END) {
      return open.map(b -> "the bracket at " + place(b, text) + " is not closed");
    }
    if (words.contains(";")) {
      return Optional.of("is a ';' missing before '" + seen.text() + "'?");
    }
    boolean inCase = text.tokens().subList(0, at).stream().anyMatch(t -> t.is("CASE"));
    if (words.contains("END") && !inCase && words.contains("INSERT")) {
      return Optional.of("a statement set holds INSERTs only; queries stand outside it");
    }
    if (words.contains("END") && inCase && SluiceParser.isReserved(seen.text())) {
      return Optional.of("is the END of a CASE missing before '" + seen.text() + "'?");
    }
    if (seen.is("=") && text.tokens().get(at + 1).is("=")) {
      return Optional.of("one '=' compares");
    }
    if (OPERATORS.contains(seen.upper()) && text.tokens().get(at + 1).kind() == Token.Kind.END) {
      return Optional.of("an expression is missing behind '" + seen.text() + "'");
    }
    if (seen.is(")") && open.isEmpty()) {
      return Optional.of("there is no '(' before it that is open");
    }
    if (at > 0 && text.tokens().get(at - 1).is(",") && STRUCTURE.contains(seen.upper())) {
      return Optional.of("is the comma before '" + seen.text() + "' one too many?");
    }
    if (seen.is("MULTISET")) {
      return Optional.of("there are no multisets: an ARRAY<t> holds a value as often as it comes");
    }
    if (seen.kind() == Token.Kind.WORD
        && expected.name()
        && SluiceParser.isReserved(seen.text())
        && !STRUCTURE.contains(seen.upper())) {
      return Optional.of(
          "'" + seen.text() + "' is a reserved word: as a name write it `" + seen.text() + "`");
    }
    if (seen.kind() == Token.Kind.STRING && expected.name() && !expected.string()) {
      return Optional.of("a name takes double quotes or backticks, a string single quotes");
    }
    if (seen.kind() == Token.Kind.QUOTED && expected.string() && !expected.name()) {
      return Optional.of("a string takes single quotes: '" + seen.value() + "'");
    }
    if (expected.string() && !expected.name() && seen.kind() != Token.Kind.SYMBOL) {
      return Optional.of("write it as a string: '" + seen.text() + "'");
    }
    if (words.contains(",")
        && seen.kind() != Token.Kind.SYMBOL
        && !SluiceParser.isReserved(seen.text())) {
      return Optional.of("is a comma missing before '" + seen.text() + "'?");
    }
    if (words.contains(")") && open.isPresent() && !seen.is("(")) {
      return Optional.of("is the bracket at " + place(open.get(), text) + " to be closed before?");
    }
    return Optional.empty();
  }

  private static String place(Token token, StatementText text) {
    SourcePosition position = text.position(token);
    return position.line() + ":" + position.column();
  }

  /** The innermost bracket open before a token. */
  private static Optional<Token> openBracket(int at, StatementText text) {
    Deque<Token> open = new ArrayDeque<>();
    for (Token token : text.tokens().subList(0, at)) {
      if (token.is("(")) {
        open.push(token);
      } else if (token.is(")") && !open.isEmpty()) {
        open.pop();
      }
    }
    return Optional.ofNullable(open.peek());
  }
}
