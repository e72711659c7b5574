package dev.sluice.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Functions of JSON text. Paths: {@code $.a.b[0]['c']}, lax. */
public final class JsonFunctions {
  private static final ObjectMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonFunctions() {}

  @Sql(
      value = "JSON_VALUE",
      nullable = true,
      doc = "The scalar at a path, as text; NULL if there is none.",
      example = "JSON_VALUE('{\"a\": [1, \"x\"]}', '$.a[1]') = 'x'")
  public static String jsonValue(String json, String path) {
    JsonNode node = at(json, path);
    return node.isValueNode() && !node.isNull() ? node.asText() : null;
  }

  @Sql(
      value = "JSON_QUERY",
      nullable = true,
      doc = "The object or array at a path, as JSON; NULL if there is none.",
      example = "JSON_QUERY('{\"a\": [1, 2]}', '$.a') = '[1,2]'")
  public static String jsonQuery(String json, String path) {
    JsonNode node = at(json, path);
    return node.isContainerNode() ? node.toString() : null;
  }

  @Sql(
      value = "JSON_EXISTS",
      doc = "Whether a path leads to something.",
      example = "JSON_EXISTS('{\"a\": 1}', '$.a') = TRUE")
  public static boolean jsonExists(String json, String path) {
    return !at(json, path).isMissingNode();
  }

  @Sql(value = "IS_JSON", doc = "Whether it is JSON.", example = "IS_JSON('{\"a\": 1}') = TRUE")
  public static boolean isJson(String json) {
    return !parse(json).isMissingNode();
  }

  /** The text as JSON; missing if it is none. */
  static JsonNode parse(String json) {
    try {
      JsonNode node = STRICT.readTree(json);
      return node == null ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : node;
    } catch (JsonProcessingException e) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
  }

  private static JsonNode at(String json, String path) {
    return JsonPath.of(path).at(parse(json));
  }

  @Sql(
      value = "JSON_QUOTE",
      doc = "The text as a JSON string, in quotes.",
      example = "JSON_QUOTE('a\"b') = '\"a\\\"b\"'")
  public static String jsonQuote(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
  }

  @Sql(
      value = "JSON_UNQUOTE",
      doc = "The text that a JSON string stands for; what is no string in quotes as it is.",
      example = "JSON_UNQUOTE('\"a\"') = 'a'")
  public static String jsonUnquote(String json) {
    JsonNode node = json.startsWith("\"") ? parse(json) : null;
    return node != null && node.isTextual() ? node.textValue() : json;
  }

  @Sql(
      value = "JSON_LENGTH",
      nullable = true,
      doc =
          "How many elements an array or object has, at a path if one is given; 1 for a scalar,"
              + " NULL for nothing.",
      example = "JSON_LENGTH('{\"a\": [1, 2]}', '$.a') = 2")
  public static Long jsonLength(String json, String path) {
    return length(at(json, path));
  }

  @Sql(value = "JSON_LENGTH", nullable = true)
  public static Long jsonLength(String json) {
    return length(parse(json));
  }

  private static Long length(JsonNode node) {
    if (node.isMissingNode()) {
      return null;
    }
    return node.isContainerNode() ? (long) node.size() : 1L;
  }
}
