package dev.sluice.planner.parse;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.List;
import org.apache.calcite.sql.SqlNode;

/** Reads the tokens of one statement, left to right. Single-threaded. */
final class Cursor {
  private final SqlText original;
  private final SqlText.Substituted statement;
  private final List<Token> tokens;
  private int next;

  Cursor(SqlText original, SqlText.Substituted statement) {
    this.original = original;
    this.statement = statement;
    tokens =
        Lexer.tokens(
            statement.text(),
            0,
            i -> Lexer.unterminated(statement.text().charAt(i)).at(position(i, i)));
  }

  String text() {
    return statement.text();
  }

  Token peek() {
    return tokens.get(next);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(next + ahead, tokens.size() - 1));
  }

  Token take() {
    Token token = peek();
    if (next < tokens.size() - 1) {
      next++;
    }
    return token;
  }

  boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  /** Takes these words if they come next, all or none. */
  boolean accept(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (!peek(i).is(words[i])) {
        return false;
      }
    }
    next += words.length;
    return true;
  }

  void expect(String... words) {
    for (String word : words) {
      if (!accept(word)) {
        throw unexpected(List.of(word));
      }
    }
  }

  /** An identifier. */
  Token name(String what) {
    if (!peek().isName()) {
      throw unexpected(List.of(what));
    }
    return take();
  }

  String string(String what) {
    if (peek().kind() != Token.Kind.STRING) {
      throw unexpected(List.of(what));
    }
    return take().value();
  }

  /**
   * Skips to the first token outside brackets that {@code stops} names, or the end; gives its
   * offset.
   */
  int skipTo(List<List<String>> stops) {
    int depth = 0;
    while (!atEnd()) {
      Token token = peek();
      if (depth == 0 && stops.stream().anyMatch(this::isNext)) {
        return token.start();
      }
      if (token.is("(") || token.is("[")) {
        depth++;
      } else if (token.is(")") || token.is("]")) {
        depth--;
        if (depth < 0) {
          return token.start();
        }
      }
      take();
    }
    return peek().start();
  }

  private boolean isNext(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      if (!peek(i).is(words.get(i))) {
        return false;
      }
    }
    return true;
  }

  UserError unexpected(List<String> expected) {
    Token token = peek();
    String seen =
        token.kind() == Token.Kind.END ? "end of statement" : "'" + shortened(token.text()) + "'";
    UserError error =
        UserError.of(ErrorCode.SYNTAX, "unexpected " + seen)
            .withDetail("expected " + String.join(", ", expected))
            .at(position(token));
    List<String> near =
        token.kind() == Token.Kind.WORD ? DidYouMean.nearest(token.text(), expected) : List.of();
    return near.isEmpty()
        ? error
        : error.withHint("did you mean '" + String.join("' or '", near) + "'?");
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  SourcePosition position(Token token) {
    return position(token.start(), Math.max(token.start(), token.end() - 1));
  }

  /**
   * The place of substituted offsets {@code start} to {@code end} (inclusive) in the user's text.
   */
  SourcePosition position(int start, int end) {
    int[] origins = statement.origins();
    return original.position(
        origins[Math.min(start, origins.length - 1)], origins[Math.min(end, origins.length - 1)]);
  }

  /** Maps Calcite's positions in a parse of {@code text()} from offset {@code start} on. */
  ParsedQuery.Positions positions(int start) {
    return pos ->
        position(
            offset(start, pos.getLineNum(), pos.getColumnNum()),
            offset(start, pos.getEndLineNum(), pos.getEndColumnNum()));
  }

  private int offset(int start, int line, int column) {
    int at = start;
    for (int l = 1; l < line; l++) {
      int end = text().indexOf('\n', at);
      at = end < 0 ? text().length() : end + 1;
    }
    return Math.max(start, Math.min(text().length(), at + Math.max(0, column - 1)));
  }

  /** Parses the expression from {@code start} to {@code end}. */
  SqlNode expression(int start, int end) {
    requireText(start, end, "an expression");
    return CalciteParsing.expression(text().substring(start, end), positions(start));
  }

  /** Parses the query from {@code start} to {@code end}. */
  SqlNode query(int start, int end) {
    requireText(start, end, "a query");
    return CalciteParsing.query(text().substring(start, end), positions(start));
  }

  /** Calcite gives no position for an empty text, so the token in its place is reported here. */
  private void requireText(int start, int end, String what) {
    if (start >= end) {
      throw unexpected(List.of(what));
    }
  }
}
