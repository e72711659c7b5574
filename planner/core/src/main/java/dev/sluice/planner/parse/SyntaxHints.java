package dev.sluice.planner.parse;

import static java.util.Map.entry;

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
  private static final String COLUMNS = "name the columns that are wanted instead of *";
  private static final String SESSION =
      "objects live in the session, without catalogs and databases";
  private static final String EXPLAIN = "it is EXPLAIN [LOGICAL | PHYSICAL | STATE | JSON] query";
  private static final String ROWS =
      "rows are written by INSERT INTO … SELECT; a sink with a PRIMARY KEY takes updates and"
          + " deletes from a query";

  /** Statements of databases that there are none of here. */
  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          entry("ALTER", REPLACE),
          entry("UPDATE", ROWS),
          entry("DELETE", ROWS),
          entry("MERGE", ROWS),
          entry("TRUNCATE", ROWS),
          entry("USE", "there are no databases to choose from: objects live in the session"),
          entry(
              "BEGIN",
              "there are no transactions; several INSERTs of one file run as one pipeline"),
          entry("COMMIT", "sinks commit by themselves; see 'checkpoint.interval'"),
          entry(
              "COMPILE",
              "there are no compiled plans: run the file, and a changed one finds its state again"),
          entry("ADD", "a function names its jar: CREATE FUNCTION f AS 'Class' USING JAR 'path'"),
          entry("ANALYZE", "there are no statistics to gather: sizes are asked when planning"),
          entry("CALL", "there are no procedures; functions stand in queries"),
          entry("LOAD", "there are no modules; SHOW FUNCTIONS lists what there is"),
          entry("UNLOAD", "there are no modules; SHOW FUNCTIONS lists what there is"),
          entry("TABLE", "write SELECT * FROM it"),
          entry("FROM", "SELECT stands first: SELECT … FROM …"),
          entry(
              "\\",
              "commands with a backslash are for the shell on a terminal; here write SHOW TABLES,"
                  + " DESCRIBE name"));

  /** Pairs of words of other dialects, the second of which cannot be. */
  private static final Map<String, String> PAIRS =
      Map.ofEntries(
          entry("* EXCEPT", COLUMNS),
          entry("* EXCLUDE", COLUMNS),
          entry("* REPLACE", COLUMNS),
          entry("EXCEPT (", COLUMNS),
          entry("EXCLUDE (", COLUMNS),
          entry("REPLACE (", COLUMNS),
          entry(
              "DISTINCT ON",
              "rank instead: QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1"),
          entry("BY ALL", "name the columns"),
          entry("ROWS WITH", "rank instead: QUALIFY RANK() OVER (ORDER BY x) <= 10"),
          entry("EXECUTE PLAN", "there are no compiled plans: run the file of statements"),
          entry("CREATE DATABASE", SESSION),
          entry("CREATE CATALOG", SESSION),
          entry("CREATE SCHEMA", SESSION),
          entry("SHOW CATALOGS", SESSION),
          entry("SHOW DATABASES", SESSION),
          entry("SHOW SCHEMAS", SESSION),
          entry("SHOW CURRENT", SESSION),
          entry("SHOW COLUMNS", "DESCRIBE t shows them"),
          entry("SHOW JARS", "SHOW CREATE FUNCTION f shows the jar of a function"),
          entry("SHOW MODULES", "there are no modules; SHOW FUNCTIONS lists what there is"),
          entry("SHOW JOBS", "a run is asked from its shell, or by its checkpoint directory"),
          entry(
              "CREATE MATERIALIZED",
              "write the result to a table: CREATE TABLE t WITH (…) AS SELECT …"),
          entry("CREATE MODEL", "there are no models; a Java function may call one"),
          entry("EXPLAIN ANALYZE", EXPLAIN),
          entry("EXPLAIN CHANGELOG_MODE", EXPLAIN),
          entry("EXPLAIN ESTIMATED_COST", EXPLAIN),
          entry("EXPLAIN JSON_EXECUTION_PLAN", EXPLAIN),
          entry("EXPLAIN CREATE", "EXPLAIN takes a query or an INSERT"));

  /** Words that cannot stand where they do, whatever is before them. */
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          entry("PERCENT", "LIMIT takes a number of rows"),
          entry("GROUPS", "a frame counts ROWS or compares values: RANGE"),
          entry(
              "UNIQUE",
              "only PRIMARY KEY (…) NOT ENFORCED is known: rows are not checked against others"),
          entry("CHECK", "filter rows by WHERE before they are written; NOT NULL is checked"),
          entry("DEFAULT", "give the value in the query: COALESCE(x, 'a')"),
          entry("REFERENCES", "leave it out: rows are not checked against other tables"),
          entry("BLOB", "bytes are BYTES"),
          entry("CLOB", "text is STRING"),
          entry("NVARCHAR", "text is STRING or VARCHAR(n)"),
          entry("CORR", "there is no such aggregate; it can be written with AVG and STDDEV_POP"),
          entry("REGR_SLOPE", "there is no such aggregate; it can be written with SUM and COUNT"),
          entry(
              "REGR_INTERCEPT",
              "there is no such aggregate; it can be written with SUM and COUNT"));

  private SyntaxHints() {}

  /** What to do instead of a statement that begins with that token. */
  static Optional<String> instead(Token first) {
    return Optional.ofNullable(INSTEAD.get(first.upper()));
  }

  /** What to say of a construct of other dialects that ends at, or just before, a token. */
  static Optional<String> ofOthers(List<Token> tokens, int at) {
    for (int i = at; i >= Math.max(1, at - 1); i--) {
      String pair = tokens.get(i - 1).upper() + " " + tokens.get(i).upper();
      if (PAIRS.containsKey(pair)) {
        return Optional.of(PAIRS.get(pair));
      }
    }
    return Optional.ofNullable(WORDS.get(tokens.get(at).upper()));
  }

  /**
   * @param words what could have stood at {@code at}
   * @param open the innermost open bracket
   */
  static Optional<String> of(List<Token> tokens, int at, List<String> words, Optional<Token> open) {
    Token seen = tokens.get(at);
    Token before = tokens.get(Math.max(0, at - 1));
    Token next = tokens.get(Math.min(at + 1, tokens.size() - 1));
    Optional<String> other = ofOthers(tokens, at);
    if (other.isPresent()) {
      return other;
    }
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
