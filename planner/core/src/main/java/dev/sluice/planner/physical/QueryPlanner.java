package dev.sluice.planner.physical;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.MatchNode;
import dev.sluice.plan.PhysicalPlan;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.WindowSpec;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.SqlFunctionDef;
import dev.sluice.planner.parse.ParsedQuery;
import dev.sluice.planner.parse.QueryOptions;
import dev.sluice.planner.validate.ErrorPlaces;
import dev.sluice.planner.validate.JoinHints;
import dev.sluice.planner.validate.Validation;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Parsed queries and inserts to physical plans, over the objects of a catalog as it stands. One per
 * planning; single-threaded. No I/O. Mistakes come out as {@link UserError}s at their place in the
 * user's text.
 */
public final class QueryPlanner {
  private final Catalog catalog;
  private final ConnectorRegistry connectors;
  private final TableSizes sizes;
  private final Map<String, String> settings;
  private final Validation validation;
  private final Sinks sinks;

  public QueryPlanner(Catalog catalog, ConnectorRegistry connectors, Map<String, String> settings) {
    this.catalog = catalog;
    this.connectors = connectors;
    this.settings = Map.copyOf(settings);
    this.sizes = new TableSizes(connectors);
    this.validation = new Validation(catalog, new ConstantChecks());
    this.sinks = new Sinks(catalog, connectors);
  }

  /** Plans inserts as one graph, every table scanned once. */
  public PhysicalPlan plan(List<ParsedQuery> inserts) {
    List<Converted> converted = inserts.stream().map(this::convert).toList();
    return twice(
        scans -> {
          List<PlanNode.Sink> roots = new ArrayList<>();
          for (Converted one : converted) {
            roots.add(located(one.query(), () -> checked(insert(scans, one))));
          }
          return roots;
        });
  }

  /** Plans a bare query into a sink of connector {@code connector}, which takes any change. */
  public PhysicalPlan planQuery(ParsedQuery query, String connector) {
    Converted converted = convert(query);
    return twice(
        scans ->
            List.of(
                located(
                    query,
                    () -> checked(result(rows(scans, converted, Optional.empty()), connector)))));
  }

  private static PlanNode.Sink checked(PlanNode.Sink sink) {
    PlanChecks.check(sink);
    return sink;
  }

  /** Calcite's algebra of a query or insert, as text. */
  public String logical(ParsedQuery query) {
    return RelOptUtil.toString(convert(query).rel());
  }

  /** Types and columns of a query, for views and sinks that take their query's columns. */
  public Schema schema(ParsedQuery query) {
    Converted converted = convert(query);
    return located(query, () -> schema(converted));
  }

  /** Checks the expressions of a table just defined: computed columns and the watermark. */
  public void check(CatalogEntry.Table table) {
    validation.rowType(table);
    table.watermark().ifPresent(w -> checkWatermark(table, w));
  }

  /** Checks the expression of a function just defined. */
  public void check(SqlFunctionDef function) {
    validation.check(function);
  }

  /** Whether there is a function of that name already. */
  public boolean isBuiltIn(String function) {
    return Validation.isBuiltIn(function);
  }

  private void checkWatermark(CatalogEntry.Table table, CatalogEntry.WatermarkDef watermark) {
    Schema columns = RelTranslator.schema(validation.rowType(table));
    String name = watermark.column();
    int column =
        columns
            .indexOf(name)
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.WATERMARK,
                            "WATERMARK FOR '"
                                + name
                                + "': '"
                                + table.name()
                                + "' has no such column")
                        .withHint(DidYouMean.hint(name, columns.names(), "name a TIMESTAMP column"))
                        .at(table.position()));
    if (!columns.type(column).kind().isTimestamp()) {
      throw UserError.of(
              ErrorCode.WATERMARK,
              "WATERMARK FOR '" + name + "' needs a TIMESTAMP column, not " + columns.type(column))
          .withHint("make one with a computed column: ts AS TO_TIMESTAMP(" + name + ")")
          .at(table.position());
    }
    RelNode rel =
        validation.expression(table.name(), List.of(watermark.expression()), table::place);
    DataType type = RelTranslator.schema(rel.getRowType()).type(0);
    if (!type.kind().isTimestamp()) {
      throw UserError.of(ErrorCode.WATERMARK, "the watermark must be a TIMESTAMP, not " + type)
          .at(table.position());
    }
  }

  /** The columns of a view or table as a query sees them. */
  public Schema columns(CatalogEntry entry) {
    if (entry instanceof CatalogEntry.Table table) {
      return RelTranslator.schema(validation.rowType(table));
    }
    CatalogEntry.View view = (CatalogEntry.View) entry;
    Schema made =
        RelTranslator.schema(
            validation.convert(view.query(), view.positions()::apply).validatedRowType);
    if (view.columns().isEmpty()) {
      return made;
    }
    Validation.requireCount(view, made.size());
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      fields.add(new Field(view.columns().get(i), made.type(i)));
    }
    return new Schema(fields);
  }

  private record Converted(ParsedQuery query, RelNode rel, List<String> names) {}

  private interface Roots {
    List<PlanNode.Sink> make(Scans scans);
  }

  private Converted convert(ParsedQuery query) {
    Restrictions.check(query.query(), query.positions());
    RelRoot root = validation.convert(query.query(), query.positions());
    RelNode rel = new JoinOrder(sizes).query(Rewrites.optimized(root.project()));
    return new Converted(query, rel, root.validatedRowType.getFieldNames());
  }

  private PhysicalPlan twice(Roots roots) {
    Scans scans = new Scans(validation, connectors, sizes, settings);
    roots.make(scans);
    scans.beginSecondRun();
    List<PlanNode.Sink> made = roots.make(scans);
    Map<String, TableRef> errorSinks = new LinkedHashMap<>();
    Set<PlanNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    made.forEach(sink -> collectErrorSinks(sink, seen, errorSinks));
    return new PhysicalPlan(made, errorSinks, settings);
  }

  private void collectErrorSinks(
      PlanNode node, Set<PlanNode> seen, Map<String, TableRef> errorSinks) {
    if (!seen.add(node)) {
      return;
    }
    if (node instanceof PlanNode.Scan scan) {
      Optional<SourcePosition> place =
          catalog.find(scan.table().name()).flatMap(CatalogEntry::place);
      Supplier<Optional<TableRef>> found = () -> sinks.errorSink(scan.table());
      place
          .map(p -> located(p, found))
          .orElseGet(found)
          .ifPresent(target -> errorSinks.put(scan.table().name(), target));
    }
    node.inputs().forEach(input -> collectErrorSinks(input, seen, errorSinks));
  }

  private PlanNode.Sink insert(Scans scans, Converted converted) {
    ParsedQuery query = converted.query();
    String name =
        query.target().orElseThrow().names.get(query.target().orElseThrow().names.size() - 1);
    SourcePosition place = query.positions().of(query.target().get().getParserPosition());
    CatalogEntry.Table target = located(place, () -> sinks.target(name, schema(converted)));
    Optional<List<String>> listed = partitioned(query, target);
    RelTranslator translator = translator(scans, converted);
    TableRef ref = target.sinkRef();
    if (connectors.connector(ref.connector()).sinkCapabilities(ref).asksEventTime()) {
      translator.keepEventTime();
    }
    Frame given = translator.translateQuery(converted.rel());
    List<Expr> all = new ArrayList<>(given.columns());
    List<String> names = new ArrayList<>(converted.names());
    query
        .partition()
        .forEach(
            (column, value) -> {
              all.add(Sinks.constant(ref.schema(), column.getSimple(), value));
              names.add(column.getSimple());
            });
    Frame frame = given.withColumns(all);
    List<Expr> matched =
        located(columnsPlace(query), () -> Sinks.match(target, listed, frame.columns(), names));
    List<String> columns = ref.schema().names();
    PlanNode input;
    if (CommonOptions.onError(ref).equals("fail")) {
      input = translator.materialize(frame.withColumns(matched), columns);
    } else {
      List<Expr> plain = Sinks.unconverted(target, listed, frame.columns());
      PlanNode rows = translator.materialize(frame.withColumns(plain), columns);
      Frame over = RelTranslator.node(rows);
      List<Expr> fitted = Sinks.match(target, Optional.empty(), over.columns(), columns);
      input = sinks.enforced(rows, translator.materialize(over.withColumns(fitted), columns), ref);
    }
    requireUsed(query, input);
    return sinks.sink(input, target, query.options().onConflict(), scans.stateTtlMicros());
  }

  /** The columns that an INSERT fills: those of its PARTITION last. */
  private static Optional<List<String>> partitioned(ParsedQuery query, CatalogEntry.Table target) {
    Optional<List<String>> listed =
        query.columns().map(ids -> ids.stream().map(id -> id.getSimple()).toList());
    if (query.partition().isEmpty()) {
      return listed;
    }
    List<String> constant = new ArrayList<>();
    for (SqlIdentifier column : query.partition().keySet()) {
      if (target.partitionKeys().stream().noneMatch(column.getSimple()::equalsIgnoreCase)) {
        throw UserError.of(
                ErrorCode.SINK_SCHEMA,
                "'" + target.name() + "' is not partitioned by '" + column.getSimple() + "'")
            .withHint(
                target.partitionKeys().isEmpty()
                    ? "declare PARTITIONED BY (" + column.getSimple() + "), or select the value"
                    : "it is partitioned by " + String.join(", ", target.partitionKeys()))
            .at(query.positions().of(column.getParserPosition()));
      }
      constant.add(column.getSimple());
    }
    List<String> all = new ArrayList<>();
    for (String name : listed.orElse(target.sinkRef().schema().names())) {
      if (constant.stream().noneMatch(name::equalsIgnoreCase)) {
        all.add(name);
      }
    }
    all.addAll(constant);
    return Optional.of(all);
  }

  private PlanNode rows(Scans scans, Converted converted, Optional<List<String>> names) {
    RelTranslator translator = translator(scans, converted);
    PlanNode node =
        translator.materialize(
            translator.translateQuery(converted.rel()), names.orElse(converted.names()));
    requireUsed(converted.query(), node);
    return node;
  }

  private static PlanNode.Sink result(PlanNode input, String connector) {
    TableRef table =
        new TableRef(
            "result",
            connector,
            Map.of(),
            Set.of(),
            input.schema(),
            Map.of(),
            List.of(),
            List.of());
    PlanTraits traits =
        PlanTraits.of(input.schema(), input.traits().bounded())
            .withChangelog(input.traits().changelog());
    return new PlanNode.Sink(input, table, traits);
  }

  private RelTranslator translator(Scans scans, Converted converted) {
    QueryOptions options = converted.query().options();
    Optional<RelTranslator.LateTarget> late =
        options
            .lateRowsTo()
            .map(
                name ->
                    new RelTranslator.LateTarget(
                        located(
                            options.lateRowsPosition().orElseThrow(),
                            () -> sinks.target(name, schema(converted))),
                        sinks.takesAnyColumns(name)));
    RelTranslator translator = new RelTranslator(scans, options, late);
    translator.hints = hints(converted.query());
    Validation.onlySnapshot(converted.query().query())
        .map(converted.query().positions()::of)
        .ifPresent(translator::setSnapshot);
    return translator;
  }

  private JoinHints hints(ParsedQuery query) {
    return JoinHints.of(query.query(), query.positions(), catalog);
  }

  private static Schema schema(Converted converted) {
    Schema typed = RelTranslator.schema(converted.rel().getRowType());
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < typed.size(); i++) {
      fields.add(new Field(converted.names().get(i), typed.type(i)));
    }
    return new Schema(fields);
  }

  /** Clauses that say something about windows need one. */
  private void requireUsed(ParsedQuery query, PlanNode node) {
    hints(query).requireUsed(node);
    boolean asked =
        query.options().allowedLatenessMicros() > 0 || query.options().lateRowsTo().isPresent();
    Optional<Emit> emit = query.options().emit();
    if (emit.isPresent() && emit.get().equals(Emit.ON_WINDOW_CLOSE)) {
      requireEnd(query, node);
    }
    boolean takes = query.options().allowedLatenessMicros() == 0 && hasMatchThatTellsLateRows(node);
    if (asked && !takes && !hasWindow(node)) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "ALLOWED LATENESS and LATE ROWS TO need a windowed aggregation, which this query has"
                  + " not")
          .withHint("only windows drop late rows; leave the clause out");
    }
  }

  /** A wait for the end of something that has none would be a wait for ever. */
  private static void requireEnd(ParsedQuery query, PlanNode node) {
    if (!node.traits().bounded() && isRowByRow(node)) {
      throw UserError.of(
              ErrorCode.WINDOW,
              "EMIT ON WINDOW CLOSE needs a window: the input never ends, and rows come out one by"
                  + " one")
          .withHint("leave the clause out, or group by a window")
          .at(query.options().emitPosition().orElse(place(query)));
    }
  }

  private static boolean isRowByRow(PlanNode node) {
    boolean passes =
        node instanceof PlanNode.Scan
            || node instanceof PlanNode.FilterProject
            || node instanceof ConstraintEnforcerNode
            || node instanceof PlanNode.Union
            || node instanceof PlanNode.Exchange;
    return passes && node.inputs().stream().allMatch(QueryPlanner::isRowByRow);
  }

  private static boolean hasMatchThatTellsLateRows(PlanNode node) {
    return node instanceof MatchNode match && match.late().isPresent()
        || node.inputs().stream().anyMatch(QueryPlanner::hasMatchThatTellsLateRows);
  }

  private static boolean hasWindow(PlanNode node) {
    boolean drops =
        node instanceof PlanNode.WindowAssign assign
            && (assign.dropLate() || assign.window() instanceof WindowSpec.Session);
    return drops
        || node instanceof PlanNode.WindowAggregate
        || node.inputs().stream().anyMatch(QueryPlanner::hasWindow);
  }

  /** Gives errors that have none the place of the query. */
  private static <T> T located(ParsedQuery query, Supplier<T> work) {
    try {
      return locatedIf(Optional.empty(), work);
    } catch (UserError e) {
      if (e.position().isPresent()) {
        throw e;
      }
      Optional<SqlParserPos> part =
          e.code() == ErrorCode.WINDOW
              ? Validation.onlyWindow(query.query())
              : ErrorPlaces.of(e, query.query());
      throw e.at(part.map(query.positions()::of).orElse(place(query)));
    }
  }

  private static <T> T located(SourcePosition place, Supplier<T> work) {
    return locatedIf(Optional.of(place), work);
  }

  private static <T> T locatedIf(Optional<SourcePosition> place, Supplier<T> work) {
    try {
      return work.get();
    } catch (UserError e) {
      throw e.position().isPresent() || place.isEmpty() ? e : e.at(place.get());
    } catch (dev.sluice.planner.catalog.SqlTypes.UnsupportedTypeException e) {
      UserError error =
          UserError.of(ErrorCode.UNSUPPORTED, "type " + e.getMessage() + " is not supported");
      throw place.map(error::at).orElse(error);
    }
  }

  /** Where an INSERT says which columns it fills: its list, or its query. */
  private static SourcePosition columnsPlace(ParsedQuery query) {
    List<SqlIdentifier> listed = query.columns().orElse(List.of());
    return listed.isEmpty()
        ? place(query)
        : query
            .positions()
            .of(SqlParserPos.sum(listed.stream().map(SqlIdentifier::getParserPosition).toList()));
  }

  private static SourcePosition place(ParsedQuery query) {
    return query.positions().of(query.query().getParserPosition());
  }

  /** Refuses an operator that needs inserts over an input that updates. */
  static void requireInserts(PlanNode input, String what) {
    if (input.traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
              ErrorCode.CHANGELOG, what + " over a result that updates is not supported yet")
          .withHint("bound the source, or window the inner aggregation");
    }
  }
}
