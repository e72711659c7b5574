package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.StepRunner;
import dev.sluice.cli.run.StepRunner.Telling;
import dev.sluice.connector.Settings;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import dev.sluice.pipeline.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code sluice run}: everything the files define, as one pipeline, until its input ends or it is
 * stopped.
 */
@Command(
    name = "run",
    description = "Run SQL files as one pipeline.",
    footer = {
      "",
      "Ctrl-C or SIGTERM finishes the current micro-batch, commits, and ends with a summary.",
      "Exit codes: 0 done, 1 failed while running, 2 refused before it started, 130 Ctrl-C.",
      "",
      "  sluice run pipelines/samples/flights/flight-delays.sql",
      "  sluice run orders.sql --set BROKERS=kafka:9092 --parallelism 8 --json"
    })
final class RunCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "SQL files, in order.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--json",
      description = "Print the summary as one JSON object on standard output.")
  private boolean json;

  @Option(
      names = "--from-savepoint",
      paramLabel = "DIR",
      description = "Begin from a savepoint; --checkpoint-dir is a directory without checkpoints.")
  private String savepoint;

  @Mixin private SharedOptions shared = new SharedOptions();
  @Mixin private CommandSupport support = new CommandSupport();

  RunCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return support.guarded(
        console,
        () -> {
          List<SqlText> texts = Scripts.read(console, files);
          Session session =
              support.use(
                  shared.session(console, Scripts.pipelineName(files.get(0)), fromSavepoint()));
          List<Step> steps = session.prepare(texts);
          if (steps.stream().noneMatch(s -> !(s instanceof Step.Done))) {
            throw nothingToRun();
          }
          StepRunner runner =
              new StepRunner(
                  session,
                  console,
                  Scripts.defaultLayout(console),
                  json ? Telling.JSON : Telling.FULL);
          return support.use(runner).run(steps, false);
        });
  }

  private Map<String, String> fromSavepoint() {
    return savepoint == null ? Map.of() : Map.of(Settings.FROM_SAVEPOINT, savepoint);
  }

  private UserError nothingToRun() {
    String names = files.stream().map(Path::toString).collect(Collectors.joining("', '"));
    return UserError.of(
            ErrorCode.INVALID_QUERY, "nothing to run: no INSERT and no SELECT in '" + names + "'")
        .withHint("definitions alone move no rows; add INSERT INTO … SELECT …, or use 'check'");
  }
}
