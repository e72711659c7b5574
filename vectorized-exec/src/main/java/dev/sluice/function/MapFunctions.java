package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.ARRAY;
import static dev.sluice.function.FunctionSpec.Param.MAP;
import static dev.sluice.function.FunctionSpec.Param.STRING;

import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.function.ObjectFunctions.Definition;
import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Functions that take or make maps, and those that cut text into lists. Stateless. */
final class MapFunctions {
  private static final DataType TEXTS = DataType.array(DataType.string());

  private MapFunctions() {}

  static List<Definition> all() {
    return List.of(
        Definition.of(
            "MAP_KEYS",
            Signature.likeArgument(Signature.ARRAY_OF_KEYS, MAP),
            "The keys of a map.",
            "MAP_KEYS(MAP['a', 1])[1] = 'a'",
            a -> a[0] == null ? null : every((Object[]) a[0], 0)),
        Definition.of(
            "MAP_VALUES",
            Signature.likeArgument(Signature.ARRAY_OF_VALUES, MAP),
            "The values of a map.",
            "MAP_VALUES(MAP['a', 1])[1] = 1",
            a -> a[0] == null ? null : every((Object[]) a[0], 1)),
        Definition.of(
            "MAP_ENTRIES",
            Signature.likeArgument(Signature.ARRAY_OF_ENTRIES, MAP),
            "The entries of a map as rows of key and value.",
            "CARDINALITY(MAP_ENTRIES(MAP['a', 1, 'b', 2])) = 2",
            a -> a[0] == null ? null : entries((Object[]) a[0])),
        Definition.alike(
            "MAP_UNION",
            Signature.likeArgument(Signature.LEAST_RESTRICTIVE, MAP).asVariadic(),
            "The entries of all maps; of equal keys the last counts.",
            "MAP_UNION(MAP['a', 1], MAP['a', 2])['a'] = 2",
            MapFunctions::union),
        Definition.of(
            "MAP_FROM_ARRAYS",
            Signature.likeArgument(Signature.MAP_OF_ARRAYS, ARRAY, ARRAY),
            "A map of an array of keys and one of as many values.",
            "MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])['b'] = 2",
            MapFunctions::fromArrays),
        Definition.of(
            "STR_TO_MAP",
            Signature.of(DataType.map(DataType.string(), DataType.string()), STRING, STRING, STRING)
                .withOptional(2),
            "The map that a text writes out: pairs between matches of one regular expression (a"
                + " comma), key and value with a match of another between them (=).",
            "STR_TO_MAP('a=1,b=2')['b'] = '2'",
            MapFunctions::ofText),
        Definition.of(
            "SPLIT",
            Signature.of(TEXTS, STRING, STRING),
            "The parts of a text between delimiters; its characters if the delimiter is empty.",
            "SPLIT('a,b', ',')[2] = 'b'",
            MapFunctions::split),
        Definition.of(
            "REGEXP_EXTRACT_ALL",
            Signature.of(TEXTS, STRING, STRING, FunctionSpec.Param.INTEGER).withOptional(1),
            "A group (1, the default, or 0 for all of it) of every match; NULL if there is no such"
                + " group.",
            "REGEXP_EXTRACT_ALL('a1b22', '[a-z]([0-9]+)')[2] = '22'",
            MapFunctions::extractAll));
  }

  private static Object[] every(Object[] map, int offset) {
    Object[] taken = new Object[map.length / 2];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = map[2 * i + offset];
    }
    return taken;
  }

  private static Object[] entries(Object[] map) {
    Object[] rows = new Object[map.length / 2];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Object[] {map[2 * i], map[2 * i + 1]};
    }
    return rows;
  }

  private static Object union(Object[] maps) {
    List<Object> all = new ArrayList<>();
    for (Object map : maps) {
      if (map == null) {
        return null;
      }
      all.addAll(Arrays.asList((Object[]) map));
    }
    return NestedValues.map(all.toArray());
  }

  private static Object fromArrays(Object[] arguments) {
    if (arguments[0] == null || arguments[1] == null) {
      return null;
    }
    Object[] keys = (Object[]) arguments[0];
    Object[] values = (Object[]) arguments[1];
    if (keys.length != values.length) {
      throw new EvalError(
          "MAP_FROM_ARRAYS of " + keys.length + " keys and " + values.length + " values");
    }
    Object[] entries = new Object[2 * keys.length];
    for (int i = 0; i < keys.length; i++) {
      entries[2 * i] = keys[i];
      entries[2 * i + 1] = values[i];
    }
    return NestedValues.map(entries);
  }

  private static Object ofText(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    Pattern between = StringFunctions.pattern(arguments.length > 1 ? "" + arguments[1] : ",");
    Pattern inside = StringFunctions.pattern(arguments.length > 2 ? "" + arguments[2] : "=");
    List<Object> entries = new ArrayList<>();
    for (String pair : between.split(arguments[0].toString())) {
      String[] parts = inside.split(pair, 2);
      entries.add(Text.of(parts[0]));
      entries.add(parts.length > 1 ? Text.of(parts[1]) : null);
    }
    return NestedValues.map(entries.toArray());
  }

  private static Object split(Object[] arguments) {
    if (arguments[0] == null || arguments[1] == null) {
      return null;
    }
    String text = arguments[0].toString();
    String delimiter = arguments[1].toString();
    if (delimiter.isEmpty()) {
      return text.codePoints().mapToObj(c -> Text.of(Character.toString(c))).toArray();
    }
    return Arrays.stream(text.split(Pattern.quote(delimiter), -1)).map(Text::of).toArray();
  }

  private static Object extractAll(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    var matcher = StringFunctions.pattern(arguments[1].toString()).matcher(arguments[0].toString());
    long group = arguments.length > 2 ? (Long) arguments[2] : 1;
    if (group < 0 || group > matcher.groupCount()) {
      return null;
    }
    return matcher
        .results()
        .map(m -> m.group((int) group) == null ? null : Text.of(m.group((int) group)))
        .toArray();
  }
}
