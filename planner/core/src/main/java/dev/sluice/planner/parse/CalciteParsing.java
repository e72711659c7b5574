package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/** Calcite's parser under our lexical rules: both quote styles, case kept. Stateless. */
final class CalciteParsing {
  private static final SqlParser.Config CONFIG =
      SqlParser.config()
          .withQuoting(Quoting.BACK_TICK)
          .withUnquotedCasing(Casing.UNCHANGED)
          .withQuotedCasing(Casing.UNCHANGED)
          .withCaseSensitive(false)
          .withIdentifierMaxLength(256)
          .withConformance(
              new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
                @Override
                public boolean allowExplicitRowValueConstructor() {
                  return true;
                }
              });

  private CalciteParsing() {}

  static SqlNode query(String text, Positions positions) {
    try {
      return SqlParser.create(prepared(text), CONFIG).parseQuery();
    } catch (SqlParseException e) {
      throw syntax(e, text, positions);
    }
  }

  static SqlNode expression(String text, Positions positions) {
    try {
      return SqlParser.create(prepared(text), CONFIG).parseExpression();
    } catch (SqlParseException e) {
      throw syntax(e, text, positions);
    }
  }

  /**
   * The text with {@code "x"} written as {@code `x`} and the noise word STREAM blanked, every
   * character in its place.
   */
  private static String prepared(String text) {
    StringBuilder made = new StringBuilder(text);
    List<Token> tokens = Lexer.tokens(text, 0, i -> Lexer.unterminated(text.charAt(i)));
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.kind() == Token.Kind.QUOTED && token.text().charAt(0) == '"') {
        made.setCharAt(token.start(), '`');
        made.setCharAt(token.end() - 1, '`');
      } else if (token.is("STREAM") && i > 0 && tokens.get(i - 1).is("SELECT")) {
        made.replace(token.start(), token.end(), " ".repeat(token.end() - token.start()));
      }
    }
    return made.toString();
  }

  private static UserError syntax(SqlParseException e, String text, Positions positions) {
    String seen = seen(e, text);
    List<String> expected = expected(e);
    UserError error =
        UserError.of(
                ErrorCode.SYNTAX,
                seen.isEmpty() ? "unexpected end of statement" : "unexpected '" + seen + "'")
            .at(positions.of(e.getPos()))
            .causedBy(e);
    if (!expected.isEmpty() && expected.size() <= 8) {
      error = error.withDetail("expected " + String.join(", ", expected));
    }
    List<String> near =
        seen.isEmpty()
            ? List.of()
            : DidYouMean.nearest(
                seen,
                expected.stream()
                    .filter(
                        w -> Character.isLetter(w.charAt(0)) == Character.isLetter(seen.charAt(0)))
                    .toList());
    if (!near.isEmpty()) {
      return error.withHint("did you mean '" + near.get(0) + "'?");
    }
    if (isReserved(seen)) {
      return error.withHint("'" + seen + "' is a reserved word: as a name write it `" + seen + "`");
    }
    return error;
  }

  private static boolean isReserved(String word) {
    return Keywords.reserved().contains(word.toUpperCase(Locale.ROOT));
  }

  private static String seen(SqlParseException e, String text) {
    int offset = 0;
    for (int line = 1; line < e.getPos().getLineNum(); line++) {
      offset = text.indexOf('\n', offset) + 1;
    }
    offset += e.getPos().getColumnNum() - 1;
    if (offset < 0 || offset >= text.length()) {
      return "";
    }
    Token token = Lexer.tokens(text, offset, i -> Lexer.unterminated(text.charAt(i))).get(0);
    return token.text().length() > 40 ? token.text().substring(0, 40) + "…" : token.text();
  }

  private static List<String> expected(SqlParseException e) {
    if (e.getExpectedTokenSequences() == null || e.getTokenImages() == null) {
      return List.of();
    }
    TreeSet<String> words = new TreeSet<>();
    for (int[] sequence : e.getExpectedTokenSequences()) {
      String image = e.getTokenImages()[sequence[0]];
      if (image.startsWith("\"") && image.endsWith("\"")) {
        words.add(image.substring(1, image.length() - 1));
      }
    }
    return new ArrayList<>(words);
  }
}
