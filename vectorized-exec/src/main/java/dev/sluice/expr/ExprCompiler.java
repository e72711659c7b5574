package dev.sluice.expr;

import dev.sluice.plan.Expr;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;

/** Compiles expressions to loops over Arrow memory. Stateless; safe for use by any thread. */
public final class ExprCompiler {
  private ExprCompiler() {}

  /**
   * Compiles a filter and projection.
   *
   * @param input the columns that {@code ColumnRef}s mean
   * @param condition BOOLEAN; rows where it is false or NULL go
   * @param projections one per column of {@code output}
   * @param output names and types of the result
   * @param context zone and start time
   */
  public static BatchProgram compile(
      Schema input,
      Optional<Expr> condition,
      List<Expr> projections,
      Schema output,
      EvalContext context) {
    throw new UnsupportedOperationException("expression compiler");
  }
}
