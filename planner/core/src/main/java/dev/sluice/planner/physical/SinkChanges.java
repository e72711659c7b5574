package dev.sluice.planner.physical;

import dev.sluice.connector.SinkCapabilities;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.ChangelogNormalizeNode;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.DropUpdateBeforeNode;
import dev.sluice.plan.Emit;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TableRef;
import dev.sluice.plan.UpsertMaterializeNode;
import dev.sluice.plan.UpsertMaterializeNode.Conflict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The changes of a query as its sink takes them.
 *
 * <pre>
 * the query       the sink            what stands between them
 * insert-only     any                 nothing
 * retract         takes all kinds     nothing
 * retract         inserts only        refused
 * retract         upserts by a key    DropUpdateBefore, where the query has at most one row of a key;
 *                                     else UpsertMaterialize as ON CONFLICT says, else refused
 * </pre>
 *
 * Stateless.
 */
final class SinkChanges {
  private final TableRef table;
  private final SinkCapabilities can;
  private final Optional<Conflict> policy;
  private final long ttlMicros;

  /**
   * @param ttlMicros after how long without a row a key's rows are forgotten; 0: never
   */
  SinkChanges(TableRef table, SinkCapabilities can, Optional<String> onConflict, long ttlMicros) {
    this.ttlMicros = ttlMicros;
    this.table = table;
    this.can = can;
    this.policy = onConflict.map(Conflict::valueOf);
  }

  /** The input of the sink. */
  PlanNode fit(PlanNode input) {
    boolean updates = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    // what takes any change (print) goes by its PRIMARY KEY where the query says what for
    boolean byKey =
        can.accepts() == ChangelogMode.UPSERT
            || can.accepts() == ChangelogMode.RETRACT && policy.isPresent();
    boolean upserts = byKey && !table.primaryKey().isEmpty();
    if (policy.isPresent() && !upserts) {
      throw UserError.of(
              ErrorCode.INVALID_QUERY,
              "ON CONFLICT needs a sink that takes upserts by PRIMARY KEY, which '"
                  + table.name()
                  + "' is not")
          .withHint("leave the clause out, or write to a jdbc table with a PRIMARY KEY");
    }
    if (updates && can.accepts() == ChangelogMode.INSERT_ONLY) {
      throw insertsOnly(input);
    }
    if (!upserts) {
      return input;
    }
    List<Integer> key = primaryKey();
    boolean unique =
        input.traits().uniqueKeys().stream().anyMatch(k -> new TreeSet<>(key).containsAll(k));
    if (unique) {
      return updates ? withoutUpdateBefore(input, key) : input;
    }
    if (updates && policy.isEmpty()) {
      throw otherKey(input);
    }
    boolean lastWinsAnyway = !updates && policy.filter(Conflict.DEDUPLICATE::equals).isPresent();
    return policy.isEmpty() || lastWinsAnyway ? input : materialized(input, key);
  }

  private List<Integer> primaryKey() {
    List<Integer> key = new ArrayList<>();
    for (String column : table.primaryKey()) {
      table.schema().indexOf(column).ifPresent(key::add);
    }
    return key;
  }

  private static PlanNode withoutUpdateBefore(PlanNode input, List<Integer> key) {
    PlanNode together = isTogether(input, key) ? input : Aggregations.exchange(input, key);
    return new DropUpdateBeforeNode(
        together,
        key,
        together
            .traits()
            .withChangelog(ChangelogMode.UPSERT)
            .withKeys(List.of(key))
            .withState(StateBound.NONE));
  }

  private PlanNode materialized(PlanNode input, List<Integer> key) {
    PlanNode together = Aggregations.exchange(input, key);
    PlanTraits traits =
        together
            .traits()
            .withChangelog(ChangelogMode.UPSERT)
            .withKeys(List.of(key))
            .withState(
                input.traits().bounded()
                    ? new StateBound.ByInput()
                    : StateBound.byTime(
                        ttlMicros,
                        "every row of the sink's keys",
                        "every row of the sink's keys, until taken back"));
    return new UpsertMaterializeNode(together, key, policy.orElseThrow(), traits);
  }

  /** Whether all rows of a key come from one task: the one that has their group. */
  private static boolean isTogether(PlanNode input, List<Integer> key) {
    List<Integer> places = key;
    PlanNode node = input;
    while (node instanceof PlanNode.FilterProject || node instanceof ConstraintEnforcerNode) {
      List<Expr> projections =
          node instanceof PlanNode.FilterProject project
              ? project.projections()
              : ((ConstraintEnforcerNode) node).projections();
      List<Integer> below = new ArrayList<>();
      for (int place : places) {
        Exprs.sameValue(projections.get(place)).ifPresent(below::add);
      }
      places = below;
      node = node.inputs().get(0);
    }
    List<Integer> grouped = new ArrayList<>();
    if (node instanceof PlanNode.GroupAggregate aggregate) {
      aggregate.keys().forEach(k -> grouped.add(grouped.size()));
    } else if (node instanceof PlanNode.WindowAggregate aggregate) {
      aggregate.keys().forEach(k -> grouped.add(grouped.size()));
    } else {
      return node.traits().distribution() instanceof Distribution.Single;
    }
    return places.containsAll(grouped);
  }

  private UserError insertsOnly(PlanNode input) {
    boolean finite = input.traits().bounded();
    PlanNode cause = cause(input);
    String other =
        table.primaryKey().isEmpty()
            ? "write to a sink with a PRIMARY KEY (jdbc, kafka)"
            : "write to a connector that takes upserts (jdbc, kafka)";
    return UserError.of(
            ErrorCode.CHANGELOG,
            "the query updates its results, but sink '" + table.name() + "' takes inserts only")
        .withDetail(why(cause))
        .withHint(String.join(", or ", fixes(cause, other, finite)));
  }

  private static List<String> fixes(PlanNode cause, String other, boolean finite) {
    List<String> fixes = new ArrayList<>();
    if (finite || cause instanceof PlanNode.WindowAggregate) {
      fixes.add("leave EMIT out, so that each result comes once, when it is final");
    } else if (cause instanceof PlanNode.GroupAggregate) {
      fixes.add("group by a window (TUMBLE, HOP)");
    }
    fixes.add(other);
    if (!finite && !(cause instanceof PlanNode.WindowAggregate)) {
      fixes.add("bound the source so that the result is final");
    }
    return fixes;
  }

  /** The lowest node on the way down that makes updates out of inserts. */
  private static PlanNode cause(PlanNode node) {
    return node.inputs().stream()
        .filter(input -> input.traits().changelog() != ChangelogMode.INSERT_ONLY)
        .findFirst()
        .map(SinkChanges::cause)
        .orElse(node);
  }

  private static String why(PlanNode cause) {
    if (cause instanceof PlanNode.GroupAggregate aggregate) {
      return aggregate.input().traits().bounded()
          ? "With EMIT " + emit(aggregate.emit()) + " a group's row changes as rows arrive."
          : "An aggregation without a window over an input that never ends changes its results as"
              + " rows arrive.";
    }
    if (cause instanceof PlanNode.WindowAggregate aggregate) {
      return "With EMIT "
          + emit(aggregate.emit())
          + " a window gives results before it is complete, and changes them as rows arrive.";
    }
    if (cause instanceof ChangelogNormalizeNode || cause instanceof PlanNode.Scan) {
      PlanNode scan = cause;
      while (!scan.inputs().isEmpty()) {
        scan = scan.inputs().get(0);
      }
      String name =
          scan instanceof PlanNode.Scan read ? "'" + read.table().name() + "'" : "a table";
      return name + " is read as a changelog: its rows are updated and deleted.";
    }
    return cause.label() + " changes its results as rows arrive.";
  }

  private static String emit(Emit emit) {
    return emit.toString().toUpperCase(Locale.ROOT);
  }

  private UserError otherKey(PlanNode input) {
    List<List<String>> keys =
        input.traits().uniqueKeys().stream()
            .map(k -> k.stream().map(table.schema().names()::get).toList())
            .filter(k -> !k.isEmpty())
            .toList();
    String primary = "(" + String.join(", ", table.primaryKey()) + ")";
    String instead =
        keys.isEmpty()
            ? "select the columns that identify a row of the query, and declare them as PRIMARY KEY"
            : "declare PRIMARY KEY (" + String.join(", ", keys.get(0)) + ") NOT ENFORCED";
    return UserError.of(
            ErrorCode.CHANGELOG,
            "the PRIMARY KEY "
                + primary
                + " of sink '"
                + table.name()
                + "' is not the key of the"
                + " query's rows: several of them may have one key")
        .withDetail(
            keys.isEmpty()
                ? "No set of the query's columns is known to identify a row."
                : "The query's rows are identified by " + shown(keys) + ".")
        .withHint(
            instead
                + ", or say what becomes of rows with one key: ON CONFLICT DO DEDUPLICATE (the last"
                + " wins), NOTHING (the first wins) or ERROR");
  }

  private static String shown(List<List<String>> keys) {
    Set<String> texts = new TreeSet<>();
    keys.forEach(k -> texts.add("(" + String.join(", ", k) + ")"));
    return String.join(" or ", texts);
  }
}
