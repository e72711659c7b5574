package dev.sluice.connector.file;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The options of {@code filesystem} and what follows from them without I/O. Constants; any thread.
 */
final class FileOptions {
  private static final List<String> TEXTS =
      List.of("csv", "json", "debezium-json", "canal-json", "maxwell-json");
  static final List<String> FORMATS =
      Stream.concat(TEXTS.stream(), Stream.of("parquet", "arrow")).toList();

  static final OptionSpec PATH =
      OptionSpec.of(
              "path",
              Type.STRING,
              "A file, a directory, or a glob such as data/**/*.json; relative to the working"
                  + " directory.",
              "data/flights.parquet")
          .asRequired();
  static final OptionSpec FORMAT =
      OptionSpec.oneOf(
          "format", FORMATS, "What is in the files; by default told by the ending of the path.");
  static final OptionSpec MONITOR =
      OptionSpec.of(
              "source.monitor-interval",
              Type.DURATION,
              "Keep looking for new files this often; the source never ends then.",
              "10 s")
          .only(Role.SOURCE);
  static final OptionSpec MAX_RATIO =
      OptionSpec.of(
              "source.max-unpack-ratio",
              Type.LONG,
              "How many bytes one byte of a packed file or Parquet page may become; looked at"
                  + " beyond 64 MB.",
              "1000")
          .withDefault("1000")
          .only(Role.SOURCE);
  static final OptionSpec ROLL_SIZE =
      OptionSpec.of(
              "sink.rolling-policy.file-size",
              Type.SIZE,
              "A part file of this size is closed and a new one begun.",
              "128 mb")
          .withDefault("128 mb")
          .only(Role.SINK);
  static final OptionSpec ROLL_INTERVAL =
      OptionSpec.of(
              "sink.rolling-policy.rollover-interval",
              Type.DURATION,
              "A part file open for this long is closed at the next commit.",
              "30 min")
          .withDefault("30 min")
          .only(Role.SINK);
  static final OptionSpec CHECK_INTERVAL =
      OptionSpec.of(
              "sink.rolling-policy.check-interval",
              Type.DURATION,
              "Understood; the interval is checked at every commit.",
              "1 min")
          .only(Role.SINK);
  static final OptionSpec COMMIT_POLICY =
      OptionSpec.oneOf(
              "sink.partition-commit.policy.kind",
              List.of("success-file"),
              "What marks a finished partition folder.")
          .only(Role.SINK);
  static final OptionSpec SUCCESS_FILE =
      OptionSpec.of(
              "sink.partition-commit.success-file.name",
              Type.STRING,
              "Name of the marker file.",
              "_SUCCESS")
          .withDefault("_SUCCESS")
          .only(Role.SINK);
  static final OptionSpec COMMIT_TRIGGER =
      OptionSpec.oneOf(
              "sink.partition-commit.trigger",
              List.of("process-time", "partition-time"),
              "When a folder is marked: some time after it was begun, or when the watermark has"
                  + " passed the time that its name tells; at the end of the run in any case.")
          .withDefault("process-time")
          .only(Role.SINK);
  static final OptionSpec COMMIT_DELAY =
      OptionSpec.of(
              "sink.partition-commit.delay",
              Type.DURATION,
              "How long after that a folder is marked.",
              "1 h")
          .withDefault("0 s")
          .only(Role.SINK);
  static final OptionSpec COMMIT_ZONE =
      OptionSpec.of(
              "sink.partition-commit.watermark-time-zone",
              Type.STRING,
              "Zone of the times that folders tell, where the watermark is an instant.",
              "Europe/Berlin")
          .withDefault("UTC")
          .only(Role.SINK);
  static final OptionSpec TIME_EXTRACTOR =
      OptionSpec.oneOf(
              "partition.time-extractor.kind",
              List.of("default"),
              "How the name of a folder tells a time: by the pattern.")
          .only(Role.SINK);
  static final OptionSpec TIME_PATTERN =
      OptionSpec.of(
              "partition.time-extractor.timestamp-pattern",
              Type.STRING,
              "The time of a folder, made of its columns; by default the first of them.",
              "$day $hour:00:00")
          .only(Role.SINK);
  static final OptionSpec TIME_FORMATTER =
      OptionSpec.of(
              "partition.time-extractor.timestamp-formatter",
              Type.STRING,
              "The form of that time, as DateTimeFormatter has it; a date alone will do, too.",
              "yyyyMMdd HHmm")
          .withDefault("yyyy-MM-dd HH:mm:ss")
          .only(Role.SINK);
  static final OptionSpec COMPACTION =
      OptionSpec.oneOf(
              "auto-compaction", List.of("false"), "Flink's; part files are not joined later.")
          .only(Role.SINK);
  static final OptionSpec COMPRESSION =
      OptionSpec.oneOf(
              "parquet.compression",
              List.of("ZSTD", "SNAPPY", "GZIP", "LZ4_RAW", "UNCOMPRESSED"),
              "Codec of written Parquet files.")
          .withDefault("ZSTD")
          .only(Role.SINK);

  private FileOptions() {}

  static List<OptionSpec> of(TableRef table) {
    List<OptionSpec> specs =
        new ArrayList<>(
            List.of(
                PATH,
                FORMAT,
                MONITOR,
                MAX_RATIO,
                ROLL_SIZE,
                ROLL_INTERVAL,
                CHECK_INTERVAL,
                COMMIT_POLICY,
                SUCCESS_FILE,
                COMMIT_TRIGGER,
                COMMIT_DELAY,
                COMMIT_ZONE,
                TIME_EXTRACTOR,
                TIME_PATTERN,
                TIME_FORMATTER,
                COMPACTION));
    Optional<String> format = format(table);
    for (String text : TEXTS) {
      if (format.isEmpty() || format.get().equals(text)) {
        specs.addAll(ConnectorRegistry.rowFormat(text).options());
      }
    }
    if (format.isEmpty() || format.get().equals("parquet")) {
      specs.add(COMPRESSION);
    }
    return specs;
  }

  static Options check(TableRef table, Role role) {
    return Options.check(table, CommonOptions.with(of(table)), role);
  }

  /** The format that is named or told by the path; empty if neither. */
  static Optional<String> format(TableRef table) {
    Optional<String> named =
        Optional.ofNullable(table.options().get("format")).map(f -> f.toLowerCase(Locale.ROOT));
    return named
        .filter(FORMATS::contains)
        .or(
            () ->
                named.isPresent()
                    ? Optional.empty()
                    : byEnding(table.options().getOrDefault("path", "")));
  }

  static String requiredFormat(TableRef table) {
    return format(table)
        .orElseThrow(
            () ->
                UserError.of(
                        ErrorCode.MISSING_OPTION,
                        "option 'format' of '" + table.name() + "' is missing")
                    .withHint(
                        "add 'format' = 'csv', 'json', 'parquet' or 'arrow'; the path does not"
                            + " tell"));
  }

  private static Optional<String> byEnding(String path) {
    String name = withoutCompression(path.toLowerCase(Locale.ROOT));
    if (name.endsWith(".csv")) {
      return Optional.of("csv");
    }
    if (name.endsWith(".json") || name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
      return Optional.of("json");
    }
    return name.endsWith(".parquet")
        ? Optional.of("parquet")
        : name.endsWith(".arrow") ? Optional.of("arrow") : Optional.empty();
  }

  private static String withoutCompression(String path) {
    return path.endsWith(".gz")
        ? path.substring(0, path.length() - 3)
        : path.endsWith(".zst") ? path.substring(0, path.length() - 4) : path;
  }

  /** Whether the rows of a table are changes: of its format, or by its PRIMARY KEY. */
  static ChangelogMode changelog(TableRef table) {
    boolean changes =
        format(table)
            .filter(FileOptions::isText)
            .filter(f -> ConnectorRegistry.rowFormat(f).changelog() != ChangelogMode.INSERT_ONLY)
            .isPresent();
    return changes
        ? ChangelogMode.RETRACT
        : table.primaryKey().isEmpty() ? ChangelogMode.INSERT_ONLY : ChangelogMode.UPSERT;
  }

  /** Whether a sink path means one file rather than a directory. */
  static boolean isSingleFile(String path) {
    return byEnding(path).isPresent() && !path.endsWith("/");
  }

  static boolean isText(String format) {
    return TEXTS.contains(format);
  }
}
