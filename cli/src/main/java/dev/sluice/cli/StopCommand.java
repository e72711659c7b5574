package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.engine.RunControl.Action;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice stop}: ends a pipeline of another process in good order. */
@Command(
    name = "stop",
    description = "Stop a running pipeline after its current micro-batch, with a last checkpoint.",
    footer = {
      "",
      "  sluice stop /var/lib/sluice/orders",
      "  sluice stop /var/lib/sluice/orders --savepoint",
      "  sluice stop /var/lib/sluice/orders --savepoint /backup/orders-before-upgrade"
    })
final class StopCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "DIR", description = "Directory of its checkpoints.")
  private Path directory;

  @Option(
      names = "--savepoint",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "TO",
      description = "Keep the last checkpoint as a savepoint; by default in DIR/savepoints.")
  private String savepoint;

  @Mixin private Asking asking = new Asking();
  @Mixin private CommandSupport support = new CommandSupport();

  StopCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return support.guarded(
        console,
        () ->
            asking.ask(
                console,
                directory,
                savepoint == null ? Action.STOP : Action.STOP_WITH_SAVEPOINT,
                Optional.ofNullable(savepoint)));
  }
}
