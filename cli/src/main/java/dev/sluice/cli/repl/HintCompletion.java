package dev.sluice.cli.repl;

import dev.sluice.cli.repl.Suggestions.Value;
import dev.sluice.cli.repl.Token.Kind;
import dev.sluice.connector.LookupOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Completion between {@code /*+} and its end: hints of joins, the tables they name, their options.
 *
 * @param tables that may be named
 */
record HintCompletion(List<String> tables) {
  private static final Map<String, String> HINTS = new LinkedHashMap<>();
  private static final Map<String, List<String>> RETRIES = new LinkedHashMap<>();

  static {
    HINTS.put("BROADCAST(", "sends a small table to every task");
    HINTS.put("LOOKUP(", "how a table is looked up");
    HINTS.put("STATE_TTL(", "how long rows of a table are kept");
    RETRIES.put("retry-predicate", List.of("lookup_miss"));
    RETRIES.put("retry-strategy", List.of("fixed_delay"));
    RETRIES.put("fixed-delay", List.of("10 s"));
    RETRIES.put("max-attempts", List.of("3"));
  }

  /**
   * What may stand at {@code cursor}.
   *
   * @param inside what stands before it in the hint
   */
  Suggestions at(String inside, int cursor) {
    List<Token> before = new ArrayList<>(Token.of(inside));
    String typed = "";
    if (!before.isEmpty()) {
      Token last = before.get(before.size() - 1);
      if (last.end() == inside.length() && last.kind() != Kind.SYMBOL) {
        typed = last.text();
        before.remove(before.size() - 1);
      }
    }
    List<Value> values = new ArrayList<>();
    if (!(typed.startsWith("'") && typed.length() > 1 && typed.endsWith("'"))) {
      suggest(before, typed, values);
    }
    return new Suggestions(cursor - typed.length(), values);
  }

  private void suggest(List<Token> before, String typed, List<Value> values) {
    String hint = open(before);
    boolean value = !before.isEmpty() && before.get(before.size() - 1).is("=");
    String key = value && before.size() > 1 ? before.get(before.size() - 2).value() : "";
    switch (hint) {
      case "" -> HINTS.forEach((name, what) -> Completion.add(values, typed, name, "hints", what));
      case "BROADCAST" -> tables.forEach(t -> Completion.add(values, typed, t, "objects", ""));
      case "STATE_TTL" -> quoted(value ? List.of("1 d", "2 h") : tables, "", typed, values);
      case "LOOKUP" -> {
        if (value) {
          quoted(valuesOf(key), "", typed, values);
        } else {
          quoted(List.of("table"), "the table that is looked up", typed, values);
          LookupOptions.inHints()
              .forEach((name, spec) -> quoted(List.of(name), spec.description(), typed, values));
          RETRIES
              .keySet()
              .forEach(name -> quoted(List.of(name), "if no row is found", typed, values));
        }
      }
      default -> {
        // no hint of ours
      }
    }
  }

  /** The hint whose bracket is open, in capitals; empty if none is. */
  private static String open(List<Token> before) {
    String hint = "";
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i).is("(") && i > 0) {
        hint = before.get(i - 1).upper();
      } else if (before.get(i).is(")")) {
        hint = "";
      }
    }
    return hint;
  }

  private List<String> valuesOf(String key) {
    return switch (key) {
      case "table" -> tables;
      case "async" -> List.of("true", "false");
      case "output-mode" -> List.of("ordered", "allow_unordered");
      case "capacity" -> List.of("8");
      case "timeout" -> List.of("10 s");
      default -> RETRIES.getOrDefault(key, List.of());
    };
  }

  private static void quoted(
      List<String> texts, String description, String typed, List<Value> values) {
    texts.forEach(text -> Completion.add(values, typed, "'" + text + "'", "options", description));
  }
}
