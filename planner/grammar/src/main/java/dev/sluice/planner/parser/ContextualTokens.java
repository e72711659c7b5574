package dev.sluice.planner.parser;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * The tokens of a statement, where a word's neighbours say whether it is a keyword. EMIT, ALLOWED
 * and LATE are keywords only where they begin a clause behind a query, since there they could
 * otherwise be taken for an alias; elsewhere they are names. OFFSET is the name of an argument
 * where a value is given to it. USER is a column as if in quotes, since Calcite's validator takes
 * it for a function without brackets. STREAM behind SELECT says nothing and is left out. All else
 * is Calcite's lexis in the state SLUICE. Single-threaded.
 */
final class ContextualTokens extends SluiceParserImplTokenManager {
  /** Words that follow EMIT as a name, and never as a clause. */
  private static final Set<Integer> AFTER_NAME =
      Set.of(
          FROM, AS, WHERE, GROUP, ORDER, HAVING, JOIN, LEFT, RIGHT, FULL, CROSS, INNER, UNION, AND,
          OR, IS, IN, NOT, BETWEEN, LIKE, THEN, ELSE, END, WHEN, ASC, DESC, LIMIT, OVER, SET, EMIT);

  /** What a clause cannot stand behind, beside signs other than a closing bracket. */
  private static final Set<Integer> BEFORE_NAME =
      Set.of(
          SELECT, DISTINCT, AS, FROM, JOIN, BY, WHERE, AND, OR, NOT, WHEN, THEN, ELSE, CASE, IN,
          STREAM, TABLE, INTO, HAVING, BETWEEN, FOR, EXISTS, VIEW, SINK, MAX, PRIMARY);

  private final Deque<Token> ahead = new ArrayDeque<>();
  private Token before = new Token();
  private Token beforeThat = before;

  ContextualTokens(SimpleCharStream stream) {
    super(stream, SLUICE);
  }

  @Override
  public Token getNextToken() {
    Token token = next();
    if (token.kind == STREAM && before.kind == SELECT && beginsItem(peek(1))) {
      token = next();
    }
    boolean word =
        switch (token.kind) {
          case EMIT -> !beginsEmit();
          case ALLOWED -> peek(1).kind != LATENESS;
          case LATE -> peek(1).kind != ROWS;
          case OFFSET -> peek(1).kind == NAMED_ARGUMENT_ASSIGNMENT;
          default -> false;
        };
    if (word) {
      token.kind = IDENTIFIER;
    } else if (token.kind == USER && peek(1).kind != LPAREN) {
      token.kind = BACK_QUOTED_IDENTIFIER;
      token.image = "`" + token.image + "`";
    }
    beforeThat = before;
    before = token;
    return token;
  }

  private boolean beginsEmit() {
    Token next = peek(1);
    if (!canEndQuery(before) || next.kind == EOF || AFTER_NAME.contains(next.kind)) {
      return false;
    }
    return next.kind == ON ? beforeThat.kind != JOIN : Character.isLetter(next.image.charAt(0));
  }

  private static boolean canEndQuery(Token token) {
    if (token.kind == EOF || BEFORE_NAME.contains(token.kind)) {
      return false;
    }
    char last = token.image.charAt(token.image.length() - 1);
    return Character.isJavaIdentifierPart(last) || "'\"`)]*".indexOf(last) >= 0;
  }

  /** Whether a token can begin what is selected, so that STREAM before it is no column. */
  private static boolean beginsItem(Token token) {
    return switch (token.kind) {
      case EOF, COMMA, FROM, AS, DOT, RPAREN, SEMICOLON -> false;
      default -> true;
    };
  }

  private Token next() {
    return ahead.isEmpty() ? super.getNextToken() : ahead.poll();
  }

  /** The {@code n}th token behind the current one. */
  private Token peek(int n) {
    while (ahead.size() < n) {
      ahead.add(super.getNextToken());
    }
    return n == 1 ? ahead.peekFirst() : ahead.peekLast();
  }
}
