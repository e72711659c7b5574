package dev.sluice.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of changes become rows with their kinds. */
class CdcFormatsTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Field("id", DataType.of(Kind.INTEGER).notNull()),
          new Field("s", DataType.string()),
          new Field("l", DataType.array(DataType.of(Kind.INTEGER))));

  private static Options options(RowFormat format, Map<String, String> given) {
    TableRef table =
        new TableRef("t", "any", given, Set.of(), SCHEMA, Map.of(), List.of(), List.of());
    return Options.check(table, format.options(), Role.BOTH);
  }

  private static List<String> decode(String name, String... records) throws MalformedRecord {
    return decode(name, Map.of(), records);
  }

  private static List<String> decode(String name, Map<String, String> given, String... records)
      throws MalformedRecord {
    RowFormat format = ConnectorRegistry.rowFormat(name);
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder decoder = format.decoder(SCHEMA, SCHEMA, options(format, given), allocator)) {
      for (String record : records) {
        byte[] bytes = ("##" + record + "##").getBytes(StandardCharsets.UTF_8);
        decoder.decode(bytes, 2, bytes.length - 2);
      }
      int rows = decoder.rows();
      try (RecordBatch batch = decoder.finish()) {
        assertThat(batch.rowCount()).isEqualTo(rows);
        return rows(batch);
      }
    }
  }

  private static List<String> rows(RecordBatch batch) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < batch.rowCount(); i++) {
      List<String> cells = new ArrayList<>();
      for (int c = 0; c < batch.schema().size(); c++) {
        cells.add(String.valueOf(batch.vector(c).getObject(i)));
      }
      rows.add(batch.kind(i).sign() + cells);
    }
    return rows;
  }

  @Test
  void debeziumTellsTheRowBeforeAndAfter() throws MalformedRecord {
    assertThat(
            decode(
                "debezium-json",
                "{\"before\":null,\"after\":{\"id\":1,\"s\":\"a\\\"}\"},\"op\":\"c\"}",
                " { \"op\" : \"u\" , \"ts_ms\":5, \"source\":{\"x\":[\"}\",{}]},"
                    + "\"after\":{\"id\":1,\"s\":\"ä\",\"l\":[1,null]},"
                    + "\"before\":{\"id\":1,\"s\":\"a\\\"}\"}} ",
                "{\"before\":{\"id\":1,\"s\":null},\"after\":null,\"op\":\"d\"}",
                "{\"after\":{\"id\":7},\"op\":\"r\"}",
                "null",
                "{\"op\":\"t\"}"))
        .containsExactly(
            "+I[1, a\"}, null]",
            "-U[1, a\"}, null]",
            "+U[1, ä, [1,null]]",
            "-D[1, null, null]",
            "+I[7, null, null]");
    assertThat(
            decode(
                "debezium-json",
                Map.of("debezium-json.schema-include", "true"),
                "{\"schema\":{\"type\":\"struct\",\"fields\":[]},\"payload\":"
                    + "{\"before\":null,\"after\":{\"id\":2},\"op\":\"c\"}}",
                "{\"schema\":null,\"payload\":null}"))
        .containsExactly("+I[2, null, null]");
  }

  @Test
  void canalTellsWhatWasOld() throws MalformedRecord {
    assertThat(
            decode(
                "canal-json",
                "{\"data\":[{\"id\":\"1\",\"s\":\"a\"},{\"id\":\"2\"}],\"type\":\"INSERT\"}",
                "{\"data\":[{\"id\":\"1\",\"s\":\"b\",\"l\":[3]},{\"id\":\"5\"}],"
                    + "\"old\":[{\"s\":null},{\"id\":\"2\"}],\"type\":\"UPDATE\"}",
                "{\"data\":null,\"type\":\"ALTER\",\"sql\":\"…\"}",
                "{\"data\":[{\"id\":\"5\"}],\"type\":\"DELETE\"}"))
        .containsExactly(
            "+I[1, a, null]",
            "+I[2, null, null]",
            "-U[1, null, [3]]",
            "+U[1, b, [3]]",
            "-U[2, null, null]",
            "+U[5, null, null]",
            "-D[5, null, null]");
  }

  @Test
  void maxwellTellsWhatWasOld() throws MalformedRecord {
    assertThat(
            decode(
                "maxwell-json",
                "{\"type\":\"bootstrap-start\",\"data\":{}}",
                "{\"type\":\"bootstrap-insert\",\"data\":{\"id\":1,\"s\":\"a\"}}",
                "{\"type\":\"update\",\"data\":{\"id\":1,\"s\":\"b\"},\"old\":{\"s\":\"a\"}}",
                "{\"type\":\"update\",\"data\":{\"id\":1,\"s\":\"b\"},\"old\":{}}",
                "{\"type\":\"delete\",\"data\":{\"id\":1,\"s\":\"b\"}}"))
        .containsExactly(
            "+I[1, a, null]",
            "-U[1, a, null]",
            "+U[1, b, null]",
            "-U[1, b, null]",
            "+U[1, b, null]",
            "-D[1, b, null]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "debezium-json | {\"after\":{\"id\":1}}                          | the record has no 'op'",
        "debezium-json | {\"op\":\"x\"}                                  | unknown 'op'",
        "debezium-json | {\"op\":\"u\",\"after\":{\"id\":1}}             | REPLICA IDENTITY FULL",
        "debezium-json | {\"op\":\"c\",\"after\":{\"id\":1}              | expected",
        "debezium-json | {\"op\":\"c\",\"after\":{\"id\":null}}          | NOT NULL",
        "debezium-json | {\"op\":\"c\" \"after\":{}}                     | expected ','",
        "debezium-json | [1]                                             | expected a JSON object",
        "debezium-json | {\"op\":\"u\",\"before\":{\"id\":1},\"after\":{\"id\":x}} | JSON",
        "canal-json    | {\"type\":\"UPDATE\",\"data\":[{\"id\":1}],\"old\":[]}    | 'old'",
        "canal-json    | {\"type\":\"INSERT\",\"data\":{\"id\":1}}       | expected a JSON array",
        "maxwell-json  | {\"type\":\"update\",\"data\":{\"id\":1}}       | 'old' is null"
      })
  void whatTellsNoChangeIsMalformed(String format, String record, String reason)
      throws MalformedRecord {
    assertThatThrownBy(() -> decode(format, record))
        .isInstanceOf(MalformedRecord.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"debezium-json", "canal-json", "maxwell-json"})
  void brokenRecordsLeaveNoRow(String name) throws MalformedRecord {
    String good =
        switch (name) {
          case "debezium-json" ->
              "{\"before\":{\"id\":1,\"s\":\"a\"},\"after\":{\"id\":1,\"s\":\"b\"},\"op\":\"u\"}";
          case "canal-json" ->
              "{\"data\":[{\"id\":1,\"s\":\"b\"}],\"old\":[{\"s\":\"a\"}],\"type\":\"UPDATE\"}";
          default -> "{\"data\":{\"id\":1,\"s\":\"b\"},\"old\":{\"s\":\"a\"},\"type\":\"update\"}";
        };
    List<String> expected = decode(name, good);
    assertThat(expected).containsExactly("-U[1, a, null]", "+U[1, b, null]");
    Random random = new Random(5);
    RowFormat format = ConnectorRegistry.rowFormat(name);
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder decoder = format.decoder(SCHEMA, SCHEMA, options(format, Map.of()), allocator)) {
      for (int round = 0; round < 2000; round++) {
        byte[] broken = good.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(3); i++) {
          broken[random.nextInt(broken.length)] =
              (byte) "{}[]\",:x\\n1 \u00e4".charAt(random.nextInt(13));
        }
        int before = decoder.rows();
        try {
          decoder.decode(broken, 0, broken.length);
        } catch (MalformedRecord e) {
          assertThat(decoder.rows()).isEqualTo(before);
        }
      }
      decoder.finish().close();
      byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
      decoder.decode(bytes, 0, bytes.length);
      try (RecordBatch batch = decoder.finish()) {
        assertThat(rows(batch)).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"debezium-json", "canal-json", "maxwell-json"})
  void whatIsWrittenIsReadAgainAsInsertsAndDeletes(String name) throws MalformedRecord {
    RowFormat format = ConnectorRegistry.rowFormat(name);
    List<String> records = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder decoder = format.decoder(SCHEMA, SCHEMA, options(format, Map.of()), allocator)) {
      for (String record :
          List.of(
              "{\"type\":\"update\",\"data\":{\"id\":1,\"s\":\"b\"},\"old\":{\"s\":\"a\"}}",
              "{\"type\":\"delete\",\"data\":{\"id\":1,\"s\":\"b\",\"l\":[]}}")) {
        RowFormat maxwell = ConnectorRegistry.rowFormat("maxwell-json");
        try (RowDecoder from =
            maxwell.decoder(SCHEMA, SCHEMA, options(maxwell, Map.of()), allocator)) {
          byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
          from.decode(bytes, 0, bytes.length);
          try (RecordBatch batch = from.finish()) {
            for (int i = 0; i < batch.rowCount(); i++) {
              ByteArrayOutputStream out = new ByteArrayOutputStream();
              format.encoder(SCHEMA, options(format, Map.of())).encode(batch, i, out);
              records.add(out.toString(StandardCharsets.UTF_8));
            }
          }
        }
      }
      assertThat(decoder.rows()).isZero();
    }
    assertThat(decode(name, records.toArray(String[]::new)))
        .containsExactly("-D[1, a, null]", "+I[1, b, null]", "-D[1, b, []]");
  }
}
