package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.ANY;
import static dev.sluice.function.FunctionSpec.Param.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.function.ObjectFunctions.Definition;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * JSON made of values, and the forms of JSON_VALUE, JSON_QUERY and JSON_EXISTS that say what
 * becomes of nothing and of errors: the planner calls those by names with a dollar sign. Stateless.
 */
final class JsonMaking {
  private static final DataType TEXT = DataType.string();
  private static final DataType TRUTH = DataType.of(Kind.BOOLEAN);

  private JsonMaking() {}

  static List<Definition> all() {
    return List.of(
        json(
            "JSON_STRING",
            Signature.of(TEXT, ANY),
            "A value of any type as JSON.",
            "JSON_STRING(ARRAY[1, 2]) = '[1,2]'",
            (types, result) -> a -> a[0] == null ? null : text(a[0], types.get(0))),
        json(
            "JSON_OBJECT",
            Signature.of(TEXT, ANY).asVariadic(),
            "A JSON object of keys and values; NULLs are null, or left out with ABSENT ON NULL.",
            "JSON_OBJECT('a' VALUE 1, KEY 'b' VALUE 'x') = '{\"a\":1,\"b\":\"x\"}'",
            (types, result) -> a -> a[0] == null ? null : object(a, types)),
        json(
            "JSON_ARRAY",
            Signature.of(TEXT, ANY).asVariadic(),
            "A JSON array of values; NULLs are left out, or null with NULL ON NULL.",
            "JSON_ARRAY(1, 'x', JSON_ARRAY(TRUE)) = '[1,\"x\",[true]]'",
            (types, result) -> a -> a[0] == null ? null : array(a, types)),
        json(
            "$JSON_AGGREGATED",
            Signature.of(TEXT, STRING, ANY),
            "",
            "",
            (types, result) -> a -> aggregated(a, types.get(1))),
        json("$JSON_VALUE", six(), "", "", (types, result) -> JsonMaking::value),
        json("$JSON_QUERY", six(), "", "", (types, result) -> JsonMaking::query),
        json(
            "$JSON_EXISTS",
            Signature.of(TRUTH, STRING, STRING, STRING),
            "",
            "",
            (types, result) -> JsonMaking::exists),
        json(
            "$IS_JSON",
            Signature.of(TRUTH, STRING, STRING),
            "",
            "",
            (types, result) -> JsonMaking::is));
  }

  private static Signature six() {
    return Signature.of(TEXT, STRING, STRING, STRING, STRING, STRING, STRING);
  }

  private static Definition json(
      String name,
      Signature signature,
      String doc,
      String example,
      ObjectFunctions.Binding binding) {
    return new Definition(
        Definition.spec(name, "json", List.of(signature), doc, example), false, binding);
  }

  private static Text text(Object value, DataType type) {
    StringBuilder json = new StringBuilder();
    write(value, type, json);
    return Text.of(json.toString());
  }

  /**
   * Arguments: how NULLs are taken, then keys and values; a letter r marks values that are JSON.
   */
  private static Object object(Object[] a, List<DataType> types) {
    String how = a[0].toString();
    StringBuilder json = new StringBuilder("{");
    for (int i = 1; i + 1 < a.length; i += 2) {
      if (a[i] == null) {
        throw new EvalError("a key of JSON_OBJECT is NULL");
      }
      if (a[i + 1] != null || !how.startsWith("ABSENT")) {
        json.append(json.length() > 1 ? "," : "").append(TextNode.valueOf(a[i].toString()));
        part(a[i + 1], types.get(i + 1), isRaw(how, i + 1), json.append(':'));
      }
    }
    return Text.of(json.append('}').toString());
  }

  private static Object array(Object[] a, List<DataType> types) {
    String how = a[0].toString();
    StringBuilder json = new StringBuilder("[");
    for (int i = 1; i < a.length; i++) {
      if (a[i] != null || !how.startsWith("ABSENT")) {
        part(a[i], types.get(i), isRaw(how, i), json.append(json.length() > 1 ? "," : ""));
      }
    }
    return Text.of(json.append(']').toString());
  }

  /** Argument {@code index}'s letter stands behind the colon. */
  private static boolean isRaw(String how, int index) {
    return how.charAt(how.indexOf(':') + index) == 'r';
  }

  private static void part(Object value, DataType type, boolean raw, StringBuilder json) {
    if (raw && value != null) {
      json.append(value);
    } else {
      write(value, type, json);
    }
  }

  /** The values of JSON_ARRAYAGG as array, or the entries of JSON_OBJECTAGG as object. */
  private static Object aggregated(Object[] a, DataType list) {
    boolean object = a[0].toString().startsWith("OBJECT");
    boolean absent = a[0].toString().endsWith("ABSENT_ON_NULL");
    DataType element = list.children().isEmpty() ? list : list.children().get(0).type();
    if (a[1] == null) {
      return null;
    }
    StringBuilder json = new StringBuilder(object ? "{" : "[");
    for (Object each : (Object[]) a[1]) {
      Object value = object ? ((Object[]) each)[1] : each;
      if (value == null && absent) {
        continue;
      }
      json.append(json.length() > 1 ? "," : "");
      if (object) {
        Object key = ((Object[]) each)[0];
        if (key == null) {
          throw new EvalError("a key of JSON_OBJECTAGG is NULL");
        }
        json.append(TextNode.valueOf(key.toString())).append(':');
        write(value, element.children().get(1).type(), json);
      } else {
        write(value, element, json);
      }
    }
    return Text.of(json.append(object ? '}' : ']').toString());
  }

  private static void write(Object value, DataType type, StringBuilder json) {
    if (value == null) {
      json.append("null");
      return;
    }
    switch (type.kind()) {
      case VARCHAR -> json.append(TextNode.valueOf(value.toString()));
      case VARBINARY ->
          json.append('"')
              .append(Base64.getEncoder().encodeToString(((Text) value).toBytes()))
              .append('"');
      case DECIMAL -> json.append(((BigDecimal) value).toPlainString());
      case FLOAT -> json.append(((Double) value).floatValue());
      case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ ->
          json.append('"').append(time((Long) value, type)).append('"');
      case ARRAY -> list((Object[]) value, type.children().get(0).type(), json);
      case MAP -> map((Object[]) value, type, json);
      case ROW -> row((Object[]) value, type, json);
      default -> json.append(value);
    }
  }

  private static void list(Object[] values, DataType element, StringBuilder json) {
    json.append('[');
    for (int i = 0; i < values.length; i++) {
      write(values[i], element, json.append(i > 0 ? "," : ""));
    }
    json.append(']');
  }

  private static void map(Object[] entries, DataType type, StringBuilder json) {
    json.append('{');
    for (int i = 0; i < entries.length; i += 2) {
      json.append(i > 0 ? "," : "");
      StringBuilder key = new StringBuilder();
      write(entries[i], type.children().get(0).type(), key);
      boolean text = key.charAt(0) == '"';
      json.append(text ? key : TextNode.valueOf(key.toString())).append(':');
      write(entries[i + 1], type.children().get(1).type(), json);
    }
    json.append('}');
  }

  private static void row(Object[] fields, DataType type, StringBuilder json) {
    json.append('{');
    for (int i = 0; i < fields.length; i++) {
      json.append(i > 0 ? "," : "").append(TextNode.valueOf(type.children().get(i).name()));
      write(fields[i], type.children().get(i).type(), json.append(':'));
    }
    json.append('}');
  }

  private static String time(long value, DataType type) {
    if (type.kind() == Kind.DATE) {
      return LocalDate.ofEpochDay(value).toString();
    }
    boolean ofDay = type.kind() == Kind.TIME;
    LocalDateTime time =
        ofDay
            ? LocalDate.EPOCH.atTime(LocalTime.ofNanoOfDay(value * 1_000_000))
            : LocalDateTime.ofInstant(
                Instant.EPOCH.plus(value, java.time.temporal.ChronoUnit.MICROS), ZoneOffset.UTC);
    String pattern = ofDay ? "%2$tH:%2$tM:%2$tS" : "%1$s %2$tH:%2$tM:%2$tS";
    String seconds = String.format(Locale.ROOT, pattern, time.toLocalDate(), time);
    String fraction =
        type.precision() > 0
            ? "."
                + String.format(Locale.ROOT, "%09d", time.getNano())
                    .substring(0, Math.min(9, type.precision()))
            : "";
    return seconds + fraction + (type.kind() == Kind.TIMESTAMP_LTZ ? "Z" : "");
  }

  /** Text, path, what to do about nothing with a default, and about errors with a default. */
  private static Object value(Object[] a) {
    if (a[0] == null || a[1] == null) {
      return null;
    }
    JsonPath path = JsonPath.of(a[1].toString());
    JsonNode root = JsonFunctions.parse(a[0].toString());
    JsonNode found = root.isMissingNode() ? root : path.at(root);
    boolean error =
        root.isMissingNode() || found.isContainerNode() || found.isMissingNode() && path.isStrict();
    if (!error && found.isValueNode() && !found.isNull()) {
      return Text.of(found.asText());
    }
    Object mode = error ? a[4] : a[2];
    if (mode.toString().equals("ERROR")) {
      throw new EvalError("JSON_VALUE finds no scalar at '" + a[1] + "'");
    }
    return mode.toString().equals("DEFAULT") ? (error ? a[5] : a[3]) : null;
  }

  /** Text, path, wrapper, what to do about nothing, and about errors; the last is not used. */
  private static Object query(Object[] a) {
    if (a[0] == null || a[1] == null) {
      return null;
    }
    JsonPath path = JsonPath.of(a[1].toString());
    JsonNode root = JsonFunctions.parse(a[0].toString());
    JsonNode found = root.isMissingNode() ? root : path.at(root);
    String wrapper = a[2].toString();
    boolean wrap =
        wrapper.startsWith("WITH_UNCONDITIONAL")
            || wrapper.startsWith("WITH_CONDITIONAL") && !found.isArray() && !found.isObject()
            || wrapper.startsWith("WITH_CONDITIONAL") && found.isObject();
    boolean nothing = found.isMissingNode() || found.isNull();
    boolean error = root.isMissingNode() || nothing && path.isStrict();
    if (!nothing && wrap) {
      return Text.of("[" + found + "]");
    }
    if (!nothing && found.isContainerNode()) {
      return Text.of(found.toString());
    }
    Object mode = error || !nothing ? a[4] : a[3];
    return switch (mode.toString()) {
      case "EMPTY_ARRAY" -> Text.of("[]");
      case "EMPTY_OBJECT" -> Text.of("{}");
      case "ERROR" -> throw new EvalError("JSON_QUERY finds no object or array at '" + a[1] + "'");
      default -> null;
    };
  }

  private static Object exists(Object[] a) {
    if (a[0] == null || a[1] == null) {
      return null;
    }
    JsonPath path = JsonPath.of(a[1].toString());
    JsonNode root = JsonFunctions.parse(a[0].toString());
    boolean found = !root.isMissingNode() && !path.at(root).isMissingNode();
    if (found || !root.isMissingNode() && !path.isStrict()) {
      return found;
    }
    return switch (a[2].toString()) {
      case "TRUE" -> true;
      case "UNKNOWN" -> null;
      case "ERROR" -> throw new EvalError("JSON_EXISTS finds nothing at '" + a[1] + "'");
      default -> false;
    };
  }

  private static Object is(Object[] a) {
    if (a[0] == null) {
      return null;
    }
    JsonNode node = JsonFunctions.parse(a[0].toString());
    return switch (a[1].toString()) {
      case "SCALAR" -> node.isValueNode();
      case "ARRAY" -> node.isArray();
      case "OBJECT" -> node.isObject();
      default -> !node.isMissingNode();
    };
  }
}
