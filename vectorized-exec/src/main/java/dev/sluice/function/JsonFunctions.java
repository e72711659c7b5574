package dev.sluice.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;

/** Functions of JSON text. Paths: {@code $.a.b[0]['c']}, lax. */
public final class JsonFunctions {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

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

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
  }

  private static JsonNode at(String json, String path) {
    String p = path.trim();
    String lower = p.toLowerCase(Locale.ROOT);
    if (lower.startsWith("lax ") || lower.startsWith("strict ")) {
      p = p.substring(p.indexOf(' ') + 1).trim();
    }
    if (!p.startsWith("$")) {
      throw new EvalError("'" + path + "' is not a JSON path");
    }
    JsonNode node = parse(json);
    int i = 1;
    while (i < p.length()) {
      int end;
      if (p.charAt(i) == '.') {
        end = i + 1;
        while (end < p.length() && p.charAt(end) != '.' && p.charAt(end) != '[') {
          end++;
        }
        node = node.path(p.substring(i + 1, end));
      } else {
        end = p.indexOf(']', i) + 1;
        if (p.charAt(i) != '[' || end <= 0) {
          throw new EvalError("'" + path + "' is not a JSON path");
        }
        String key = p.substring(i + 1, end - 1).trim();
        node = step(node, key, path);
      }
      i = end;
    }
    return node;
  }

  private static JsonNode step(JsonNode node, String key, String path) {
    if (key.length() >= 2 && (key.charAt(0) == '\'' || key.charAt(0) == '"')) {
      return node.path(key.substring(1, key.length() - 1));
    }
    try {
      return node.path(Integer.parseInt(key));
    } catch (NumberFormatException e) {
      throw new EvalError("'" + path + "' is not a JSON path this function takes");
    }
  }
}
