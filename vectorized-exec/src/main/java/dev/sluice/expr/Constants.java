package dev.sluice.expr;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.EvalContext;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Computes expressions over no columns ahead of a run, to learn of those that have no value:
 * overflow, division by zero, failed casts. Stateless; safe for use by any thread.
 */
public final class Constants {
  private Constants() {}

  /** Why the first of {@code constants} that has no value has none, with its place in the list. */
  public static Optional<Failure> firstFailure(List<Expr> constants) {
    if (succeed(constants)) {
      return Optional.empty();
    }
    for (int i = 0; i < constants.size(); i++) {
      Optional<UserError> error = failure(List.of(constants.get(i)));
      if (error.isPresent()) {
        return Optional.of(
            new Failure(
                i,
                error.get().summary().replaceFirst("^'c\\d+' cannot be computed: ", ""),
                error.get().code(),
                error.get().hint()));
      }
    }
    return Optional.empty();
  }

  /**
   * A constant without value.
   *
   * @param index its place in the list
   * @param reason such as {@code division of 1 by zero}
   * @param code that of the error which ended it
   * @param hint what may be done instead
   */
  public record Failure(int index, String reason, ErrorCode code, Optional<String> hint) {}

  /** Of one constant: more is no sensible one. */
  private static final long MOST_BYTES = 256L << 20;

  private static boolean succeed(List<Expr> constants) {
    return failure(constants).isEmpty();
  }

  private static Optional<UserError> failure(List<Expr> constants) {
    List<Field> fields = new ArrayList<>();
    for (Expr constant : constants) {
      fields.add(new Field("c" + fields.size(), constant.type()));
    }
    Schema none = new Schema(List.of());
    try (BufferAllocator allocator = new RootAllocator(MOST_BYTES);
        BatchProgram program =
            ExprCompiler.compile(
                none, Optional.empty(), constants, new Schema(fields), EvalContext.UTC)) {
      program.run(RecordBatch.of(none, new Column[0], 1), allocator).ifPresent(RecordBatch::close);
      return Optional.empty();
    } catch (UserError e) {
      return Optional.of(e);
    }
  }
}
