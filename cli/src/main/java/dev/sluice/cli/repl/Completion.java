package dev.sluice.cli.repl;

import dev.sluice.cli.repl.Suggestions.Value;
import dev.sluice.cli.repl.Token.Kind;
import dev.sluice.connector.Settings;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Completion by scope: what the words before the cursor ask for, in the statement the cursor is in.
 * A pure function of text, cursor and vocabulary; knows nothing of the terminal.
 */
final class Completion {
  /** What a query is made of; the grammar has hundreds of words more that nobody looks for. */
  private static final List<String> QUERY_WORDS =
      List.of(
          ("ALL AND ARRAY AS ASC BETWEEN BY CASE CAST( CROSS CUBE CURRENT_DATE CURRENT_TIMESTAMP"
               + " DATE DESC DISTINCT ELSE EMIT END EVERY EXCEPT EXISTS EXTRACT( FALSE FETCH FILTER"
               + " FIRST FROM FULL GROUP GROUPING HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN"
               + " LAST LATENESS LATERAL LEFT LIKE LIMIT MAP NOT NULL NULLS OFFSET ON OR ORDER OVER"
               + " PARTITION RIGHT ROLLUP ROW SELECT SETS SIMILAR THEN TIMESTAMP TO TRUE TRY_CAST("
               + " UNION UNNEST USING VALUES WHEN WHERE WITH WITHIN ")
              .strip()
              .split(" "));

  private static final List<String> STATEMENTS =
      List.of(
          "SELECT",
          "CREATE STREAM",
          "CREATE TABLE",
          "CREATE SINK",
          "CREATE VIEW",
          "CREATE FUNCTION",
          "INSERT INTO",
          "EXPLAIN",
          "DESCRIBE",
          "SHOW",
          "SET",
          "DROP",
          "VALUES",
          "WITH");
  private static final List<String> TYPES =
      List.of(
          "BOOLEAN",
          "TINYINT",
          "SMALLINT",
          "INT",
          "BIGINT",
          "FLOAT",
          "DOUBLE",
          "DECIMAL(",
          "STRING",
          "VARCHAR(",
          "BYTES",
          "DATE",
          "TIME",
          "TIMESTAMP(3)",
          "TIMESTAMP_LTZ(3)",
          "ARRAY<",
          "MAP<",
          "ROW<");
  private static final Map<String, List<String>> AFTER =
      Map.of(
          "CREATE",
              List.of(
                  "STREAM",
                  "TABLE",
                  "SINK",
                  "VIEW",
                  "TEMPORARY VIEW",
                  "FUNCTION",
                  "OR REPLACE STREAM"),
          "SHOW",
              List.of("STREAMS", "TABLES", "SINKS", "VIEWS", "FUNCTIONS", "CONNECTORS", "CREATE"),
          "EXPLAIN", List.of("LOGICAL", "PHYSICAL", "STATE", "JSON", "SELECT", "INSERT INTO"),
          "DROP", List.of("STREAM", "TABLE", "SINK", "VIEW", "FUNCTION"),
          "INSERT", List.of("INTO"),
          "GROUP", List.of("BY"),
          "ORDER", List.of("BY"),
          "EMIT", List.of("ON WINDOW CLOSE", "ON UPDATE", "EVERY INTERVAL", "FINAL", "CHANGES"));
  private static final List<String> WANT_OBJECT =
      List.of("FROM", "JOIN", "INTO", "TABLE", "DESCRIBE", "DESC", "STREAM", "SINK", "VIEW");

  private final Vocabulary vocabulary;

  Completion(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** What may stand at {@code cursor}. */
  Suggestions at(String text, int cursor) {
    if (text.stripLeading().startsWith("\\")) {
      return metaCommand(text.substring(0, cursor));
    }
    List<Token> all = Token.of(text);
    int from = 0;
    for (Token token : all) {
      if (token.is(";") && token.end() <= cursor) {
        from = token.end();
      }
    }
    int begin = from;
    List<Token> statement =
        all.stream().filter(t -> t.start() >= begin).takeWhile(t -> !t.is(";")).toList();
    List<Token> before =
        new ArrayList<>(statement.stream().filter(t -> t.start() < cursor).toList());
    Optional<Token> current = Optional.empty();
    if (!before.isEmpty()) {
      Token last = before.get(before.size() - 1);
      boolean touches = last.end() >= cursor && last.kind() != Kind.SYMBOL;
      boolean closedString = last.kind() == Kind.STRING && last.end() == cursor && last.isClosed();
      if (last.kind() == Kind.COMMENT && touches && last.text().startsWith("/*+")) {
        String inside = text.substring(last.start() + 3, Math.max(last.start() + 3, cursor));
        return new HintCompletion(tables(statement)).at(inside, cursor);
      }
      if (last.kind() == Kind.COMMENT && touches || closedString) {
        return new Suggestions(cursor, List.of());
      }
      if (touches) {
        before.remove(before.size() - 1);
        current = Optional.of(last);
      }
    }
    int start = current.map(Token::start).orElse(cursor);
    return new Scope(before, statement, start, text.substring(start, cursor)).suggestions();
  }

  /** The tables that a statement names, or all. */
  private List<String> tables(List<Token> statement) {
    List<String> all = List.copyOf(vocabulary.objects().get().keySet());
    List<String> named =
        all.stream()
            .filter(name -> statement.stream().anyMatch(t -> t.value().equalsIgnoreCase(name)))
            .toList();
    return named.isEmpty() ? all : named;
  }

  private Suggestions metaCommand(String typed) {
    String line = typed.stripLeading();
    int offset = typed.length() - line.length();
    int blank = line.indexOf(' ');
    List<Value> values = new ArrayList<>();
    if (blank < 0) {
      for (MetaCommand command : MetaCommand.values()) {
        add(values, line, command.spelling(), "commands", command.description());
      }
      return new Suggestions(offset, values);
    }
    int start = line.lastIndexOf(' ') + 1;
    String word = line.substring(start);
    MetaCommand.find(line.substring(0, blank))
        .filter(MetaCommand::takesObject)
        .ifPresent(
            c ->
                vocabulary
                    .objects()
                    .get()
                    .keySet()
                    .forEach(name -> add(values, word, name, "objects", "")));
    return new Suggestions(offset + start, values);
  }

  /** Adds a value if it goes on from {@code prefix}. */
  static void add(
      List<Value> values, String prefix, String text, String group, String description) {
    if (text.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT))
        && values.stream().noneMatch(v -> v.text().equalsIgnoreCase(text))) {
      boolean complete = !text.endsWith("(") && !text.endsWith("<") && !text.endsWith("'");
      values.add(new Value(text, group, description, complete));
    }
  }

  /**
   * One question: the tokens before the word at the cursor, the whole statement, and the word so
   * far.
   */
  private final class Scope {
    private final List<Token> before;
    private final List<Token> statement;
    private final int start;
    private final String typed;
    private final List<Value> values = new ArrayList<>();

    Scope(List<Token> before, List<Token> statement, int start, String typed) {
      this.before = before.stream().filter(t -> t.kind() != Kind.COMMENT).toList();
      this.statement = statement;
      this.start = start;
      this.typed = typed;
    }

    Suggestions suggestions() {
      Optional<WithClause> options = WithClause.around(before);
      if (options.isPresent()) {
        options
            .get()
            .suggest(
                vocabulary.connectors(), (text, description) -> offerQuoted(text, description));
      } else if (firstIs("SET")) {
        suggestSetting();
      } else if (typed.startsWith("'")) {
        return new Suggestions(start, List.of());
      } else {
        suggestWords();
      }
      return new Suggestions(start, values);
    }

    private boolean firstIs(String word) {
      return !before.isEmpty() && before.get(0).is(word);
    }

    private Token last() {
      return before.get(before.size() - 1);
    }

    private void suggestSetting() {
      if (before.size() == 1) {
        Settings.all().forEach(s -> offerQuoted(s.key(), s.description()));
      } else if (last().is("=") && before.size() == 3) {
        Settings.find(before.get(1).value())
            .ifPresent(
                s -> {
                  s.choices().forEach(c -> offerQuoted(c, ""));
                  s.defaultValue().ifPresent(d -> offerQuoted(d, "default"));
                });
      }
    }

    private void suggestWords() {
      if (before.isEmpty()) {
        STATEMENTS.forEach(s -> offerKeyword(s, "statements"));
        return;
      }
      if (last().is(".")) {
        suggestColumnsOfQualifier();
        return;
      }
      List<String> following = AFTER.getOrDefault(last().upper(), List.of());
      if (!following.isEmpty()) {
        following.forEach(w -> offerKeyword(w, "keywords"));
        return;
      }
      if (WANT_OBJECT.contains(last().upper())) {
        suggestObjects();
        return;
      }
      if (inColumnList() && last().kind() != Kind.SYMBOL) {
        TYPES.forEach(t -> offerKeyword(t, "types"));
        return;
      }
      suggestExpressionWords();
    }

    private void suggestObjects() {
      objects().forEach((name, schema) -> offer(name, "objects", schema.size() + " columns"));
      if (last().is("FROM") || last().is("JOIN")) {
        List.of("TABLE(", "TUMBLE(", "HOP(").forEach(f -> offerKeyword(f, "windows"));
      }
    }

    private void suggestExpressionWords() {
      mentioned().values().forEach(schema -> schema.fields().forEach(this::offerColumn));
      if (mentioned().isEmpty() && !firstIs("CREATE")) {
        objects().values().forEach(schema -> schema.fields().forEach(this::offerColumn));
      }
      if (!typed.isEmpty()) {
        objects().keySet().forEach(name -> offer(name, "objects", ""));
        vocabulary.functions().get().forEach(f -> offerKeyword(f + "(", "functions"));
      }
      QUERY_WORDS.forEach(k -> offerKeyword(k, "keywords"));
    }

    private void suggestColumnsOfQualifier() {
      if (before.size() < 2) {
        return;
      }
      String qualifier = before.get(before.size() - 2).value();
      Optional<Schema> schema = objectNamed(qualifier).or(() -> aliased(qualifier));
      schema.ifPresent(s -> s.fields().forEach(this::offerColumn));
    }

    /** The object before {@code [AS] alias} anywhere in the statement. */
    private Optional<Schema> aliased(String alias) {
      for (int i = 1; i < statement.size(); i++) {
        Token token = statement.get(i);
        boolean name = token.kind() == Kind.WORD || token.kind() == Kind.QUOTED_NAME;
        if (name && token.value().equalsIgnoreCase(alias)) {
          int object = statement.get(i - 1).is("AS") ? i - 2 : i - 1;
          Optional<Schema> found =
              object < 0 ? Optional.empty() : objectNamed(statement.get(object).value());
          if (found.isPresent()) {
            return found;
          }
        }
      }
      return Optional.empty();
    }

    private Map<String, Schema> objects() {
      return vocabulary.objects().get();
    }

    private Optional<Schema> objectNamed(String name) {
      return objects().entrySet().stream()
          .filter(e -> e.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst();
    }

    /** The objects the statement names, whichever side of the cursor. */
    private Map<String, Schema> mentioned() {
      Map<String, Schema> found = new LinkedHashMap<>();
      for (Token token : statement) {
        if (token.start() != start
            && (token.kind() == Kind.WORD || token.kind() == Kind.QUOTED_NAME)) {
          objectNamed(token.value()).ifPresent(s -> found.put(token.value(), s));
        }
      }
      return found;
    }

    /** Whether the cursor is among the columns of a CREATE. */
    private boolean inColumnList() {
      return firstIs("CREATE")
          && WithClause.depth(before) == 1
          && before.stream().noneMatch(t -> t.is("AS") || t.is("WITH"));
    }

    private void offerColumn(Field column) {
      offer(column.name(), "columns", column.type().sql());
    }

    private void offer(String text, String group, String description) {
      add(values, typed, text, group, description);
    }

    /** A word of the language, in small letters if the user writes so. */
    private void offerKeyword(String word, String group) {
      boolean small = !typed.isEmpty() && typed.equals(typed.toLowerCase(Locale.ROOT));
      offer(small ? word.toLowerCase(Locale.ROOT) : word, group, "");
    }

    private void offerQuoted(String text, String description) {
      offer(
          text.endsWith(".*") ? "'" + text.substring(0, text.length() - 1) : "'" + text + "'",
          "options",
          description);
    }
  }
}
