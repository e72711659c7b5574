package dev.sluice.cli.run;

import dev.sluice.engine.Job;
import java.io.PrintStream;
import java.util.Optional;
import org.jline.utils.Signals;

/**
 * Turns SIGINT and SIGTERM into the end of one job, from construction to {@link #close}. A pipeline
 * is asked to stop in good order by the first signal and cancelled by the second; a query is
 * cancelled at once. The third ends the process. Handlers run on the JVM's signal thread.
 */
final class Interrupts implements AutoCloseable {
  private final Job job;
  private final boolean graceful;
  private final PrintStream err;
  private final Object oldInt;
  private final Object oldTerm;
  private int signals;
  private boolean byKeyboard;
  private boolean cancelled;

  Interrupts(Job job, boolean graceful, PrintStream err) {
    this.job = job;
    this.graceful = graceful;
    this.err = err;
    oldInt = Signals.register("INT", () -> onSignal(true));
    oldTerm = Signals.register("TERM", () -> onSignal(false));
  }

  private synchronized void onSignal(boolean keyboard) {
    signals++;
    byKeyboard |= keyboard;
    if (signals > 2) {
      Runtime.getRuntime().halt(keyboard ? ExitCode.INTERRUPTED : ExitCode.FAILED);
    } else if (graceful && signals == 1) {
      err.println(
          keyboard
              ? "\nstopping after the current micro-batch; press Ctrl-C again to abandon it"
              : "stopping after the current micro-batch");
      job.stop();
    } else {
      cancelled = true;
      if (keyboard) {
        err.println(); // the terminal has echoed ^C
      }
      job.cancel();
    }
  }

  /** The exit code the signals call for, if there were any. */
  synchronized Optional<Integer> exitCode() {
    if (signals == 0) {
      return Optional.empty();
    }
    if (byKeyboard) {
      return Optional.of(ExitCode.INTERRUPTED);
    }
    return Optional.of(cancelled ? ExitCode.FAILED : ExitCode.DONE);
  }

  /** Gives the signals back to whoever had them. */
  @Override
  public void close() {
    Signals.unregister("INT", oldInt);
    Signals.unregister("TERM", oldTerm);
  }
}
