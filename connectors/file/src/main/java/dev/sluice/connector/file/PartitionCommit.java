package dev.sluice.connector.file;

import dev.sluice.connector.Options;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * When a partition's folder is complete, as Flink's {@code sink.partition-commit.*} say: a while
 * after it was begun, or when the watermark has passed the time that its name tells by that while.
 * Used by the committing thread.
 */
final class PartitionCommit {
  private final TableRef table;
  private final Options options;
  private final boolean byPartitionTime;
  private final long delayMicros;

  /** Folders that are not complete, and since when they are known (nanoseconds). */
  private final Map<String, Long> open = new LinkedHashMap<>();

  private long watermark = Long.MIN_VALUE;

  PartitionCommit(TableRef table, Options options) {
    this.table = table;
    this.options = options;
    this.byPartitionTime =
        options.string(FileOptions.COMMIT_TRIGGER).equalsIgnoreCase("partition-time");
    this.delayMicros = options.duration(FileOptions.COMMIT_DELAY).toNanos() / 1000;
  }

  /** Whether folders are complete by event time. */
  static boolean asksEventTime(TableRef table) {
    return table.options().containsKey(FileOptions.COMMIT_POLICY.key())
        && "partition-time".equalsIgnoreCase(table.options().get(FileOptions.COMMIT_TRIGGER.key()));
  }

  /** Refuses a pattern that names no partition column, or a zone that is none. */
  static void validate(TableRef table, Options options) {
    if (options.has(FileOptions.TIME_PATTERN)) {
      String left = options.string(FileOptions.TIME_PATTERN);
      for (String key : byLength(table)) {
        left = left.replace("$" + key, "");
      }
      if (left.contains("$")) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE,
                "option '"
                    + FileOptions.TIME_PATTERN.key()
                    + "' of '"
                    + table.name()
                    + "' names what is no column of PARTITIONED BY")
            .withHint("the columns: " + String.join(", ", table.partitionKeys()));
      }
    }
    try {
      Objects.requireNonNull(ZoneId.of(options.string(FileOptions.COMMIT_ZONE)));
      Objects.requireNonNull(
          DateTimeFormatter.ofPattern(options.string(FileOptions.TIME_FORMATTER)));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "'"
                  + table.name()
                  + "' names a zone or a form of times that there is not: "
                  + e.getMessage())
          .causedBy(e);
    }
  }

  /** The columns of PARTITIONED BY, none before one that it begins with. */
  private static List<String> byLength(TableRef table) {
    List<String> keys = new ArrayList<>(table.partitionKeys());
    keys.sort((a, b) -> b.length() - a.length());
    return keys;
  }

  /** Event time has come to {@code micros}. */
  void watermark(long micros) {
    watermark = Math.max(watermark, micros);
  }

  /** There are rows of that folder, named from the table's directory. */
  void seen(String folder) {
    open.putIfAbsent(folder, System.nanoTime());
  }

  /** The folders that have become complete; each is told once. */
  List<String> complete() {
    List<String> done = new ArrayList<>();
    long now = System.nanoTime();
    open.forEach(
        (folder, since) -> {
          boolean due =
              byPartitionTime
                  ? watermark == Long.MAX_VALUE || watermark > timeOf(folder) + delayMicros
                  : (now - since) / 1000 >= delayMicros;
          if (due) {
            done.add(folder);
          }
        });
    done.forEach(open::remove);
    return done;
  }

  /** The time that a folder's name tells, in microseconds of the watermark's kind. */
  private long timeOf(String folder) {
    Map<String, String> values = new HashMap<>();
    for (String part : folder.split("/")) {
      int equals = part.indexOf('=');
      values.put(
          FileTable.unescape(part.substring(0, equals)),
          FileTable.unescape(part.substring(equals + 1)));
    }
    String text = options.find(FileOptions.TIME_PATTERN).orElse("$" + table.partitionKeys().get(0));
    for (String key : byLength(table)) {
      text = text.replace("$" + key, values.getOrDefault(key, ""));
    }
    ZoneId zone = ZoneId.of(options.string(FileOptions.COMMIT_ZONE));
    return ChronoUnit.MICROS.between(
        java.time.Instant.EPOCH, parsed(text, folder).atZone(zone).toInstant());
  }

  private LocalDateTime parsed(String text, String folder) {
    String pattern = options.string(FileOptions.TIME_FORMATTER);
    return tried(() -> LocalDateTime.parse(text, DateTimeFormatter.ofPattern(pattern)))
        .or(() -> tried(() -> LocalDateTime.parse(text.trim().replace(' ', 'T'))))
        .or(() -> tried(() -> LocalDate.parse(text.trim()).atStartOfDay()))
        .orElseThrow(
            () ->
                UserError.of(
                        ErrorCode.EXPRESSION,
                        "folder '" + folder + "' tells no time: '" + text + "' is none")
                    .withHint(
                        "set '"
                            + FileOptions.TIME_PATTERN.key()
                            + "' = '$day $hour:00:00', or commit by 'process-time'"));
  }

  private static Optional<LocalDateTime> tried(java.util.function.Supplier<LocalDateTime> form) {
    try {
      return Optional.of(form.get());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
