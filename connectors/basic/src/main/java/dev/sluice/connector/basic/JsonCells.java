package dev.sluice.connector.basic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.connector.MalformedRecord;
import dev.sluice.format.ColumnBuilder;
import dev.sluice.format.TextParser;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Puts parsed JSON values into columns. Stateless; safe for use by any thread. */
final class JsonCells {
  private JsonCells() {}

  static void append(ColumnBuilder out, JsonNode value) throws MalformedRecord {
    if (value == null || value.isNull()) {
      if (!out.type().nullable()) {
        throw new MalformedRecord(out.name(), -1, "NULL in a NOT NULL column");
      }
      out.appendNull();
      return;
    }
    switch (out.kind()) {
      case ARRAY -> {
        require(out, value, value.isArray());
        for (JsonNode element : value) {
          append(out.child(0), element);
        }
        out.appendList();
      }
      case MAP -> {
        require(out, value, value.isObject());
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
          append(
              out.child(0), com.fasterxml.jackson.databind.node.TextNode.valueOf(entry.getKey()));
          append(out.child(1), entry.getValue());
        }
        out.appendList();
      }
      case ROW -> row(out, value);
      default -> {
        boolean text = out.kind() == Kind.VARCHAR && value.isContainerNode();
        require(out, value, value.isValueNode() || text);
        byte[] bytes = (text ? value.toString() : value.asText()).getBytes(StandardCharsets.UTF_8);
        TextParser.parse(out, bytes, 0, bytes.length);
      }
    }
  }

  private static void row(ColumnBuilder out, JsonNode value) throws MalformedRecord {
    List<Field> fields = out.type().children();
    require(out, value, value.isObject() || value.isArray() && value.size() == fields.size());
    for (int i = 0; i < fields.size(); i++) {
      append(out.child(i), value.isArray() ? value.get(i) : value.get(fields.get(i).name()));
    }
    out.appendStruct();
  }

  private static void require(ColumnBuilder out, JsonNode value, boolean fits)
      throws MalformedRecord {
    if (!fits) {
      byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
      throw TextParser.malformed(out, out.type().withNullable(true).sql(), bytes, 0, bytes.length);
    }
  }
}
