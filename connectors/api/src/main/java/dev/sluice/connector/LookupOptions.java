package dev.sluice.connector;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupCache.Mode;
import dev.sluice.plan.LookupRequests;
import dev.sluice.plan.TableRef;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Options of tables in lookup joins, whatever the connector; named as in Flink. Constants; any
 * thread.
 */
public final class LookupOptions {
  public static final OptionSpec CACHE =
      OptionSpec.oneOf(
              "lookup.cache",
              List.of("NONE", "PARTIAL", "FULL"),
              "What a lookup join remembers of the table: nothing, the keys it asked for, or the"
                  + " whole table, read at the start. By default NONE where rows can be found by"
                  + " key, else FULL.")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec MAX_ROWS =
      OptionSpec.of(
              "lookup.partial-cache.max-rows",
              OptionSpec.Type.LONG,
              "How many rows a partial cache holds before it begins anew.",
              "10000")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec AFTER_WRITE =
      OptionSpec.of(
              "lookup.partial-cache.expire-after-write",
              OptionSpec.Type.DURATION,
              "How long after it was looked up a key is looked up again.",
              "10 min")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec AFTER_ACCESS =
      OptionSpec.of(
              "lookup.partial-cache.expire-after-access",
              OptionSpec.Type.DURATION,
              "How long after it was asked for last a key is looked up again.",
              "10 min")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec MISSING_KEY =
      OptionSpec.of(
              "lookup.partial-cache.cache-missing-key",
              OptionSpec.Type.BOOLEAN,
              "Whether a partial cache remembers that a key has no rows.",
              "true")
          .withDefault("true")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec RELOAD =
      OptionSpec.of(
              "lookup.full-cache.periodic-reload.interval",
              OptionSpec.Type.DURATION,
              "After how long a full cache is read again; by default never.",
              "10 min")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec MAX_RETRIES =
      OptionSpec.of(
              "lookup.max-retries",
              OptionSpec.Type.INTEGER,
              "How often a lookup that failed is tried again.",
              "3")
          .withDefault("3")
          .only(OptionSpec.Role.SOURCE);

  public static final OptionSpec ASYNC =
      OptionSpec.of(
              "lookup.async",
              OptionSpec.Type.BOOLEAN,
              "Whether a task has several lookups on their way at once. Rows wait for theirs while"
                  + " others come, either way.",
              "true")
          .withDefault("true")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec CAPACITY =
      OptionSpec.of(
              "lookup.async.capacity",
              OptionSpec.Type.INTEGER,
              "How many lookups of a task may be on their way, each for the keys of a batch and"
                  + " with a connection of its own.",
              "4")
          .withDefault("4")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec OUTPUT_MODE =
      OptionSpec.oneOf(
              "lookup.async.output-mode",
              List.of("ORDERED", "ALLOW_UNORDERED"),
              "Whether rows come out of a lookup join in the order in which they came, or as soon"
                  + " as their lookup is done; never behind a watermark they were before.")
          .withDefault("ORDERED")
          .only(OptionSpec.Role.SOURCE);
  public static final OptionSpec TIMEOUT =
      OptionSpec.of(
              "lookup.timeout",
              OptionSpec.Type.DURATION,
              "How long a lookup may take, its retries included, before the run fails.",
              "3 min")
          .withDefault("3 min")
          .only(OptionSpec.Role.SOURCE);

  private static final List<OptionSpec> ALL =
      List.of(
          CACHE,
          MAX_ROWS,
          AFTER_WRITE,
          AFTER_ACCESS,
          MISSING_KEY,
          RELOAD,
          MAX_RETRIES,
          ASYNC,
          CAPACITY,
          OUTPUT_MODE,
          TIMEOUT);

  /** Those that a LOOKUP hint takes, by what Flink calls them there. */
  private static final Map<String, OptionSpec> IN_HINTS =
      new TreeMap<>(
          Map.of(
              "async", ASYNC,
              "capacity", CAPACITY,
              "output-mode", OUTPUT_MODE,
              "timeout", TIMEOUT));

  private static final int MOST_REQUESTS = 64;

  private LookupOptions() {}

  /** All of them. */
  public static List<OptionSpec> all() {
    return ALL;
  }

  /** Those that a LOOKUP hint takes, by their names there. */
  public static Map<String, OptionSpec> inHints() {
    return Collections.unmodifiableMap(IN_HINTS);
  }

  /**
   * What a lookup join shall remember of a table.
   *
   * @param byKey whether the connector finds rows by key
   */
  public static LookupCache cache(TableRef table, List<OptionSpec> specs, boolean byKey) {
    Options options = Options.check(table, specs, OptionSpec.Role.SOURCE);
    Mode mode =
        options
            .find(CACHE)
            .map(name -> Mode.valueOf(name.toUpperCase(java.util.Locale.ROOT)))
            .orElse(byKey ? Mode.NONE : Mode.FULL);
    if (!byKey && mode != Mode.FULL) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'lookup.cache' of '"
                  + table.name()
                  + "' must be FULL: connector '"
                  + table.connector()
                  + "' does not find rows by key")
          .withHint("leave it out");
    }
    for (OptionSpec spec : List.of(MAX_ROWS, AFTER_WRITE, AFTER_ACCESS)) {
      requireMode(table, options, spec, mode, Mode.PARTIAL);
    }
    requireMode(table, options, RELOAD, mode, Mode.FULL);
    return new LookupCache(
        mode,
        options.has(MAX_ROWS) ? options.number(MAX_ROWS) : 0,
        micros(options, AFTER_WRITE),
        micros(options, AFTER_ACCESS),
        options.bool(MISSING_KEY),
        micros(options, RELOAD));
  }

  /** How a lookup join shall ask for rows of a table. */
  public static LookupRequests requests(TableRef table, List<OptionSpec> specs) {
    Options options = Options.check(table, specs, OptionSpec.Role.SOURCE);
    int capacity = options.integer(CAPACITY);
    if (capacity < 1 || capacity > MOST_REQUESTS) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option 'lookup.async.capacity' of '" + table.name() + "' cannot be " + capacity)
          .withHint("it takes 1 to " + MOST_REQUESTS);
    }
    return new LookupRequests(
        options.bool(ASYNC) ? capacity : 1,
        !options.string(OUTPUT_MODE).equalsIgnoreCase("ALLOW_UNORDERED"),
        micros(options, TIMEOUT));
  }

  private static void requireMode(
      TableRef table, Options options, OptionSpec spec, Mode mode, Mode needed) {
    if (options.has(spec) && mode != needed) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "option '"
                  + spec.key()
                  + "' of '"
                  + table.name()
                  + "' needs 'lookup.cache' = '"
                  + needed
                  + "'")
          .withHint("set it, or leave '" + spec.key() + "' out");
    }
  }

  private static long micros(Options options, OptionSpec spec) {
    boolean known = options.has(spec) || spec.defaultValue().isPresent();
    return known ? options.duration(spec).toMillis() * 1000 : 0;
  }
}
