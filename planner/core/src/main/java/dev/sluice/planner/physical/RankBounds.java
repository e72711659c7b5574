package dev.sluice.planner.physical;

import dev.sluice.plan.RankNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/**
 * What a condition says of a row's number in an OVER window.
 *
 * @param over the numbering
 * @param from the least number that passes
 * @param to the greatest number that passes
 * @param rest the other conjuncts
 */
record RankBounds(RexOver over, long from, long to, List<RexNode> rest) {
  /** The first numbering that the condition bounds from above, if there is one. */
  static Optional<RankBounds> find(RexNode condition, RexBuilder rexBuilder) {
    List<RexNode> conjuncts =
        RelOptUtil.conjunctions(
            RexUtil.flatten(rexBuilder, RexUtil.expandSearch(rexBuilder, null, condition)));
    for (RexNode conjunct : conjuncts) {
      Optional<Comparison> bound = Comparison.of(conjunct);
      if (bound.isPresent() && bound.get().to() < Long.MAX_VALUE) {
        return Optional.of(of(bound.get().over(), conjuncts));
      }
    }
    return Optional.empty();
  }

  private static RankBounds of(RexOver over, List<RexNode> conjuncts) {
    long from = 1;
    long to = Long.MAX_VALUE;
    List<RexNode> rest = new ArrayList<>();
    for (RexNode conjunct : conjuncts) {
      Optional<Comparison> bound = Comparison.of(conjunct).filter(c -> c.over().equals(over));
      if (bound.isPresent()) {
        from = Math.max(from, bound.get().from());
        to = Math.min(to, bound.get().to());
      } else {
        rest.add(conjunct);
      }
    }
    return new RankBounds(over, from, to, rest);
  }

  RankNode.Function function() {
    return function(over).orElseThrow();
  }

  private static Optional<RankNode.Function> function(RexOver over) {
    return switch (over.getAggOperator().getKind()) {
      case ROW_NUMBER -> Optional.of(RankNode.Function.ROW_NUMBER);
      case RANK -> Optional.of(RankNode.Function.RANK);
      case DENSE_RANK -> Optional.of(RankNode.Function.DENSE_RANK);
      default -> Optional.empty();
    };
  }

  /** A comparison of a numbering with a constant, as an interval of numbers. */
  private record Comparison(RexOver over, long from, long to) {
    static Optional<Comparison> of(RexNode node) {
      if (!(node instanceof RexCall call) || call.getOperands().size() != 2) {
        return Optional.empty();
      }
      RexNode left = RexUtil.removeCast(call.getOperands().get(0));
      RexNode right = RexUtil.removeCast(call.getOperands().get(1));
      if (left instanceof RexOver over && right instanceof RexLiteral literal) {
        return of(over, call.getKind(), literal);
      }
      return right instanceof RexOver over && left instanceof RexLiteral literal
          ? of(over, call.getKind().reverse(), literal)
          : Optional.empty();
    }

    private static Optional<Comparison> of(RexOver over, SqlKind kind, RexLiteral literal) {
      if (function(over).isEmpty() || !(literal.getValue() instanceof BigDecimal number)) {
        return Optional.empty();
      }
      long floor = clamped(number.setScale(0, RoundingMode.FLOOR));
      long ceiling = clamped(number.setScale(0, RoundingMode.CEILING));
      return switch (kind) {
        case LESS_THAN_OR_EQUAL -> Optional.of(new Comparison(over, 1, floor));
        case LESS_THAN -> Optional.of(new Comparison(over, 1, ceiling - 1));
        case GREATER_THAN_OR_EQUAL -> Optional.of(new Comparison(over, ceiling, Long.MAX_VALUE));
        case GREATER_THAN -> Optional.of(new Comparison(over, floor + 1, Long.MAX_VALUE));
        case EQUALS ->
            Optional.of(new Comparison(over, ceiling, floor == ceiling ? floor : ceiling - 1));
        default -> Optional.empty();
      };
    }

    private static long clamped(BigDecimal number) {
      BigDecimal most = BigDecimal.valueOf(Long.MAX_VALUE / 2);
      return number.min(most).max(most.negate()).longValueExact();
    }
  }
}
