package dev.sluice.format;

import dev.sluice.batch.RecordBatch;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.RowDecoder;
import dev.sluice.type.RowKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Takes a record that tells a change apart, by the places of its parts, and decodes the rows in it:
 * one for an insert or delete, two for an update. Single-threaded.
 */
final class CdcDecoder implements RowDecoder {
  /** The forms of records. */
  enum Layout {
    DEBEZIUM,
    DEBEZIUM_WITH_SCHEMA,
    CANAL,
    MAXWELL
  }

  private static final byte[] EMPTY_RECORD = "null".getBytes(StandardCharsets.UTF_8);

  private final JsonDecoder rows;
  private final Layout layout;
  private final JsonMembers members = new JsonMembers();
  private byte[] kinds = new byte[64];
  private int count;

  CdcDecoder(JsonDecoder rows, Layout layout) {
    this.rows = rows;
    this.layout = layout;
  }

  @Override
  public void decode(byte[] bytes, int from, int to) throws MalformedRecord {
    if (from == to || Arrays.equals(bytes, from, to, EMPTY_RECORD, 0, EMPTY_RECORD.length)) {
      return;
    }
    int before = count;
    try {
      switch (layout) {
        case DEBEZIUM -> debezium(bytes, from, to);
        case DEBEZIUM_WITH_SCHEMA -> withSchema(bytes, from, to);
        case CANAL -> canal(bytes, from, to);
        case MAXWELL -> maxwell(bytes, from, to);
      }
    } catch (MalformedRecord e) {
      count = before;
      rows.truncate(before);
      throw e;
    }
  }

  private void withSchema(byte[] b, int from, int to) throws MalformedRecord {
    JsonMembers.Span[] found = members.find(b, from, to, "payload");
    if (found[0].isNull(b)) {
      return;
    }
    debezium(b, found[0].from(), found[0].to());
  }

  private void debezium(byte[] b, int from, int to) throws MalformedRecord {
    JsonMembers.Span[] found = members.find(b, from, to, "before", "after", "op");
    JsonMembers.Span before = found[0];
    JsonMembers.Span after = found[1];
    String op = found[2].text(b);
    switch (op) {
      case "c", "r" -> row(RowKind.INSERT, b, required(after, b, "after"));
      case "u" -> {
        row(RowKind.UPDATE_BEFORE, b, required(before, b, "before"));
        row(RowKind.UPDATE_AFTER, b, required(after, b, "after"));
      }
      case "d" -> row(RowKind.DELETE, b, required(before, b, "before"));
      case "m", "t" -> {
        // a message or a truncation: no row of this table's
      }
      case "" ->
          throw new MalformedRecord(
              "", -1, "the record has no 'op'; with a 'payload' in it set 'schema-include'");
      default -> throw new MalformedRecord("", -1, "unknown 'op' \"" + op + "\"");
    }
  }

  private static JsonMembers.Span required(JsonMembers.Span span, byte[] b, String name)
      throws MalformedRecord {
    if (span.isNull(b)) {
      throw new MalformedRecord(
          "",
          -1,
          "'"
              + name
              + "' is null"
              + (name.equals("before") ? " (PostgreSQL gives it with REPLICA IDENTITY FULL)" : ""));
    }
    return span;
  }

  private void canal(byte[] b, int from, int to) throws MalformedRecord {
    JsonMembers.Span[] found = members.find(b, from, to, "data", "old", "type");
    String type = found[2].text(b);
    switch (type) {
      case "INSERT", "DELETE", "UPDATE" -> {
        List<JsonMembers.Span> data = elements(b, found[0], "data");
        List<JsonMembers.Span> old =
            type.equals("UPDATE") ? elements(b, found[1], "old") : List.of();
        for (int i = 0; i < data.size(); i++) {
          change(type, b, data.get(i), i < old.size() ? Optional.of(old.get(i)) : Optional.empty());
        }
      }
      case "" -> throw new MalformedRecord("", -1, "the record has no 'type'");
      default -> {
        // CREATE, ALTER, QUERY, …: no row changes
      }
    }
  }

  private List<JsonMembers.Span> elements(byte[] b, JsonMembers.Span array, String name)
      throws MalformedRecord {
    return members.elements(b, required(array, b, name));
  }

  private void maxwell(byte[] b, int from, int to) throws MalformedRecord {
    JsonMembers.Span[] found = members.find(b, from, to, "data", "old", "type");
    String type = found[2].text(b);
    switch (type) {
      case "insert", "bootstrap-insert", "delete", "update" -> {
        String kind = type.equals("bootstrap-insert") ? "INSERT" : type.toUpperCase(Locale.ROOT);
        JsonMembers.Span data = required(found[0], b, "data");
        boolean update = type.equals("update");
        change(
            kind, b, data, update ? Optional.of(required(found[1], b, "old")) : Optional.empty());
      }
      case "" -> throw new MalformedRecord("", -1, "the record has no 'type'");
      default -> {
        // table-create, database-alter, bootstrap-start, …: no row changes
      }
    }
  }

  /** A change told by the row and, of an update, by the old values of what changed. */
  private void change(String type, byte[] b, JsonMembers.Span data, Optional<JsonMembers.Span> old)
      throws MalformedRecord {
    switch (type) {
      case "INSERT" -> row(RowKind.INSERT, b, data);
      case "DELETE" -> row(RowKind.DELETE, b, data);
      default -> {
        byte[] before = merged(b, data, old);
        row(RowKind.UPDATE_BEFORE, before, new JsonMembers.Span(0, before.length));
        row(RowKind.UPDATE_AFTER, b, data);
      }
    }
  }

  /** The row with its old values behind the new ones: of a repeated key the last counts. */
  private static byte[] merged(byte[] b, JsonMembers.Span data, Optional<JsonMembers.Span> old)
      throws MalformedRecord {
    if (old.isEmpty() || b[old.get().from()] != '{' || b[data.from()] != '{') {
      throw new MalformedRecord("", -1, "an update without its 'old' values");
    }
    String text =
        new String(b, data.from(), data.size() - 1, StandardCharsets.UTF_8).stripTrailing();
    String more =
        new String(b, old.get().from() + 1, old.get().size() - 2, StandardCharsets.UTF_8).strip();
    String comma = text.equals("{") || more.isEmpty() ? "" : ",";
    return (text + comma + more + "}").getBytes(StandardCharsets.UTF_8);
  }

  private void row(RowKind kind, byte[] b, JsonMembers.Span span) throws MalformedRecord {
    rows.decode(b, span.from(), span.to());
    if (kinds.length == count) {
      kinds = Arrays.copyOf(kinds, 2 * count);
    }
    kinds[count++] = kind.code();
  }

  @Override
  public int rows() {
    return count;
  }

  @Override
  public RecordBatch finish() {
    RecordBatch batch = rows.finish();
    byte[] made = Arrays.copyOf(kinds, count);
    count = 0;
    return batch.withKinds(Optional.of(made));
  }

  @Override
  public void close() {
    rows.close();
  }
}
