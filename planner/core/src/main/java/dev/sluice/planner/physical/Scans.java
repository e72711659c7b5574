package dev.sluice.planner.physical;

import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.Options;
import dev.sluice.connector.Settings;
import dev.sluice.connector.SourceCapabilities;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.plan.WatermarkSpec;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.SqlTypes;
import dev.sluice.planner.validate.Validation;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexNode;

/**
 * The scans of one plan. Planning runs twice: the first run notes which columns of each table are
 * used and how often the table is read, so that the second makes one scan per table, equal wherever
 * it is used. Single-threaded.
 */
final class Scans {
  private static final String ROW_WATERMARK = "$watermark";

  /** What the first run found out about a table. */
  private static final class Use {
    private final Set<Integer> columns = new TreeSet<>();
    private boolean timed;
    private int times;
  }

  /** A scan and where each declared column is in its output. */
  record Made(PlanNode.Scan scan, Map<Integer, Integer> places) {}

  private final Validation validation;
  private final ConnectorRegistry connectors;
  private final TableSizes sizes;
  private final Map<String, String> settings;
  private final Map<String, Use> uses = new HashMap<>();
  private boolean second;

  Scans(
      Validation validation,
      ConnectorRegistry connectors,
      TableSizes sizes,
      Map<String, String> settings) {
    this.validation = validation;
    this.connectors = connectors;
    this.sizes = sizes;
    this.settings = settings;
  }

  /** From now on what the first run found is used. */
  void beginSecondRun() {
    second = true;
  }

  /** The table as a frame over its declared columns. */
  Frame frame(CatalogEntry.Table table) {
    requireReadable(table);
    List<Expr> columns = new ArrayList<>();
    Schema declared = declared(table);
    for (int i = 0; i < declared.size(); i++) {
      columns.add(new Expr.ColumnRef(i, declared.type(i)));
    }
    return new Frame(
        Optional.of(table),
        Optional.empty(),
        columns.size(),
        Optional.empty(),
        columns,
        Optional.empty(),
        time(table, declared));
  }

  private void requireReadable(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    if (!connectors.connector(ref.connector()).sourceCapabilities(ref).readable()) {
      throw UserError.of(
          ErrorCode.NOT_A_SOURCE,
          "'" + table.name() + "' cannot be read: connector '" + ref.connector() + "' only writes");
    }
    connectors.check(ref, OptionSpec.Role.SOURCE);
  }

  private Schema declared(CatalogEntry.Table table) {
    return new Schema(
        validation.rowType(table).getFieldList().stream()
            .map(f -> new Field(f.getName(), SqlTypes.fromCalcite(f.getType())))
            .toList());
  }

  private static Optional<TimeAttribute> time(CatalogEntry.Table table, Schema declared) {
    return table
        .watermark()
        .map(
            w -> {
              int column = declared.indexOf(w.column()).orElseThrow();
              return new TimeAttribute(
                  column, TimeAttribute.unitMicros(declared.type(column).precision()));
            });
  }

  /**
   * Whether a scan of the table may get a pushed filter: nobody else reads it, and no watermark is
   * made of the rows it would skip.
   */
  boolean mayPushFilter(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    return second
        && normalizedBy(table).isEmpty()
        && uses.get(table.name()).times == 1
        && !uses.get(table.name()).timed
        && connectors.connector(ref.connector()).sourceCapabilities(ref).filter();
  }

  /**
   * The scan of a table that gives at least {@code columns}.
   *
   * @param timed whether a window needs its event time
   */
  Made scan(CatalogEntry.Table table, Set<Integer> columns, boolean timed) {
    Use use = uses.computeIfAbsent(table.name(), n -> new Use());
    if (!second) {
      use.columns.addAll(columns);
      use.timed |= timed;
      use.times++;
    }
    return make(table, use);
  }

  private Made make(CatalogEntry.Table table, Use use) {
    Schema declared = declared(table);
    TableRef ref = table.ref();
    SourceCapabilities can = connectors.connector(ref.connector()).sourceCapabilities(ref);
    Optional<Expr> watermark = use.timed ? Optional.of(watermark(table)) : Optional.empty();
    Set<Integer> wanted = new TreeSet<>(use.columns);
    watermark.ifPresent(w -> wanted.addAll(w.columns()));
    if (use.timed) {
      wanted.add(time(table, declared).orElseThrow().column());
    }
    List<Expr> definitions = definitions(table, ref);
    List<Expr> outputs = wanted.stream().map(definitions::get).toList();
    Set<Integer> read = Exprs.references(outputs);
    if (!can.projection()) {
      for (int i = 0; i < ref.schema().size(); i++) {
        read.add(i);
      }
    }
    List<Integer> columns = List.copyOf(read);
    List<Expr> projections = outputs.stream().map(e -> Exprs.remap(e, columns::indexOf)).toList();
    boolean plain = isIdentity(projections, columns.size());
    Map<Integer, Integer> places = new HashMap<>();
    List<Field> fields = new ArrayList<>();
    for (int column : wanted) {
      places.put(column, fields.size());
      fields.add(declared.field(column));
    }
    OptionalInt rowWatermark = use.timed ? OptionalInt.of(fields.size()) : OptionalInt.empty();
    if (use.timed) {
      fields.add(new Field(ROW_WATERMARK, DataType.of(Kind.BIGINT)));
    }
    Optional<WatermarkSpec> spec = watermark.map(w -> spec(table, declared, w, places));
    PlanTraits traits =
        new PlanTraits(
            new Schema(fields),
            can.changelog(),
            can.changelog() == ChangelogMode.INSERT_ONLY
                ? keys(table, declared, places)
                : List.of(),
            spec.map(s -> new TimeAttribute(s.timeColumn(), s.unitMicros())),
            Distribution.ANY,
            StateBound.NONE,
            can.bounded());
    PlanNode.Scan scan =
        new PlanNode.Scan(
            ref,
            columns,
            Optional.empty(),
            OptionalInt.empty(),
            plain ? List.of() : projections,
            spec,
            rowWatermark,
            traits);
    return new Made(scan, places);
  }

  /** The primary key by its places in the scan, if it is read whole. */
  private static List<List<Integer>> keys(
      CatalogEntry.Table table, Schema declared, Map<Integer, Integer> places) {
    List<Integer> key = new ArrayList<>();
    for (int column : primaryKey(table, declared)) {
      key.add(places.getOrDefault(column, -1));
    }
    return key.isEmpty() || key.contains(-1) ? List.of() : List.of(key);
  }

  private static List<Integer> primaryKey(CatalogEntry.Table table, Schema declared) {
    return table.ref().primaryKey().stream()
        .map(name -> declared.indexOf(name).orElseThrow())
        .toList();
  }

  /**
   * The columns of the primary key, if the rows of the table are changes that it must make a whole
   * changelog of; empty if they are rows, or such a changelog already.
   */
  List<Integer> normalizedBy(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    boolean rows =
        connectors.connector(ref.connector()).sourceCapabilities(ref).changelog()
            == ChangelogMode.INSERT_ONLY;
    return rows ? List.of() : primaryKey(table, declared(table));
  }

  /** Whether the rows of the table are changes, and no primary key says of what. */
  boolean isChangelogWithoutKey(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    return ref.primaryKey().isEmpty()
        && connectors.connector(ref.connector()).sourceCapabilities(ref).changelog()
            != ChangelogMode.INSERT_ONLY;
  }

  private static boolean isIdentity(List<Expr> projections, int width) {
    if (projections.size() != width) {
      return false;
    }
    for (int i = 0; i < width; i++) {
      if (!(projections.get(i) instanceof Expr.ColumnRef ref) || ref.index() != i) {
        return false;
      }
    }
    return true;
  }

  private WatermarkSpec spec(
      CatalogEntry.Table table, Schema declared, Expr expression, Map<Integer, Integer> places) {
    CatalogEntry.WatermarkDef def = table.watermark().orElseThrow();
    TimeAttribute time = time(table, declared).orElseThrow();
    long defaultIdle = micros(Settings.SOURCE_IDLE);
    return new WatermarkSpec(
        places.get(time.column()),
        time.unitMicros(),
        Exprs.remap(expression, places::get),
        def.idleMicros().orElse(defaultIdle),
        def.maxFutureSkewMicros().orElse(0L));
  }

  private long micros(OptionSpec setting) {
    String value = settings.getOrDefault(setting.key(), setting.defaultValue().orElse("0"));
    return Options.parseDuration(value).toMillis() * 1000;
  }

  TableSizes sizes() {
    return sizes;
  }

  ConnectorRegistry connectors() {
    return connectors;
  }

  /** Whether a table's rows end. */
  boolean isBounded(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    return connectors.connector(ref.connector()).sourceCapabilities(ref).bounded();
  }

  /** After how long without a row state of a key is forgotten; 0: never. */
  long stateTtlMicros() {
    return micros(Settings.STATE_TTL);
  }

  /** Each declared column as an expression over the connector's columns. */
  List<Expr> definitions(CatalogEntry.Table table, TableRef ref) {
    List<Expr> definitions = new ArrayList<>();
    for (CatalogEntry.ColumnDef column : table.columns()) {
      if (column instanceof CatalogEntry.ColumnDef.Computed computed) {
        Schema base = ref.schema();
        definitions.add(
            expression(
                table,
                table.name() + Validation.BASE,
                computed.expression(),
                i -> new Expr.ColumnRef(i, base.type(i))));
      } else {
        int index = ref.schema().indexOf(column.name()).orElseThrow();
        definitions.add(new Expr.ColumnRef(index, ref.schema().type(index)));
      }
    }
    return definitions;
  }

  /** The watermark over the declared columns. */
  private Expr watermark(CatalogEntry.Table table) {
    Schema declared = declared(table);
    return expression(
        table,
        table.name(),
        table.watermark().orElseThrow().expression(),
        i -> new Expr.ColumnRef(i, declared.type(i)));
  }

  private Expr expression(
      CatalogEntry.Table table,
      String relation,
      org.apache.calcite.sql.SqlNode node,
      java.util.function.IntFunction<Expr> inputs) {
    RelNode rel = validation.expression(relation, List.of(node), table::place);
    if (rel instanceof Project project) {
      RexNode rex = project.getProjects().get(0);
      return new ExprTranslator(rel.getCluster().getRexBuilder(), inputs).translate(rex);
    }
    return inputs.apply(0);
  }

  /** Adds a filter the connector may use; over the scan's output. */
  static PlanNode.Scan withFilter(PlanNode.Scan scan, List<Expr> conjuncts) {
    List<Expr> usable = new ArrayList<>();
    for (Expr conjunct : conjuncts) {
      Optional<Expr> over = overConnectorColumns(scan, conjunct);
      over.ifPresent(usable::add);
    }
    if (usable.isEmpty()) {
      return scan;
    }
    Expr filter =
        usable.size() == 1
            ? usable.get(0)
            : new Expr.Call("AND", usable, DataType.of(Kind.BOOLEAN));
    return new PlanNode.Scan(
        scan.table(),
        scan.columns(),
        Optional.of(filter),
        scan.limit(),
        scan.projections(),
        scan.watermark(),
        scan.rowWatermark(),
        scan.traits());
  }

  /** Whether a scan of the table may stop after some rows: nobody else reads it. */
  boolean mayPushLimit(CatalogEntry.Table table) {
    TableRef ref = table.ref();
    return second
        && normalizedBy(table).isEmpty()
        && uses.get(table.name()).times == 1
        && connectors.connector(ref.connector()).sourceCapabilities(ref).limit();
  }

  /** The same rows, of which only the first {@code rows} are wanted. */
  static PlanNode withLimit(PlanNode node, int rows) {
    if (node instanceof PlanNode.Scan scan) {
      return new PlanNode.Scan(
          scan.table(),
          scan.columns(),
          scan.pushedFilter(),
          OptionalInt.of(rows),
          scan.projections(),
          scan.watermark(),
          scan.rowWatermark(),
          scan.traits());
    }
    boolean passes = node instanceof PlanNode.FilterProject f && f.condition().isEmpty();
    return passes ? node.withInputs(List.of(withLimit(node.inputs().get(0), rows))) : node;
  }

  private static Optional<Expr> overConnectorColumns(PlanNode.Scan scan, Expr conjunct) {
    if (scan.projections().isEmpty()) {
      return Optional.of(conjunct);
    }
    for (int column : conjunct.columns()) {
      if (column >= scan.projections().size()
          || !(scan.projections().get(column) instanceof Expr.ColumnRef)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        Exprs.remap(conjunct, i -> ((Expr.ColumnRef) scan.projections().get(i)).index()));
  }
}
