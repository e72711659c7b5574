package dev.sluice.cli.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jline.utils.Signals;

/**
 * The width of the controlling terminal, kept up to date from construction to {@link #close}: asked
 * for again after each change of size. {@link #getAsInt} is called by one thread.
 */
final class TerminalSize implements IntSupplier, AutoCloseable {
  private static final int FALLBACK = 80;

  private final Object oldHandler;
  private volatile boolean stale = true;
  private int columns = FALLBACK;

  TerminalSize() {
    oldHandler = Signals.register("WINCH", () -> stale = true);
  }

  /** In columns; {@value #FALLBACK} where it cannot be known. */
  @Override
  public int getAsInt() {
    if (stale) {
      stale = false;
      columns = columns();
    }
    return columns;
  }

  /** Gives the signal back to whoever had it. */
  @Override
  public void close() {
    if (oldHandler != null) {
      Signals.unregister("WINCH", oldHandler);
    }
  }

  /** Asks the terminal driver by {@code stty}. */
  private static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .trim()
              .split(" ");
      boolean ended = stty.waitFor(1, TimeUnit.SECONDS);
      int columns = ended && size.length == 2 ? Integer.parseInt(size[1]) : 0;
      return columns > 0 ? columns : FALLBACK;
    } catch (IOException | NumberFormatException e) {
      return FALLBACK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FALLBACK;
    }
  }
}
