package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.Expr;
import dev.sluice.planner.catalog.JavaFunctionDef;
import dev.sluice.planner.validate.JavaFunctions;
import dev.sluice.type.DataType;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.sql.SqlAggFunction;

/** A call of an aggregate that is a Java class. A value. */
record JavaAggregate(JavaFunctionDef function, JavaFunctionDef.Overload overload) {
  /** The aggregate, if {@code call} is one, for the types its arguments have in {@code input}. */
  static Optional<JavaAggregate> of(AggregateCall call, Frame input) {
    return of(
        call.getAggregation(),
        call.getArgList().stream().map(a -> input.columns().get(a).type()).toList());
  }

  /** The aggregate, if {@code aggregation} is one, for arguments of those types. */
  static Optional<JavaAggregate> of(SqlAggFunction aggregation, List<DataType> types) {
    return JavaFunctions.of(aggregation)
        .map(f -> new JavaAggregate(f, f.resolve(types).orElseThrow()));
  }

  /** Whether windows can be put together of panes: every Java aggregate merges. */
  static boolean mergeable(Aggregate aggregate) {
    return aggregate.getAggCallList().stream()
        .flatMap(call -> JavaFunctions.of(call.getAggregation()).stream())
        .allMatch(JavaFunctionDef::merges);
  }

  /** Refuses aggregates that cannot take rows back. */
  static void requireRetraction(Aggregate aggregate, Frame input) {
    for (AggregateCall call : aggregate.getAggCallList()) {
      Optional<JavaAggregate> java = of(call, input);
      if (java.isPresent() && !java.get().overload().retracts()) {
        JavaFunctionDef function = java.get().function();
        String method = java.get().overload().method().descriptor();
        throw UserError.of(
                ErrorCode.CHANGELOG,
                "'" + function.name() + "' cannot take back rows, but its input updates them")
            .withHint(
                "add "
                    + method.replace("accumulate(", "retract(")
                    + " to class "
                    + function.className());
      }
    }
  }

  String id() {
    return function.function(overload).id();
  }

  /** An argument in the type that the method takes. */
  Expr argument(int place, Expr expr) {
    return ExprTranslator.inType(expr, overload.argument(place, expr.type()));
  }
}
