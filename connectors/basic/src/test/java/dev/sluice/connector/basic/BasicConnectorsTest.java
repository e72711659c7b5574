package dev.sluice.connector.basic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Fetch;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.SinkWriter;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.connector.TableSink;
import dev.sluice.error.UserError;
import dev.sluice.format.RowText;
import dev.sluice.format.TextWriter;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BasicConnectorsTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final StringBuilder printed = new StringBuilder();
  private final List<RejectedRow> rejected = new ArrayList<>();

  @AfterEach
  void allocatorClosesAtZero() {
    allocator.close();
  }

  @Test
  void valuesGivesRowsFromArraysAndObjects() throws IOException {
    Schema schema =
        Schema.of(
            new Field("id", DataType.of(Kind.BIGINT).notNull()),
            new Field("name", DataType.string()),
            new Field("at", DataType.timestamp(3)),
            new Field("price", DataType.decimal(10, 2)),
            new Field("tags", DataType.array(DataType.of(Kind.INTEGER))));
    TableRef table =
        table(
            "values",
            schema,
            Map.of(
                "rows",
                "[[1,\"a\",\"2024-01-02 03:04:05.678\",1.5,[1,null]], {\"ID\":2,\"price\":\"3\"},"
                    + " [\"x\",null,null,null,null]]"));

    assertThat(read(table, List.of(0, 1, 2, 3, 4), 1))
        .containsExactly(
            "+I[1, a, 2024-01-02 03:04:05.678, 1.50, [1, null]]", "+I[2, null, null, 3.00, null]");
    assertThat(rejected).hasSize(1);
    assertThat(rejected.get(0).reason())
        .isEqualTo("expected BIGINT NOT NULL, saw 'x'".replace(" NOT NULL", ""));
    assertThat(rejected.get(0).line()).contains(3L);
    assertThat(read(table, List.of(1), 1)).containsExactly("+I[a]", "+I[null]", "+I[null]");
  }

  @Test
  void valuesTakesLines() throws IOException {
    Schema schema =
        Schema.of(new Field("id", DataType.of(Kind.INTEGER)), new Field("s", DataType.string()));
    assertThat(
            read(
                table("values", schema, Map.of("rows", "1, a\n2,\n", "on-error", "drop")),
                List.of(0, 1),
                1))
        .containsExactly("+I[1, a]", "+I[2, null]");
  }

  @Test
  void valuesRefusesRowsThatDoNotFit() {
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.INTEGER)));
    assertThatThrownBy(() -> check(table("values", schema, Map.of("rows", "[[1,2]]"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 1 of option 'rows' of 't' has 2 values");
    assertThatThrownBy(() -> check(table("values", schema, Map.of("rows", "[{\"idd\":2}]"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'idd'");
    assertThatThrownBy(() -> check(table("values", schema, Map.of("rows", "[[1,"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("SLU-3004");
  }

  @Test
  void datagenGivesTheSameRowsAtAnyParallelism() throws IOException {
    Schema schema =
        Schema.of(
            new Field("id", DataType.of(Kind.BIGINT)),
            new Field("price", DataType.of(Kind.DOUBLE)),
            new Field("name", DataType.string()),
            new Field("n", DataType.of(Kind.INTEGER)),
            new Field("d", DataType.decimal(20, 2)),
            new Field("ts", DataType.timestamp(3)));
    Map<String, String> options =
        Map.of(
            "number-of-rows", "1000",
            "fields.id.kind", "sequence",
            "fields.id.start", "1",
            "fields.name.length", "5",
            "fields.n.min", "3",
            "fields.n.max", "7",
            "fields.ts.kind", "sequence",
            "fields.ts.start", "2024-01-01 00:00:00",
            "fields.ts.step", "1 s");
    List<String> one = read(table("datagen", schema, options), List.of(0, 1, 2, 3, 4, 5), 1);
    List<String> three = read(table("datagen", schema, options), List.of(0, 1, 2, 3, 4, 5), 3);
    assertThat(one).hasSize(1000).doesNotHaveDuplicates();
    assertThat(three).containsExactlyInAnyOrderElementsOf(one);
    assertThat(one.get(999)).startsWith("+I[1000, ").endsWith(", 2024-01-01 00:16:39.000]");
    assertThat(read(table("datagen", schema, options), List.of(3), 1))
        .allMatch(row -> row.matches("\\+I\\[[3-7]]"))
        .contains("+I[3]", "+I[7]");
  }

  @Test
  void datagenEndsWithItsShortestSequenceAndRefusesNonsense() throws IOException {
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
    Map<String, String> options =
        Map.of(
            "fields.id.kind",
            "sequence",
            "fields.id.start",
            "5",
            "fields.id.end",
            "9",
            "rows-per-second",
            "100000");
    assertThat(read(table("datagen", schema, options), List.of(0), 2))
        .containsExactlyInAnyOrder("+I[5]", "+I[6]", "+I[7]", "+I[8]", "+I[9]");
    assertThatThrownBy(() -> check(table("datagen", schema, Map.of("fields.idd.kind", "sequence"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("fields.idd.kind");
    assertThatThrownBy(() -> check(table("datagen", schema, Map.of("fields.id.min", "x"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'x' is not a value of BIGINT");
  }

  @Test
  void datagenKeepsToItsRate() throws IOException {
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
    long start = System.nanoTime();
    assertThat(
            read(
                table("datagen", schema, Map.of("number-of-rows", "20", "rows-per-second", "100")),
                List.of(0),
                1))
        .hasSize(20);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150));
  }

  @Test
  void printShowsKindsAndIdentifier() throws IOException {
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
    TableRef source = table("values", schema, Map.of("rows", "[[1],[2],[null]]"));
    Connector print =
        check(
            new TableRef(
                "p",
                "print",
                Map.of("print-identifier", "x"),
                Set.of(),
                schema,
                Map.of(),
                List.of(),
                List.of()),
            Role.SINK);
    try (TableSink sink =
            print.openSink(
                new TableRef(
                    "p",
                    "print",
                    Map.of("print-identifier", "x"),
                    Set.of(),
                    schema,
                    Map.of(),
                    List.of(),
                    List.of()),
                context(1));
        SinkWriter writer = sink.writer(0)) {
      RecordBatch batch = batches(source, List.of(0), 1).get(0);
      byte[] kinds = {RowKind.INSERT.code(), RowKind.UPDATE_BEFORE.code(), RowKind.DELETE.code()};
      writer.write(batch.withKinds(Optional.of(kinds)));
      writer.endOfTick();
      assertThat(writer.prepare(1)).isEmpty();
    }
    assertThat(printed).hasToString("x> +I[1]\nx> -U[2]\nx> -D[null]\n");
  }

  @Test
  void blackholeReleasesWhatItGets() throws IOException {
    Schema schema = Schema.of(new Field("id", DataType.of(Kind.BIGINT)));
    TableRef hole =
        new TableRef("h", "blackhole", Map.of(), Set.of(), schema, Map.of(), List.of(), List.of());
    try (TableSink sink = check(hole, Role.SINK).openSink(hole, context(1));
        SinkWriter writer = sink.writer(0)) {
      for (RecordBatch batch :
          batches(table("values", schema, Map.of("rows", "[[1]]")), List.of(0), 1)) {
        writer.write(batch);
      }
    }
    assertThat(allocator.getAllocatedMemory()).isZero();
  }

  private static Connector check(TableRef table) {
    return check(table, Role.SOURCE);
  }

  private static Connector check(TableRef table, Role role) {
    return ConnectorRegistry.load().check(table, role);
  }

  private static TableRef table(String connector, Schema schema, Map<String, String> options) {
    return new TableRef("t", connector, options, Set.of(), schema, Map.of(), List.of(), List.of());
  }

  private List<String> read(TableRef table, List<Integer> columns, int parallelism)
      throws IOException {
    List<String> rows = new ArrayList<>();
    for (RecordBatch batch : batches(table, columns, parallelism)) {
      try (batch) {
        IntStream.range(0, batch.rowCount())
            .forEach(
                row -> {
                  TextWriter text = new TextWriter();
                  RowText.row(batch, batch.position(row), text);
                  rows.add(text.toString());
                });
      }
    }
    return rows;
  }

  private List<RecordBatch> batches(TableRef table, List<Integer> columns, int parallelism)
      throws IOException {
    List<RecordBatch> batches = new ArrayList<>();
    ScanRequest request = new ScanRequest(table, columns, Optional.empty(), OptionalInt.empty());
    try (SplitSource source = check(table).openSource(request, context(parallelism))) {
      for (Split split : source.discover(Map.of())) {
        try (SplitReader reader = source.reader(split, readerContext())) {
          Fetch fetch;
          do {
            fetch = reader.fetch(64, 1 << 20, Duration.ofMillis(20));
            if (fetch instanceof Fetch.Rows rows) {
              batches.add(rows.batch());
            }
          } while (!(fetch instanceof Fetch.EndOfSplit));
        }
      }
    }
    return batches;
  }

  private ReaderContext readerContext() {
    return new ReaderContext() {
      @Override
      public BufferAllocator allocator() {
        return allocator;
      }

      @Override
      public void rejected(RejectedRow row) {
        rejected.add(row);
      }

      @Override
      public void bytesRead(long bytes) {}
    };
  }

  private ConnectorContext context(int parallelism) {
    return new ConnectorContext() {
      @Override
      public BufferAllocator allocator() {
        return allocator;
      }

      @Override
      public ZoneId timeZone() {
        return ZoneId.of("UTC");
      }

      @Override
      public int parallelism() {
        return parallelism;
      }

      @Override
      public Path workingDirectory() {
        return Path.of(".");
      }

      @Override
      public String pipelineName() {
        return "test";
      }

      @Override
      public Appendable standardOutput() {
        return printed;
      }
    };
  }
}
