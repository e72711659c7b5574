package dev.sluice.planner.parse;

import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

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
          "EXECUTE");

  /** What is done with each statement as it is read. */
  public interface Listener {
    void definition(Place place, String verb, String object, Object ddl);

    void insert(Place place, String target, ParsedQuery query);

    void query(Place place, ParsedQuery query);

    /** EXPLAIN of a query, or of an insert if {@code target} is there. */
    void explain(Place place, Optional<String> format, Optional<String> target, ParsedQuery query);

    void describe(Place place, String object);

    void show(Place place, String what, Optional<String> object);

    /** SET; must take effect at once, since later statements may use it. */
    void set(Place place, Map<String, String> assignment, SourcePosition keyPosition);
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
      statement(new Cursor(sql, statement), place, listener);
    }
  }

  private static void statement(Cursor cursor, Place place, Listener listener) {
    Token first = cursor.peek();
    switch (first.upper()) {
      case "CREATE" -> {
        DdlResult ddl = new DdlParser(cursor).create();
        listener.definition(place, ddl.verb(), ddl.object(), ddl);
        ddl.query().ifPresent(query -> listener.insert(place, ddl.object(), query));
      }
      case "DROP" -> {
        DdlResult ddl = new DdlParser(cursor).drop();
        listener.definition(place, ddl.verb(), ddl.object(), ddl);
      }
      case "INSERT" -> {
        ParsedQuery insert = new QueryParser(cursor).insert();
        listener.insert(place, insert.target().orElseThrow().getSimple(), insert);
      }
      case "EXPLAIN" -> explain(cursor, place, listener);
      case "DESCRIBE", "DESC" -> {
        cursor.take();
        cursor.accept("TABLE");
        String object = cursor.name("a name").value();
        end(cursor);
        listener.describe(place, object);
      }
      case "SHOW" -> show(cursor, place, listener);
      case "SET" -> set(cursor, place, listener);
      case "EXECUTE" -> {
        // The splitter has cut the wrapper off its inserts; what is left is the header alone.
        cursor.expect("EXECUTE", "STATEMENT", "SET");
        end(cursor);
      }
      default -> {
        if (!first.is("SELECT") && !first.is("WITH") && !first.is("VALUES") && !first.is("(")) {
          throw cursor.unexpected(FIRST);
        }
        listener.query(place, new QueryParser(cursor).query());
      }
    }
  }

  private static void explain(Cursor cursor, Place place, Listener listener) {
    cursor.take();
    Optional<String> format = Optional.empty();
    for (String word : List.of("LOGICAL", "PHYSICAL", "STATE", "JSON", "DOT")) {
      if (cursor.accept(word)) {
        format = Optional.of(word);
      }
    }
    cursor.accept("PLAN", "FOR");
    if (cursor.peek().is("INSERT")) {
      ParsedQuery insert = new QueryParser(cursor).insert();
      listener.explain(
          place, format, Optional.of(insert.target().orElseThrow().getSimple()), insert);
    } else {
      listener.explain(place, format, Optional.empty(), new QueryParser(cursor).query());
    }
  }

  private static void show(Cursor cursor, Place place, Listener listener) {
    cursor.take();
    List<String> kinds =
        List.of("STREAMS", "SINKS", "TABLES", "VIEWS", "FUNCTIONS", "CONNECTORS", "CREATE");
    Token what = cursor.peek();
    if (what.kind() != Token.Kind.WORD || !kinds.contains(what.upper())) {
      throw cursor.unexpected(kinds);
    }
    cursor.take();
    Optional<String> object = Optional.empty();
    if (what.is("CREATE")) {
      for (String kind : List.of("STREAM", "TABLE", "SINK", "VIEW")) {
        boolean named = cursor.peek(1).isName();
        if (named) {
          cursor.accept(kind);
        }
      }
      object = Optional.of(cursor.name("a name").value());
    }
    end(cursor);
    listener.show(place, what.upper(), object);
  }

  private static void set(Cursor cursor, Place place, Listener listener) {
    cursor.take();
    if (cursor.atEnd()) {
      listener.set(place, Map.of(), place.position());
      return;
    }
    Token key = cursor.peek();
    String name = cursor.string("a quoted key, as in SET 'parallelism' = '2'");
    cursor.expect("=");
    String value = cursor.string("a quoted value");
    end(cursor);
    listener.set(place, Map.of(name, value), cursor.position(key));
  }

  private static void end(Cursor cursor) {
    if (!cursor.atEnd()) {
      throw cursor.unexpected(List.of("end of statement"));
    }
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
      if (tokens.get(i).is("BEGIN") && tokens.get(i - 1).is("SET")) {
        open = true;
      } else if (open && tokens.get(i).is("END") && tokens.get(i - 1).is(";")) {
        open = false;
      }
    }
    return open;
  }
}
