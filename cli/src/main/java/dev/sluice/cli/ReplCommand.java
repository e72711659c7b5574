package dev.sluice.cli;

import dev.sluice.cli.repl.Repl;
import dev.sluice.cli.run.Console;
import dev.sluice.pipeline.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice repl}: the interactive shell. */
@Command(
    name = "repl",
    description = "Interactive shell; also what 'sluice' alone does on a terminal.")
final class ReplCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SharedOptions shared = new SharedOptions();
  @Mixin private CommandSupport support = new CommandSupport();

  ReplCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return start(console, shared, support);
  }

  static int start(Console console, SharedOptions shared, CommandSupport support) {
    return support.guarded(
        console,
        () -> {
          Session session = support.use(shared.session(console, "repl"));
          if (!console.inTerminal()) {
            // nobody to talk to: what a pipe says is a script, with a script's exit codes
            return Scripts.run(
                List.of(Scripts.standardInput(console)),
                session,
                console,
                support,
                Scripts.defaultLayout(console));
          }
          return Repl.start(session, console, support.errors(console), support.colours(console));
        });
  }
}
