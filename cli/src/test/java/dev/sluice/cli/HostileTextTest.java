package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Literals and names that would break out of the code they end up in: Java that is generated from
 * expressions, and SQL that is generated for databases. Each must come back as it went in.
 */
class HostileTextTest {
  private static final long SEED = Long.getLong("sluice.hostile.seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("crash.kills", 0) >= 100 ? 500 : 10;
  private static final int TEXTS = 100;
  private static final String[] PIECES = {
    "\"",
    "\\",
    "\\u0022",
    "\\\"",
    "*/",
    "/*",
    "//",
    "--",
    ";",
    "}",
    "{",
    "'",
    "''",
    "`",
    "``",
    "\n",
    "\r",
    "\u2028",
    "\u0085",
    "\t",
    "$",
    "%s",
    "%n",
    "\u202e",
    "\ud83d\ude00",
    "\u00e4",
    "\\",
    "); System.exit(3); //",
    "\"+System.exit(3)+\"",
    "'); DROP TABLE t; --",
    "a",
    "B",
    "0",
    " "
  };

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  private String text() {
    StringBuilder text = new StringBuilder("x");
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    // a variable is the only thing that a literal may be other than itself
    return text.toString().replace("${", "{$").strip();
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Names are of one line. */
  private String nameText() {
    return text().replaceAll("[\\p{Cntrl}\u2028\u0085]", "_");
  }

  private static String name(String text) {
    return "`" + text.replace("`", "``") + "`";
  }

  @Test
  void textsAreTextsInGeneratedJava() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> texts = new ArrayList<>();
      StringBuilder select = new StringBuilder("SELECT 1 AS uno");
      for (int i = 0; i < TEXTS; i++) {
        String text = text();
        texts.add(text);
        // with a column in them, so that they are compiled and not computed beforehand
        select.append(", CONCAT(t.").append(name("c\"\\u0022*/")).append(", ");
        select.append(literal(text)).append(") AS c").append(i);
        select.append(", t.").append(name("c\"\\u0022*/")).append(" || 'y' = ");
        select.append(literal(text)).append(" AS e").append(i);
      }
      Files.writeString(
          directory.resolve("p.sql"),
          select + " FROM (VALUES ('')) AS t(" + name("c\"\\u0022*/") + ");");
      Invocation run = Invocation.of(directory, "-f", "p.sql", "--output", "json");
      assertThat(run.code()).as("seed %d\n%s", SEED, run.err()).isZero();
      JsonNode row = new ObjectMapper().readTree(run.out());
      for (int i = 0; i < TEXTS; i++) {
        assertThat(row.get("c" + i).textValue()).as("seed %d", SEED).isEqualTo(texts.get(i));
        assertThat(row.get("e" + i).booleanValue()).as("seed %d", SEED).isFalse();
      }
    }
  }

  /** What a database gets is one statement about one table with these columns. */
  @Test
  void namesAreNamesInGeneratedSql() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        names.add(i + nameText());
      }
      StringBuilder columns = new StringBuilder();
      for (int i = 0; i < names.size(); i++) {
        columns.append(i == 0 ? "" : ", ").append(name(names.get(i))).append(" BIGINT");
      }
      String table = "t" + round + nameText();
      String with =
          " WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:./db', 'table-name' = "
              + literal(table.replace(".", ""));
      StringBuilder values = new StringBuilder();
      for (int i = 0; i < names.size(); i++) {
        values.append(i == 0 ? "" : ", ").append(i);
      }
      Files.writeString(
          directory.resolve("p.sql"),
          "CREATE SINK o ("
              + columns
              + ")"
              + with
              + ", 'table.create' = 'true'); INSERT INTO o"
              + " VALUES ("
              + values
              + "); CREATE STREAM i ("
              + columns
              + ")"
              + with
              + "); SELECT * FROM i;");
      Invocation run = Invocation.of(directory, "-f", "p.sql", "--output", "json");
      assertThat(run.code()).as("seed %d\n%s", SEED, run.err()).isZero();
      JsonNode row = new ObjectMapper().readTree(run.out());
      assertThat(row.size()).as("seed %d", SEED).isEqualTo(names.size());
      for (int i = 0; i < names.size(); i++) {
        assertThat(row.get(names.get(i)).intValue()).as("seed %d", SEED).isEqualTo(i);
      }
    }
  }
}
