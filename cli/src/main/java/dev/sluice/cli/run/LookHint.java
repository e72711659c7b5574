package dev.sluice.cli.run;

import dev.sluice.connector.Connector;
import dev.sluice.connector.OptionSpec;
import dev.sluice.pipeline.Session;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The command that shows what a run has written, ready to paste. Stateless. */
final class LookHint {
  private static final Set<String> READABLE = Set.of("jdbc", "filesystem");
  private static final Pattern CREDENTIALS =
      Pattern.compile("(?i)password=(?!\\$\\{)|://[^/@]*:[^/@]*@");
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private LookHint() {}

  /**
   * One command for each sink that can be read back and whose options hold no secret in the open.
   */
  static List<String> of(PhysicalPlan plan, Session session, String command) {
    List<String> hints = new ArrayList<>();
    Set<String> keywords = Set.copyOf(session.planner().keywords());
    for (PlanNode.Sink sink : plan.sinks()) {
      TableRef table = sink.table();
      if (READABLE.contains(table.connector()) && !showsSecret(table)) {
        Connector connector = session.options().connectors().connector(table.connector());
        hints.add(command + " -e \"" + shellQuoted(sql(table, connector, keywords)) + "\"");
      }
    }
    return hints;
  }

  /** Whether printing the options would show a password: given in the open, or inside a URL. */
  private static boolean showsSecret(TableRef table) {
    return table.options().entrySet().stream()
        .anyMatch(
            option -> {
              boolean secret = table.secretKeys().contains(option.getKey());
              return secret && !option.getValue().startsWith("${")
                  || CREDENTIALS.matcher(option.getValue()).find();
            });
  }

  private static String sql(TableRef table, Connector connector, Set<String> keywords) {
    List<String> columns = new ArrayList<>();
    for (Field field : table.schema().fields()) {
      if (!table.metadata().containsKey(field.name())) {
        columns.add(name(field.name(), keywords) + " " + field.type().withNullable(true).sql());
      }
    }
    List<OptionSpec> specs = connector.options(table);
    List<String> options = new ArrayList<>();
    options.add("'connector' = '" + table.connector() + "'");
    for (Map.Entry<String, String> option : table.options().entrySet()) {
      boolean sinkOnly =
          specs.stream()
              .anyMatch(s -> s.role() == OptionSpec.Role.SINK && s.matches(option.getKey()));
      if (!sinkOnly) {
        options.add("'" + option.getKey() + "' = '" + option.getValue().replace("'", "''") + "'");
      }
    }
    return "CREATE TABLE "
        + name(table.name(), keywords)
        + " ("
        + String.join(", ", columns)
        + ")"
        + partitions(table, keywords)
        + " WITH ("
        + String.join(", ", options)
        + "); SELECT * FROM "
        + name(table.name(), keywords)
        + " LIMIT 10";
  }

  private static String partitions(TableRef table, Set<String> keywords) {
    List<String> keys = table.partitionKeys().stream().map(key -> name(key, keywords)).toList();
    return keys.isEmpty() ? "" : " PARTITIONED BY (" + String.join(", ", keys) + ")";
  }

  private static String name(String name, Set<String> keywords) {
    boolean plain =
        PLAIN_NAME.matcher(name).matches() && !keywords.contains(name.toUpperCase(Locale.ROOT));
    return plain ? name : "`" + name.replace("`", "``") + "`";
  }

  private static String shellQuoted(String text) {
    return text.replaceAll("([\\\\\"$`])", "\\\\$1");
  }
}
