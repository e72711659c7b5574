package dev.sluice.planner;

import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.FunctionDef;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.catalog.SqlFunctionDef;
import dev.sluice.planner.parse.DdlResult;
import dev.sluice.planner.physical.QueryPlanner;
import dev.sluice.planner.validate.JavaFunctions;
import dev.sluice.type.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Checks definitions and puts them into the catalog. Single-threaded. */
final class Definitions {
  private final Catalog catalog;
  private final ConnectorRegistry connectors;
  private final Path workingDirectory;
  private final Supplier<QueryPlanner> planner;

  Definitions(
      Catalog catalog,
      ConnectorRegistry connectors,
      Path workingDirectory,
      Supplier<QueryPlanner> planner) {
    this.workingDirectory = workingDirectory;
    this.catalog = catalog;
    this.connectors = connectors;
    this.planner = planner;
  }

  void apply(Object node) {
    DdlResult ddl = (DdlResult) node;
    if (ddl.dropped().isPresent()) {
      drop(ddl);
      return;
    }
    if (ddl.function().isPresent()) {
      function(ddl.function().get(), ddl);
      return;
    }
    CatalogEntry entry = ddl.entry().orElseThrow();
    Optional<CatalogEntry> before = catalog.find(entry.name());
    if (before.isPresent() && !ddl.replace()) {
      if (ddl.ifNotExists()) {
        return;
      }
      throw UserError.of(ErrorCode.DUPLICATE_OBJECT, "'" + entry.name() + "' exists already")
          .withHint("use CREATE OR REPLACE, or IF NOT EXISTS");
    }
    if (entry instanceof CatalogEntry.Table table) {
      entry = checked(table, ddl);
    }
    try {
      if (entry instanceof CatalogEntry.View) {
        // Checked while its name is free, so that no view can come to read itself.
        catalog.remove(entry.name());
        check(entry);
        catalog.put(entry);
      } else {
        catalog.put(entry);
        check(entry);
      }
    } catch (RuntimeException e) {
      catalog.remove(entry.name());
      before.ifPresent(catalog::put);
      throw e;
    }
  }

  private void check(CatalogEntry entry) {
    if (entry instanceof CatalogEntry.Table table) {
      planner.get().check(table);
    } else {
      planner.get().columns(entry);
    }
  }

  private void function(FunctionDef function, DdlResult ddl) {
    Optional<FunctionDef> before = catalog.function(function.name());
    if (before.isPresent() && !ddl.replace() && ddl.ifNotExists()) {
      return;
    }
    boolean builtIn = planner.get().isBuiltIn(function.name());
    if (builtIn || before.isPresent() && !ddl.replace()) {
      throw UserError.of(
              ErrorCode.DUPLICATE_OBJECT,
              "function '" + function.name() + "' " + (builtIn ? "is built in" : "exists already"))
          .withHint(builtIn ? "choose another name" : "use CREATE OR REPLACE, or IF NOT EXISTS")
          .at(function.position());
    }
    // Checked while its name is free, so that no function can come to call itself.
    catalog.removeFunction(function.name());
    try {
      if (function instanceof SqlFunctionDef sql) {
        planner.get().check(sql);
        catalog.put(sql);
      } else {
        catalog.put(JavaFunctions.read((JavaFunctionDef) function, workingDirectory));
      }
    } catch (RuntimeException e) {
      before.ifPresent(catalog::put);
      throw e;
    }
  }

  private void dropFunction(DdlResult ddl) {
    List<String> names = catalog.functions().stream().map(FunctionDef::name).toList();
    if (catalog.function(ddl.object()).isEmpty() && !ddl.ifNotExists()) {
      throw UserError.of(
              ErrorCode.UNKNOWN_OBJECT, "there is no function '" + ddl.object() + "' to drop")
          .withHint(DidYouMean.hint(ddl.object(), names, "use DROP FUNCTION IF EXISTS …"));
    }
    catalog.removeFunction(ddl.object());
  }

  private void drop(DdlResult ddl) {
    if (ddl.dropped().orElseThrow().equals("FUNCTION")) {
      dropFunction(ddl);
      return;
    }
    Optional<CatalogEntry> found = catalog.find(ddl.object());
    boolean view = ddl.dropped().orElseThrow().equals("VIEW");
    if (found.isPresent() && view != found.get() instanceof CatalogEntry.View) {
      throw UserError.of(
              ErrorCode.UNKNOWN_OBJECT,
              "'" + ddl.object() + "' is " + (view ? "not a view" : "a view"))
          .withHint("use DROP " + (view ? "TABLE" : "VIEW") + " " + ddl.object());
    }
    if (found.isEmpty() && !ddl.ifNotExists()) {
      throw UserError.of(ErrorCode.UNKNOWN_OBJECT, "there is no '" + ddl.object() + "' to drop")
          .withHint(DidYouMean.hint(ddl.object(), catalog.names(), "use DROP … IF EXISTS"));
    }
    catalog.remove(ddl.object());
  }

  private CatalogEntry.Table checked(CatalogEntry.Table declared, DdlResult ddl) {
    CatalogEntry.Table table = whole(declared, ddl);
    Connector connector;
    try {
      connector = connectors.connector(table.connector());
    } catch (UserError e) {
      throw at(e, ddl, "connector");
    }
    Set<String> secrets =
        Set.copyOf(Options.secretKeys(table.options(), connector.options(table.ref())));
    CatalogEntry.Table made =
        new CatalogEntry.Table(
            table.name(),
            table.text(),
            table.kind(),
            table.columns(),
            table.watermark(),
            table.primaryKey(),
            table.partitionKeys(),
            table.connector(),
            table.options(),
            secrets,
            table.position(),
            table.positions());
    TableRef ref = made.ref();
    OptionSpec.Role role =
        switch (table.kind()) {
          case STREAM -> OptionSpec.Role.SOURCE;
          case SINK -> OptionSpec.Role.SINK;
          case TABLE -> OptionSpec.Role.BOTH;
        };
    // A sink without columns takes its query's; the connector is asked again when they are known.
    boolean open = table.columns().isEmpty();
    if (open && table.kind() != CatalogEntry.Kind.SINK) {
      throw UserError.of(ErrorCode.SYNTAX, "'" + table.name() + "' declares no columns")
          .at(table.position());
    }
    try {
      connectors.check(ref, open ? OptionSpec.Role.BOTH : role);
    } catch (UserError e) {
      throw at(e, ddl, "");
    }
    requireColumns("PRIMARY KEY", table.primaryKey(), table, open);
    requireColumns("PARTITIONED BY", table.partitionKeys(), table, open);
    checkMetadata(made, connector);
    return made;
  }

  /** With the columns of the table or query that it takes after. */
  private CatalogEntry.Table whole(CatalogEntry.Table table, DdlResult ddl) {
    if (ddl.like().isPresent()) {
      return LikeTables.merged(table, ddl.like().get(), catalog);
    }
    boolean byQuery =
        table.kind() == CatalogEntry.Kind.TABLE
            && table.columns().isEmpty()
            && ddl.query().isPresent();
    return byQuery ? table.withColumns(planner.get().schema(ddl.query().get())) : table;
  }

  /** The error at the option its text names, or at the statement. */
  private static UserError at(UserError error, DdlResult ddl, String option) {
    if (error.position().isPresent()) {
      return error;
    }
    for (Map.Entry<String, dev.sluice.error.SourcePosition> place : ddl.optionPlaces().entrySet()) {
      if (place.getKey().equals(option) || error.summary().contains("'" + place.getKey() + "'")) {
        return error.at(place.getValue());
      }
    }
    return error;
  }

  private static void requireColumns(
      String clause, List<String> names, CatalogEntry.Table table, boolean open) {
    List<String> columns = table.columns().stream().map(CatalogEntry.ColumnDef::name).toList();
    for (String name : names) {
      if (!open && columns.stream().noneMatch(name::equalsIgnoreCase)) {
        throw UserError.of(
                ErrorCode.UNKNOWN_COLUMN,
                clause + " names '" + name + "', which is no column of '" + table.name() + "'")
            .withHint(DidYouMean.hint(name, columns, "columns: " + String.join(", ", columns)))
            .at(table.position());
      }
    }
  }

  private static void checkMetadata(CatalogEntry.Table table, Connector connector) {
    Map<String, DataType> offered = connector.metadata(table.ref());
    for (CatalogEntry.ColumnDef column : table.columns()) {
      if (column instanceof CatalogEntry.ColumnDef.Metadata metadata
          && !offered.containsKey(metadata.key())) {
        throw UserError.of(
                ErrorCode.UNKNOWN_COLUMN,
                "connector '" + table.connector() + "' has no metadata '" + metadata.key() + "'")
            .withHint(
                DidYouMean.hint(
                    metadata.key(),
                    offered.keySet(),
                    "it offers: " + String.join(", ", offered.keySet())))
            .at(table.position());
      }
    }
  }
}
