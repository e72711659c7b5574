package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the manual shows is understood: its statements pass {@code sluice check}. */
class DocsTest {
  private static final Pattern BLOCK = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path directory;

  @Test
  void everyStatementOfTheReferencePassesCheck() throws Exception {
    String page = Files.readString(Path.of("../docs/sql.md"));
    StringBuilder script = new StringBuilder();
    Matcher blocks = BLOCK.matcher(page);
    while (blocks.find()) {
      script.append(blocks.group(1)).append('\n');
    }
    Path file = Files.writeString(directory.resolve("reference.sql"), script);
    Invocation run = Invocation.of(directory, "check", file.toString());
    assertThat(run.code()).as(run.err()).isZero();
  }
}
