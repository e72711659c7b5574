package dev.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A value that names a folder names one folder below the table's, whatever it is. */
class PartitionPathTest {
  private static final List<String> HOSTILE =
      List.of(
          "..",
          ".",
          "../../etc",
          "/etc/passwd",
          "a/../../b",
          "..\\..\\x",
          "%2e%2e%2f",
          "%00",
          "\u0000",
          "a\nb",
          "~",
          "$HOME",
          "`id`",
          "a=b/c=d",
          "_temporary",
          ".hidden",
          "con",
          "x".repeat(10_000),
          "\u2025/\uff0e\uff0e",
          "-rf");

  private static void requireOneFolder(String value) {
    Path root = Path.of("/data/table");
    Path folder = root.resolve("k=" + FileTable.escape(value)).normalize();
    assertThat(folder.getParent()).as(value).isEqualTo(root);
    assertThat(FileTable.escape(value).replaceAll("%[0-9A-F]{2}|[A-Za-z0-9_.-]", "")).isEmpty();
    assertThat(FileTable.escape(value)).doesNotStartWith(".");
  }

  @Test
  void hostileValuesStayBelowTheTable() {
    HOSTILE.forEach(PartitionPathTest::requireOneFolder);
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      StringBuilder value = new StringBuilder();
      int length = random.nextInt(10);
      for (int c = 0; c < length; c++) {
        value.append("./\\%~\u0000 a\u2025".charAt(random.nextInt(9)));
      }
      requireOneFolder(value.toString());
    }
  }
}
