package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.ast.CreateFunction;
import dev.sluice.planner.ast.CreateTable;
import dev.sluice.planner.ast.CreateView;
import dev.sluice.planner.ast.DescribeStatement;
import dev.sluice.planner.ast.DropObject;
import dev.sluice.planner.ast.EmittingQuery;
import dev.sluice.planner.ast.ExplainStatement;
import dev.sluice.planner.ast.InsertStatement;
import dev.sluice.planner.ast.SetStatement;
import dev.sluice.planner.ast.ShowStatement;
import dev.sluice.planner.ast.StatementSet;
import dev.sluice.planner.parser.SluiceParser;
import dev.sluice.planner.parser.SyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/** Reads the statements of a script. Single-threaded. */
public final class StatementParser {
  private static final List<String> FIRST =
      List.of(
          "SELECT",
          "WITH",
          "VALUES",
          "INSERT",
          "CREATE",
          "DROP",
          "EXPLAIN",
          "DESCRIBE",
          "DESC",
          "SHOW",
          "SET",
          "RESET",
          "EXECUTE");

  /** What is done with each statement as it is read. */
  public interface Listener {
    void definition(Place place, String verb, String object, Object ddl);

    void insert(Place place, String target, ParsedQuery query);

    void query(Place place, ParsedQuery query);

    /** EXPLAIN of a query, or of inserts, which have targets. */
    void explain(Place place, String format, List<ParsedQuery> queries);

    void describe(Place place, String object);

    /**
     * @param object of SHOW CREATE
     * @param like the pattern for names
     */
    void show(Place place, String what, Optional<String> object, Optional<String> like);

    /** SET; must take effect at once, since later statements may use it. */
    void set(Place place, Map<String, String> assignment, SourcePosition keyPosition);

    /** RESET of a key, or of all; must take effect at once, too. */
    void reset(Place place, Optional<String> key, SourcePosition keyPosition);
  }

  /** Where a statement stands, and its text. */
  public record Place(SourcePosition position, String text) {}

  private final Function<String, Optional<String>> variables;
  private final Function<Void, List<String>> knownVariables;

  /**
   * @param variables the values of ${NAME}
   * @param known the names that have values, for did-you-mean
   */
  public StatementParser(
      Function<String, Optional<String>> variables, Function<Void, List<String>> known) {
    this.variables = variables;
    this.knownVariables = known;
  }

  /** Reads all statements in order. */
  public void parse(String source, String text, Listener listener) {
    SqlText sql = new SqlText(source, text);
    for (SqlText.Range range : sql.statements()) {
      SqlText.Substituted statement = sql.substitute(range, variables, knownVariables.apply(null));
      Place place = new Place(sql.position(range.start(), range.end() - 1), sql.text(range));
      statement(new StatementText(sql, statement), place, listener);
    }
  }

  private static void statement(StatementText text, Place place, Listener listener) {
    Token first = text.tokens().get(0);
    boolean block = first.is("BEGIN") && text.tokens().get(1).is("STATEMENT");
    if (!first.is("(") && !block && FIRST.stream().noneMatch(first::is)) {
      throw SyntaxErrors.noStatement(text, FIRST);
    }
    SqlNode node;
    try {
      node = SluiceParser.statement(text.text());
    } catch (SyntaxException e) {
      throw SyntaxErrors.of(e, text);
    }
    QueryReader queries = new QueryReader(text);
    if (node instanceof EmittingQuery query) {
      listener.query(place, queries.query(query));
    } else if (node instanceof InsertStatement insert) {
      insert(place, queries.insert(insert), listener);
    } else if (node instanceof StatementSet set) {
      for (InsertStatement insert : set.inserts()) {
        Place part = new Place(text.position(insert), text.original(insert));
        insert(part, queries.insert(insert), listener);
      }
    } else if (node instanceof ExplainStatement explain) {
      explain(explain, queries, place, listener);
    } else if (node instanceof DescribeStatement describe) {
      listener.describe(place, describe.name().getSimple());
    } else if (node instanceof ShowStatement show) {
      listener.show(
          place, show.what().name(), show.name().map(SqlIdentifier::getSimple), show.like());
    } else if (node instanceof SetStatement set) {
      set(set, text, place, listener);
    } else {
      definition(node, text, place, listener);
    }
  }

  private static void insert(Place place, ParsedQuery insert, Listener listener) {
    listener.insert(place, insert.target().orElseThrow().getSimple(), insert);
  }

  private static void definition(SqlNode node, StatementText text, Place place, Listener listener) {
    DefinitionReader reader = new DefinitionReader(text);
    DdlResult ddl;
    if (node instanceof CreateTable table) {
      ddl = reader.table(table);
    } else if (node instanceof CreateView view) {
      ddl = reader.view(view);
    } else if (node instanceof DropObject drop) {
      ddl = reader.drop(drop);
    } else if (node instanceof CreateFunction function) {
      ddl = reader.function(function);
    } else {
      throw new IllegalStateException("no reader of a " + node.getClass().getSimpleName());
    }
    listener.definition(place, ddl.verb(), ddl.object(), ddl);
    ddl.query().ifPresent(query -> listener.insert(place, ddl.object(), query));
  }

  private static void explain(
      ExplainStatement explain, QueryReader queries, Place place, Listener listener) {
    List<ParsedQuery> explained = new ArrayList<>();
    if (explain.statement() instanceof InsertStatement insert) {
      explained.add(queries.insert(insert));
    } else if (explain.statement() instanceof StatementSet set) {
      set.inserts().forEach(insert -> explained.add(queries.insert(insert)));
    } else {
      explained.add(queries.query((EmittingQuery) explain.statement()));
    }
    listener.explain(place, explain.format().name(), explained);
  }

  private static void set(SetStatement set, StatementText text, Place place, Listener listener) {
    if (set.reset()) {
      listener.reset(place, set.key(), text.position(set.keyPosition()));
      return;
    }
    Map<String, String> assignment =
        set.key().isEmpty() ? Map.of() : Map.of(set.key().get(), set.value().orElseThrow());
    listener.set(place, assignment, text.position(set.keyPosition()));
  }

  /** Whether the text ends inside a statement. */
  public static boolean isIncomplete(String text) {
    try {
      List<Token> tokens =
          new ArrayList<>(Lexer.tokens(text, 0, i -> Lexer.unterminated(text.charAt(i))));
      tokens.remove(tokens.size() - 1);
      return !tokens.isEmpty() && (!tokens.get(tokens.size() - 1).is(";") || isOpenBlock(tokens));
    } catch (UserError e) {
      return true;
    }
  }

  /** Whether a statement set has begun and its END has not come. */
  private static boolean isOpenBlock(List<Token> tokens) {
    boolean open = false;
    for (int i = 1; i < tokens.size(); i++) {
      if (SqlText.opensBlock(tokens, i)) {
        open = true;
      } else if (open && tokens.get(i).is("END") && tokens.get(i - 1).is(";")) {
        open = false;
      }
    }
    return open;
  }
}
