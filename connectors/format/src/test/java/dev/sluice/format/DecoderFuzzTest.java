package dev.sluice.format;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

/** Broken bytes are told as malformed records, and leave the rows around them as they are. */
class DecoderFuzzTest {
  private static final Schema FLAT =
      Schema.of(
          new Field("i", DataType.of(Kind.INTEGER)),
          new Field("s", DataType.string()),
          new Field("d", DataType.of(Kind.DOUBLE)),
          new Field("n", DataType.decimal(12, 3)),
          new Field("b", DataType.of(Kind.BOOLEAN)),
          new Field("ts", DataType.of(Kind.TIMESTAMP_LTZ, 3)),
          new Field("t", DataType.of(Kind.TIME, 3)),
          new Field("x", DataType.of(Kind.VARBINARY, Integer.MAX_VALUE)));
  private static final Schema NESTED =
      FLAT.append(
          new Field("l", DataType.array(DataType.array(DataType.string()))),
          new Field("m", DataType.map(DataType.string(), DataType.of(Kind.BIGINT))),
          new Field(
              "r",
              DataType.row(
                  List.of(
                      new Field("a", DataType.array(DataType.of(Kind.INTEGER))),
                      new Field("b", DataType.string())))));
  private static final String JSON =
      "{\"i\":-12,\"s\":\"a\\u00e4\\ud83d\\ude00\\n"
          + "\",\"d\":1.5e3,\"n\":12.345,\"b\":true,\"ts\":\"2024-02-29"
          + " 01:02:03.5+01:00\",\"t\":\"01:02:03.004\",\"x\":\"AQID\",\"skip\":{\"k\":[1,{\"z\":\"}\"}]},"
          + "\"l\":[[\"a\",null],[],null],\"m\":{\"k\":1,\"j\":2},\"r\":{\"b\":\"x\",\"a\":[1,2]}}";
  private static final String CSV =
      "-12,\"a,\"\"b\"\"\",1.5e3,12.345,true,2024-02-29T01:02:03.5Z,01:02:03.004,AQID";

  @ParameterizedTest
  @ValueSource(strings = {"json", "csv"})
  void brokenRecordsHarmNoOther(String name) throws MalformedRecord {
    Schema schema = name.equals("json") ? NESTED : FLAT;
    byte[] good = (name.equals("json") ? JSON : CSV).getBytes(StandardCharsets.UTF_8);
    Random random = new Random(17);
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder decoder = decoder(name, schema, allocator)) {
      decoder.decode(good, 0, good.length);
      String expected;
      try (RecordBatch batch = decoder.finish()) {
        expected = text(batch, 0);
      }
      int malformed = 0;
      for (int round = 0; round < 200; round++) {
        List<Integer> goodRows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          byte[] broken = mutate(good, random);
          int before = decoder.rows();
          try {
            decoder.decode(broken, 0, broken.length);
          } catch (MalformedRecord e) {
            malformed++;
            assertThat(decoder.rows()).isEqualTo(before);
            assertThat(e.at()).isBetween(0, broken.length);
          }
          goodRows.add(decoder.rows());
          decoder.decode(good, 0, good.length);
        }
        try (RecordBatch batch = decoder.finish()) {
          for (int row : goodRows) {
            assertThat(text(batch, row)).isEqualTo(expected);
          }
        }
      }
      assertThat(malformed).isGreaterThan(5_000);
    }
  }

  @Test
  void projectionGivesTheSameValues() throws MalformedRecord {
    byte[] good = JSON.getBytes(StandardCharsets.UTF_8);
    try (BufferAllocator allocator = new RootAllocator()) {
      for (int column = 0; column < NESTED.size(); column++) {
        try (RowDecoder all = decoder("json", NESTED, allocator);
            RowDecoder one = decoder("json", NESTED.project(List.of(column)), allocator)) {
          all.decode(good, 0, good.length);
          one.decode(good, 0, good.length);
          try (RecordBatch whole = all.finish();
              RecordBatch part = one.finish()) {
            TextWriter expected = new TextWriter();
            RowText.value(NESTED.type(column), whole.vector(column), 0, expected);
            TextWriter found = new TextWriter();
            RowText.value(NESTED.type(column), part.vector(0), 0, found);
            assertThat(found).hasToString(expected.toString()).doesNotHaveToString("null");
          }
        }
      }
    }
  }

  @Test
  void numbersReadBackAsTheyWere() throws MalformedRecord {
    Random random = new Random(5);
    Schema schema =
        Schema.of(
            new Field("d", DataType.of(Kind.DOUBLE)), new Field("f", DataType.of(Kind.FLOAT)));
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder decoder = decoder("csv", schema, allocator)) {
      double[] doubles = new double[20_000];
      float[] floats = new float[doubles.length];
      for (int i = 0; i < doubles.length; i++) {
        double any = Double.longBitsToDouble(random.nextLong());
        doubles[i] = i % 2 == 0 || Double.isNaN(any) ? random.nextInt(1_000_000) / 1000.0 : any;
        floats[i] = i % 3 == 0 ? random.nextInt(100_000) / 100f : (float) doubles[i];
        byte[] line =
            (TextWriter.shortest(doubles[i]) + "," + TextWriter.shortest(floats[i]))
                .getBytes(StandardCharsets.UTF_8);
        decoder.decode(line, 0, line.length);
      }
      try (RecordBatch batch = decoder.finish()) {
        for (int i = 0; i < doubles.length; i++) {
          assertThat(((org.apache.arrow.vector.Float8Vector) batch.vector(0)).get(i))
              .isEqualTo(doubles[i]);
          assertThat(((org.apache.arrow.vector.Float4Vector) batch.vector(1)).get(i))
              .isEqualTo(floats[i]);
        }
      }
    }
  }

  private static RowDecoder decoder(String name, Schema schema, BufferAllocator allocator) {
    RowFormat format = ConnectorRegistry.rowFormat(name);
    TableRef table =
        new TableRef("t", "any", Map.of(), Set.of(), schema, Map.of(), List.of(), List.of());
    return format.decoder(
        schema, schema, Options.check(table, format.options(), Role.SOURCE), allocator);
  }

  private static String text(RecordBatch batch, int row) {
    TextWriter text = new TextWriter();
    RowText.row(batch, row, text);
    return text.toString();
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] broken = good.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(broken.length);
      switch (random.nextInt(4)) {
        case 0 -> broken[at] = (byte) random.nextInt(256);
        case 1 -> broken[at] = (byte) "\"\\{}[],:ntu-.0".charAt(random.nextInt(14));
        case 2 -> broken = java.util.Arrays.copyOf(broken, Math.max(1, at));
        default -> {
          byte[] doubled = java.util.Arrays.copyOf(broken, broken.length + 5);
          System.arraycopy(broken, at, doubled, at + 5, broken.length - at);
          broken = doubled;
        }
      }
    }
    return broken;
  }
}
