package dev.sluice.cli.run;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The world a command sees: streams, whether each is a terminal, environment and working directory.
 * Results go to {@code out}, everything else to {@code err}. A value; the streams are safe for use
 * by any thread.
 *
 * @param command how the user calls the program, for hints
 */
public record Console(
    InputStream in,
    ResultStream out,
    PrintStream err,
    boolean inTerminal,
    boolean outTerminal,
    boolean errTerminal,
    String command,
    Path workingDirectory,
    Function<String, Optional<String>> environment) {

  /**
   * That of this process. The launcher says in {@code sluice.terminal} which of the streams 0, 1
   * and 2 are terminals, since Java can only tell of all together.
   */
  public static Console ofProcess() {
    String terminal = System.getProperty("sluice.terminal", System.console() == null ? "" : "012");
    return new Console(
        System.in,
        new ResultStream(
            "standard output",
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            false),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        terminal.contains("0"),
        terminal.contains("1"),
        terminal.contains("2"),
        System.getProperty("sluice.command", "sluice"),
        Path.of("").toAbsolutePath(),
        name -> Optional.ofNullable(System.getenv(name)));
  }

  /** Whether messages may be coloured, the user's wish apart. */
  public boolean colours() {
    return errTerminal
        && environment.apply("NO_COLOR").filter(v -> !v.isEmpty()).isEmpty()
        && !environment.apply("TERM").orElse("dumb").equals("dumb");
  }
}
