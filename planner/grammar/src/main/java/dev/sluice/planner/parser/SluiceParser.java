package dev.sluice.planner.parser;

import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;
import org.apache.calcite.util.SourceStringReader;

/** Parses one statement under our lexical rules: both quote styles, case kept. Stateless. */
public final class SluiceParser {
  private static final int LONGEST_NAME = 256;
  private static final Pattern LEXICAL =
      Pattern.compile("(?s)Lexical error at line ([0-9]+), column ([0-9]+)\\..*");

  /** Liberal, and ROW(…) may stand wherever an expression can. */
  private static final SqlConformance CONFORMANCE =
      new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
        @Override
        public boolean allowExplicitRowValueConstructor() {
          return true;
        }
      };

  private SluiceParser() {}

  /**
   * Parses a statement without its semicolon.
   *
   * @return a tree of {@code dev.sluice.planner.ast}; positions count lines and columns from 1
   */
  public static SqlNode statement(String text) throws SyntaxException {
    return parse(text, SluiceParserImpl::SluiceStatementEof);
  }

  /** Parses a query without clauses of ours behind it. */
  public static SqlNode query(String text) throws SyntaxException {
    return parse(text, SluiceParserImpl::SqlQueryEof);
  }

  /** Parses an expression. */
  public static SqlNode expression(String text) throws SyntaxException {
    return parse(text, SluiceParserImpl::SqlExpressionEof);
  }

  /** The grammar's words in capitals, sorted. */
  public static List<String> keywords() {
    return Words.ALL;
  }

  /** Whether a word is a name only in quotes. */
  public static boolean isReserved(String word) {
    return Words.RESERVED.contains(word.toUpperCase(java.util.Locale.ROOT));
  }

  /** A production of the grammar. */
  private interface Production {
    SqlNode of(SluiceParserImpl parser) throws ParseException;
  }

  private static SqlNode parse(String text, Production production) throws SyntaxException {
    SluiceParserImpl parser = parser(text);
    try {
      return production.of(parser);
    } catch (ParseException e) {
      throw unexpected(e);
    } catch (TokenMgrError e) {
      throw lexical(e);
    } catch (CalciteContextException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      SqlParserPos at =
          new SqlParserPos(
              e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn());
      throw SyntaxException.other(String.valueOf(cause.getMessage()), at, e);
    } catch (StackOverflowError e) {
      throw SyntaxException.other("the statement is nested too deeply", here(parser), e);
    } catch (RuntimeException e) {
      // Calcite's actions check literals and precisions as they come, each in its own way.
      throw SyntaxException.other(String.valueOf(e.getMessage()), here(parser), e);
    }
  }

  /** The last token read. */
  private static SqlParserPos here(SluiceParserImpl parser) {
    Token token = parser.token;
    return new SqlParserPos(token.beginLine, token.beginColumn, token.endLine, token.endColumn);
  }

  private static SluiceParserImpl parser(String text) {
    SourceStringReader reader = new SourceStringReader(text);
    SluiceParserImpl parser = new SluiceParserImpl(reader);
    parser.setOriginalSql(text);
    parser.jj_input_stream.ReInit(reader, 1, 1, Math.max(1, text.length()));
    parser.setTabSize(1);
    parser.token_source = new ContextualTokens(parser.jj_input_stream);
    parser.setQuotedCasing(Casing.UNCHANGED);
    parser.setUnquotedCasing(Casing.UNCHANGED);
    parser.setIdentifierMaxLength(LONGEST_NAME);
    parser.setConformance(CONFORMANCE);
    return parser;
  }

  private static SyntaxException unexpected(ParseException e) {
    if (e.currentToken == null) {
      return SyntaxException.other(String.valueOf(e.getMessage()), SqlParserPos.ZERO, e);
    }
    Token token = e.currentToken.next;
    SqlParserPos at =
        token.kind == SluiceParserImplConstants.EOF
            ? SqlParserPos.ZERO
            : new SqlParserPos(token.beginLine, token.beginColumn, token.endLine, token.endColumn);
    Set<String> words = new HashSet<>();
    boolean name = false;
    boolean string = false;
    boolean number = false;
    for (int[] sequence : e.expectedTokenSequences) {
      int kind = sequence[0];
      String image = e.tokenImage[kind];
      name |= kind == SluiceParserImplConstants.IDENTIFIER;
      string |= kind == SluiceParserImplConstants.QUOTED_STRING;
      number |= kind == SluiceParserImplConstants.UNSIGNED_INTEGER_LITERAL;
      if (image.startsWith("\"") && image.endsWith("\"")) {
        words.add(image.substring(1, image.length() - 1));
      }
    }
    return SyntaxException.unexpected(
        at, new SyntaxException.Expected(words, name, string, number), e);
  }

  private static SyntaxException lexical(TokenMgrError e) {
    Matcher matcher = LEXICAL.matcher(String.valueOf(e.getMessage()));
    if (!matcher.matches()) {
      return SyntaxException.other(String.valueOf(e.getMessage()), SqlParserPos.ZERO, e);
    }
    int line = Integer.parseInt(matcher.group(1));
    int column = Integer.parseInt(matcher.group(2));
    SqlParserPos at = new SqlParserPos(line, column, line, column);
    SyntaxException.Expected nothing = new SyntaxException.Expected(Set.of(), false, false, false);
    return SyntaxException.unexpected(at, nothing, e);
  }

  /** Made on first use: asking Calcite's metadata takes a while. */
  private static final class Words {
    private static final SqlAbstractParserImpl.Metadata METADATA =
        new SluiceParserImpl(new StringReader("")).getMetadata();
    private static final List<String> ALL =
        List.copyOf(
            new TreeSet<>(METADATA.getTokens().stream().filter(METADATA::isKeyword).toList()));
    private static final Set<String> RESERVED =
        Set.copyOf(ALL.stream().filter(METADATA::isReservedWord).toList());
  }
}
