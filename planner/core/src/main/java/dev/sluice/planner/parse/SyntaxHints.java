package dev.sluice.planner.parse;

import dev.sluice.planner.parser.SluiceParser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What users often write that is no SQL of ours, and what they should. Stateless. */
final class SyntaxHints {
  private static final Set<String> CLAUSES = Set.of("WHERE", "GROUP", "HAVING", "QUALIFY");
  private static final Set<String> EMPTY_MATCHES = Set.of("SHOW", "OMIT", "WITH");
  private static final Set<String> STATEMENTS =
      Set.of("SELECT", "INSERT", "CREATE", "DROP", "EXPLAIN", "DESCRIBE", "SHOW", "SET", "EXECUTE");
  private static final Set<String> UNITS =
      Set.of(
          "SECOND",
          "SECONDS",
          "MINUTE",
          "MINUTES",
          "HOUR",
          "HOURS",
          "DAY",
          "DAYS",
          "WEEK",
          "WEEKS",
          "MONTH",
          "MONTHS",
          "YEAR",
          "YEARS",
          "MILLISECOND",
          "MILLISECONDS");
  private static final String REPLACE =
      "definitions are changed by CREATE OR REPLACE, or DROP and CREATE";
  private static final String ROWS =
      "rows are written by INSERT INTO … SELECT; a sink with a PRIMARY KEY takes updates and"
          + " deletes from a query";

  /** Statements of databases that there are none of here. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "ALTER",
          REPLACE,
          "UPDATE",
          ROWS,
          "DELETE",
          ROWS,
          "MERGE",
          ROWS,
          "TRUNCATE",
          ROWS,
          "USE",
          "there are no databases to choose from: objects live in the session",
          "BEGIN",
          "there are no transactions; several INSERTs of one file run as one pipeline",
          "COMMIT",
          "sinks commit by themselves; see 'checkpoint.interval'",
          "\\",
          "commands with a backslash are for the shell on a terminal; here write SHOW TABLES,"
              + " DESCRIBE name");

  private SyntaxHints() {}

  /** What to do instead of a statement that begins with that token. */
  static Optional<String> instead(Token first) {
    return Optional.ofNullable(INSTEAD.get(first.upper()));
  }

  /**
   * @param words what could have stood at {@code at}
   * @param open the innermost open bracket
   */
  static Optional<String> of(List<Token> tokens, int at, List<String> words, Optional<Token> open) {
    Token seen = tokens.get(at);
    Token before = tokens.get(Math.max(0, at - 1));
    Token next = tokens.get(Math.min(at + 1, tokens.size() - 1));
    if (open.isEmpty() && STATEMENTS.contains(seen.upper()) && at > 0 && endsAnItem(before)) {
      return Optional.of("is a ';' missing before '" + seen.text() + "'?");
    }
    if (seen.kind() == Token.Kind.END && words.contains("WITH") && tokens.get(0).is("CREATE")) {
      return Optional.of("say where the data is: WITH ('connector' = '…', …)");
    }
    if (before.is("MATCH") && EMPTY_MATCHES.contains(seen.upper())) {
      return Optional.of(
          "ALL ROWS PER MATCH shows empty matches, and no rows without a match; there is no"
              + " choice");
    }
    if (CLAUSES.contains(seen.upper()) && words.contains("FROM")) {
      return Optional.of(seen.upper() + " needs rows to choose from: is FROM missing before it?");
    }
    if (seen.is("FROM") && before.is("SELECT")) {
      return Optional.of("name the columns, or * for all of them");
    }
    if (seen.kind() == Token.Kind.SYMBOL && "‘’“”´".contains(seen.text())) {
      return Optional.of("that is a typographic quote: strings take the plain one, '");
    }
    return ofTypes(tokens, at, open)
        .or(() -> ofIntervals(tokens, at))
        .or(() -> operator(seen, next));
  }

  private static boolean endsAnItem(Token token) {
    return token.kind() != Token.Kind.SYMBOL && !SluiceParser.isReserved(token.text())
        || token.is(")")
        || token.is("*");
  }

  private static Optional<String> ofTypes(List<Token> tokens, int at, Optional<Token> open) {
    Token seen = tokens.get(at);
    Token before = tokens.get(Math.max(0, at - 1));
    boolean endsElement = seen.is(")") || seen.is(",");
    if (seen.is(")") && before.is(",")) {
      return Optional.of("is the comma before ')' one too many?");
    }
    if (endsElement && at > 1 && tokens.get(0).is("CREATE") && opens(tokens.get(at - 2))) {
      return Optional.of("a column needs a type: " + before.text() + " STRING");
    }
    boolean cast = open.isPresent() && isBehind(tokens, open.get(), "CAST", "TRY_CAST");
    if (cast && endsElement) {
      return Optional.of("write CAST(value AS type)");
    }
    if (before.is("TOP") && seen.kind() == Token.Kind.NUMBER) {
      return Optional.of("write LIMIT " + seen.text() + " at the end of the query");
    }
    return Optional.empty();
  }

  private static boolean opens(Token token) {
    return token.is("(") || token.is(",");
  }

  private static boolean isBehind(List<Token> tokens, Token bracket, String... words) {
    int place = tokens.indexOf(bracket);
    return place > 0 && List.of(words).contains(tokens.get(place - 1).upper());
  }

  private static Optional<String> ofIntervals(List<Token> tokens, int at) {
    Token seen = tokens.get(at);
    Token before = tokens.get(Math.max(0, at - 1));
    if (at > 1 && tokens.get(at - 2).is("INTERVAL")) {
      return Optional.of(
          "an interval ends in a unit, such as SECOND, MINUTE, HOUR or DAY: INTERVAL "
              + before.text()
              + " HOUR");
    }
    if (before.kind() == Token.Kind.NUMBER && UNITS.contains(seen.upper())) {
      return Optional.of(
          "write INTERVAL '" + before.text() + "' " + seen.upper().replaceAll("S$", ""));
    }
    return Optional.empty();
  }

  /** The parser complains of an operator where what follows it is wrong. */
  private static Optional<String> operator(Token seen, Token next) {
    if (next.kind() == Token.Kind.END) {
      return Optional.empty();
    }
    return switch (seen.upper()) {
      case "IN" ->
          next.is("(") ? Optional.empty() : Optional.of("IN takes a list in brackets: IN (1, 2)");
      case "LIKE" -> Optional.of("the pattern is a string: LIKE '%a%'");
      case "IS" -> Optional.of("IS is followed by NULL, NOT NULL, TRUE, FALSE or DISTINCT FROM");
      case "BETWEEN" -> Optional.of("write BETWEEN low AND high");
      default -> Optional.empty();
    };
  }
}
