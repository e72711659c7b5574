package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.engine.RunControl;
import dev.sluice.engine.RunControl.Action;
import dev.sluice.engine.RunControl.Answer;
import dev.sluice.engine.RunControl.Request;
import dev.sluice.engine.RunControl.Run;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** Asks a run of another process, found by the directory of its checkpoints. Single-threaded. */
final class Asking {
  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long to wait for it; default: ${DEFAULT-VALUE}.")
  private int timeout = 120;

  /**
   * Asks, waits, prints the answer and gives the exit code.
   *
   * @param to directory of a savepoint, empty text for the default
   */
  int ask(Console console, Path directory, Action action, Optional<String> to)
      throws InterruptedException {
    Answer answer = answer(console, directory, action, to);
    console.out().print(answer.text() + "\n");
    console.out().flush();
    return answer.done() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private Answer answer(Console console, Path directory, Action action, Optional<String> to)
      throws InterruptedException {
    Path checkpoints = console.workingDirectory().resolve(directory);
    try {
      Run run =
          RunControl.find(checkpoints)
              .filter(Run::runs)
              .orElseThrow(
                  () ->
                      UserError.of(
                              ErrorCode.CHECKPOINT,
                              "no run keeps its checkpoints in '" + directory + "' now")
                          .withHint("give the --checkpoint-dir of a pipeline that is running"));
      String place =
          to.filter(text -> !text.isEmpty())
              .map(text -> console.workingDirectory().resolve(text).toAbsolutePath().toString())
              .orElse("");
      RunControl.ask(checkpoints, new Request(run.token(), action, place));
      return answer(checkpoints, run);
    } catch (IOException e) {
      throw UserError.of(ErrorCode.CHECKPOINT, "'" + directory + "' cannot be used")
          .withDetail(e.getClass().getSimpleName() + ": " + e.getMessage())
          .causedBy(e);
    }
  }

  private Answer answer(Path checkpoints, Run run) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
    while (true) {
      // whether it is gone is asked first: its answer comes before its end
      boolean gone = !run.runs();
      Optional<Answer> answer = RunControl.answer(checkpoints, run.token());
      if (answer.isPresent()) {
        return answer.get();
      }
      if (gone) {
        throw UserError.of(
            ErrorCode.INTERRUPTED, "process " + run.pid() + " has ended without an answer");
      }
      if (System.nanoTime() > deadline) {
        throw UserError.of(
                ErrorCode.INTERRUPTED,
                "process " + run.pid() + " has not answered for " + timeout + " s")
            .withHint("it may be at a long piece of work; --timeout waits longer");
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
