package dev.sluice.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What a lookup join remembers of a table.
 *
 * @param mode which rows
 * @param maxRows how many rows at most; 0: any number
 * @param expireAfterWriteMicros how long after it was looked up a key is looked up again; 0: never
 * @param expireAfterAccessMicros how long after it was asked for last; 0: never
 * @param missingKeys whether it also remembers that a key has no rows
 * @param reloadMicros after how long a whole table is read again; 0: never
 */
public record LookupCache(
    Mode mode,
    long maxRows,
    long expireAfterWriteMicros,
    long expireAfterAccessMicros,
    boolean missingKeys,
    long reloadMicros) {
  /** Which rows are remembered. */
  public enum Mode {
    /** None: every batch asks anew for its keys. */
    NONE,
    /** Those of keys that were asked for. */
    PARTIAL,
    /** The whole table, read at the start. */
    FULL,
    /** The whole table, kept up to date with a source of changes that never ends. */
    LIVE
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (maxRows > 0) {
      parts.add(maxRows + " rows");
    }
    if (expireAfterWriteMicros > 0) {
      parts.add(expireAfterWriteMicros / 1000 + " ms after write");
    }
    if (expireAfterAccessMicros > 0) {
      parts.add(expireAfterAccessMicros / 1000 + " ms after access");
    }
    if (reloadMicros > 0) {
      parts.add("reloaded every " + reloadMicros / 1000 + " ms");
    }
    return mode.name().toLowerCase(java.util.Locale.ROOT)
        + (parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")");
  }
}
