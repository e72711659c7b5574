package dev.sluice.planner.physical;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.LookupOptions;
import dev.sluice.connector.OptionSpec;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.plan.JoinKind;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.LookupRequests;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.util.ImmutableBitSet;

/** Joins with a table as it is when a row is processed. Single-threaded. */
final class LookupJoins {
  private final RelTranslator rels;
  private final Scans scans;
  private final ConnectorRegistry connectors;

  LookupJoins(RelTranslator rels, Scans scans, ConnectorRegistry connectors) {
    this.rels = rels;
    this.scans = scans;
    this.connectors = connectors;
  }

  /**
   * The join as a frame: the left columns, then those of {@code right}.
   *
   * @param right a table, perhaps filtered and projected
   * @param rightColumns the right columns of the result, over the table's
   * @param conditions over left places and, from {@link JoinInput#RIGHT} on, columns of {@code
   *     right}
   * @param used which columns of the result are used
   */
  Frame translate(
      JoinInput left,
      Frame right,
      List<Expr> rightColumns,
      JoinKind kind,
      List<Expr> conditions,
      ImmutableBitSet used,
      int leftFields) {
    CatalogEntry.Table table =
        right
            .table()
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.UNSUPPORTED,
                            "FOR SYSTEM_TIME AS OF processing time needs a table, not a query")
                        .withHint("join a table, or a view that only filters one"));
    TableRef ref = table.ref();
    Connector connector = connectors.check(ref, OptionSpec.Role.SOURCE);
    List<OptionSpec> specs = CommonOptions.with(connector.options(ref));
    boolean byKey = connector.findsByKey(ref);
    TableRef hinted = ref.withOptions(hinted(ref));
    LookupCache asked = LookupOptions.cache(hinted, specs, byKey);
    boolean endless = !connector.sourceCapabilities(ref).bounded();
    boolean live = asked.mode() == LookupCache.Mode.FULL && endless;
    LookupCache cache = live ? live(table, connector, asked) : asked;
    if (CommonOptions.onError(ref).startsWith("to:")) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "'on-error' = 'to:…' is not supported for '" + table.name() + "' in a lookup join")
          .withHint("use 'drop' or 'fail'");
    }
    if (scans.isChangelogWithoutKey(table)) {
      throw UserError.of(
              ErrorCode.CHANGELOG,
              "'"
                  + table.name()
                  + "' is read as changes, so that a lookup join needs its PRIMARY KEY")
          .withHint("declare PRIMARY KEY (…) NOT ENFORCED");
    }
    List<Integer> upsertKeys =
        scans.normalizedBy(table).stream()
            .map(column -> ref.schema().indexOf(table.columns().get(column).name()).orElseThrow())
            .toList();
    Made made =
        new Made(
            left,
            right,
            rightColumns,
            ref,
            scans.definitions(table, ref),
            live ? Optional.of(upsertKeys) : Optional.empty());
    conditions.forEach(made::take);
    right.condition().ifPresent(c -> made.rest.add(made.ofTable(c)));
    if (live && made.tableKeys.size() < upsertKeys.size()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "a lookup join with '" + table.name() + "', which never ends, needs its whole key")
          .withHint(
              "equate every column of PRIMARY KEY (" + String.join(", ", ref.primaryKey()) + ")");
    }
    if (made.tableKeys.isEmpty()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "a lookup join needs an equality with a column of '" + table.name() + "'")
          .withHint("write ON … = " + table.name() + "." + ref.schema().field(0).name());
    }
    LookupRequests requests =
        rels.hints.withRetries(table.name(), LookupOptions.requests(hinted, specs), cache.mode());
    return made.frame(rels, kind, cache, requests, upsertKeys, used, leftFields);
  }

  /** The table's options, and what a hint says instead. */
  private Map<String, String> hinted(TableRef table) {
    Map<String, String> options = new HashMap<>(table.options());
    options.putAll(rels.hints.lookup(table.name()));
    return options;
  }

  /** A table that never ends is kept in memory by its key, up to date. */
  private LookupCache live(CatalogEntry.Table table, Connector connector, LookupCache asked) {
    if (scans.normalizedBy(table).isEmpty() || connector.fromStart(table.ref(), true).isEmpty()) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "'"
                  + table.name()
                  + "' never ends and has no PRIMARY KEY, so that it cannot be kept in memory")
          .withHint(
              "declare PRIMARY KEY (…) NOT ENFORCED, bound it, or join it without FOR SYSTEM_TIME");
    }
    if (asked.reloadMicros() > 0) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "'" + table.name() + "' is kept up to date, so that it is never read again")
          .withHint("leave '" + LookupOptions.RELOAD.key() + "' out");
    }
    return new LookupCache(LookupCache.Mode.LIVE, 0, 0, 0, true, 0);
  }

  /** One join on the way to its node. */
  private static final class Made {
    private final JoinInput left;
    private final Frame right;
    private final List<Expr> rightColumns;
    private final TableRef ref;
    private final List<Expr> definitions;

    /** The only columns that may be keys, if not all may. */
    private final Optional<List<Integer>> keys;

    private final List<Integer> leftKeys = new ArrayList<>();

    /** Columns of the connector. */
    private final List<Integer> tableKeys = new ArrayList<>();

    /** Conditions; the connector's columns begin at {@link JoinInput#RIGHT}. */
    private final List<Expr> rest = new ArrayList<>();

    Made(
        JoinInput left,
        Frame right,
        List<Expr> rightColumns,
        TableRef ref,
        List<Expr> definitions,
        Optional<List<Integer>> keys) {
      this.keys = keys;
      this.left = left;
      this.right = right;
      this.rightColumns = rightColumns;
      this.ref = ref;
      this.definitions = definitions;
    }

    /** An expression over the table's declared columns, over those of the connector. */
    private Expr ofTable(Expr expr) {
      Expr over = Exprs.substitute(expr, definitions::get);
      return Exprs.remap(over, i -> i + JoinInput.RIGHT);
    }

    private Expr both(Expr condition) {
      return Exprs.substitute(
          condition,
          i ->
              i >= JoinInput.RIGHT
                  ? ofTable(right.columns().get(i - JoinInput.RIGHT))
                  : new Expr.ColumnRef(i, left.column(i).type()));
    }

    void take(Expr given) {
      Expr condition = both(given);
      boolean key =
          condition instanceof Expr.Call call
              && call.function().equals("=")
              && (asKey(call.operands().get(0), call.operands().get(1))
                  || asKey(call.operands().get(1), call.operands().get(0)));
      if (!key) {
        rest.add(condition);
      }
    }

    /** Whether the equality is one of a key, and needs no other test. */
    private boolean asKey(Expr own, Expr other) {
      Optional<Expr.ColumnRef> column = tableColumn(other);
      boolean ofLeft = own.columns().stream().allMatch(i -> i < JoinInput.RIGHT);
      if (column.isEmpty() || !ofLeft || tableKeys.contains(column.get().index())) {
        return false;
      }
      int index = column.get().index();
      if (keys.isPresent() && !keys.get().contains(index)) {
        return false;
      }
      DataType wanted = column.get().type();
      Expr value = left.overBase(own);
      boolean exact = other instanceof Expr.ColumnRef && value.type().kind() == wanted.kind();
      exact &= wanted.kind() != Kind.DECIMAL || value.type().sameApartFromNullability(wanted);
      leftKeys.add(
          left.place(exact ? value : new Expr.Cast(value, wanted.withNullable(true), true)));
      tableKeys.add(column.get().index());
      return exact;
    }

    /** A column of the connector, perhaps behind a widening; its index is the connector's. */
    private static Optional<Expr.ColumnRef> tableColumn(Expr expr) {
      if (expr instanceof Expr.ColumnRef ref && ref.index() >= JoinInput.RIGHT) {
        return Optional.of(new Expr.ColumnRef(ref.index() - JoinInput.RIGHT, ref.type()));
      }
      return expr instanceof Expr.Cast cast && !cast.safe() && widens(cast)
          ? tableColumn(cast.operand())
          : Optional.empty();
    }

    private static boolean hasRoom(DataType wide, DataType narrow) {
      return wide.scale() >= narrow.scale()
          && wide.precision() - wide.scale() >= narrow.precision() - narrow.scale();
    }

    private static boolean widens(Expr.Cast cast) {
      Kind from = cast.operand().type().kind();
      Kind to = cast.type().kind();
      return from.isInteger() && (to.isInteger() && to.compareTo(from) >= 0 || to == Kind.DECIMAL)
          || from == to && from == Kind.VARCHAR
          || from == to && from == Kind.DECIMAL && hasRoom(cast.type(), cast.operand().type());
    }

    Frame frame(
        RelTranslator rels,
        JoinKind kind,
        LookupCache cache,
        LookupRequests requests,
        List<Integer> upsertKeys,
        ImmutableBitSet used,
        int leftFields) {
      PlanNode input = left.build(rels);
      QueryPlanner.requireInserts(input, "a lookup join");
      List<Expr> rights = new ArrayList<>();
      for (int i : used) {
        if (i >= leftFields) {
          rights.add(Exprs.substitute(rightColumns.get(i - leftFields), definitions::get));
        }
      }
      Set<Integer> needed = new TreeSet<>(Exprs.references(rights));
      needed.addAll(tableKeys);
      needed.addAll(upsertKeys);
      Exprs.references(rest).stream()
          .filter(i -> i >= JoinInput.RIGHT)
          .forEach(i -> needed.add(i - JoinInput.RIGHT));
      List<Integer> columns = List.copyOf(needed);
      int width = input.schema().size();
      Optional<Expr> condition =
          Exprs.and(rest)
              .map(
                  c ->
                      Exprs.remap(
                          c,
                          i ->
                              i >= JoinInput.RIGHT
                                  ? width + columns.indexOf(i - JoinInput.RIGHT)
                                  : i));
      List<Integer> output = new ArrayList<>();
      for (int i : used) {
        if (i < leftFields) {
          output.add(left.at(i));
        }
      }
      int first = output.size();
      for (int i = 0; i < columns.size(); i++) {
        output.add(width + i);
      }
      PlanTraits traits = traits(input, kind, columns, output).withState(state(cache));
      LookupJoinNode node =
          new LookupJoinNode(
              input,
              ref,
              columns,
              kind,
              leftKeys,
              tableKeys.stream().map(columns::indexOf).toList(),
              condition,
              output,
              cache,
              requests,
              upsertKeys.stream().map(columns::indexOf).toList(),
              traits);
      return over(node, kind, used, leftFields, first);
    }

    /** What is kept; a cache is not in checkpoints. */
    private static StateBound state(LookupCache cache) {
      String waiting = "rows whose lookup is on its way";
      return new StateBound.Constant(
          switch (cache.mode()) {
            case NONE -> waiting;
            case PARTIAL ->
                waiting
                    + ", and a cache of "
                    + (cache.maxRows() > 0 ? cache.maxRows() + " rows" : "all keys asked for");
            case FULL -> "the whole table in memory, and rows that wait for it";
            case LIVE -> "the whole table in memory, kept up to date, and rows that wait for it";
          });
    }

    private PlanTraits traits(
        PlanNode input, JoinKind kind, List<Integer> columns, List<Integer> output) {
      Schema table = ref.schema().project(columns);
      int width = input.schema().size();
      Set<String> taken = new HashSet<>();
      List<Field> fields = new ArrayList<>();
      for (int column : output) {
        Field field = column < width ? input.schema().field(column) : table.field(column - width);
        String name = field.name();
        for (int i = 0; !taken.add(name); i++) {
          name = field.name() + i;
        }
        boolean nullable = column >= width && kind == JoinKind.LEFT;
        fields.add(new Field(name, nullable ? field.type().withNullable(true) : field.type()));
      }
      PlanTraits from = input.traits();
      return PlanTraits.of(new Schema(fields), from.bounded())
          .withTime(
              from.time()
                  .filter(t -> output.contains(t.column()))
                  .map(t -> new TimeAttribute(output.indexOf(t.column()), t.unitMicros())))
          .withWindow(
              from.window()
                  .flatMap(
                      w ->
                          w.mapped(
                              i -> Optional.of(output.indexOf(i)).filter(place -> place >= 0))));
    }

    /** The columns of the join over its node; the declared ones of the table computed. */
    private Frame over(
        LookupJoinNode node, JoinKind kind, ImmutableBitSet used, int leftFields, int first) {
      List<Expr> columns = new ArrayList<>();
      for (int i = 0; i < leftFields; i++) {
        columns.add(
            used.get(i)
                ? column(node, used.get(0, i).cardinality())
                : Expr.Literal.nullOf(DataType.of(Kind.NULL)));
      }
      Expr found =
          new Expr.Call(
              "IS NOT NULL",
              List.of(column(node, first + node.tableKeys().get(0))),
              DataType.of(Kind.BOOLEAN).notNull());
      for (int i = 0; i < rightColumns.size(); i++) {
        if (!used.get(leftFields + i)) {
          columns.add(Expr.Literal.nullOf(rightColumns.get(i).type()));
          continue;
        }
        Expr defined = Exprs.substitute(rightColumns.get(i), definitions::get);
        Expr value =
            Exprs.substitute(defined, c -> column(node, first + node.columns().indexOf(c)));
        boolean plain = value instanceof Expr.ColumnRef || kind == JoinKind.INNER;
        DataType type = value.type().withNullable(true);
        columns.add(
            plain
                ? value
                : new Expr.Case(
                    List.of(new Expr.Case.When(found, value)), Expr.Literal.nullOf(type), type));
      }
      return RelTranslator.node(node).withColumns(columns);
    }

    private static Expr column(PlanNode node, int place) {
      return new Expr.ColumnRef(place, node.schema().type(place));
    }
  }
}
