package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.engine.checkpoint.CheckpointStorage;
import dev.sluice.engine.checkpoint.Checkpoints;
import dev.sluice.engine.checkpoint.LocalStorage;
import dev.sluice.engine.checkpoint.Manifest;
import dev.sluice.engine.checkpoint.Savepoints;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice checkpoints}: what is in a directory of checkpoints. */
@Command(
    name = "checkpoints",
    description = "List, show or delete the checkpoints of a pipeline.",
    footer = {
      "",
      "  sluice checkpoints list /var/lib/sluice/orders",
      "  sluice checkpoints show /var/lib/sluice/orders 17",
      "  sluice checkpoints delete /var/lib/sluice/orders --all"
    })
final class CheckpointsCommand implements Callable<Integer> {
  /** What to do. */
  enum Action {
    list,
    show,
    delete
  }

  private final Console console;

  @Parameters(index = "0", paramLabel = "ACTION", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Action action;

  @Parameters(index = "1", paramLabel = "DIR", description = "Directory of the checkpoints.")
  private Path directory;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "EPOCH",
      description = "Number of a checkpoint; show takes the newest without it.")
  private Long epoch;

  @Option(names = "--all", description = "Delete all, and what belongs to them: begin anew.")
  private boolean all;

  @Mixin private CommandSupport support = new CommandSupport();

  CheckpointsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return support.guarded(
        console,
        () -> {
          Path path = console.workingDirectory().resolve(directory);
          if (!Files.isDirectory(path)) {
            throw UserError.of(ErrorCode.CHECKPOINT, "'" + directory + "' is not a directory");
          }
          CheckpointStorage storage = new LocalStorage(path);
          try {
            switch (action) {
              case list -> {
                list(Checkpoints.list(storage), Savepoints.isOne(storage));
                savepoints(path);
              }
              case show -> show(Checkpoints.list(storage));
              default -> delete(storage);
            }
          } catch (IOException e) {
            throw UserError.of(ErrorCode.CHECKPOINT, "'" + directory + "' cannot be read")
                .withDetail(String.valueOf(e.getMessage()))
                .causedBy(e);
          }
          console.out().flush();
          return ExitCode.DONE;
        });
  }

  private void savepoints(Path path) throws IOException {
    for (Path place : Savepoints.within(path)) {
      for (Checkpoints.Entry entry : Checkpoints.list(new LocalStorage(place))) {
        print(entry, "  savepoint in " + path.relativize(place));
      }
    }
  }

  private void print(Checkpoints.Entry entry, String note) {
    String what =
        entry.manifest().isPresent()
            ? summary(entry.manifest().get(), entry.own(), entry.shared())
            : "DAMAGED: " + entry.damage().orElseThrow();
    console.out().print(String.format(Locale.ROOT, "%8d  %s%s%n", entry.epoch(), what, note));
  }

  private void list(List<Checkpoints.Entry> entries, boolean savepoint) {
    if (entries.isEmpty()) {
      console.out().print("no checkpoints\n");
    }
    entries.forEach(entry -> print(entry, savepoint ? "  savepoint" : ""));
  }

  private static String summary(Manifest manifest, long own, long shared) {
    return Instant.ofEpochMilli(manifest.createdMillis()).truncatedTo(ChronoUnit.SECONDS)
        + String.format(Locale.ROOT, "  %,12d bytes  ", own)
        + (shared > 0 ? String.format(Locale.ROOT, "and %,d shared  ", shared) : "")
        + manifest.pipeline()
        + (manifest.complete() ? "  (its input had ended)" : "");
  }

  private void show(List<Checkpoints.Entry> entries) {
    Checkpoints.Entry entry =
        entries.stream()
            .filter(e -> epoch == null || e.epoch() == epoch)
            .findFirst()
            .orElseThrow(this::unknown);
    if (entry.manifest().isEmpty()) {
      throw UserError.of(ErrorCode.CHECKPOINT, "checkpoint " + entry.epoch() + " is damaged")
          .withDetail(entry.damage().orElseThrow());
    }
    console.out().print(entry.manifest().get().print() + "\n");
  }

  private UserError unknown() {
    return UserError.of(
            ErrorCode.CHECKPOINT,
            epoch == null ? "there is no checkpoint" : "there is no checkpoint " + epoch)
        .withHint("'sluice checkpoints list " + directory + "' shows what there is");
  }

  private void delete(CheckpointStorage storage) throws IOException {
    if (all == (epoch != null)) {
      throw UserError.of(ErrorCode.CHECKPOINT, "delete takes the number of a checkpoint, or --all");
    }
    List<String> deleted = Checkpoints.delete(storage, Optional.ofNullable(epoch));
    if (deleted.isEmpty() && epoch != null) {
      throw unknown();
    }
    deleted.forEach(name -> console.out().print("deleted " + name + "\n"));
  }
}
