package dev.sluice.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A path into JSON: {@code [lax | strict] $.a['b c'][0][*].*}. What leads nowhere is missing, and
 * an error if the path is strict. Immutable; safe for use by any thread.
 */
final class JsonPath {
  /** What a step takes: a key, an index, or everything. */
  private record Step(String key, int index, boolean every) {}

  private final List<Step> steps;
  private final boolean strict;

  private JsonPath(List<Step> steps, boolean strict) {
    this.steps = steps;
    this.strict = strict;
  }

  /** Reads a path. */
  static JsonPath of(String text) {
    String p = text.trim();
    String lower = p.toLowerCase(Locale.ROOT);
    boolean strict = lower.startsWith("strict ");
    if (lower.startsWith("lax ") || strict) {
      p = p.substring(p.indexOf(' ') + 1).trim();
    }
    if (!p.startsWith("$")) {
      throw new EvalError("'" + text + "' is not a JSON path");
    }
    List<Step> steps = new ArrayList<>();
    int i = 1;
    while (i < p.length()) {
      char c = p.charAt(i);
      int end;
      if (c == '.' && i + 1 < p.length() && p.charAt(i + 1) == '[') {
        end = i + 1;
      } else if (c == '.') {
        end = i + 1;
        while (end < p.length() && p.charAt(end) != '.' && p.charAt(end) != '[') {
          end++;
        }
        String key = p.substring(i + 1, end).trim();
        steps.add(new Step(key, -1, key.equals("*")));
      } else if (c == '[') {
        end = closing(p, i, text);
        steps.add(inBrackets(p.substring(i + 1, end - 1).trim(), text));
      } else {
        throw new EvalError("'" + text + "' is not a JSON path");
      }
      i = end;
    }
    return new JsonPath(List.copyOf(steps), strict);
  }

  /** Behind the bracket that closes the one at {@code from}. */
  private static int closing(String path, int from, String text) {
    char quote = 0;
    for (int i = from + 1; i < path.length(); i++) {
      char c = path.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == ']') {
        return i + 1;
      }
    }
    throw new EvalError("'" + text + "' is not a JSON path");
  }

  private static Step inBrackets(String inside, String text) {
    if (inside.equals("*")) {
      return new Step("*", -1, true);
    }
    char first = inside.isEmpty() ? ' ' : inside.charAt(0);
    if (inside.length() >= 2 && (first == '\'' || first == '"')) {
      return new Step(inside.substring(1, inside.length() - 1), -1, false);
    }
    try {
      return new Step("", Integer.parseInt(inside), false);
    } catch (NumberFormatException e) {
      throw new EvalError("'" + text + "' is not a JSON path this function takes");
    }
  }

  /** Whether it leads to several places at once; what is there is an array then. */
  boolean isIndefinite() {
    return steps.stream().anyMatch(Step::every);
  }

  boolean isStrict() {
    return strict;
  }

  /** What is there; missing if nothing is. */
  JsonNode at(JsonNode root) {
    List<JsonNode> nodes = List.of(root);
    for (Step step : steps) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : nodes) {
        if (step.every()) {
          node.forEach(next::add);
        } else {
          JsonNode found = step.index() >= 0 ? node.path(step.index()) : node.path(step.key());
          if (!found.isMissingNode()) {
            next.add(found);
          }
        }
      }
      nodes = next;
    }
    if (isIndefinite()) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      return nodes.isEmpty() ? MissingNode.getInstance() : all.addAll(nodes);
    }
    return nodes.isEmpty() ? MissingNode.getInstance() : nodes.get(0);
  }
}
