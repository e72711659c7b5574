package dev.sluice.planner;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Settings;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import dev.sluice.plan.TableRef;
import dev.sluice.planner.Planner.TextTable;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.parse.NamePlaces;
import dev.sluice.planner.physical.QueryPlanner;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Answers SHOW, DESCRIBE and SET without a value. Single-threaded. */
final class Answers {
  private final Catalog catalog;
  private final ConnectorRegistry connectors;
  private final Map<String, String> settings;
  private final Supplier<QueryPlanner> planner;

  Answers(
      Catalog catalog,
      ConnectorRegistry connectors,
      Map<String, String> settings,
      Supplier<QueryPlanner> planner) {
    this.catalog = catalog;
    this.connectors = connectors;
    this.settings = settings;
    this.planner = planner;
  }

  TextTable answer(Statement statement) {
    if (statement instanceof Statement.Describe describe) {
      if (catalog.find(describe.object()).isEmpty()) {
        Optional<TextTable> function = function(describe.object());
        if (function.isPresent()) {
          return function.get();
        }
      }
      return describe(find(describe.object(), statement));
    }
    if (statement instanceof Statement.Set) {
      return settings();
    }
    if (statement instanceof Statement.Show show) {
      TextTable all = show(show);
      return show.like().map(pattern -> named(all, pattern)).orElse(all);
    }
    throw new IllegalArgumentException("no answer to " + statement.text());
  }

  /** The rows whose first column fits a LIKE pattern, in any case. */
  private static TextTable named(TextTable all, String pattern) {
    String regex =
        pattern
            .chars()
            .mapToObj(
                c -> c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf((char) c)))
            .collect(Collectors.joining());
    Pattern names = Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    return new TextTable(
        all.columns(),
        all.rows().stream().filter(row -> names.matcher(row.get(0)).matches()).toList());
  }

  private CatalogEntry find(String name, Statement statement) {
    return catalog
        .find(name)
        .orElseThrow(
            () ->
                UserError.of(ErrorCode.UNKNOWN_OBJECT, "unknown object '" + name + "'")
                    .withHint(
                        DidYouMean.hint(name, catalog.names(), "SHOW TABLES lists what there is"))
                    .at(NamePlaces.find(statement.position(), statement.text(), name)));
  }

  /** What is to say of a function, built in or not. */
  private Optional<TextTable> function(String name) {
    List<String> columns = List.of("function", "description");
    Optional<FunctionDef> own = catalog.function(name);
    if (own.isPresent()) {
      String what =
          own.get() instanceof JavaFunctionDef java
              ? java.kind().name().toLowerCase(Locale.ROOT) + " function, class " + java.className()
              : "an expression";
      return Optional.of(
          new TextTable(
              columns, own.get().signature().lines().map(line -> List.of(line, what)).toList()));
    }
    return FunctionCatalog.find(name)
        .map(s -> new TextTable(columns, List.of(List.of(s.example(), s.description()))));
  }

  private TextTable settings() {
    List<List<String>> rows = new ArrayList<>();
    for (OptionSpec spec : Settings.all()) {
      String value = settings.getOrDefault(spec.key(), spec.defaultValue().orElse(""));
      rows.add(List.of(spec.key(), value, spec.description()));
    }
    return new TextTable(List.of("setting", "value", "description"), rows);
  }

  private TextTable describe(CatalogEntry entry) {
    Schema schema = planner.get().columns(entry);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      rows.add(
          List.of(
              schema.field(i).name(),
              schema.type(i).withNullable(true).sql(),
              schema.type(i).nullable() ? "yes" : "no",
              remark(entry, schema.field(i).name())));
    }
    return new TextTable(List.of("column", "type", "nullable", "remark"), rows);
  }

  private static String remark(CatalogEntry entry, String column) {
    if (!(entry instanceof CatalogEntry.Table table)) {
      return "";
    }
    List<String> remarks = new ArrayList<>();
    if (table.primaryKey().stream().anyMatch(column::equalsIgnoreCase)) {
      remarks.add("primary key");
    }
    if (table.watermark().filter(w -> w.column().equalsIgnoreCase(column)).isPresent()) {
      remarks.add("event time");
    }
    for (CatalogEntry.ColumnDef def : table.columns()) {
      if (def.name().equals(column) && def instanceof CatalogEntry.ColumnDef.Metadata metadata) {
        remarks.add("metadata '" + metadata.key() + "'");
      } else if (def.name().equals(column) && def instanceof CatalogEntry.ColumnDef.Computed) {
        remarks.add("computed");
      }
    }
    return String.join(", ", remarks);
  }

  private TextTable show(Statement.Show show) {
    return switch (show.what()) {
      case "STREAMS" -> objects(CatalogEntry.Kind.STREAM);
      case "SINKS" -> objects(CatalogEntry.Kind.SINK);
      case "TABLES" -> tables();
      case "VIEWS" -> views();
      case "FUNCTIONS" -> functions();
      case "CONNECTORS" -> connectors();
      default -> {
        String name = show.object().orElseThrow();
        Optional<FunctionDef> function = catalog.function(name);
        yield catalog.find(name).isEmpty() && function.isPresent()
            ? statement(function.get().text())
            : statement(masked(find(name, show)));
      }
    };
  }

  private TextTable objects(CatalogEntry.Kind kind) {
    List<List<String>> rows = new ArrayList<>();
    for (CatalogEntry entry : catalog.all()) {
      if (entry instanceof CatalogEntry.Table table && table.kind() == kind) {
        rows.add(List.of(table.name(), table.connector()));
      }
    }
    return new TextTable(List.of("name", "connector"), rows);
  }

  private TextTable tables() {
    List<List<String>> rows = new ArrayList<>();
    for (CatalogEntry entry : catalog.all()) {
      if (entry instanceof CatalogEntry.Table table) {
        rows.add(
            List.of(table.name(), table.kind().name().toLowerCase(Locale.ROOT), table.connector()));
      } else {
        rows.add(List.of(entry.name(), "view", ""));
      }
    }
    return new TextTable(List.of("name", "kind", "connector"), rows);
  }

  private TextTable views() {
    return new TextTable(
        List.of("name"),
        catalog.all().stream()
            .filter(CatalogEntry.View.class::isInstance)
            .map(v -> List.of(v.name()))
            .toList());
  }

  private TextTable functions() {
    List<List<String>> rows = new ArrayList<>();
    for (FunctionSpec spec : FunctionCatalog.all()) {
      rows.add(List.of(spec.name(), spec.category(), spec.description(), spec.example()));
    }
    for (FunctionDef function : catalog.functions()) {
      rows.add(
          List.of(
              function.name(),
              "user",
              String.join("; ", function.signature().lines().toList()),
              ""));
    }
    return new TextTable(List.of("name", "category", "description", "example"), rows);
  }

  private TextTable connectors() {
    List<List<String>> rows = new ArrayList<>();
    for (Connector connector : connectors.all()) {
      rows.add(List.of(connector.name(), connector.description()));
    }
    return new TextTable(List.of("name", "description"), rows);
  }

  private static TextTable statement(String text) {
    return new TextTable(List.of("statement"), List.of(List.of(text + ";")));
  }

  private static String masked(CatalogEntry entry) {
    String text = entry.text();
    if (entry instanceof CatalogEntry.Table table) {
      TableRef ref = table.ref();
      for (String key : ref.secretKeys()) {
        String value = ref.options().get(key);
        if (value != null && !value.isEmpty()) {
          text = text.replace("'" + value.replace("'", "''") + "'", "'******'");
        }
      }
    }
    return text;
  }
}
