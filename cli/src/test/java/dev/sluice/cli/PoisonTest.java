package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that are not what they should be, each between two that are: what becomes of it is what
 * the table says, and the two others arrive.
 */
class PoisonTest {
  private static final boolean LONG = Integer.getInteger("crash.kills", 0) >= 100;
  private static final long SEED = Long.getLong("sluice.poison.seed", System.nanoTime());

  @TempDir Path directory;

  /**
   * One record.
   *
   * @param taken whether it makes a row, lenient as the formats are
   */
  private record Kind(String format, byte[] bytes, boolean taken) {
    static Kind json(String text) {
      return new Kind("json", text.getBytes(StandardCharsets.UTF_8), false);
    }

    static Kind csv(String text) {
      return new Kind("csv", text.getBytes(StandardCharsets.UTF_8), false);
    }

    static Kind bytes(String format, String before, int... raw) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(before.getBytes(StandardCharsets.UTF_8));
      for (int b : raw) {
        all.write(b);
      }
      all.writeBytes(
          (format.equals("json") ? "\"}" : ",1,1,true,").getBytes(StandardCharsets.UTF_8));
      return new Kind(format, all.toByteArray(), false);
    }

    Kind isTaken() {
      return new Kind(format, bytes, true);
    }

    String shown() {
      String text = new String(bytes, StandardCharsets.UTF_8);
      return format + ": " + text.substring(0, Math.min(60, text.length()));
    }
  }

  private static List<Kind> kinds() {
    return List.of(
        Kind.json("{\"i\":1,\"s\":\"a"),
        Kind.json("[1,2]"),
        Kind.json("42"),
        Kind.json("hello"),
        Kind.json("null"),
        Kind.json("{\"i\":\"abc\"}"),
        Kind.json("{\"i\":1.5}"),
        Kind.json("{\"i\":9223372036854775808}"),
        Kind.json("{\"i\":1e400}"),
        Kind.json("{\"i\":" + "9".repeat(10_000) + "}"),
        Kind.json("{\"d\":NaN}"),
        Kind.json("{\"d\":Infinity}"),
        Kind.json("{\"n\":1234567890123.5}"),
        Kind.json("{\"b\":\"maybe\"}"),
        Kind.json("{\"ts\":\"yesterday\"}"),
        Kind.json("{\"ts\":\"2024-02-30 00:00:00\"}"),
        Kind.json("{\"ts\":\"2024-01-01 25:00:00\"}"),
        Kind.bytes("json", "{\"s\":\"", 0xc3, 0x28),
        Kind.bytes("json", "{\"s\":\"", 0xff, 0xfe),
        Kind.bytes("json", "{\"s\":\"a", 0).isTaken(),
        Kind.bytes("json", "{\"s\":\"a", 1).isTaken(),
        Kind.json("{\"s\":\"\\ud800\"}"),
        Kind.json("{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"),
        Kind.json("{\"x\":" + "{\"x\":".repeat(100_000)),
        Kind.json("{'i':1}"),
        Kind.json("{\"i\":1,}"),
        Kind.json("{\"i\" 1}"),
        Kind.json("{\"i\":1 /* one */}"),
        Kind.json("{\"i\":{\"a\":1}}"),
        Kind.json("{\"i\":[1]}"),
        Kind.json("{\"i\":1}{\"i\":2}"),
        Kind.json("{\"i\":1}x"),
        Kind.json("{\"s\":\"\\q\"}"),
        Kind.json("{\"s\":\"\\u12G4\"}"),
        Kind.json("{\"i\":007}").isTaken(),
        Kind.json("{\"i\":+1}"),
        Kind.json("{\"i\":0x10}"),
        Kind.json("\ufeff{\"i\":1}"),
        Kind.json("{\"" + "k".repeat(1_000_000) + "\":1}").isTaken(),
        Kind.json("{\"i\":1,\"i\":2}").isTaken(),
        Kind.json("{}").isTaken(),
        Kind.csv("1,a,1,1,true"),
        Kind.csv("1,a,1,1,true,,7"),
        Kind.csv("x,a,1,1,true,"),
        Kind.csv("1,\"a\"b,1,1,true,"),
        Kind.csv("1,a,1.5.5,1,true,"),
        Kind.csv("1,a,1,1234567890123,true,"),
        Kind.csv("99999999999999999999,a,1,1,true,"),
        Kind.bytes("csv", "1,a", 0xc3, 0x28),
        Kind.bytes("csv", "1,a", 0).isTaken());
  }

  private void input(List<Kind> kinds) throws IOException {
    for (int k = 0; k < kinds.size(); k++) {
      boolean json = kinds.get(k).format().equals("json");
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      // ends of lines of both kinds
      text.writeBytes(
          (json ? "{\"i\":100}\r\n" : "i,s,d,n,b,ts\n100,a,1,1,true,\r\n")
              .getBytes(StandardCharsets.UTF_8));
      text.writeBytes(kinds.get(k).bytes());
      text.writeBytes(
          (json ? "\n{\"i\":200}\n" : "\n200,a,1,1,true,\n").getBytes(StandardCharsets.UTF_8));
      Files.write(directory.resolve("in" + k), text.toByteArray());
    }
  }

  private static String source(int k, Kind kind, String policy) {
    return "CREATE STREAM s"
        + k
        + " (i BIGINT, s STRING, d DOUBLE, n DECIMAL(12, 3), b BOOLEAN, ts TIMESTAMP(3)) WITH"
        + " ('connector' = 'filesystem', 'path' = 'in"
        + k
        + "', 'format' = '"
        + kind.format()
        + "', 'on-error' = '"
        + policy
        + "'); CREATE SINK o"
        + k
        + " WITH ('connector' = 'filesystem', 'path' = 'o"
        + k
        + ".csv') AS SELECT * FROM s"
        + k
        + ";\n";
  }

  private Invocation run(String sql) throws IOException {
    Files.writeString(directory.resolve("p.sql"), sql);
    return Invocation.of(directory, "run", "p.sql");
  }

  private List<String> rows(String file) throws IOException {
    // lines of other bytes than UTF-8 would be a failure, too
    List<String> lines = Files.readAllLines(directory.resolve(file));
    return lines.subList(1, lines.size()).stream().map(line -> line.split(",", 2)[0]).toList();
  }

  private void requireNeighbours(SoftAssertions all, int k, Kind kind) throws IOException {
    List<String> rows = rows("o" + k + ".csv");
    all.assertThat(rows).as(kind.shown()).startsWith("100").endsWith("200");
    all.assertThat(rows).as(kind.shown()).hasSize(kind.taken() ? 3 : 2);
  }

  @Test
  void whatIsDroppedHarmsNoNeighbour() throws IOException {
    List<Kind> kinds = kinds();
    input(kinds);
    StringBuilder sql = new StringBuilder();
    for (int k = 0; k < kinds.size(); k++) {
      sql.append(source(k, kinds.get(k), "drop"));
    }
    Invocation run = run(sql.toString());
    assertThat(run.code()).as(run.err()).isZero();
    SoftAssertions all = new SoftAssertions();
    for (int k = 0; k < kinds.size(); k++) {
      requireNeighbours(all, k, kinds.get(k));
    }
    all.assertAll();
  }

  @Test
  void whatIsKeptIsKeptOnce() throws IOException {
    List<Kind> kinds = kinds();
    input(kinds);
    StringBuilder sql = new StringBuilder();
    for (int k = 0; k < kinds.size(); k++) {
      sql.append("CREATE SINK e" + k + " (reason STRING, raw BYTES) WITH ('connector' =")
          .append(" 'filesystem', 'format' = 'json', 'path' = 'e" + k + ".json');\n")
          .append(source(k, kinds.get(k), "to:e" + k));
    }
    Invocation run = run(sql.toString());
    assertThat(run.code()).as(run.err()).isZero();
    SoftAssertions all = new SoftAssertions();
    for (int k = 0; k < kinds.size(); k++) {
      requireNeighbours(all, k, kinds.get(k));
      all.assertThat(Files.readAllLines(directory.resolve("e" + k + ".json")))
          .as(kinds.get(k).shown())
          .hasSize(kinds.get(k).taken() ? 0 : 1);
    }
    all.assertAll();
  }

  @Test
  void whatFailsSaysWhere() throws IOException {
    List<Kind> kinds = new ArrayList<>(kinds());
    Collections.shuffle(kinds, new Random(SEED));
    List<Kind> some = LONG ? kinds : kinds.subList(0, 12);
    input(some);
    for (int k = 0; k < some.size(); k++) {
      Invocation run = run(source(k, some.get(k), "fail"));
      String about = some.get(k).shown() + ", seed " + SEED + "\n" + run.err();
      assertThat(run.code()).as(about).isEqualTo(some.get(k).taken() ? 0 : 1);
      if (!some.get(k).taken()) {
        assertThat(run.err()).as(about).contains("SLU-").contains("in" + k).contains("line");
        assertThat(run.err().length()).as(about).isLessThan(4000);
        assertThat(run.err().chars().filter(c -> Character.isISOControl(c) && c != '\n').count())
            .as(about)
            .isZero();
      }
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(".")))
          .as("files that were begun")
          .isEmpty();
    }
  }

  /** Neither the log nor the memory grows with what is wrong. */
  @Test
  void nothingButPoisonForLongIsCountedAndNotTold() throws Exception {
    int records = LONG ? 20_000_000 : 100_000;
    try (BufferedWriter in = Files.newBufferedWriter(directory.resolve("in0"))) {
      for (int i = 0; i < records; i++) {
        in.write("{\"i\":\"no number, " + i + "\"}\n");
      }
    }
    Files.writeString(directory.resolve("p.sql"), source(0, Kind.json(""), "drop"));
    Process run =
        ChildRun.of(directory, List.of("-Xmx64m"), "run", "p.sql")
            .redirectError(directory.resolve("err.txt").toFile())
            .start();
    assertThat(run.waitFor(30, TimeUnit.MINUTES)).isTrue();
    String told = Files.readString(directory.resolve("err.txt"));
    assertThat(run.exitValue()).as(told).isZero();
    assertThat(told).contains(String.format(Locale.ROOT, "%,d", records));
    assertThat(told.lines().count()).as(told).isLessThan(30);
    assertThat(rows("o0.csv")).isEmpty();
  }
}
