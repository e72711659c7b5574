package dev.sluice.expr;

import dev.sluice.batch.RecordBatch;
import dev.sluice.type.Schema;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A compiled filter and projection over one input schema. An instance keeps scratch memory:
 * single-threaded; make one per task with {@link ExprCompiler#compile}.
 */
public interface BatchProgram extends AutoCloseable {
  /** The schema of the batches it makes. */
  Schema output();

  /**
   * Consumes {@code input} and gives the rows whose condition is true with the projected columns,
   * or empty if no row passes. Columns that are plain references are shared, not copied; computed
   * ones are new vectors of the input's length, filled at the selected positions. Selection and row
   * kinds carry over.
   *
   * @throws dev.sluice.error.UserError with code EXPRESSION if a row cannot be computed (overflow,
   *     division by zero, failed cast)
   */
  Optional<RecordBatch> run(RecordBatch input, BufferAllocator allocator);

  @Override
  void close();
}
