package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.List;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** A statement's text with variables put in, and the way back to what the user wrote. A value. */
final class StatementText {
  private final SqlText original;
  private final SqlText.Substituted statement;
  private final List<Token> tokens;

  /** Fails if a variable brought in a quote or comment that does not close. */
  StatementText(SqlText original, SqlText.Substituted statement) {
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

  /** The statement's tokens, the last of kind END. */
  List<Token> tokens() {
    return tokens;
  }

  /** The token at an offset, or the next one. */
  int tokenAt(int offset) {
    int i = 0;
    while (i < tokens.size() - 1 && tokens.get(i).end() <= offset) {
      i++;
    }
    return i;
  }

  SourcePosition position(Token token) {
    return position(token.start(), Math.max(token.start(), token.end() - 1));
  }

  /** The place of offsets {@code start} to {@code end} (inclusive) in the user's text. */
  SourcePosition position(int start, int end) {
    return original.position(origin(start), origin(end));
  }

  /** The place of a position of the tree in the user's text. */
  SourcePosition position(SqlParserPos at) {
    return position(
        offset(at.getLineNum(), at.getColumnNum()),
        offset(at.getEndLineNum(), at.getEndColumnNum()));
  }

  SourcePosition position(SqlNode node) {
    return position(node.getParserPosition());
  }

  /** What the user wrote for a part of the statement. */
  String original(SqlNode node) {
    SqlParserPos at = node.getParserPosition();
    int start = origin(offset(at.getLineNum(), at.getColumnNum()));
    int end = origin(offset(at.getEndLineNum(), at.getEndColumnNum()) + 1);
    return original.text(new SqlText.Range(start, end));
  }

  private int origin(int offset) {
    int[] origins = statement.origins();
    return origins[Math.min(offset, origins.length - 1)];
  }

  int offset(int line, int column) {
    int at = 0;
    for (int l = 1; l < line; l++) {
      int end = text().indexOf('\n', at);
      at = end < 0 ? text().length() : end + 1;
    }
    return Math.max(0, Math.min(text().length(), at + Math.max(0, column - 1)));
  }

  /** An error in place of a token, in one form for all. */
  UserError unexpected(Token token) {
    String seen =
        token.kind() == Token.Kind.END ? "end of statement" : "'" + shortened(token.text()) + "'";
    return UserError.of(dev.sluice.error.ErrorCode.SYNTAX, "unexpected " + seen)
        .at(position(token));
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
