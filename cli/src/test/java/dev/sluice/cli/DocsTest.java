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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the manual shows is understood: the statements of each page, as one script, pass {@code
 * sluice check}, and so do the commands, whose files are there.
 */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("\\./sluice ([^`|\\n>]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private static final Pattern LINK =
      Pattern.compile("\\]\\(((?!https?:)[^)#\\s]+\\.(?:md|java|sql|sh|plan))");

  /** Their statements need classes or jars of the reader's own. */
  private static final List<String> NEEDING_MORE = List.of("functions-udf.md");

  @TempDir Path directory;

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  static List<Path> pagesOfStatements() throws IOException {
    return pages().stream()
        .filter(page -> !NEEDING_MORE.contains(page.getFileName().toString()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("pagesOfStatements")
  void everyStatementOfAPagePassesCheck(Path page) throws Exception {
    StringBuilder script = new StringBuilder();
    Matcher blocks = BLOCK.matcher(Files.readString(page));
    while (blocks.find()) {
      script.append(blocks.group(1)).append('\n');
    }
    Path file = Files.writeString(directory.resolve("page.sql"), script);
    Invocation run = Invocation.of(directory, "check", file.toString());
    assertThat(run.code()).as(run.err()).isZero();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandOfAPagePassesCheck(Path page) throws Exception {
    Matcher commands = COMMAND.matcher(Files.readString(page));
    while (commands.find()) {
      check(commands.group(1).strip(), page);
    }
  }

  private void check(String command, Path page) throws IOException {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      words.add(
          Stream.of(matcher.group(1), matcher.group(2), matcher.group(3))
              .filter(java.util.Objects::nonNull)
              .findFirst()
              .orElseThrow());
    }
    boolean shape =
        words.stream().anyMatch(w -> w.contains("…") || w.contains("FILE") || w.contains("DIR"));
    if (shape) {
      return;
    }
    List<String> arguments = new ArrayList<>(List.of("check"));
    if (words.get(0).equals("-e")) {
      arguments.add(Files.writeString(directory.resolve("e.sql"), words.get(1)).toString());
    } else if (words.get(0).equals("-f")) {
      arguments.add(words.get(1));
    } else if (List.of("run", "check", "explain").contains(words.get(0))) {
      int end = words.indexOf("--format");
      arguments.addAll(words.subList(1, end < 0 ? words.size() : end));
    } else {
      arguments = new ArrayList<>(List.of(words.get(0), "--help"));
    }
    Invocation run = Invocation.of(ROOT, arguments.toArray(new String[0]));
    assertThat(run.code())
        .as("%s in %s: %s", Arrays.asList(command), ROOT.relativize(page), run.err())
        .isZero();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkInsideTheRepositoryLeadsSomewhere(Path page) throws Exception {
    Matcher links = LINK.matcher(Files.readString(page));
    while (links.find()) {
      assertThat(page.resolveSibling(links.group(1))).exists();
    }
  }

  @Test
  void theTestedSampleGivesItsExpectedRows() throws Exception {
    Path sample = ROOT.resolve("pipelines/samples/tested");
    Path out = directory.resolve("sales.csv");
    Invocation run =
        Invocation.of(
            directory,
            "run",
            sample.resolve("sales.sql").toString(),
            "--set",
            "INPUT=" + sample.resolve("test/orders.csv"),
            "--set",
            "OUTPUT=" + out);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Files.readAllLines(out).stream().sorted().toList())
        .isEqualTo(Files.readAllLines(sample.resolve("test/expected.csv")));
  }
}
