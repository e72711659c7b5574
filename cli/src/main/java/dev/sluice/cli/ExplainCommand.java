package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import dev.sluice.planner.Statement.Explain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice explain}: the physical plan of a whole file. */
@Command(
    name = "explain",
    description = "Show the plan of SQL files.",
    footer = {
      "",
      "  sluice explain orders.sql",
      "  sluice explain orders.sql --format dot | dot -Tsvg > plan.svg"
    })
final class ExplainCommand implements Callable<Integer> {
  /** The forms of a plan. */
  enum Format {
    text(Explain.Format.PHYSICAL),
    json(Explain.Format.JSON),
    dot(Explain.Format.DOT);

    private final Explain.Format form;

    Format(Explain.Format form) {
      this.form = form;
    }
  }

  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "SQL files, in order, as one script.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "One of: ${COMPLETION-CANDIDATES}; default: text.")
  private Format format;

  @Mixin private SharedOptions shared = new SharedOptions();
  @Mixin private CommandSupport support = new CommandSupport();

  ExplainCommand(Console console) {
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
          String plan = session.explain(texts, format.form);
          if (plan.isEmpty()) {
            throw UserError.of(
                ErrorCode.INVALID_QUERY, "nothing to explain: no INSERT and no SELECT");
          }
          console.out().print(plan.stripTrailing() + "\n");
          console.out().flush();
          return ExitCode.DONE;
        });
  }
}
