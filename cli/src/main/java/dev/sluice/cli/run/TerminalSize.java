package dev.sluice.cli.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The width of the controlling terminal. Stateless. */
final class TerminalSize {
  private static final int FALLBACK = 80;

  private TerminalSize() {}

  /**
   * In columns; {@value #FALLBACK} where it cannot be known. Asks the terminal driver by {@code
   * stty}.
   */
  static int columns() {
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
