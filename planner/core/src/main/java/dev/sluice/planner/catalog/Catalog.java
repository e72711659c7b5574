package dev.sluice.planner.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The objects that definitions made, by name whatever its case. Single-threaded. */
public final class Catalog {
  private final Map<String, CatalogEntry> entries = new LinkedHashMap<>();
  private final Map<String, FunctionDef> functions = new LinkedHashMap<>();

  public Optional<CatalogEntry> find(String name) {
    return Optional.ofNullable(entries.get(key(name)));
  }

  /** Adds or replaces. */
  public void put(CatalogEntry entry) {
    entries.put(key(entry.name()), entry);
  }

  /** Removes; nothing happens if there is no such object. */
  public void remove(String name) {
    entries.remove(key(name));
  }

  /** All objects in order of their definition. */
  public List<CatalogEntry> all() {
    return new ArrayList<>(entries.values());
  }

  /** All names as declared. */
  public List<String> names() {
    return entries.values().stream().map(CatalogEntry::name).toList();
  }

  /** The function of that name, whatever its case. */
  public Optional<FunctionDef> function(String name) {
    return Optional.ofNullable(functions.get(key(name)));
  }

  /** All functions in order of their definition. */
  public List<FunctionDef> functions() {
    return List.copyOf(functions.values());
  }

  /** Adds or replaces. */
  public void put(FunctionDef function) {
    functions.put(key(function.name()), function);
  }

  /** Removes; nothing happens if there is no such function. */
  public void removeFunction(String name) {
    functions.remove(key(name));
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
