package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Distribution;
import dev.sluice.plan.Expr;
import dev.sluice.plan.OverNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.RankNode;
import dev.sluice.plan.SortKey;
import dev.sluice.plan.StateBound;
import dev.sluice.plan.TimeAttribute;
import dev.sluice.type.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;

/**
 * ORDER BY and LIMIT: at the end of bounded input, by event time as the watermark passes rows, or
 * as a Top-N that updates. Single-threaded.
 */
final class Sorts {
  private final RelTranslator rels;
  private final Scans scans;
  private final Ranks ranks;

  Sorts(RelTranslator rels, Scans scans, Ranks ranks) {
    this.rels = rels;
    this.scans = scans;
    this.ranks = ranks;
  }

  Frame translate(Sort sort) {
    Frame frame = rels.translate(sort.getInput());
    List<String> names = RelTranslator.names(sort.getInput());
    PlanNode input = rels.materialize(frame, names);
    List<SortKey> keys = new ArrayList<>();
    for (RelFieldCollation field : sort.getCollation().getFieldCollations()) {
      keys.add(RelTranslator.sortKey(field.getFieldIndex(), field));
    }
    long offset = number(sort.offset, 0);
    Optional<Long> fetch =
        sort.fetch == null ? Optional.empty() : Optional.of(number(sort.fetch, 0));
    boolean updating = input.traits().changelog() != ChangelogMode.INSERT_ONLY;
    if (keys.isEmpty() && !updating) {
      return limited(frame, input, offset, fetch);
    }
    if (!updating && input.traits().bounded()) {
      PlanNode gathered = Aggregations.exchange(input, List.of());
      PlanTraits traits = gathered.traits().withState(new StateBound.ByInput());
      return RelTranslator.node(new PlanNode.Sort(gathered, keys, offset, fetch, traits));
    }
    if (!updating) {
      RelTranslator.Built timed = rels.materialize(frame, names, true);
      if (isByTime(timed.node().traits(), keys)) {
        return byTime(timed, keys, offset, fetch);
      }
    }
    if (fetch.isEmpty()) {
      throw UserError.of(
              updating ? ErrorCode.CHANGELOG : ErrorCode.UNBOUNDED_STATE,
              updating
                  ? "ORDER BY without LIMIT over a result that updates is not supported"
                  : "ORDER BY needs a bounded input: this one never ends")
          .withHint(
              "add LIMIT, order by the watermark's column, drop ORDER BY, or bound the source (for"
                  + " Kafka 'scan.bounded.mode' = 'latest-offset')");
    }
    return first(input, keys, offset, fetch.get());
  }

  private Frame limited(Frame frame, PlanNode given, long offset, Optional<Long> fetch) {
    long wanted = offset + fetch.orElse(Long.MAX_VALUE / 2);
    boolean pushed =
        wanted <= Integer.MAX_VALUE && frame.table().filter(scans::mayPushLimit).isPresent();
    PlanNode input = pushed ? Scans.withLimit(given, (int) wanted) : given;
    return limit(Aggregations.exchange(input, List.of()), offset, fetch);
  }

  private static Frame limit(PlanNode gathered, long offset, Optional<Long> fetch) {
    return RelTranslator.node(
        new PlanNode.Limit(gathered, offset, fetch.orElse(Long.MAX_VALUE), gathered.traits()));
  }

  private static boolean isByTime(PlanTraits traits, List<SortKey> keys) {
    return traits.time().filter(t -> t.column() == keys.get(0).column()).isPresent()
        && !keys.get(0).descending();
  }

  /** Rows in order of event time. */
  private static Frame byTime(
      RelTranslator.Built built, List<SortKey> keys, long offset, Optional<Long> fetch) {
    PlanNode input = Aggregations.exchange(built.node(), List.of());
    OptionalInt mark =
        built.rowWatermark() >= 0 ? OptionalInt.of(built.rowWatermark()) : OptionalInt.empty();
    PlanNode sorted =
        new OverNode(
            input,
            List.of(),
            keys,
            List.of(),
            dev.sluice.plan.Emit.ON_UPDATE,
            Optional.empty(),
            Optional.of(new OverNode.ByTime(keys.get(0).column(), mark)),
            input
                .traits()
                .withTime(input.traits().time().map(TimeAttribute::alone))
                .withDistribution(Distribution.ANY)
                .withState(new StateBound.ByWatermark("rows ahead of the watermark")));
    boolean all = offset == 0 && fetch.isEmpty();
    Frame made = all ? RelTranslator.node(sorted) : limit(sorted, offset, fetch);
    int width = sorted.schema().size() - (built.rowWatermark() >= 0 ? 1 : 0);
    return made.withColumns(made.columns().subList(0, width));
  }

  /** The first rows of all, as changes. */
  private Frame first(PlanNode input, List<SortKey> keys, long offset, long fetch) {
    Ranks.Spec spec =
        new Ranks.Spec(
            List.of(),
            keys,
            RankNode.Arrival.NONE,
            RankNode.Function.ROW_NUMBER,
            offset + 1,
            fetch > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + fetch,
            false);
    Frame made = RelTranslator.node(ranks.node(input, spec, false, Optional.empty()));
    return fetch == 0
        ? made.withCondition(Expr.Literal.of(false, DataType.of(DataType.Kind.BOOLEAN).notNull()))
        : made;
  }

  private static long number(RexNode node, long fallback) {
    if (node == null) {
      return fallback;
    }
    if (!(node instanceof RexLiteral literal)) {
      throw UserError.of(ErrorCode.UNSUPPORTED, "LIMIT and OFFSET take constant numbers");
    }
    return literal.getValueAs(BigDecimal.class).longValueExact();
  }
}
