package dev.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What no tool knows: file length, package pages, left-over notes, and that the error reference is
 * complete.
 */
class LintTest {

  private static final int LONGEST_FILE = 600;

  /** Files that may be longer, each with its reason. */
  private static final Map<String, String> LONG_FILES = Map.of();

  private static final Pattern LEFT_OVER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern EMPTY_NAME =
      Pattern.compile("(Manager|Helper|Helpers|Util|Utils|Impl)\\.java$");

  private final Path root = root();

  @Test
  void everyPackageSaysWhatLivesInIt() {
    Set<String> missing = new TreeSet<>();
    for (Path file : sources("main")) {
      if (!Files.exists(file.resolveSibling("package-info.java"))) {
        missing.add(root.relativize(file.getParent()).toString());
      }
    }
    assertThat(missing).as("packages without package-info.java").isEmpty();
  }

  @Test
  void noFileIsTooLongToRead() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources("main", "test")) {
      String name = name(file);
      long lines = text(file).lines().count();
      if (lines > LONGEST_FILE && !LONG_FILES.containsKey(name)) {
        tooLong.add(name + ": " + lines);
      }
    }
    assertThat(tooLong).as("files over %d lines", LONGEST_FILE).isEmpty();
  }

  @Test
  void noNoteIsLeftOver() {
    List<String> found = new ArrayList<>();
    for (Path file : sources("main", "test")) {
      List<String> lines = text(file).lines().collect(Collectors.toList());
      for (int i = 0; i < lines.size(); i++) {
        if (LEFT_OVER.matcher(lines.get(i)).find()) {
          found.add(name(file) + ":" + (i + 1));
        }
      }
    }
    assertThat(found).as("notes for later: open an issue instead").isEmpty();
  }

  @Test
  void classNamesSayWhatTheClassIs() {
    assertThat(
            sources("main").stream()
                .map(this::name)
                .filter(name -> EMPTY_NAME.matcher(name).find()))
        .as("names that say nothing")
        .isEmpty();
  }

  @Test
  void errorCodesAreDistinct() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::id)).doesNotHaveDuplicates();
  }

  @Test
  void theErrorReferenceNamesEveryCode() throws IOException {
    Path page = root.resolve("docs/errors.md");
    String expected = errorReference();
    if (Boolean.getBoolean("accept")) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, expected);
    }
    assertThat(text(page)).as("docs/errors.md; rewrite it with -Daccept=true").isEqualTo(expected);
  }

  private static String errorReference() {
    StringBuilder out = new StringBuilder();
    out.append("# Errors\n\n");
    out.append(
        "Every error a user can cause or meet has a code. Codes are stable: one is never reused,"
            + " while the\n");
    out.append(
        "message may be reworded. Syntax errors and other mistakes that are known before anything"
            + " runs end\n");
    out.append(
        "the process with exit code 2, failures while running with exit code 1. `--debug` adds the"
            + " stack\n");
    out.append("trace.\n\n");
    out.append(
        "This page is generated from `ErrorCode` (`mvn test -pl cli -am -Dtest=LintTest"
            + " -Daccept=true\n");
    out.append("-Dsurefire.failIfNoSpecifiedTests=false`).\n");
    section(out, 1, "Text and syntax");
    section(out, 2, "Meaning");
    section(out, 3, "Options, connectors, servers: before the start");
    section(out, 4, "While running");
    return out.toString();
  }

  private static void section(StringBuilder out, int thousand, String title) {
    out.append("\n## ")
        .append(title)
        .append("\n\n| code | name | meaning | exit code |\n| --- | --- | --- | --- |\n");
    for (ErrorCode code : ErrorCode.values()) {
      if (code.id().startsWith("SLU-" + thousand)) {
        out.append("| ")
            .append(code.id())
            .append(" | ")
            .append(code.name())
            .append(" | ")
            .append(code.meaning());
        out.append(" | ").append(code.beforeStart() ? 2 : 1).append(" |\n");
      }
    }
  }

  private List<Path> sources(String... kinds) {
    Pattern wanted = Pattern.compile("/src/(" + String.join("|", kinds) + ")/java/.*\\.java$");
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> found =
          files
              .filter(file -> !name(file).contains("target/") && !name(file).startsWith("."))
              .filter(file -> wanted.matcher("/" + name(file)).find())
              .sorted()
              .collect(Collectors.toList());
      assertThat(found).as("sources under " + root).hasSizeGreaterThan(20);
      return found;
    } catch (IOException e) {
      throw new AssertionError("cannot list " + root, e);
    }
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve(".mvn"))) {
      at = at.getParent();
    }
    assertThat(at).as("the project's root above the working directory").isNotNull();
    return at;
  }
}
