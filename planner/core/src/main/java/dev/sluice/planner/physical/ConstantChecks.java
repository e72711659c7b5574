package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.expr.Constants;
import dev.sluice.plan.Expr;
import dev.sluice.planner.validate.Validation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;

/**
 * Computes the constants of queries while they are planned, so that one without a value is told at
 * its place and before anything runs. One per planning; single-threaded.
 */
final class ConstantChecks implements Validation.ConstantListener {
  private final Set<String> computed = new HashSet<>();

  @Override
  public void constants(RexBuilder rexBuilder, List<RexNode> values, List<SourcePosition> places) {
    ExprTranslator translator =
        new ExprTranslator(
            rexBuilder,
            index -> {
              throw new IllegalStateException("a constant has no columns");
            });
    List<Expr> fresh = new ArrayList<>();
    List<SourcePosition> freshPlaces = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (computed.add(values.get(i).toString())) {
        fresh.add(translator.translate(values.get(i)));
        freshPlaces.add(places.get(i));
      }
    }
    if (fresh.isEmpty()) {
      return;
    }
    Optional<Constants.Failure> failure = Constants.firstFailure(fresh);
    if (failure.isPresent()) {
      throw error(failure.get(), fresh.get(failure.get().index()))
          .at(freshPlaces.get(failure.get().index()));
    }
  }

  private static UserError error(Constants.Failure failure, Expr value) {
    boolean never = failure.code() == ErrorCode.UNSUPPORTED;
    UserError error = UserError.of(never ? failure.code() : ErrorCode.CONSTANT, failure.reason());
    boolean cannotBe = !never && !failure.reason().startsWith("division");
    return cannotBe && value instanceof Expr.Cast cast && !cast.safe()
        ? error.withHint(
            "it would be " + cast.type().withNullable(true) + " here; TRY_CAST gives NULL instead")
        : failure.hint().map(error::withHint).orElse(error);
  }
}
