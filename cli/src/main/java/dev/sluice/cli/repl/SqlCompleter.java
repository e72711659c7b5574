package dev.sluice.cli.repl;

import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/**
 * Hands the suggestions of {@link Completion} to the line reader. Used by the line reader's thread.
 */
final class SqlCompleter implements Completer {
  private final Completion completion;

  SqlCompleter(Completion completion) {
    this.completion = completion;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
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
