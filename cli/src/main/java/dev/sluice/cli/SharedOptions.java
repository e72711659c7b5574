package dev.sluice.cli;

import dev.sluice.cli.run.Console;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.Settings;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.pipeline.Session;
import dev.sluice.pipeline.SessionOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Options that every command with SQL takes. Filled by Picocli; single-threaded. */
final class SharedOptions {
  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Value of $${NAME} in the SQL; may be repeated.")
  private List<String> variables = new ArrayList<>();

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description = "Tasks per stage; default: the number of cores.")
  private Integer parallelism;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description =
          "Directory of this pipeline's checkpoints; a run that finds one there goes on from it.")
  private String checkpointDirectory;

  @Option(
      names = "--allow-state-loss",
      description = "Begin although state of the checkpoint has no place in the changed pipeline.")
  private boolean allowStateLoss;

  /** A session with the connectors on the class path. */
  Session session(Console console, String pipelineName) {
    return session(console, pipelineName, Map.of());
  }

  /** The same with further settings. */
  Session session(Console console, String pipelineName, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    OptionalInt tasks = tasks();
    if (tasks.isPresent()) {
      settings.put(Settings.PARALLELISM.key(), Integer.toString(tasks.getAsInt()));
    }
    if (checkpointDirectory != null) {
      settings.put(Settings.CHECKPOINT_DIR.key(), checkpointDirectory);
    }
    if (allowStateLoss) {
      settings.put(Settings.ALLOW_STATE_LOSS, "true");
    }
    return new Session(
        new SessionOptions(
            ConnectorRegistry.load(),
            variables(),
            console.environment(),
            settings,
            pipelineName,
            console.workingDirectory()));
  }

  private OptionalInt tasks() {
    if (parallelism == null) {
      return OptionalInt.empty();
    }
    if (parallelism < 1) {
      throw UserError.of(
          ErrorCode.SETTING_VALUE, "option '--parallelism' must be at least 1, not " + parallelism);
    }
    return OptionalInt.of(parallelism);
  }

  private Map<String, String> variables() {
    Map<String, String> values = new HashMap<>();
    for (String assignment : variables) {
      int at = assignment.indexOf('=');
      if (at < 1) {
        throw UserError.of(
                ErrorCode.SETTING_VALUE,
                "option '--set' takes NAME=VALUE, not '" + assignment + "'")
            .withHint("for instance --set TOPIC=orders");
      }
      values.put(assignment.substring(0, at), assignment.substring(at + 1));
    }
    return values;
  }
}
