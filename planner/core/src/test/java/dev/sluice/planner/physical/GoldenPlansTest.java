package dev.sluice.planner.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Queries and their plans, or the errors they end in, as files: the query, a line of dashes, the
 * plan. {@code -Daccept=true} writes what comes out as the new expectation.
 */
class GoldenPlansTest {
  private static final Path ROOT = Path.of("src/test/resources/plan");
  private static final String CUT = "\n----\n";

  @TestFactory
  List<DynamicTest> everyQueryGivesItsPlan() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(f -> f.toString().endsWith(".plan"))
          .sorted()
          .map(f -> DynamicTest.dynamicTest(ROOT.relativize(f).toString(), () -> check(f)))
          .toList();
    }
  }

  private static void check(Path file) throws IOException {
    String text = Files.readString(file);
    int cut = text.indexOf(CUT);
    String sql = cut < 0 ? text.strip() : text.substring(0, cut);
    String actual = sql + CUT + outcome(sql);
    if (Boolean.getBoolean("accept")) {
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }

  private static String outcome(String sql) {
    try {
      return new Fixture().text(sql);
    } catch (UserError e) {
      return e.getMessage()
          + e.hint().map(h -> "\nhint: " + h).orElse("")
          + e.position().map(p -> "\nat " + p.line() + ":" + p.column()).orElse("")
          + "\n";
    }
  }
}
