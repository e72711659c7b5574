package dev.sluice.cli.repl;

import java.util.Arrays;
import java.util.Optional;

/** The backslash commands, named as a psql user would try them. */
enum MetaCommand {
  HELP("\\?", "", "this list"),
  SQL_HELP("\\h", "[STATEMENT]", "the shape of a statement"),
  QUIT("\\q", "", "leave"),
  DESCRIBE("\\d", "[NAME]", "all objects, or the columns of one"),
  TABLES("\\dt", "", "tables"),
  STREAMS("\\ds", "", "streams"),
  SINKS("\\dk", "", "sinks"),
  VIEWS("\\dv", "", "views"),
  FUNCTIONS("\\df", "", "functions"),
  CONNECTORS("\\l", "", "connectors"),
  INCLUDE("\\i", "FILE", "run the statements of a file"),
  OUTPUT("\\o", "[FILE]", "send results to a file; without a name, back to the terminal"),
  LAYOUT("\\pset", "table|csv|json", "the layout of results"),
  TIMING("\\timing", "[on|off]", "show how long each statement takes"),
  EXPANDED("\\x", "[on|off]", "one line a column"),
  WHY("\\why", "", "why the last query gave no more rows"),
  SET("\\set", "[NAME VALUE]", "a variable for ${NAME}, or all settings"),
  ECHO("\\echo", "[TEXT]", "print a text"),
  CONNECTION("\\conninfo", "", "version, directory, connectors"),
  CLEAR("\\clear", "", "clear the screen");

  private final String spelling;
  private final String arguments;
  private final String description;

  MetaCommand(String spelling, String arguments, String description) {
    this.spelling = spelling;
    this.arguments = arguments;
    this.description = description;
  }

  String spelling() {
    return spelling;
  }

  String arguments() {
    return arguments;
  }

  String description() {
    return description;
  }

  boolean takesObject() {
    return this == DESCRIBE;
  }

  /** The command of that spelling, backslash included. */
  static Optional<MetaCommand> find(String spelling) {
    String wanted = spelling.equals("\\d+") ? "\\d" : spelling;
    return Arrays.stream(values()).filter(c -> c.spelling.equals(wanted)).findFirst();
  }
}
