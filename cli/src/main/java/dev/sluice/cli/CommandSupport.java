package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ErrorPrinter;
import dev.sluice.cli.run.ExitCode;
import dev.sluice.cli.run.StepRunner;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * What all commands share: how messages look and how failures become exit codes. Single-threaded.
 */
final class CommandSupport {
  /** The switch for stack traces, looked for before Picocli runs too. */
  static final String DEBUG = "--debug";

  @Option(names = DEBUG, description = "Show stack traces and more of the log.")
  private boolean debug;

  @Option(
      names = "--no-color",
      description = "No colours; the same as NO_COLOR=1 in the environment.")
  private boolean plain;

  private Optional<Session> session = Optional.empty();
  private Optional<StepRunner> runner = Optional.empty();

  /** A command's work; gives the exit code. */
  interface Work {
    int run() throws InterruptedException;
  }

  /** The session whose texts error messages may quote. */
  Session use(Session opened) {
    session = Optional.of(opened);
    return opened;
  }

  /** The runner that knows whether anything has run. */
  StepRunner use(StepRunner opened) {
    runner = Optional.of(opened);
    return opened;
  }

  /** Does the work; a failure is printed and becomes the exit code. */
  int guarded(Console console, Work work) {
    try {
      return work.run();
    } catch (UserError e) {
      report(console, e);
      boolean started = runner.map(StepRunner::ranSomething).orElse(false);
      return e.code().beforeStart() && !started ? ExitCode.REFUSED : ExitCode.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    } catch (RuntimeException | Error e) {
      report(console, e);
      return ExitCode.FAILED;
    }
  }

  private void report(Console console, Throwable failure) {
    console.out().flush();
    errors(console).print(failure, source -> session.flatMap(s -> s.text(source)));
  }

  ErrorPrinter errors(Console console) {
    return new ErrorPrinter(console.err(), colours(console), debug);
  }

  boolean colours(Console console) {
    return !plain && console.colours();
  }
}
