package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classes of the manual compile, and its queries give the rows that it shows. */
class FunctionsUdfDocTest {
  private static final Pattern BLOCK =
      Pattern.compile("```(java|sql|text)\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

  @TempDir Path directory;

  @Test
  void everyExampleGivesItsRows() throws Exception {
    Map<String, String> classes = new LinkedHashMap<>();
    List<String> queries = new ArrayList<>();
    List<String> results = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(Files.readString(Path.of("../docs/functions-udf.md")));
    while (blocks.find()) {
      switch (blocks.group(1)) {
        case "java" -> {
          Matcher name = CLASS.matcher(blocks.group(2));
          assertThat(name.find()).isTrue();
          classes.put(name.group(1), blocks.group(2));
        }
        case "sql" -> queries.add(blocks.group(2));
        default -> results.add(blocks.group(2));
      }
    }
    assertThat(queries).hasSameSizeAs(results).hasSameSizeAs(classes.keySet()).isNotEmpty();
    JavaJar.of(directory, "acme", classes);
    for (int i = 0; i < queries.size(); i++) {
      Invocation run = Invocation.of(directory, "-e", queries.get(i));
      assertThat(run.err()).as(queries.get(i)).isEmpty();
      assertThat(run.out()).isEqualTo(results.get(i));
    }
  }
}
