package dev.sluice.cli.repl;

import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.cli.repl.Pieces.Piece;
import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ErrorPrinter;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.cli.run.StepRunner;
import dev.sluice.cli.run.StepRunner.Telling;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import dev.sluice.planner.Planner;
import dev.sluice.planner.Statement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.MaskingCallback;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive shell: reads statements over as many lines as they need, runs them one after the
 * other, and never ends because of a mistake. Ctrl-C clears the input or stops the query; Ctrl-D
 * and {@code \q} leave. Runs in the thread that calls it.
 */
public final class Repl {
  private static final String PROMPT = "sluice> ";
  private static final String CONTINUATION = "     -> ";
  private static final Set<String> WORDS = Set.of("help", "quit", "exit", "clear");

  private final Session session;
  private final Console console;
  private final ErrorPrinter errors;
  private final StepRunner runner;
  private final LineReader reader;
  private final MetaCommands commands;
  private int inputs;

  /** A statement begun before a command was typed; the next input goes on with it. */
  private String open = "";

  private Repl(
      Session session, Console console, ErrorPrinter errors, boolean colours, Terminal terminal) {
    this.session = session;
    this.console = console;
    this.errors = errors;
    this.runner = new StepRunner(session, console, Layout.TABLE, Telling.BRIEF);
    // Ctrl-C between two reads must not end the shell; a running job takes the signal over for its
    // time
    terminal.handle(Terminal.Signal.INT, Terminal.SignalHandler.SIG_IGN);
    this.reader = reader(terminal, colours);
    this.commands = new MetaCommands(session, console, runner, terminal, this::runScript);
  }

  /** Opens the terminal of the process and runs until the user leaves; gives the exit code. */
  public static int start(Session session, Console console, ErrorPrinter errors, boolean colours) {
    warmUp(session);
    try (Terminal terminal =
        TerminalBuilder.builder().encoding(StandardCharsets.UTF_8).dumb(true).build()) {
      return run(session, console, errors, colours, terminal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same on a given terminal. */
  static int run(
      Session session, Console console, ErrorPrinter errors, boolean colours, Terminal terminal) {
    return new Repl(session, console, errors, colours, terminal).loop();
  }

  /**
   * The first statement loads most of the planner: done while the user still types, on a planner of
   * its own.
   */
  private static void warmUp(Session session) {
    Thread thread =
        new Thread(
            () -> {
              Planner spare =
                  new Planner(session.options().connectors(), Map.of(), name -> Optional.empty());
              spare
                  .parse("warm-up", "VALUES 1;")
                  .forEach(
                      s -> {
                        if (s instanceof Statement.Query query) {
                          spare.planQuery(query);
                        }
                      });
            },
            "warm-up");
    thread.setDaemon(true);
    // a failure will show with the user's first statement, where it can be told
    thread.setUncaughtExceptionHandler((t, e) -> {});
    thread.start();
  }

  private LineReader reader(Terminal terminal, boolean colours) {
    Planner planner = session.planner();
    Vocabulary vocabulary = Vocabulary.of(planner, session.options().connectors());
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("sluice")
            .parser(new ReplParser(planner::isIncomplete))
            .completer(new SqlCompleter(new Completion(vocabulary), console.workingDirectory()))
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUATION)
            .variable(LineReader.HISTORY_SIZE, 10_000)
            .variable(LineReader.BLINK_MATCHING_PAREN, 0L)
            .variable(LineReader.LIST_MAX, 200)
            .option(Option.DISABLE_EVENT_EXPANSION, true)
            .option(Option.CASE_INSENSITIVE, true)
            .option(Option.AUTO_FRESH_LINE, true)
            .option(Option.INSERT_TAB, false);
    if (colours) {
      builder.highlighter(new SqlHighlighter(Set.copyOf(planner.keywords())));
    }
    History.file(console).ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
    return builder.build();
  }

  private int loop() {
    console
        .out()
        .print("Sluice. Statements end with ';'. \\? lists commands, \\h SQL, \\q leaves.\n");
    console.out().flush();
    while (true) {
      try {
        String input = reader.readLine(PROMPT, null, (MaskingCallback) null, open);
        open = "";
        if (!input.isBlank() && !handle(input)) {
          return ExitCode.DONE;
        }
      } catch (UserInterruptException e) {
        // Ctrl-C at the prompt: the input is gone, the shell stays
        open = "";
      } catch (EndOfFileException e) {
        return ExitCode.DONE;
      }
    }
  }

  /** Whether the line is for the shell rather than the planner. */
  static boolean isShellCommand(String line) {
    String text = line.strip();
    String word = text.endsWith(";") ? text.substring(0, text.length() - 1).strip() : text;
    return text.startsWith("\\") || WORDS.contains(word.toLowerCase(Locale.ROOT));
  }

  /** Gives whether the shell goes on. */
  private boolean handle(String input) {
    Pieces pieces = Pieces.of(input, session.planner()::isIncomplete);
    open = pieces.open().isEmpty() ? "" : pieces.open() + "\n";
    for (Piece piece : pieces.whole()) {
      boolean goesOn =
          guarded(
              () -> {
                if (piece.command()) {
                  return commands.run(piece.text());
                }
                inputs++;
                runScript(new SqlText("input " + inputs, piece.text()));
                return true;
              });
      if (!goesOn) {
        return false;
      }
    }
    return true;
  }

  /** Something that may fail; gives whether the shell goes on. */
  private interface Action {
    boolean run() throws InterruptedException;
  }

  private boolean guarded(Action action) {
    try {
      return action.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      console.out().flush();
      Function<String, Optional<String>> texts = session::text;
      errors.print(e, texts);
      return true;
    }
  }

  /** Plans the whole input, then runs it; definitions before a mistake have taken effect. */
  private void runScript(SqlText script) throws InterruptedException {
    long start = System.nanoTime();
    runner.run(session.prepare(List.of(script)), true);
    commands.tellTiming(System.nanoTime() - start);
  }
}
