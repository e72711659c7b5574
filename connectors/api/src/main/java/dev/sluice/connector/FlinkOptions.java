package dev.sluice.connector;

import java.util.Map;
import java.util.Optional;

/**
 * What to do about options that Flink's connectors have and ours do not: a better hint than a name
 * that looks alike. Constants; any thread.
 */
final class FlinkOptions {
  private static final String LEAVE_OUT = "leave it out: ";
  private static final String PARALLELISM =
      LEAVE_OUT + "SET 'parallelism' = '…' is for all of them";
  private static final String RETRIES =
      LEAVE_OUT + "a run that failed goes on from its checkpoint when it is started again";
  private static final String ON_ERROR = LEAVE_OUT + "'on-error' says what becomes of such records";

  private static final Map<String, String> HINTS =
      Map.ofEntries(
          Map.entry("scan.parallelism", PARALLELISM),
          Map.entry("lookup.async", LEAVE_OUT + "all keys of a micro-batch are asked for at once"),
          Map.entry(
              "lookup.cache.max-rows",
              "write 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '…'"),
          Map.entry(
              "lookup.cache.ttl",
              "write 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.expire-after-write' = '…'"),
          Map.entry("sink.max-retries", RETRIES),
          Map.entry("connection.max-retry-timeout", RETRIES),
          Map.entry(
              "sink.buffer-flush.interval",
              LEAVE_OUT + "rows are sent with each commit, SET 'checkpoint.interval' = '…'"),
          Map.entry("scan.auto-commit", LEAVE_OUT + "a table is read in a transaction of its own"),
          Map.entry("sink.semantic", "write 'delivery-guarantee' = 'exactly-once'"),
          Map.entry(
              "scan.watermark.idle-timeout",
              "write IDLE AFTER INTERVAL '…' SECOND behind WATERMARK"),
          Map.entry("scan.watermark.emit.strategy", LEAVE_OUT + "watermarks go with micro-batches"),
          Map.entry("key.fields-prefix", "give the columns of the key names of their own"),
          Map.entry("value.json.ignore-parse-errors", ON_ERROR),
          Map.entry("csv.allow-comments", "filter such lines out: read a column and compare it"),
          Map.entry(
              "csv.array-element-delimiter", "declare the column as STRING and use SPLIT on it"),
          Map.entry("csv.escape-character", LEAVE_OUT + "a quote inside quotes is doubled"),
          Map.entry("json.map-null-key.mode", LEAVE_OUT + "a map's keys are never NULL"),
          Map.entry("json.map-null-key.literal", LEAVE_OUT + "a map's keys are never NULL"),
          Map.entry("source.path.regex-pattern", "write a glob in 'path': *, ?, [a-c], {x,y}, **"),
          Map.entry("compaction.file-size", LEAVE_OUT + "part files are not joined later"),
          Map.entry(
              "sink.shuffle-by-partition.enable",
              LEAVE_OUT + "'sink.parallelism' = '1' gives each folder one file at a time"));

  private FlinkOptions() {}

  /** What to write instead of {@code key}, if that is known. */
  static Optional<String> hint(String key) {
    return Optional.ofNullable(HINTS.get(key));
  }
}
