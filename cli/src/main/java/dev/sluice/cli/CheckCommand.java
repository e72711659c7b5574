package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice check}: everything {@code run} would do short of touching data. */
@Command(
    name = "check",
    description = "Parse, validate and plan SQL files; touch no data.",
    footer = {"", "Exit codes: 0 all well, 2 refused.", "", "  sluice check *.sql"})
final class CheckCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "SQL files, in order, as one script.")
  private List<Path> files = new ArrayList<>();

  @Mixin private SharedOptions shared = new SharedOptions();
  @Mixin private CommandSupport support = new CommandSupport();

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return support.guarded(
        console,
        () -> {
          List<SqlText> texts = Scripts.read(console, files);
          Session session =
              support.use(shared.session(console, Scripts.pipelineName(files.get(0))));
          console.err().print("ok: " + describe(session.prepare(texts)) + "\n");
          return ExitCode.DONE;
        });
  }

  private static String describe(List<Step> steps) {
    int sinks =
        steps.stream()
            .mapToInt(s -> s instanceof Step.Pipeline pipeline ? pipeline.plan().sinks().size() : 0)
            .sum();
    long definitions = steps.stream().filter(s -> s instanceof Step.Done).count();
    long queries = steps.stream().filter(s -> s instanceof Step.Query).count();
    return count(definitions, "definition")
        + ", "
        + count(sinks, "insert")
        + ", "
        + count(queries, "query");
  }

  private static String count(long number, String what) {
    String plural = what.endsWith("y") ? what.substring(0, what.length() - 1) + "ies" : what + "s";
    return number + " " + (number == 1 ? what : plural);
  }
}
