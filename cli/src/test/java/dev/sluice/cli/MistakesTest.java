package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users get wrong and what they are told, as files to be read: statements that all cases
 * share, then cases between lines of equals signs, each a script, a line of dashes and standard
 * error with the exit code. A line {@code -- file NAME: TEXT} makes an input file, {@code \n} in it
 * ends a line. Scripts are checked; in a file that begins with {@code -- run} they are run. {@code
 * -Daccept=true} writes what comes out as the new expectation: read it as the user who gets it.
 */
class MistakesTest {
  private static final Path ROOT = Path.of("src/test/resources/mistakes");
  private static final String CASE = "\n====\n";
  private static final String CUT = "\n----\n";
  private static final Pattern FILE = Pattern.compile("(?m)^-- file (\\S+): (.*)$");

  /** Words of the machinery, which mean nothing to a user. */
  private static final Pattern JARGON =
      Pattern.compile(
          "[Cc]alcite|Rel[A-Z]\\w+|Rex[A-Z]|Sql[A-Z]|Exception|\\bnull\\b|@[0-9a-f]{5,}|\\tat |bug"
              + " in Sluice|<NUMERIC|<COMPARABLE|\\$[a-z0-9]|EXPR\\$|java\\.|RECORDTYPE|JavaType"
              + "|SCALAR_QUERY|VARCHAR\\(|2147483647|magic");

  @TempDir Path directory;

  @TestFactory
  List<DynamicTest> everyMistakeHasItsMessage() throws IOException {
    try (Stream<Path> files = Files.list(ROOT)) {
      return files
          .sorted()
          .map(f -> DynamicTest.dynamicTest(ROOT.relativize(f).toString(), () -> check(f)))
          .toList();
    }
  }

  private void check(Path file) throws IOException {
    String[] parts = Files.readString(file).split(CASE);
    List<String> actual = new ArrayList<>(List.of(parts[0]));
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      int cut = part.indexOf(CUT);
      String script = cut < 0 ? part.strip() : part.substring(0, cut);
      actual.add(script + CUT + outcome(parts[0], script));
    }
    String whole = String.join(CASE, actual).stripTrailing() + "\n";
    if (Boolean.getBoolean("accept")) {
      Files.writeString(file, whole);
    }
    assertThat(whole).isEqualTo(Files.readString(file));
    for (String part : actual.subList(1, actual.size())) {
      String message = part.substring(part.indexOf(CUT)).replaceAll("(?m)^\\d* *\\|.*$", "");
      assertThat(JARGON.matcher(message).find()).as("jargon in %s", message).isFalse();
    }
  }

  private String outcome(String shared, String script) throws IOException {
    makeFiles(shared);
    makeFiles(script);
    // the shared part in a file of its own, so that lines count from the script's first
    Files.writeString(directory.resolve("shared.sql"), shared);
    Files.writeString(directory.resolve("your.sql"), script);
    Invocation run =
        shared.startsWith("-- run")
            ? Invocation.of(directory, "-f", "shared.sql", "-f", "your.sql")
            : Invocation.of(directory, "check", "shared.sql", "your.sql", "--set", "SET=given");
    String text =
        run.err()
            .replace(directory.toRealPath().toString(), "$DIR")
            .replace(directory.toString(), "$DIR")
            .replaceAll("(?s)(done in|ok:) .*", "(it ran)\n");
    return text + "exit " + run.code();
  }

  private void makeFiles(String script) throws IOException {
    Matcher files = FILE.matcher(script);
    while (files.find()) {
      Files.writeString(directory.resolve(files.group(1)), files.group(2).replace("\\n", "\n"));
    }
  }
}
