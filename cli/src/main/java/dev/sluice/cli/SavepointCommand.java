package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.engine.RunControl.Action;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice savepoint}: a checkpoint of a running pipeline that is kept. */
@Command(
    name = "savepoint",
    description = "Make a savepoint of a running pipeline, which goes on.",
    footer = {
      "",
      "  sluice savepoint /var/lib/sluice/orders",
      "  sluice run orders.sql --from-savepoint /var/lib/sluice/orders/savepoints/00000017 \\",
      "    --checkpoint-dir /var/lib/sluice/orders-2"
    })
final class SavepointCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "DIR", description = "Directory of its checkpoints.")
  private Path directory;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TO",
      description = "Directory to make; by default in DIR/savepoints.")
  private String to;

  @Mixin private Asking asking = new Asking();
  @Mixin private CommandSupport support = new CommandSupport();

  SavepointCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return support.guarded(
        console, () -> asking.ask(console, directory, Action.SAVEPOINT, Optional.ofNullable(to)));
  }
}
