package dev.sluice.planner.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts quotes around words that the grammar reserves but that stand where only a column's name can,
 * so that {@code SELECT value, year FROM t} needs no quotes. Stateless.
 */
final class NameQuoting {
  private static final Set<String> TYPES = Set.of("DATE", "TIME", "TIMESTAMP");
  private static final Set<String> WORDS =
      Set.of(
          "VALUE",
          "RESULT",
          "DATETIME",
          "YEAR",
          "MONTH",
          "DAY",
          "HOUR",
          "MINUTE",
          "SECOND",
          "START",
          "METHOD",
          "POSITION",
          "USER",
          "LANGUAGE",
          "RANK",
          "COUNT",
          "SUM",
          "MIN",
          "MAX",
          "AVG");
  private static final Set<String> BEFORE =
      Set.of(
          "SELECT",
          "DISTINCT",
          ",",
          "(",
          ".",
          "BY",
          "WHERE",
          "AND",
          "OR",
          "ON",
          "HAVING",
          "NOT",
          "WHEN",
          "THEN",
          "ELSE",
          "CASE",
          "BETWEEN",
          "=",
          "<",
          ">",
          "+",
          "-",
          "*",
          "/",
          "%");
  private static final Set<String> AFTER_ALIAS = Set.of(",", "FROM", "+", "-");
  private static final Set<String> COMPUTED = Set.of("AS", "+", "-", "*", "/", "%");
  private static final Set<String> UNIT_FIRST =
      Set.of("EXTRACT", "TIMESTAMPADD", "TIMESTAMPDIFF", "DATEADD", "DATEDIFF", "DATE_PART");

  private NameQuoting() {}

  /**
   * The words to quote. Ahead of a query only computed columns hold names of columns already
   * declared.
   */
  static List<Token> names(List<Token> tokens) {
    List<Token> names = new ArrayList<>();
    boolean query = false;
    for (int i = 0; i < tokens.size(); i++) {
      query = query || tokens.get(i).is("SELECT");
      if (i > 0 && (query || COMPUTED.contains(tokens.get(i - 1).upper())) && isName(tokens, i)) {
        names.add(tokens.get(i));
      }
    }
    return names;
  }

  private static boolean isName(List<Token> tokens, int i) {
    Token token = tokens.get(i);
    boolean type = TYPES.contains(token.upper());
    if (token.kind() != Token.Kind.WORD || !type && !WORDS.contains(token.upper())) {
      return false;
    }
    Token next = tokens.get(i + 1);
    if (next.is("(") || next.kind() == Token.Kind.STRING) {
      return false;
    }
    Token before = tokens.get(i - 1);
    if (before.is("AS")) {
      return !type || next.kind() == Token.Kind.END || AFTER_ALIAS.contains(next.upper());
    }
    boolean unit = before.is("(") && i > 1 && UNIT_FIRST.contains(tokens.get(i - 2).upper());
    if (type && next.is(">") && before.is(",")) {
      return false;
    }
    boolean element = type && before.is("<");
    return BEFORE.contains(before.upper())
        && !unit
        && !(element && i > 1 && tokens.get(i - 2).is("ARRAY"));
  }
}
