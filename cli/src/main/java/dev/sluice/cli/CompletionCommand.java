package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice completion}: a script that makes the user's shell complete our commands. */
@Command(
    name = "completion",
    description = "Print a completion script for a shell.",
    footer = {
      "",
      "  source <(sluice completion bash)",
      "  sluice completion zsh > ~/.zfunc/_sluice_completion; source ~/.zfunc/_sluice_completion"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells. */
  enum Shell {
    bash,
    zsh
  }

  private final Console console;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    // one script serves both: it turns on bash emulation where it finds itself in zsh
    String script = AutoComplete.bash("sluice", Main.commandLine(console));
    console.out().print(script.replaceFirst("^#!.*\n", "# for " + shell + ", to be sourced\n"));
    console.out().flush();
    return ExitCode.DONE;
  }
}
