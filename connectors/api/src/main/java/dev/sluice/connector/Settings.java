package dev.sluice.connector;

import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The engine settings that SET knows. Constants; safe for use by any thread. */
public final class Settings {
  public static final OptionSpec PARALLELISM =
      OptionSpec.of(
          "parallelism", Type.INTEGER, "Tasks per stage; by default the number of cores.", "4");
  public static final OptionSpec BATCH_ROWS =
      OptionSpec.of("batch.rows", Type.INTEGER, "The most rows in one micro-batch.", "32768")
          .withDefault("32768");
  public static final OptionSpec BATCH_LINGER =
      OptionSpec.of(
              "batch.linger", Type.DURATION, "How long a reader waits for a batch to fill.", "5 ms")
          .withDefault("5 ms");
  public static final OptionSpec CHECKPOINT_INTERVAL =
      OptionSpec.of(
          "checkpoint.interval",
          Type.DURATION,
          "How often a checkpoint is made and sinks commit what they have got; by default 10 s"
              + " with 'checkpoint.dir', 1 s without.",
          "1 s");
  public static final OptionSpec CHECKPOINT_DIR =
      OptionSpec.of(
          "checkpoint.dir",
          Type.STRING,
          "Directory of this pipeline's checkpoints: a run that finds one there goes on from it."
              + " Without it nothing is kept over a restart.",
          "/var/lib/sluice/orders");
  public static final OptionSpec CHECKPOINT_RETAIN =
      OptionSpec.of(
              "checkpoint.retain", Type.INTEGER, "How many of the last checkpoints are kept.", "3")
          .withDefault("3");

  public static final OptionSpec RESTART_ATTEMPTS =
      OptionSpec.of(
          "restart.attempts",
          Type.INTEGER,
          "How often in a row, without a commit in between, a run starts again after a fault that"
              + " may pass; by default 10 with 'checkpoint.dir', 0 without.",
          "10");
  public static final OptionSpec RESTART_BACKOFF =
      OptionSpec.of(
              "restart.backoff",
              Type.DURATION,
              "How long is waited before the first of these; each further one waits twice as long,"
                  + " give or take a fifth.",
              "1 s")
          .withDefault("1 s");
  public static final OptionSpec RESTART_MAX_BACKOFF =
      OptionSpec.of("restart.max-backoff", Type.DURATION, "The longest of these waits.", "1 min")
          .withDefault("1 min");

  /** Not for SET: whether a run may begin though state of its checkpoint is lost. */
  public static final String ALLOW_STATE_LOSS = "checkpoint.allow-state-loss";

  /** Not for SET: whether state goes to disk at every occasion, as tests want it. */
  public static final String SPILL_ALWAYS = "spill.always";

  /** Not for SET: how many keys are copied between two ticks, as tests want it. */
  public static final String COPIED_KEYS = "checkpoint.copied-keys";

  /** Not for SET: the savepoint a run begins from. */
  public static final String FROM_SAVEPOINT = "checkpoint.from-savepoint";

  public static final OptionSpec STATE_MEMORY =
      OptionSpec.of(
          "state.memory",
          Type.SIZE,
          "Memory that the state of all operators may take; by default two fifths of the heap. What"
              + " goes beyond is put on disk, where the operator can; otherwise the run fails.",
          "2 GiB");
  public static final OptionSpec SPILL_DIR =
      OptionSpec.of(
          "spill.dir",
          Type.STRING,
          "Directory on local disk for state that memory has no room for; by default one of the"
              + " user's in the system's directory for temporary files.",
          "/mnt/fast/sluice");
  public static final OptionSpec STATE_TTL =
      OptionSpec.of(
              "state.ttl",
              Type.DURATION,
              "Over input that never ends, a key without rows for this long is forgotten where no"
                  + " window or watermark frees it; its next row begins it anew. 0: never.",
              "1 day")
          .withDefault("0 s");
  public static final OptionSpec TIME_ZONE =
      OptionSpec.of(
              "time-zone",
              Type.STRING,
              "Zone in which TIMESTAMP_LTZ values are read and shown.",
              "Europe/Berlin")
          .withDefault("UTC");
  public static final OptionSpec PIPELINE_NAME =
      OptionSpec.of(
          "pipeline.name",
          Type.STRING,
          "Name of the pipeline; by default the name of the file.",
          "flight-delays");
  public static final OptionSpec SOURCE_IDLE =
      OptionSpec.of(
              "source.idle-timeout",
              Type.DURATION,
              "A split silent for this long stops holding back the watermark, where IDLE AFTER is"
                  + " not given; 0: never.",
              "1 min")
          .withDefault("1 min");

  private static final List<OptionSpec> ALL =
      List.of(
          BATCH_LINGER,
          BATCH_ROWS,
          CHECKPOINT_DIR,
          CHECKPOINT_INTERVAL,
          CHECKPOINT_RETAIN,
          PARALLELISM,
          PIPELINE_NAME,
          RESTART_ATTEMPTS,
          RESTART_BACKOFF,
          RESTART_MAX_BACKOFF,
          SOURCE_IDLE,
          SPILL_DIR,
          STATE_MEMORY,
          STATE_TTL,
          TIME_ZONE);

  /** Flink's names for some of them. */
  private static final Map<String, OptionSpec> FLINK =
      Map.of(
          "execution.checkpointing.interval", CHECKPOINT_INTERVAL,
          "parallelism.default", PARALLELISM,
          "table.exec.resource.default-parallelism", PARALLELISM,
          "table.exec.source.idle-timeout", SOURCE_IDLE,
          "table.exec.state.ttl", STATE_TTL,
          "table.local-time-zone", TIME_ZONE);

  /** What to do about Flink's settings that mean nothing here, by how they begin. */
  private static final Map<String, String> FLINK_ONLY =
      Map.of(
          "execution.runtime-mode",
          "leave it out: bounded input gives its final rows, input that never ends gives changes",
          "table.exec.mini-batch.",
          "leave it out: changes are folded per micro-batch ('batch.rows', 'batch.linger')",
          "sql-client.",
          "leave it out: --output csv, json or table says how rows are shown",
          "table.optimizer.",
          "leave it out: it is Flink's planner that it speaks to",
          "state.backend",
          "leave it out: state is in memory ('state.memory'), checkpoints are in 'checkpoint.dir'",
          "execution.checkpointing.",
          "leave it out: 'checkpoint.dir', 'checkpoint.interval' and 'checkpoint.retain' say it"
              + " all");

  private Settings() {}

  public static List<OptionSpec> all() {
    return ALL;
  }

  /** The setting of that name, ours or Flink's. */
  public static Optional<OptionSpec> find(String key) {
    return ALL.stream()
        .filter(s -> s.key().equals(key))
        .findFirst()
        .or(() -> Optional.ofNullable(FLINK.get(key)));
  }

  /** The error for an unknown key, with a did-you-mean. */
  public static UserError unknown(String key) {
    List<String> keys = ALL.stream().map(OptionSpec::key).toList();
    return UserError.of(ErrorCode.UNKNOWN_SETTING, "unknown setting '" + key + "'")
        .withHint(
            FLINK_ONLY.entrySet().stream()
                .filter(e -> key.startsWith(e.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElseGet(
                    () -> DidYouMean.hint(key, keys, "settings: " + String.join(", ", keys))));
  }
}
