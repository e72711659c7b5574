package dev.sluice.cli.repl;

import java.util.Map;
import java.util.Optional;

/** Commands of psql that this shell has not, and what to do instead. Stateless. */
final class ElsewhereCommands {
  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("\\e", "edit in a file of your own and run it with \\i FILE"),
          Map.entry("\\!", "leave with \\q, or use another terminal; \\i FILE runs a SQL file"),
          Map.entry("\\g", "end the statement with ';'"),
          Map.entry("\\gx", "switch \\x on and end the statement with ';'"),
          Map.entry("\\r", "Ctrl-C clears the input"),
          Map.entry("\\p", "the arrow keys bring the last statement back"),
          Map.entry("\\s", "Ctrl-R searches the history"),
          Map.entry("\\w", "'sluice -f FILE' and \\i FILE run what your editor has saved"),
          Map.entry("\\c", "there is no server: name databases in WITH ('connector' = 'jdbc', …)"),
          Map.entry("\\copy", "write INSERT INTO a 'filesystem' sink SELECT …"),
          Map.entry("\\watch", "a SELECT on an unbounded stream shows changes as they come"),
          Map.entry("\\a", "\\pset takes table, csv or json"),
          Map.entry("\\t", "\\pset takes table, csv or json"),
          Map.entry("\\du", "there are no roles"),
          Map.entry("\\dn", "there are no schemas; \\d lists all objects"),
          Map.entry("\\dm", "\\dv lists views"),
          Map.entry("\\di", "there are no indexes; PRIMARY KEY shows in \\d NAME"),
          Map.entry("\\password", "give secrets by reference: 'password' = '${env:NAME}'"),
          Map.entry("\\unset", "RESET 'NAME'; takes a setting back"),
          Map.entry("\\ir", "\\i FILE"));

  private ElsewhereCommands() {}

  /** What to do instead; empty for words nobody knows. */
  static Optional<String> instead(String spelling) {
    // \!ls needs no blank
    String word = spelling.startsWith("\\!") ? "\\!" : spelling;
    return Optional.ofNullable(INSTEAD.get(word));
  }
}
