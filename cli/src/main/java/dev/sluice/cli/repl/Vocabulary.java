package dev.sluice.cli.repl;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import dev.sluice.planner.Planner;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What completion can offer. The suppliers are asked anew each time, since definitions come and go.
 *
 * @param functions names of functions
 * @param objects streams, tables, views and sinks with their columns
 * @param connectors what is installed
 */
record Vocabulary(
    Supplier<List<String>> functions,
    Supplier<Map<String, Schema>> objects,
    ConnectorRegistry connectors) {
  static Vocabulary of(Planner planner, ConnectorRegistry connectors) {
    return new Vocabulary(
        () ->
            Stream.concat(
                    FunctionCatalog.all().stream().map(FunctionSpec::name),
                    planner.functions().stream())
                .toList(),
        planner::objects,
        connectors);
  }
}
