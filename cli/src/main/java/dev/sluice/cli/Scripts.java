package dev.sluice.cli;

import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.cli.run.Console;
import dev.sluice.cli.run.StepRunner;
import dev.sluice.cli.run.StepRunner.Telling;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SqlText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What the commands do with script files. Stateless. */
final class Scripts {
  private Scripts() {}

  static List<SqlText> read(Console console, List<Path> files) {
    return files.stream()
        .map(file -> SqlText.ofFile(console.workingDirectory(), file.toString()))
        .toList();
  }

  /** All of standard input, as one script. */
  static SqlText standardInput(Console console) {
    try {
      return new SqlText(
          "<stdin>", new String(console.in().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs texts and prints the rows of their queries; gives the exit code. */
  static int run(
      List<SqlText> texts, Session session, Console console, CommandSupport support, Layout layout)
      throws InterruptedException {
    StepRunner runner = support.use(new StepRunner(session, console, layout, Telling.BRIEF));
    return runner.run(session.prepare(texts), false);
  }

  /** The file's name without folder and ending. */
  static String pipelineName(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /** Aligned for a person, csv for a program. */
  static Layout defaultLayout(Console console) {
    return console.outTerminal() ? Layout.TABLE : Layout.CSV;
  }
}
