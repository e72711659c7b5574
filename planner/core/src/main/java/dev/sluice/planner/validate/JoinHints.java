package dev.sluice.planner.validate;

import dev.sluice.connector.LookupOptions;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.plan.LookupJoinNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

  /** What Flink calls in a hint what is an option of ours. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "async", LookupOptions.ASYNC.key(),
          "capacity", LookupOptions.CAPACITY.key(),
          "output-mode", LookupOptions.OUTPUT_MODE.key(),
          "timeout", LookupOptions.TIMEOUT.key());

  private static final Set<String> RETRIES =
      Set.of("retry-predicate", "retry-strategy", "fixed-delay", "max-attempts");

  /** One hint about one table, by its declared name. */
  private record Said(
      String kind, String table, Map<String, String> options, SourcePosition position) {}

  private final List<Said> all;

  private JoinHints(List<Said> all) {
    this.all = List.copyOf(all);
  }

  /** The hints of all SELECTs of a query. */
  public static JoinHints of(SqlNode query, Positions positions) {
    List<Said> all = new ArrayList<>();
    query.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (call instanceof SqlSelect select && select.hasHints()) {
              for (SqlNode hint : select.getHints()) {
                read((SqlHint) hint, select, positions, all);
              }
            }
            return super.visit(call);
          }
        });
    return new JoinHints(all);
  }

  private static void read(SqlHint hint, SqlSelect select, Positions positions, List<Said> all) {
    String kind = hint.getName().toUpperCase(Locale.ROOT);
    SourcePosition position = positions.of(hint.getParserPosition());
    Map<String, String> tables = new LinkedHashMap<>();
    if (select.getFrom() != null) {
      tables(select.getFrom(), tables);
    }
    if (kind.equals(LOOKUP)) {
      if (hint.getOptionFormat() != SqlHint.HintOptionFormat.KV_LIST
          || !hint.getOptionKVPairs().containsKey(TABLE)) {
        throw UserError.of(ErrorCode.INVALID_QUERY, "LOOKUP names the table that is looked up")
            .withHint("write LOOKUP('table' = 't', 'capacity' = '8')")
            .at(position);
      }
      Map<String, String> pairs = new TreeMap<>(hint.getOptionKVPairs());
      String table = named(kind, pairs.remove(TABLE), tables, position);
      all.add(new Said(kind, table, options(pairs, position), position));
    }
  }

  private static Map<String, String> options(Map<String, String> given, SourcePosition position) {
    Map<String, String> options = new TreeMap<>();
    given.forEach(
        (key, value) -> {
          if (RETRIES.contains(key)) {
            throw UserError.of(
                    ErrorCode.UNSUPPORTED, "LOOKUP: '" + key + "' of a lookup that found nothing")
                .withDetail("A row joins the table as it is when it is looked up, once.")
                .withHint(
                    "leave it out; a lookup that failed is tried again 'lookup.max-retries' times")
                .at(position);
          }
          if (!OPTIONS.containsKey(key)) {
            throw UserError.of(ErrorCode.UNKNOWN_OBJECT, "LOOKUP has no option '" + key + "'")
                .withHint(
                    DidYouMean.hint(
                        key,
                        OPTIONS.keySet(),
                        "it takes " + String.join(", ", new java.util.TreeSet<>(OPTIONS.keySet()))))
                .at(position);
          }
          options.put(OPTIONS.get(key), value);
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
