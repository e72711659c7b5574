package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.ResultStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** One run of {@link Main} in this process with its streams caught. */
record Invocation(int code, String out, String err) {
  static Invocation of(Path directory, String... args) {
    return withInput("", directory, args);
  }

  static Invocation withInput(String input, Path directory, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(args, console(input, out, err, directory, Map.of()));
    return new Invocation(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static Console console(
      String input,
      OutputStream out,
      ByteArrayOutputStream err,
      Path directory,
      Map<String, String> environment) {
    return new Console(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new ResultStream("standard output", out, true),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        false,
        false,
        "./sluice",
        directory,
        name -> Optional.ofNullable(environment.get(name)));
  }
}
