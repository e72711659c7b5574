package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records whose form changes in the midst of the stream: fields that are new are left out, fields
 * that are gone are NULL, what does not fit its column is a malformed record, and those around it
 * arrive.
 */
class DriftTest {
  @TempDir Path directory;

  private void write(String name, String... lines) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(directory.resolve(name)).stream().skip(1).sorted().toList();
  }

  private Invocation run(String path, String format, String key) throws IOException {
    Files.writeString(
        directory.resolve("p.sql"),
        "CREATE STREAM s (id INT, name STRING, n INT"
            + key
            + ") WITH ('connector' = 'filesystem', 'path' = '"
            + path
            + "', 'format' = '"
            + format
            + "', 'on-error' = 'to:bad'); CREATE SINK bad (reason STRING, raw STRING) WITH"
            + " ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'bad.csv'); CREATE SINK o"
            + " WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'o.csv') AS SELECT *"
            + " FROM s;");
    return Invocation.of(directory, "run", "p.sql");
  }

  private void requireMalformed(Invocation run, String... reasons) throws IOException {
    assertThat(run.code()).as(run.err()).isZero();
    List<String> bad = lines("bad.csv");
    assertThat(bad).hasSameSizeAs(reasons);
    for (String reason : reasons) {
      assertThat(bad).anyMatch(line -> line.contains(reason));
    }
  }

  @Test
  void json() throws IOException {
    write(
        "in.json",
        "{\"id\":1,\"name\":\"a\",\"n\":1}",
        "{\"id\":2,\"name\":\"new field\",\"n\":2,\"extra\":{\"x\":[1]}}",
        "{\"id\":3,\"n\":3}",
        "{\"id\":4,\"name\":\"number in a text\",\"n\":\"4\"}",
        "{\"id\":5,\"name\":\"text\",\"n\":\"four\"}",
        "{\"id\":6,\"name\":\"wider\",\"n\":9999999999}",
        "{\"id\":7,\"name\":7,\"n\":7}",
        "{\"id\":8,\"title\":\"renamed\",\"n\":8}",
        "{\"n\":9,\"name\":\"in another order\",\"id\":9}",
        "{\"id\":10,\"name\":\"fraction\",\"n\":11.5}",
        "{\"ID\":11,\"name\":\"in capitals\",\"n\":11}");
    requireMalformed(
        run("in.json", "json", ""),
        "expected INTEGER, saw 'four'",
        "expected INTEGER (out of range), saw '9999999999'",
        "expected INTEGER, saw '11.5'");
    assertThat(lines("o.csv"))
        .containsExactlyInAnyOrder(
            "1,a,1",
            "2,new field,2",
            "3,,3",
            "4,number in a text,4",
            "7,7,7",
            "8,,8",
            "9,in another order,9",
            ",in capitals,11");
  }

  @Test
  void csv() throws IOException {
    write(
        "in.csv", "id,name,n", "1,a,1", "2,b,2,more", "3,c", "4,d,four", "5,e,9999999999", "6,,6");
    requireMalformed(
        run("in.csv", "csv", ""),
        "expected 3 fields, saw 4",
        "expected 3 fields, saw 2",
        "expected INTEGER, saw 'four'",
        "expected INTEGER (out of range)");
    assertThat(lines("o.csv")).containsExactlyInAnyOrder("1,a,1", "6,,6");
  }

  /** Each file has a header of its own. */
  @Test
  void csvFilesOfOtherColumns() throws IOException {
    write("in/a.csv", "id,name,n", "1,a,1");
    write("in/b.csv", "n,id,name", "2,20,b");
    write("in/c.csv", "id,name,n,extra", "3,c,3,x");
    requireMalformed(run("in", "csv", ""));
    assertThat(lines("o.csv")).containsExactlyInAnyOrder("1,a,1", "20,b,2", "3,c,3");
    write("in/d.csv", "id,title,n", "4,d,4");
    Invocation renamed = run("in", "csv", "");
    assertThat(renamed.code()).isNotEqualTo(ExitCode.DONE);
    assertThat(renamed.err()).contains("d.csv", "has no column 'name'", "id, title, n");
  }

  @Test
  void changesOfATable() throws IOException {
    write(
        "in.json",
        "{\"before\":null,\"after\":{\"id\":1,\"name\":\"a\",\"n\":1},\"op\":\"c\"}",
        "{\"before\":null,\"after\":{\"id\":2,\"name\":\"b\",\"n\":2,\"extra\":true},\"op\":\"c\"}",
        "{\"before\":{\"id\":1,\"name\":\"a\",\"n\":1},"
            + "\"after\":{\"id\":1,\"name\":\"a2\",\"n\":10,\"extra\":\"x\"},\"op\":\"u\"}",
        "{\"before\":null,\"after\":{\"id\":3,\"n\":3},\"op\":\"c\"}",
        "{\"before\":{\"id\":2,\"name\":\"b\",\"n\":2,\"extra\":true},\"after\":null,\"op\":\"d\"}",
        "{\"before\":null,\"after\":{\"id\":4,\"name\":\"d\",\"n\":\"four\"},\"op\":\"c\"}",
        "{\"ddl\":\"ALTER TABLE t ADD COLUMN extra INT\",\"databaseName\":\"shop\"}",
        "{\"before\":null,\"after\":{\"id\":5,\"name\":\"e\",\"n\":5},\"op\":\"c\"}");
    requireMalformed(
        run("in.json", "debezium-json", ", PRIMARY KEY (id) NOT ENFORCED"),
        "expected INTEGER, saw 'four'",
        "the record has no 'op'");
    assertThat(lines("o.csv")).containsExactlyInAnyOrder("1,a2,10", "3,,3", "5,e,5");
  }
}
