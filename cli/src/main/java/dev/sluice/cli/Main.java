package dev.sluice.cli;

import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ErrorPrinter;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import java.io.ObjectInputFilter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code sluice}: its subcommands, and by itself {@code -e}, {@code -f}, a script on standard
 * input, or the shell.
 */
@Command(
    name = "sluice",
    description = "Declarative, SQL-driven, real-time ELT.",
    customSynopsis = {
      "sluice run|check|explain FILE.sql… [options]",
      "       sluice -e \"SQL\" | -f FILE.sql [--output csv|json|table]",
      "       sluice [repl]"
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed while running, 2 refused before it started, 130 Ctrl-C.",
      "",
      "  sluice -e \"VALUES 1\"",
      "  sluice run pipelines/samples/flights/flight-delays.sql"
    })
public final class Main implements Callable<Integer> {
  private final Console console;

  @Option(
      names = {"-e", "--execute"},
      paramLabel = "SQL",
      description = "Run statements and print the rows of each query.")
  private List<String> statements = new ArrayList<>();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The same with the statements of a file; - is standard input.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "LAYOUT",
      description =
          "Rows as csv, json (one object a line) or table; default: table on a terminal, csv"
              + " elsewhere.",
      converter = LayoutName.class)
  private Optional<Layout> output = Optional.empty();

  @Mixin private SharedOptions shared = new SharedOptions();
  @Mixin private CommandSupport support = new CommandSupport();

  /** The layouts that there are outside the shell. */
  static final class LayoutName implements ITypeConverter<Layout> {
    @Override
    public Layout convert(String name) {
      return Stream.of(Layout.CSV, Layout.JSON, Layout.TABLE)
          .filter(layout -> layout.name().equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'" + name + "' is none of csv, json, table"));
    }
  }

  private Main(Console console) {
    this.console = console;
  }

  /** The process. */
  public static void main(String[] args) {
    quietLog(Arrays.asList(args).contains(CommandSupport.DEBUG));
    refuseSerializedObjects();
    int code = run(args, Console.ofProcess());
    System.out.flush();
    // threads of client libraries must not keep a finished process alive
    System.exit(code);
  }

  static final ObjectInputFilter REFUSE_ALL = info -> ObjectInputFilter.Status.REJECTED;

  /** Nothing here reads Java's serialized objects; a library that is brought to it shall not. */
  static void refuseSerializedObjects() {
    if (ObjectInputFilter.Config.getSerialFilter() == null) {
      ObjectInputFilter.Config.setSerialFilter(REFUSE_ALL);
    }
  }

  /** A whole invocation; gives the exit code. */
  public static int run(String[] args, Console console) {
    CommandLine line = commandLine(console);
    int code = line.execute(args);
    Optional<UserError> lost = console.out().lost();
    if (code == ExitCode.DONE && lost.isPresent()) {
      new ErrorPrinter(console.err(), false, false).print(lost.get(), source -> Optional.empty());
      code = ExitCode.FAILED;
    }
    console.err().flush();
    return code;
  }

  static CommandLine commandLine(Console console) {
    CommandLine line =
        new CommandLine(new Main(console))
            .addSubcommand(new RunCommand(console))
            .addSubcommand(new CheckCommand(console))
            .addSubcommand(new ExplainCommand(console))
            .addSubcommand(new ReplCommand(console))
            .addSubcommand(new CheckpointsCommand(console))
            .addSubcommand(new StopCommand(console))
            .addSubcommand(new SavepointCommand(console))
            .addSubcommand(new CompletionCommand(console));
    withHelp(line);
    line.getSubcommands().values().forEach(Main::withHelp);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(100)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                console.outTerminal() && console.colours() ? Ansi.ON : Ansi.OFF))
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
        .setParameterExceptionHandler((e, arguments) -> refuse(e, console));
  }

  private static void withHelp(CommandLine line) {
    line.getCommandSpec()
        .mixinStandardHelpOptions(true)
        .versionProvider(() -> new String[] {"sluice " + version()});
  }

  private static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("(development build)");
  }

  private static int refuse(ParameterException mistake, Console console) {
    String command = mistake.getCommandLine().getCommandSpec().qualifiedName();
    Set<String> commands = mistake.getCommandLine().getSubcommands().keySet();
    if (mistake instanceof UnmatchedArgumentException unmatched
        && !commands.isEmpty()
        && unmatched.getUnmatched().get(0).matches("[a-z]+")) {
      String word = unmatched.getUnmatched().get(0);
      String all = "'" + command + " --help' lists them";
      console.err().print("error: no command '" + word + "'\n");
      console.err().print("hint: " + DidYouMean.hint(word, commands, all) + "\n");
      return ExitCode.REFUSED;
    }
    console.err().print("error: " + mistake.getMessage().strip() + "\n");
    if (mistake instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      if (first.endsWith(".sql")) {
        console.err().print("hint: did you mean 'sluice run " + first + "'?\n");
        return ExitCode.REFUSED;
      }
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        console.err().print("hint: did you mean '" + String.join("' or '", near) + "'?\n");
        return ExitCode.REFUSED;
      }
    }
    console.err().print("hint: '" + command + " --help' lists what there is\n");
    return ExitCode.REFUSED;
  }

  private static void quietLog(boolean debug) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", debug ? "info" : "error");
    System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
    System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", "HH:mm:ss.SSS");
    System.setProperty("org.slf4j.simpleLogger.showShortLogName", "true");
  }

  @Override
  public Integer call() {
    if (statements.isEmpty() && files.isEmpty() && console.inTerminal()) {
      return ReplCommand.start(console, shared, support);
    }
    return support.guarded(console, this::runScripts);
  }

  private int runScripts() throws InterruptedException {
    List<SqlText> texts = new ArrayList<>();
    for (Path file : files) {
      texts.add(
          file.toString().equals("-")
              ? Scripts.standardInput(console)
              : SqlText.ofFile(console.workingDirectory(), file.toString()));
    }
    for (String statement : statements) {
      texts.add(
          new SqlText(statements.size() == 1 ? "-e" : "-e #" + (texts.size() + 1), statement));
    }
    if (texts.isEmpty()) {
      texts.add(Scripts.standardInput(console));
    }
    String name = files.isEmpty() ? "sluice" : Scripts.pipelineName(files.get(0));
    Session session = support.use(shared.session(console, name));
    return Scripts.run(
        texts, session, console, support, output.orElse(Scripts.defaultLayout(console)));
  }
}
