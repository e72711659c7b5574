package dev.sluice.cli.repl;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jline.builtins.Completers;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/**
 * Hands the suggestions of {@link Completion} to the line reader. Used by the line reader's thread.
 */
final class SqlCompleter implements Completer {
  private static final Pattern FILE_COMMAND = Pattern.compile("\\\\[io]\\s");

  private final Completion completion;

  private final Completer files;

  /**
   * @param directory where relative file names start
   */
  SqlCompleter(Completion completion, Path directory) {
    this.completion = completion;
    this.files = new Completers.FilesCompleter(directory);
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (FILE_COMMAND.matcher(line.line()).lookingAt()) {
      files.complete(reader, line, candidates);
      return;
    }
    int sort = 0;
    for (Suggestions.Value value : completion.at(line.line(), line.cursor()).values()) {
      String description = value.description().isEmpty() ? null : value.description();
      candidates.add(
          new Candidate(
              value.text(),
              value.text(),
              value.group(),
              description,
              null,
              null,
              value.complete(),
              sort++));
    }
  }
}
