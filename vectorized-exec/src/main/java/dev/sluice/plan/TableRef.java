package dev.sluice.plan;

import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A table of the outside world as the user declared it: what a connector needs to read or write it.
 * A value.
 *
 * @param name the declared name
 * @param connector the connector's name
 * @param options the WITH clause apart from {@code connector}; values still hold their secret
 *     references ({@code ${env:X}}, {@code ${file:p}}), which only the connector's options reader
 *     resolves
 * @param secretKeys the options whose values must never be shown
 * @param schema the columns that come from or go to the connector: physical ones, then metadata
 *     columns. Computed columns are not among them
 * @param metadata for the columns that are METADATA: column name to the connector's metadata key
 * @param primaryKey columns of the PRIMARY KEY, by name; empty if none
 * @param partitionKeys columns of PARTITIONED BY, by name
 */
public record TableRef(
    String name,
    String connector,
    Map<String, String> options,
    Set<String> secretKeys,
    Schema schema,
    Map<String, String> metadata,
    List<String> primaryKey,
    List<String> partitionKeys) {
  public TableRef {
    options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
    secretKeys = Set.copyOf(secretKeys);
    metadata = java.util.Collections.unmodifiableMap(new TreeMap<>(metadata));
    primaryKey = List.copyOf(primaryKey);
    partitionKeys = List.copyOf(partitionKeys);
  }

  /** The same table with other options. */
  public TableRef withOptions(Map<String, String> value) {
    return new TableRef(
        name, connector, value, secretKeys, schema, metadata, primaryKey, partitionKeys);
  }

  /** Options with secret values replaced by {@code ******}: the only form that may be printed. */
  public Map<String, String> printableOptions() {
    TreeMap<String, String> shown = new TreeMap<>(options);
    secretKeys.forEach(key -> shown.computeIfPresent(key, (k, v) -> "******"));
    return shown;
  }

  /** Type of column {@code name}. */
  public DataType type(String column) {
    return schema.type(schema.indexOf(column).orElseThrow());
  }

  /** By name, which two tables of one plan seldom share. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "TableRef[" + name + ", " + connector + ", " + printableOptions() + "]";
  }
}
