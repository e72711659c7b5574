package dev.sluice.function;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every function once: a family of specs each from its own class. Immutable; safe for use by any
 * thread.
 */
public final class FunctionCatalog {
  private static final Map<String, FunctionSpec> BY_NAME =
      index(
          Stream.of(
                  ScalarFunctions.specs(),
                  CompiledFunctions.specs(),
                  ObjectFunctions.specs(),
                  Aggregates.specs())
              .flatMap(List::stream)
              .toList());

  private FunctionCatalog() {}

  private static Map<String, FunctionSpec> index(List<FunctionSpec> specs) {
    Map<String, FunctionSpec> map = new TreeMap<>();
    for (FunctionSpec spec : specs) {
      map.put(spec.name(), spec);
      spec.aliases().forEach(alias -> map.put(alias, spec));
    }
    return map;
  }

  /** All functions, by name; aliases not listed apart. */
  public static List<FunctionSpec> all() {
    return BY_NAME.entrySet().stream()
        .filter(entry -> entry.getKey().equals(entry.getValue().name()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The function of that name or alias, whatever its case. */
  public static Optional<FunctionSpec> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toUpperCase(Locale.ROOT)));
  }
}
