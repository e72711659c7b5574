package dev.sluice.cli;

import dev.sluice.cli.print.RowPrinter.Layout;
import dev.sluice.cli.run.Console;
import dev.sluice.pipeline.SqlText;
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
