package dev.sluice.planner.validate;

import dev.sluice.connector.LookupOptions;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.LookupCache;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.LookupRequests;
import dev.sluice.plan.PlanNode;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlHint;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * What the hints of a query say of tables in its joins: {@code /*+ LOOKUP('table' = 't', …)
 * *}{@code /}, as in Flink. Read from the text as it is written: they name tables, and say nothing
 * that validation would have to know. Immutable.
 */
public final class JoinHints {
  static final String LOOKUP = "LOOKUP";

  /** No hints. */
  public static final JoinHints NONE = new JoinHints(List.of());

  private static final String TABLE = "table";

  /** One hint about one table, by its declared name. */
  private record Said(
      String kind,
      String table,
      Map<String, String> options,
      Optional<LookupRetries> retries,
      SourcePosition position) {}

  private final List<Said> all;

  private JoinHints(List<Said> all) {
    this.all = List.copyOf(all);
  }

  /** The hints of all SELECTs of a query, and of the views that it reads. */
  public static JoinHints of(SqlNode query, Positions positions, Catalog catalog) {
    List<Said> all = new ArrayList<>();
    gather(query, positions, catalog, new HashSet<>(), all);
    return new JoinHints(all);
  }

  private static void gather(
      SqlNode query, Positions positions, Catalog catalog, Set<String> views, List<Said> all) {
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (call instanceof SqlSelect select && select.getFrom() != null) {
              Map<String, String> tables = new LinkedHashMap<>();
              tables(select.getFrom(), tables);
              if (select.hasHints()) {
                select.getHints().forEach(hint -> read((SqlHint) hint, tables, positions, all));
              }
              for (String name : tables.values()) {
                if (catalog.find(name).orElse(null) instanceof CatalogEntry.View view
                    && views.add(view.name())) {
                  gather(view.query(), view.positions()::apply, catalog, views, all);
                }
              }
            }
            return super.visit(call);
          }
        });
  }

  private static void read(
      SqlHint hint, Map<String, String> tables, Positions positions, List<Said> all) {
    String kind = hint.getName().toUpperCase(Locale.ROOT);
    SourcePosition position = positions.of(hint.getParserPosition());
    if (kind.equals(LOOKUP)) {
      if (hint.getOptionFormat() != SqlHint.HintOptionFormat.KV_LIST
          || !hint.getOptionKVPairs().containsKey(TABLE)) {
        throw UserError.of(ErrorCode.INVALID_QUERY, "LOOKUP names the table that is looked up")
            .withHint("write LOOKUP('table' = 't', 'capacity' = '8')")
            .at(position);
      }
      Map<String, String> pairs = new TreeMap<>(hint.getOptionKVPairs());
      String table = named(kind, pairs.remove(TABLE), tables, position);
      Map<String, String> options = options(pairs, position);
      all.add(new Said(kind, table, options, LookupRetries.of(pairs, position), position));
    }
  }

  private static Set<String> known() {
    Set<String> known = new TreeSet<>(LookupOptions.inHints().keySet());
    known.addAll(LookupRetries.KEYS);
    return known;
  }

  private static Map<String, String> options(Map<String, String> given, SourcePosition position) {
    Map<String, String> options = new TreeMap<>();
    given.forEach(
        (key, value) -> {
          if (LookupRetries.KEYS.contains(key)) {
            return;
          }
          if (!LookupOptions.inHints().containsKey(key)) {
            throw UserError.of(ErrorCode.UNKNOWN_OBJECT, "LOOKUP has no option '" + key + "'")
                .withHint(DidYouMean.hint(key, known(), "it takes " + String.join(", ", known())))
                .at(position);
          }
          options.put(LookupOptions.inHints().get(key).key(), value);
        });
    return options;
  }

  /** The declared name of a table that a hint names, perhaps by its alias. */
  private static String named(
      String kind, String name, Map<String, String> tables, SourcePosition position) {
    return Optional.ofNullable(tables.get(name.toUpperCase(Locale.ROOT)))
        .orElseThrow(
            () ->
                UserError.of(
                        ErrorCode.UNKNOWN_OBJECT,
                        kind + ": no table of this query is called '" + name + "'")
                    .withHint(
                        DidYouMean.hint(
                            name,
                            tables.keySet(),
                            "tables that can be named: " + String.join(", ", tables.keySet())))
                    .at(position));
  }

  /** The tables in FROM: alias to declared name. */
  private static void tables(SqlNode from, Map<String, String> to) {
    if (from instanceof SqlJoin join) {
      tables(join.getLeft(), to);
      tables(join.getRight(), to);
    } else if (from.getKind() == SqlKind.AS && from instanceof SqlCall as) {
      table(as.operand(0)).ifPresent(t -> to.put(upper(as.operand(1).toString()), t));
    } else {
      table(from).ifPresent(t -> to.put(upper(t), t));
    }
  }

  private static Optional<String> table(SqlNode node) {
    if (node instanceof SqlIdentifier id) {
      return Optional.of(id.names.get(id.names.size() - 1));
    }
    boolean around = node.getKind() == SqlKind.SNAPSHOT || node.getKind() == SqlKind.TABLE_REF;
    return around ? table(((SqlCall) node).operand(0)) : Optional.empty();
  }

  private static String upper(String name) {
    return name.toUpperCase(Locale.ROOT);
  }

  /** The options of a lookup of {@code table}, by their names in WITH. */
  public Map<String, String> lookup(String table) {
    Map<String, String> options = new TreeMap<>();
    all.stream()
        .filter(said -> said.kind().equals(LOOKUP) && said.table().equalsIgnoreCase(table))
        .forEach(said -> options.putAll(said.options()));
    return options;
  }

  /** Lookups of {@code table}, and how often they ask again for what they do not find. */
  public LookupRequests withRetries(String table, LookupRequests requests, LookupCache.Mode mode) {
    return all.stream()
        .filter(said -> said.kind().equals(LOOKUP) && said.table().equalsIgnoreCase(table))
        .flatMap(said -> said.retries().stream())
        .reduce((first, second) -> second)
        .map(retries -> retries.applied(requests, mode))
        .orElse(requests);
  }

  /** Refuses hints that change nothing: whoever wrote them meant something else. */
  public void requireUsed(PlanNode plan) {
    for (Said said : all) {
      boolean lookup = said.kind().equals(LOOKUP);
      if (lookup && !isLookedUp(plan, said.table())) {
        throw UserError.of(
                ErrorCode.INVALID_QUERY, "LOOKUP: '" + said.table() + "' is not looked up")
            .withHint("join it FOR SYSTEM_TIME AS OF PROCTIME(), or leave the hint out")
            .at(said.position());
      }
    }
  }

  private static boolean isLookedUp(PlanNode node, String table) {
    return node instanceof LookupJoinNode lookup && lookup.table().name().equalsIgnoreCase(table)
        || node.inputs().stream().anyMatch(input -> isLookedUp(input, table));
  }
}
