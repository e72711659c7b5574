package dev.sluice.cli.repl;

import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ResultStream;
import dev.sluice.cli.run.StepRunner;
import dev.sluice.connector.Connector;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import dev.sluice.planner.Planner.TextTable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp;

/** What the backslash commands do, and their few states. Used by the shell's thread. */
final class MetaCommands {
  /** Runs a script in the shell's session. */
  interface ScriptRunner {
    void run(SqlText script) throws InterruptedException;
  }

  private final Session session;
  private final Console console;
  private final StepRunner runner;
  private final Terminal terminal;
  private final ScriptRunner scripts;
  private Optional<ResultStream> file = Optional.empty();
  private Layout layout = Layout.TABLE;
  private boolean expanded;
  private boolean timing;

  MetaCommands(
      Session session,
      Console console,
      StepRunner runner,
      Terminal terminal,
      ScriptRunner scripts) {
    this.session = session;
    this.console = console;
    this.runner = runner;
    this.terminal = terminal;
    this.scripts = scripts;
  }

  /** Gives whether the shell goes on. */
  boolean run(String input) throws InterruptedException {
    String line = input.endsWith(";") ? input.substring(0, input.length() - 1).strip() : input;
    String[] parts = line.split("\\s+", 2);
    String argument = parts.length > 1 ? parts[1].strip() : "";
    MetaCommand command =
        switch (parts[0].toLowerCase(Locale.ROOT)) {
          case "help" -> MetaCommand.HELP;
          case "quit", "exit" -> MetaCommand.QUIT;
          case "clear" -> MetaCommand.CLEAR;
          default -> MetaCommand.find(parts[0]).orElseThrow(() -> unknown(parts[0]));
        };
    if (command == MetaCommand.QUIT) {
      closeFile();
      return false;
    }
    run(command, argument);
    return true;
  }

  private void run(MetaCommand command, String argument) throws InterruptedException {
    switch (command) {
      case HELP -> say(help());
      case SQL_HELP -> say(SqlHelp.about(argument));
      case DESCRIBE -> describe(argument);
      case TABLES -> sql("SHOW TABLES;");
      case STREAMS -> sql("SHOW STREAMS;");
      case SINKS -> sql("SHOW SINKS;");
      case VIEWS -> sql("SHOW VIEWS;");
      case FUNCTIONS -> sql("SHOW FUNCTIONS;");
      case CONNECTORS -> sql("SHOW CONNECTORS;");
      case INCLUDE ->
          scripts.run(SqlText.ofFile(console.workingDirectory(), required(command, argument)));
      case OUTPUT -> output(argument);
      case LAYOUT -> layout(argument);
      case TIMING -> {
        timing = toggled(argument, timing);
        say("timing is " + (timing ? "on" : "off") + "\n");
      }
      case EXPANDED -> {
        expanded = toggled(argument, expanded);
        redirect();
        say("expanded display is " + (expanded ? "on" : "off") + "\n");
      }
      case WHY -> say(runner.why());
      case SET -> set(argument);
      case ECHO -> say(argument + "\n");
      case CONNECTION -> say(connection());
      case CLEAR -> {
        terminal.puts(InfoCmp.Capability.clear_screen);
        terminal.flush();
      }
      case QUIT -> throw new IllegalStateException("handled before");
    }
  }

  /** Says how long a statement took, if the user wants to know. */
  void tellTiming(long nanos) {
    if (timing) {
      say(String.format(Locale.ROOT, "Time: %.3f ms%n", nanos / 1e6));
    }
  }

  private void sql(String text) throws InterruptedException {
    runner.run(session.prepare(List.of(new SqlText("shell", text))), false);
  }

  private void describe(String name) throws InterruptedException {
    if (!name.isEmpty()) {
      boolean plain =
          name.matches("[A-Za-z_][A-Za-z0-9_]*") || name.startsWith("`") || name.startsWith("\"");
      sql("DESCRIBE " + (plain ? name : "`" + name.replace("`", "``") + "`") + ";");
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    session
        .planner()
        .objects()
        .forEach((object, schema) -> rows.add(List.of(object, String.join(", ", schema.names()))));
    if (rows.isEmpty()) {
      say("no objects yet; CREATE STREAM … makes one\n");
    } else {
      runner.table(new TextTable(List.of("name", "columns"), rows));
    }
  }

  private void set(String argument) throws InterruptedException {
    if (argument.isEmpty()) {
      sql("SET;");
      return;
    }
    String[] parts = argument.split("[\\s=]+", 2);
    String value = parts.length > 1 ? parts[1].strip() : "";
    boolean quoted = value.length() > 1 && value.startsWith("'") && value.endsWith("'");
    String bare = quoted ? value.substring(1, value.length() - 1) : value;
    sql("SET '" + parts[0].replace("'", "") + "' = '" + bare.replace("'", "''") + "';");
  }

  private void output(String name) {
    closeFile();
    if (!name.isEmpty() && !name.equals("-")) {
      Path path = console.workingDirectory().resolve(name);
      try {
        file =
            Optional.of(
                new ResultStream(
                    "file '" + name + "'",
                    new BufferedOutputStream(Files.newOutputStream(path)),
                    false));
      } catch (IOException e) {
        throw UserError.of(ErrorCode.FILE_UNREADABLE, "cannot write file '" + name + "'")
            .causedBy(e);
      }
    }
    redirect();
  }

  private void layout(String name) {
    String wanted = name.replace("format", "").strip().toUpperCase(Locale.ROOT);
    layout =
        Arrays.stream(Layout.values())
            .filter(l -> l.name().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    UserError.of(ErrorCode.SETTING_VALUE, "no layout is called '" + name + "'")
                        .withHint("it takes one of: table, csv, json"));
    redirect();
  }

  private void redirect() {
    runner.redirect(
        file.orElse(console.out()), expanded && layout == Layout.TABLE ? Layout.EXPANDED : layout);
  }

  private void closeFile() {
    file.ifPresent(ResultStream::close);
    file = Optional.empty();
  }

  private static boolean toggled(String argument, boolean now) {
    return switch (argument.toLowerCase(Locale.ROOT)) {
      case "on" -> true;
      case "off" -> false;
      default -> !now;
    };
  }

  private static String required(MetaCommand command, String argument) {
    if (argument.isEmpty()) {
      throw UserError.of(ErrorCode.SYNTAX, command.spelling() + " needs a " + command.arguments());
    }
    return argument;
  }

  private static String help() {
    StringBuilder out = new StringBuilder();
    for (MetaCommand command : MetaCommand.values()) {
      String shape = command.spelling() + " " + command.arguments();
      out.append(String.format("  %-26s %s%n", shape, command.description()));
    }
    return out
        + "  Tab completes, Ctrl-R searches the history, Ctrl-C stops a query, Ctrl-D leaves.\n";
  }

  private String connection() {
    String connectors =
        session.options().connectors().all().stream()
            .map(Connector::name)
            .collect(Collectors.joining(", "));
    return "in this process, directory "
        + console.workingDirectory()
        + ", connectors "
        + connectors
        + "\n";
  }

  private static UserError unknown(String spelling) {
    Optional<String> instead = ElsewhereCommands.instead(spelling);
    if (instead.isPresent()) {
      return UserError.of(ErrorCode.SYNTAX, "this shell has no '" + spelling + "'")
          .withHint(instead.get());
    }
    List<String> known = Arrays.stream(MetaCommand.values()).map(MetaCommand::spelling).toList();
    return UserError.of(ErrorCode.SYNTAX, "unknown command '" + spelling + "'")
        .withHint(DidYouMean.hint(spelling, known, "\\? lists the commands"));
  }

  private void say(String text) {
    console.out().print(text);
    console.out().flush();
  }
}
