package dev.sluice.engine;

import dev.sluice.connector.Options;
import dev.sluice.connector.Settings;
import dev.sluice.engine.spill.SpillDirectory;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/**
 * How a job runs. A value.
 *
 * @param parallelism tasks per stage
 * @param batchRows the most rows in a batch
 * @param batchLinger how long a reader waits for a batch to fill
 * @param commitInterval time between two epochs
 * @param stateMemory bytes that the state of all operators may take
 * @param spillDirectory where state goes that memory has no room for
 * @param spillAlways whether state goes there though memory has room
 * @param timeZone zone of the session
 * @param pipelineName stable name of the pipeline
 * @param workingDirectory base of relative paths
 * @param checkpointDirectory where checkpoints are kept; without it there are none
 * @param retainedCheckpoints how many of the last are kept
 * @param allowStateLoss whether state of a checkpoint that has no place may be dropped
 * @param restart what happens after a fault that may pass
 * @param savepoint to begin from where there are no checkpoints yet
 * @param copiedKeys how many keys each task copies between two ticks for a checkpoint; 0: as many
 *     as there is time for
 */
public record EngineOptions(
    int parallelism,
    int batchRows,
    Duration batchLinger,
    Duration commitInterval,
    long stateMemory,
    Path spillDirectory,
    boolean spillAlways,
    ZoneId timeZone,
    String pipelineName,
    Path workingDirectory,
    Optional<Path> checkpointDirectory,
    int retainedCheckpoints,
    boolean allowStateLoss,
    RestartPolicy restart,
    Optional<Path> savepoint,
    int copiedKeys) {
  /**
   * Defaults overridden by {@code settings} (keys of {@link Settings}, values already known to be
   * well-formed).
   */
  public static EngineOptions of(
      Map<String, String> settings, String pipelineName, Path workingDirectory) {
    Optional<Path> directory =
        Optional.ofNullable(settings.get(Settings.CHECKPOINT_DIR.key()))
            .map(text -> workingDirectory.resolve(text).toAbsolutePath().normalize());
    int cores = Runtime.getRuntime().availableProcessors();
    return new EngineOptions(
        positive(settings, Settings.PARALLELISM.key(), cores),
        positive(settings, Settings.BATCH_ROWS.key(), 32768),
        Options.parseDuration(value(settings, Settings.BATCH_LINGER.key(), "5 ms")),
        Options.parseDuration(
            value(
                settings,
                Settings.CHECKPOINT_INTERVAL.key(),
                directory.isPresent() ? "10 s" : "1 s")),
        stateMemory(settings),
        Optional.ofNullable(settings.get(Settings.SPILL_DIR.key()))
            .map(text -> workingDirectory.resolve(text).toAbsolutePath().normalize())
            .orElseGet(SpillDirectory::byDefault),
        Boolean.parseBoolean(settings.get(Settings.SPILL_ALWAYS)),
        zone(value(settings, Settings.TIME_ZONE.key(), "UTC")),
        value(settings, Settings.PIPELINE_NAME.key(), pipelineName),
        workingDirectory,
        directory,
        positive(settings, Settings.CHECKPOINT_RETAIN.key(), 3),
        Boolean.parseBoolean(settings.get(Settings.ALLOW_STATE_LOSS)),
        restart(settings, directory.isPresent()),
        savepoint(settings, workingDirectory, directory),
        Integer.parseInt(value(settings, Settings.COPIED_KEYS, "0")));
  }

  private static Optional<Path> savepoint(
      Map<String, String> settings, Path workingDirectory, Optional<Path> checkpoints) {
    Optional<Path> place =
        Optional.ofNullable(settings.get(Settings.FROM_SAVEPOINT))
            .map(text -> workingDirectory.resolve(text).toAbsolutePath().normalize());
    if (place.isPresent() && checkpoints.isEmpty()) {
      throw UserError.of(
              ErrorCode.SETTING_VALUE,
              "a run from a savepoint needs a directory for the checkpoints that follow it")
          .withHint("--checkpoint-dir DIR, an empty one");
    }
    return place;
  }

  /** Without checkpoints a run that starts again repeats rows: only where that is asked for. */
  private static RestartPolicy restart(Map<String, String> settings, boolean checkpoints) {
    int attempts =
        Integer.parseInt(
            value(settings, Settings.RESTART_ATTEMPTS.key(), checkpoints ? "10" : "0").trim());
    if (attempts < 0) {
      throw UserError.of(
          ErrorCode.SETTING_VALUE,
          "setting '" + Settings.RESTART_ATTEMPTS.key() + "' must be at least 0, not " + attempts);
    }
    return new RestartPolicy(
        attempts,
        Options.parseDuration(value(settings, Settings.RESTART_BACKOFF.key(), "1 s")),
        Options.parseDuration(value(settings, Settings.RESTART_MAX_BACKOFF.key(), "1 min")));
  }

  private static String value(Map<String, String> settings, String key, String fallback) {
    return settings.getOrDefault(key, fallback);
  }

  private static int positive(Map<String, String> settings, String key, int fallback) {
    String text = settings.get(key);
    int number = text == null ? fallback : Integer.parseInt(text.trim());
    if (number < 1) {
      throw UserError.of(
          ErrorCode.SETTING_VALUE, "setting '" + key + "' must be at least 1, not " + number);
    }
    return number;
  }

  /** What plans and readers take of the heap. */
  private static final long BESIDE_STATE = 64L << 20;

  /**
   * Two fifths of the heap where nothing is said: tables grow by doubling, so that for a moment the
   * old and the new ones are there, in all tasks at once.
   */
  private static long stateMemory(Map<String, String> settings) {
    String text = settings.get(Settings.STATE_MEMORY.key());
    long heap = Runtime.getRuntime().maxMemory();
    return text == null
        ? Math.max(heap / 8, (heap - BESIDE_STATE) / 5 * 2)
        : Options.parseSize(text);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw UserError.of(
              ErrorCode.SETTING_VALUE, "setting 'time-zone' names no time zone: '" + name + "'")
          .withHint("use a name such as 'Europe/Berlin', or 'UTC'");
    }
  }
}
