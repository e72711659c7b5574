package dev.sluice.pipeline;

import dev.sluice.connector.ConnectorRegistry;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a session starts from. A value.
 *
 * @param connectors what is installed
 * @param variables values of {@code ${NAME}} from the command line; they win over SET and the
 *     environment
 * @param environment the process environment, the last resort for {@code ${NAME}}
 * @param settings engine settings from the command line, by key; they win over SET
 * @param pipelineName name of the pipeline when SET gives none
 * @param workingDirectory base of relative paths
 */
public record SessionOptions(
    ConnectorRegistry connectors,
    Map<String, String> variables,
    Function<String, Optional<String>> environment,
    Map<String, String> settings,
    String pipelineName,
    Path workingDirectory) {
  public SessionOptions {
    variables = Map.copyOf(variables);
    settings = Map.copyOf(settings);
  }
}
