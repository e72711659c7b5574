package dev.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.connector.Offset;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFilesTest {
  private static final Schema SIMPLE =
      Schema.of(
          new Field("id", DataType.of(Kind.BIGINT)),
          new Field("name", DataType.string()),
          new Field("price", DataType.of(Kind.DOUBLE)));

  static final Schema SCALARS =
      Schema.of(
          new Field("b", DataType.of(Kind.BOOLEAN)),
          new Field("t", DataType.of(Kind.TINYINT)),
          new Field("s", DataType.of(Kind.SMALLINT)),
          new Field("i", DataType.of(Kind.INTEGER)),
          new Field("l", DataType.of(Kind.BIGINT)),
          new Field("f", DataType.of(Kind.FLOAT)),
          new Field("d", DataType.of(Kind.DOUBLE)),
          new Field("n", DataType.decimal(10, 2)),
          new Field("big", DataType.decimal(38, 4)),
          new Field("v", DataType.string()),
          new Field("x", DataType.of(Kind.VARBINARY, Integer.MAX_VALUE)),
          new Field("day", DataType.of(Kind.DATE)),
          new Field("clock", DataType.of(Kind.TIME, 3)),
          new Field("ts0", DataType.timestamp(0)),
          new Field("ts3", DataType.timestamp(3)),
          new Field("ts6", DataType.timestamp(6)),
          new Field("tz", DataType.of(Kind.TIMESTAMP_LTZ, 3)));

  static final String SCALAR_ROWS =
      """
      {"b":true,"t":-128,"s":32767,"i":-2147483648,"l":-9223372036854775808,"f":1.1,"d":0.1,"n":-1.25,"big":1234567890123456789012345678901234.5678,"v":"a\\"b,\\n\\u00e4\\ud83d\\ude00","x":"AQID","day":"1969-12-31","clock":"23:59:59.999","ts0":"2024-02-29 01:02:03","ts3":"1969-12-31T23:59:59.999","ts6":"2024-01-01 00:00:00.123456","tz":"2024-01-01T01:00:00.5+01:00"}
      {}
      {"b":null,"t":0,"s":0,"i":0,"l":9223372036854775807,"f":3.4028235E38,"d":1.7976931348623157E308,"n":"0","big":-0.0001,"v":"","x":"","day":"2000-02-29","clock":"00:00:00","ts0":"2024-02-29","ts3":"2024-01-01 00:00","ts6":"2024-01-01 00:00:00Z","tz":"2024-01-01 00:00:00Z"}
      """;

  @TempDir Path folder;
  private FileHarness host;

  @BeforeEach
  void open() {
    host = new FileHarness(folder);
  }

  @AfterEach
  void allocatorClosesAtZero() {
    host.close();
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static TableRef table(Schema schema, String path, String format, String... more) {
    Map<String, String> options = new java.util.TreeMap<>(Map.of("path", path, "format", format));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return FileHarness.table(schema, options);
  }

  @Test
  void csvHeaderMatchesColumnsInAnyOrder() throws IOException {
    write("a.csv", "price,extra,NAME,id\r\n1.5,x,\"a,\"\"b\"\"\nc\",1\r\n,y,,2\r\n3,z,\"\",3");
    assertThat(host.read(table(SIMPLE, "a.csv", "csv")))
        .containsExactly("+I[1, a,\"b\"\nc, 1.5]", "+I[2, null, null]", "+I[3, , 3.0]");
    assertThat(host.read(table(SIMPLE, "a.csv", "csv"), List.of(0)))
        .containsExactly("+I[1]", "+I[2]", "+I[3]");
    assertThat(host.read(table(SIMPLE, "a.csv", "csv"), List.of())).hasSize(3);
  }

  @Test
  void csvDialects() throws IOException {
    write("a.txt", "1\t'x\ty'\tNA\n2\tNA\t2\n3\t\t4\n");
    assertThat(
            host.read(
                table(
                    SIMPLE,
                    "a.txt",
                    "csv",
                    "csv.header",
                    "false",
                    "csv.delimiter",
                    "\\t",
                    "csv.quote",
                    "'",
                    "csv.null-literal",
                    "NA")))
        .containsExactly("+I[1, x\ty, null]", "+I[2, null, 2.0]", "+I[3, , 4.0]");
  }

  @Test
  void csvHeaderLackingAColumnIsRefusedBeforeTheStart() throws IOException {
    write("a.csv", "id,nam,price\n1,a,2\n");
    assertThatThrownBy(() -> host.read(table(SIMPLE, "a.csv", "csv")))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code().id()).isEqualTo("SLU-3008");
              assertThat(e.hint()).contains("did you mean 'nam'?");
            });
  }

  @Test
  void malformedCsvRowsAreReportedWhereTheyStand() throws IOException {
    write("a.csv", "id,name,price\n1,\"two\nlines\",1\nx,b,2\n4,d\n5,\"open,3\n6,f,4\n");
    assertThat(host.read(table(SIMPLE, "a.csv", "csv")))
        .containsExactly("+I[1, two\nlines, 1.0]", "+I[6, f, 4.0]");
    assertThat(host.rejected).hasSize(3);
    assertThat(host.rejected.get(0).line()).contains(4L);
    assertThat(host.rejected.get(0).column()).contains("id");
    assertThat(host.rejected.get(0).reason()).isEqualTo("expected BIGINT, saw 'x'");
    assertThat(host.rejected.get(0).position()).isEqualTo(30);
    assertThat(new String(host.rejected.get(0).raw(), StandardCharsets.UTF_8)).isEqualTo("x,b,2");
    assertThat(host.rejected.get(1).reason()).isEqualTo("expected 3 fields, saw 2");
    assertThat(host.rejected.get(2).line()).contains(6L);
    assertThat(host.rejected.get(2).reason()).contains("is not closed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[1]",
        "{\"id\":1",
        "{\"id\":\"x\"}",
        "{\"id\":1.5}",
        "{\"id\":99999999999999999999}",
        "{\"id\":{}}",
        "{\"id\":1}}",
        "{\"id\":1,}",
        "{\"name\":\"\\x\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"open}",
        "{\"other\":[1,{\"a\":2]}",
        "{\"other\":nul}",
        "{id:1}"
      })
  void malformedJsonIsRejectedWithoutATrace(String line) throws IOException {
    write("a.json", "{\"id\":1}\n" + line + " \t\n{\"id\":2}\n");
    assertThat(host.read(table(SIMPLE, "a.json", "json")))
        .containsExactly("+I[1, null, null]", "+I[2, null, null]");
    assertThat(host.rejected).hasSize(line.isEmpty() ? 0 : 1);
    assertThat(host.rejected).allSatisfy(row -> assertThat(row.line()).contains(2L));
  }

  @Test
  void jsonTakesTheLastOfRepeatedKeysAndRawTextForStrings() throws IOException {
    Schema schema =
        Schema.of(
            new Field("a", DataType.of(Kind.INTEGER)),
            new Field("s", DataType.string()),
            new Field(
                "r",
                DataType.row(
                    List.of(
                        new Field("x", DataType.of(Kind.INTEGER)),
                        new Field("y", DataType.string())))),
            new Field("m", DataType.map(DataType.string(), DataType.of(Kind.INTEGER))),
            new Field("l", DataType.array(DataType.array(DataType.of(Kind.INTEGER)))));
    write(
        "a.json",
        "{\"a\":1,\"a\":\"2\",\"s\":{\"k\":[1]},\"r\":{\"y\":\"q\",\"x\":1,\"x\":3},\"m\":{\"k\":1,\"j\":null},\"l\":[[1],[],null,[2,3]]}\n"
            + "{\"l\":[[1],[\"x\"]],\"a\":5}\n"
            + "{\"\\u0061\":7,\"s\":true,\"r\":null,\"m\":{},\"l\":[]}\n");
    TableRef table = table(schema, "a.json", "json");
    assertThat(host.read(table))
        .containsExactly(
            "+I[2, {\"k\":[1]}, (3, q), {k=1, j=null}, [[1], [], null, [2, 3]]]",
            "+I[7, true, null, {}, []]");
    assertThat(host.rejected).hasSize(1);
    assertThat(host.rejected.get(0).column()).contains("l");
    for (String format : List.of("json", "arrow", "parquet")) {
      TableRef copy = table(schema, "out." + format, format);
      host.copy(table, copy);
      assertThat(host.read(copy)).isEqualTo(host.read(table));
    }
  }

  @Test
  void aMissingFieldOfANotNullColumnIsMalformed() throws IOException {
    write("a.json", "{}\n{\"id\":null}\n{\"id\":3}\n");
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.INTEGER).notNull()));
    assertThat(host.read(table(schema, "a.json", "json"))).containsExactly("+I[3]");
    assertThat(host.rejected).hasSize(2).allSatisfy(r -> assertThat(r.column()).contains("id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "out.csv",
        "out.csv.gz",
        "out.json",
        "out.ndjson.gz",
        "out.arrow",
        "out.parquet",
        "outcsv",
        "outjson",
        "outarrow",
        "outparquet"
      })
  void everyScalarTypeSurvivesARoundTrip(String path) throws IOException {
    write("in.json", SCALAR_ROWS);
    TableRef in = table(SCALARS, "in.json", "json");
    List<String> rows = host.read(in);
    assertThat(host.rejected).isEmpty();
    assertThat(rows).hasSize(3);
    assertThat(rows.get(0)).endsWith("2024-01-01 00:00:00.123456, 2024-01-01 00:00:00.500Z]");
    String format =
        path.contains("csv")
            ? "csv"
            : path.contains("arrow") ? "arrow" : path.contains("parquet") ? "parquet" : "json";
    TableRef out = table(SCALARS, path, format);
    host.copy(in, out);
    assertThat(host.read(out)).isEqualTo(rows);
    host.copy(in, out);
    assertThat(host.read(out)).hasSize(path.contains(".") ? 3 : 6);
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".inprogress"));
    }
  }

  @Test
  void globsDirectoriesAndHiddenFiles() throws IOException {
    write("d/1.json", "{\"id\":1}\n");
    write("d/e/2.json", "{\"id\":2}\n");
    write("d/e/f/3.json", "{\"id\":3}\n");
    write("d/.hidden.json", "{\"id\":4}\n");
    write("d/_tmp/5.json", "{\"id\":5}\n");
    write("d/6.txt", "{\"id\":6}\n");
    Schema id = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
    assertThat(host.read(table(id, "d/*.json", "json"))).containsExactly("+I[1]");
    assertThat(host.read(table(id, "d/**/*.json", "json")))
        .containsExactly("+I[1]", "+I[2]", "+I[3]");
    assertThat(host.read(table(id, "d", "json")))
        .containsExactly("+I[1]", "+I[6]", "+I[2]", "+I[3]");
    assertThat(host.read(table(id, "file://" + folder + "/d/e/?.json", "json")))
        .containsExactly("+I[2]");
    assertThat(host.read(table(id, "d/{1,6}.*", "json"))).containsExactly("+I[1]", "+I[6]");
  }

  @Test
  void aMissingPathIsToldWithTheNearestName() throws IOException {
    write("flights.json", "{}");
    assertThatThrownBy(() -> host.read(table(SIMPLE, "flihts.json", "json")))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.code().id()).isEqualTo("SLU-3007");
              assertThat(e.hint()).contains("did you mean 'flights.json'?");
            });
    assertThatThrownBy(() -> host.read(table(SIMPLE, "*.jsn", "json")))
        .hasMessageContaining("no file matches '*.jsn'");
  }

  @Test
  void rangesOfAFileGiveEveryRowOnceAndResumeAnywhere() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      text.append("{\"id\":")
          .append(i)
          .append(",\"name\":\"")
          .append("x".repeat(i % 37))
          .append("\"}")
          .append(i % 3 == 0 ? "\r\n" : "\n");
    }
    write("a.json", text.toString());
    TableRef table = table(SIMPLE, "a.json", "json");
    List<String> all = host.read(table);
    ScanRequest request =
        new ScanRequest(table, List.of(0, 1, 2), Optional.empty(), OptionalInt.empty());
    for (long range : new long[] {64, 100, 1000, 7919}) {
      try (SplitSource source =
          FileSource.open(request, FileOptions.check(table, Role.SOURCE), host, range)) {
        List<Split> splits = source.discover(Map.of());
        assertThat(splits.size()).isGreaterThan(1);
        assertThat(splits).allSatisfy(s -> assertThat(s.group()).isEqualTo(splits.get(0).group()));
        assertThat(host.rows(source, splits, 7)).isEqualTo(all);
      }
    }
    for (String name : List.of("a.json", "a.csv", "a.arrow", "a.parquet")) {
      String format = name.substring(2);
      TableRef copy = table(SIMPLE, name, format);
      if (!format.equals("json")) {
        host.copy(table, copy);
      }
      try (SplitSource source = host.open(copy, List.of(0, 1, 2), Optional.empty())) {
        Split split = source.discover(Map.of()).get(0);
        for (Map.Entry<Offset, Integer> at : host.offsets(source, split, 61)) {
          assertThat(host.rows(source, List.of(split.from(at.getKey())), 61))
              .isEqualTo(all.subList(at.getValue(), all.size()));
        }
      }
    }
  }

  @Test
  void aLineOfALaterRangeIsCountedFromTheStartOfTheFile() throws IOException {
    write("a.json", "{\"id\":1}\n".repeat(50) + "{\"id\":x}\n" + "{\"id\":1}\n".repeat(20));
    TableRef table = table(SIMPLE, "a.json", "json");
    ScanRequest request = new ScanRequest(table, List.of(0), Optional.empty(), OptionalInt.empty());
    try (SplitSource source =
        FileSource.open(request, FileOptions.check(table, Role.SOURCE), host, 64)) {
      assertThat(host.rows(source, source.discover(Map.of()), 7)).hasSize(70);
    }
    assertThat(host.rejected).hasSize(1);
    assertThat(host.rejected.get(0).line()).contains(51L);
    assertThat(host.rejected.get(0).position()).isEqualTo(450);
  }

  @Test
  void gzipIsReadAndLongRecordsFit() throws IOException {
    String name = "y".repeat(3_000_000);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.json.gz")))) {
      out.write(
          ("{\"id\":1,\"name\":\"" + name + "\"}\n{\"id\":2}").getBytes(StandardCharsets.UTF_8));
    }
    assertThat(host.read(table(SIMPLE, "a.json.gz", "json")))
        .containsExactly("+I[1, " + name + ", null]", "+I[2, null, null]");
  }

  @Test
  void partitionFoldersAreWrittenAndReadBack() throws IOException {
    Schema schema =
        Schema.of(
            new Field("id", DataType.of(Kind.BIGINT)),
            new Field("where", DataType.string()),
            new Field("day", DataType.of(Kind.DATE)));
    StringBuilder text = new StringBuilder();
    for (String where : List.of("a", "../../b", "c/d", "", "ä=", ".")) {
      for (int i = 0; i < 3; i++) {
        text.append("{\"id\":")
            .append(i)
            .append(",\"where\":\"")
            .append(where)
            .append("\",\"day\":\"2024-01-0")
            .append(i + 1)
            .append("\"}\n");
      }
    }
    text.append("{\"id\":9}\n");
    write("in.json", text.toString());
    TableRef in = table(schema, "in.json", "json");
    List<String> expected =
        new ArrayList<>(
            host.read(in).stream().map(row -> row.replace(", , ", ", null, ")).toList());
    for (String format : List.of("csv", "json", "arrow", "parquet")) {
      TableRef out =
          FileHarness.table(
              schema,
              Map.of(
                  "path",
                  "out-" + format,
                  "format",
                  format,
                  "sink.partition-commit.policy.kind",
                  "success-file"),
              "where",
              "day");
      host.copy(in, out);
      assertThat(host.read(out)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(host.read(out, List.of(2))).hasSize(19);
      assertThat(folder.resolve("out-" + format + "/where=a/day=2024-01-01/_SUCCESS")).exists();
    }
    try (Stream<Path> around = Files.list(folder)) {
      assertThat(around.map(p -> p.getFileName().toString())).noneMatch(n -> n.equals("b"));
    }
  }

  @Test
  void rollingShowsPartsBeforeTheEnd() throws IOException {
    write("in.json", "{\"id\":1,\"name\":\"abcdefghij\"}\n".repeat(400));
    TableRef in = table(SIMPLE, "in.json", "json");
    TableRef out = table(SIMPLE, "out", "json", "sink.rolling-policy.file-size", "2 kb");
    host.copy(in, out);
    try (Stream<Path> parts = Files.list(folder.resolve("out"))) {
      assertThat(parts.count()).isBetween(5L, 9L);
    }
    assertThat(host.read(out)).isEqualTo(host.read(in));
  }

  @Test
  void anEmptyResultReplacesTheFile() throws IOException {
    write("in.json", "\n");
    write("out.csv", "id,name,price\n1,2,3\n");
    host.copy(table(SIMPLE, "in.json", "json"), table(SIMPLE, "out.csv", "csv"));
    assertThat(folder.resolve("out.csv")).hasContent("id,name,price\n");
  }

  @Test
  void metadataColumnsTellTheFile() throws IOException {
    write("d/a.json", "{\"id\":1}\n");
    Schema schema =
        Schema.of(
            new Field("n", DataType.string().notNull()),
            new Field("id", DataType.of(Kind.BIGINT)),
            new Field("size", DataType.of(Kind.BIGINT).notNull()),
            new Field("at", DataType.of(Kind.TIMESTAMP_LTZ, 3).notNull()));
    TableRef table =
        new TableRef(
            "t",
            "filesystem",
            Map.of("path", "d", "format", "json"),
            Set.of(),
            schema,
            Map.of("n", "file.name", "size", "file.size", "at", "file.modification-time"),
            List.of(),
            List.of());
    assertThat(host.read(table, List.of(0, 1, 2))).containsExactly("+I[a.json, 1, 9]");
    assertThat(host.read(table, List.of(3)).get(0)).startsWith("+I[20");
  }

  @Test
  void newFilesAreFoundWhenMonitoring() throws IOException {
    write("d/a.json", "{\"id\":1}\n");
    TableRef table = table(SIMPLE, "d", "json", "source.monitor-interval", "1 s");
    assertThat(FileHarness.check(table, Role.SOURCE).sourceCapabilities(table).bounded()).isFalse();
    try (SplitSource source = host.open(table, List.of(0), Optional.empty())) {
      assertThat(host.rows(source, source.discover(Map.of()), 10)).containsExactly("+I[1]");
      assertThat(source.discover(Map.of())).isEmpty();
      write("d/b.json", "{\"id\":2}\n");
      assertThat(host.rows(source, source.discover(Map.of()), 10)).containsExactly("+I[2]");
    }
  }

  @Test
  void aRecordWithoutEndIsGivenUpAndTheNextLineRead() throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("a.json"))) {
      byte[] chunk = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 70; i++) {
        out.write(chunk);
      }
      out.write("\n{\"id\":2}\n".getBytes(StandardCharsets.UTF_8));
    }
    TableRef table = table(SIMPLE, "a.json", "json", "on-error", "drop");
    ScanRequest request = new ScanRequest(table, List.of(0), Optional.empty(), OptionalInt.empty());
    try (SplitSource source =
        FileSource.open(request, FileOptions.check(table, Role.SOURCE), host, Long.MAX_VALUE / 2)) {
      assertThat(host.rows(source, source.discover(Map.of()), 10)).containsExactly("+I[2]");
    }
    assertThat(host.rejected).hasSize(1);
    assertThat(host.rejected.get(0).reason()).contains("longer than");
    assertThat(host.rejected.get(0).raw()).hasSize(64 * 1024);
  }

  @Test
  void nonsenseIsRefusedWithoutTouchingFiles() {
    assertThatThrownBy(
            () ->
                FileHarness.check(table(SIMPLE, "s3://b/a.json", "json"), Role.SOURCE)
                    .openSource(
                        new ScanRequest(
                            table(SIMPLE, "s3://b/a.json", "json"),
                            List.of(),
                            Optional.empty(),
                            OptionalInt.empty()),
                        host))
        .hasMessageContaining("SLU-3004");
    assertThatThrownBy(() -> FileHarness.check(table(SIMPLE, "a", "jsn"), Role.SOURCE))
        .hasMessageContaining("SLU-3004");
    assertThatThrownBy(
            () -> FileHarness.check(FileHarness.table(SIMPLE, Map.of("path", "a")), Role.SOURCE))
        .hasMessageContaining("'format'");
    assertThatThrownBy(
            () ->
                FileHarness.check(
                    table(SIMPLE, "a", "json", "json.ignore-parse-errors", "true"), Role.SOURCE))
        .hasMessageContaining("not supported");
    assertThatThrownBy(() -> FileHarness.check(table(SIMPLE, "a/*.csv", "csv"), Role.SINK))
        .hasMessageContaining("glob");
    Schema nested = Schema.of(new Field("a", DataType.array(DataType.string())));
    assertThatThrownBy(() -> FileHarness.check(table(nested, "a", "csv"), Role.SOURCE))
        .hasMessageContaining("SLU-3010");
  }
}
