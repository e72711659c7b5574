package dev.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.TableSink;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders are marked when event time has passed what their names tell. */
class PartitionCommitTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Field("id", DataType.of(Kind.BIGINT)),
          new Field("dt", DataType.string()),
          new Field("hm", DataType.string()));

  @TempDir Path directory;

  private TableRef table(Map<String, String> more) {
    Map<String, String> options = new HashMap<>();
    options.put("path", directory.resolve("out").toString());
    options.put("format", "csv");
    options.put("sink.partition-commit.policy.kind", "success-file");
    options.put("sink.partition-commit.trigger", "partition-time");
    options.put("sink.partition-commit.delay", "1 min");
    options.put("partition.time-extractor.timestamp-pattern", "$dt $hm:00");
    options.putAll(more);
    return FileHarness.table(SCHEMA, options, "dt", "hm");
  }

  private List<String> marked() throws IOException {
    Path out = directory.resolve("out");
    try (Stream<Path> files = Files.walk(out)) {
      return files
          .filter(f -> f.getFileName().toString().equals("_SUCCESS"))
          .map(f -> out.relativize(f.getParent()).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  private List<String> shown(String folder) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("out").resolve(folder))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> name.startsWith("part-"))
          .toList();
    }
  }

  private static long micros(String time) {
    return LocalDateTime.parse(time).toEpochSecond(ZoneOffset.UTC) * 1_000_000L;
  }

  private static RecordBatch rows(FileHarness harness, Object[]... rows) {
    try (BatchBuilder builder = new BatchBuilder(SCHEMA, harness.allocator())) {
      for (Object[] row : rows) {
        builder.add(RowKind.INSERT, row);
      }
      return builder.build();
    }
  }

  @Test
  void marksAFolderOnceTheWatermarkHasPassedItsTime() throws IOException {
    TableRef table = table(Map.of());
    try (FileHarness harness = new FileHarness(directory);
        TableSink sink = FileHarness.check(table, Role.SINK).openSink(table, harness);
        SinkWriter writer = sink.writer(0)) {
      writer.write(
          rows(
              harness,
              new Object[] {1L, "2024-01-01", "10:00"},
              new Object[] {2L, "2024-01-01", "10:01"}));
      sink.committer().watermark(micros("2024-01-01T10:01:00"));
      sink.committer().commit(writer.prepare(1).stream().toList(), false);
      assertThat(marked()).as("a minute after 10:00 has not passed").isEmpty();

      writer.write(rows(harness, new Object[] {3L, "2024-01-01", "10:01"}));
      sink.committer().watermark(micros("2024-01-01T10:01:01"));
      sink.committer().commit(writer.prepare(2).stream().toList(), false);
      assertThat(marked()).containsExactly("dt=2024-01-01/hm=10%3A00");
      assertThat(shown("dt=2024-01-01/hm=10%3A00")).as("its rows are shown").hasSize(1);
      assertThat(shown("dt=2024-01-01/hm=10%3A01")).as("the others are not yet").isEmpty();

      sink.committer().commit(writer.prepare(3).stream().toList(), true);
      assertThat(marked()).hasSize(2);
    }
  }

  @Test
  void takesThePlainDateOfTheFirstColumn() throws IOException {
    Map<String, String> options = new HashMap<>(table(Map.of()).options());
    options.remove("partition.time-extractor.timestamp-pattern");
    options.put("sink.partition-commit.watermark-time-zone", "Europe/Berlin");
    TableRef table = FileHarness.table(SCHEMA, options, "dt", "hm");
    try (FileHarness harness = new FileHarness(directory);
        TableSink sink = FileHarness.check(table, Role.SINK).openSink(table, harness);
        SinkWriter writer = sink.writer(0)) {
      writer.write(rows(harness, new Object[] {1L, "2024-01-02", "x"}));
      sink.committer().watermark(micros("2024-01-01T23:01:00"));
      sink.committer().commit(writer.prepare(1).stream().toList(), false);
      assertThat(marked()).isEmpty();
      writer.write(rows(harness, new Object[] {2L, "2024-01-02", "x"}));
      sink.committer().watermark(micros("2024-01-01T23:01:01"));
      sink.committer().commit(writer.prepare(2).stream().toList(), false);
      assertThat(marked()).as("midnight in Berlin is 23:00").hasSize(1);
    }
  }

  @Test
  void byTheClockAFolderIsCompleteAfterTheDelay() throws IOException {
    TableRef table =
        table(
            Map.of(
                "sink.partition-commit.trigger", "process-time",
                "sink.partition-commit.delay", "0 s"));
    try (FileHarness harness = new FileHarness(directory);
        TableSink sink = FileHarness.check(table, Role.SINK).openSink(table, harness);
        SinkWriter writer = sink.writer(0)) {
      writer.write(rows(harness, new Object[] {1L, "2024-01-02", "x"}));
      sink.committer().commit(writer.prepare(1).stream().toList(), false);
      assertThat(marked()).containsExactly("dt=2024-01-02/hm=x");
    }
  }

  @Test
  void refusesPatternsOfOtherColumns() {
    TableRef table = table(Map.of("partition.time-extractor.timestamp-pattern", "$day $hm:00"));
    assertThatThrownBy(() -> FileHarness.check(table, Role.SINK))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no column of PARTITIONED BY");
  }
}
