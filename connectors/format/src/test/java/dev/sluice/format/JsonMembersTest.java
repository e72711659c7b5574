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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/**
 * A decoder remembers where the members of the last object stood. That may make it faster, never
 * change what it reads: each object is read as a decoder reads it that has seen no other.
 */
class JsonMembersTest {
  private static final int FIELDS = 50;

  /** Names of every length from one byte up, some alike but for a byte. */
  private static Schema schema() {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < FIELDS; i++) {
      String name = "abcdefghijklmnopqrstuvwxyz".substring(0, i % 20) + (char) ('A' + i % 26) + i;
      fields.add(new Field(i == 7 ? "grün" : name, DataType.of(Kind.BIGINT)));
    }
    return new Schema(fields);
  }

  private static String escaped(String name, Random random) {
    StringBuilder out = new StringBuilder();
    for (char c : name.toCharArray()) {
      out.append(random.nextInt(4) == 0 ? "\\u%04x".formatted((int) c) : "" + c);
    }
    return out.toString();
  }

  private static String object(Schema schema, List<Integer> order, Random random) {
    String space = random.nextInt(5) == 0 ? " " : "";
    boolean escapes = random.nextInt(5) == 0;
    StringBuilder out = new StringBuilder("{");
    for (int field : order) {
      String name = field < FIELDS ? schema.field(field).name() : "unknown" + field;
      out.append(out.length() > 1 ? "," : "").append(space).append('"');
      out.append(escapes ? escaped(name, random) : name).append('"').append(space).append(':');
      out.append(space).append(random.nextInt(10) == 0 ? "null" : "" + random.nextInt(1000));
    }
    return out.append('}').toString();
  }

  @Test
  void memoryOfTheLastObjectChangesNothing() throws MalformedRecord {
    Random random = new Random(23);
    Schema schema = schema();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < FIELDS + 6; i++) {
      order.add(i);
    }
    try (BufferAllocator allocator = new RootAllocator();
        RowDecoder seasoned = decoder(schema, allocator)) {
      List<String> expected = new ArrayList<>();
      for (int round = 0; round < 600; round++) {
        if (random.nextInt(3) == 0) {
          Collections.swap(order, random.nextInt(order.size()), random.nextInt(order.size()));
        } else if (random.nextInt(20) == 0) {
          Collections.shuffle(order, random);
        }
        int members = random.nextInt(4) == 0 ? random.nextInt(order.size()) : order.size();
        byte[] object =
            object(schema, order.subList(0, members), random).getBytes(StandardCharsets.UTF_8);
        try (RowDecoder fresh = decoder(schema, allocator)) {
          fresh.decode(object, 0, object.length);
          try (RecordBatch batch = fresh.finish()) {
            expected.add(text(batch, 0));
          }
        }
        seasoned.decode(object, 0, object.length);
      }
      try (RecordBatch batch = seasoned.finish()) {
        for (int row = 0; row < expected.size(); row++) {
          assertThat(text(batch, row)).as("object %d", row).isEqualTo(expected.get(row));
        }
      }
    }
  }

  private static RowDecoder decoder(Schema schema, BufferAllocator allocator) {
    RowFormat format = ConnectorRegistry.rowFormat("json");
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
}
