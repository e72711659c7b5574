package dev.sluice.expr;

import dev.sluice.batch.Column;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.EvalError;
import dev.sluice.function.RefusedValue;
import dev.sluice.plan.Expr;
import dev.sluice.type.Schema;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;

/** Runs generated loops over batches. Single-threaded. */
final class CompiledProgram implements BatchProgram {
  private static final Pattern COLUMN_OR_STRING = Pattern.compile("'[^']*'|\\$(\\d+)");

  private final GeneratedLoops loops;
  private final Input[] inputs;
  private final Optional<Expr> condition;
  private final List<Expr> projections;
  private final Schema output;

  CompiledProgram(
      GeneratedLoops loops,
      Input[] inputs,
      Optional<Expr> condition,
      List<Expr> projections,
      Schema output) {
    this.loops = loops;
    this.inputs = inputs;
    this.condition = condition;
    this.projections = projections;
    this.output = output;
  }

  @Override
  public Schema output() {
    return output;
  }

  @Override
  public Optional<RecordBatch> run(RecordBatch input, BufferAllocator allocator) {
    try (input) {
      for (Input column : inputs) {
        column.load(input);
      }
      int[] positions = input.selection().map(Selection::positions).orElse(null);
      int count = input.rowCount();
      Optional<Selection> selection = input.selection();
      if (condition.isPresent()) {
        int[] kept = new int[count];
        int n = filter(input, count, positions, kept);
        if (n < count) {
          positions = kept;
          count = n;
          selection = Optional.of(new Selection(kept, n));
        }
      }
      if (count == 0) {
        return Optional.empty();
      }
      return Optional.of(project(input, allocator, count, positions, selection));
    }
  }

  /** Whether the condition is true of the only row of a batch. */
  boolean test(RecordBatch batch) {
    for (Input column : inputs) {
      column.load(batch);
    }
    return filter(batch, 1, null, new int[1]) == 1;
  }

  private int filter(RecordBatch input, int count, int[] positions, int[] kept) {
    try {
      return loops.filter(inputs, count, positions, kept);
    } catch (EvalError | ArithmeticException | DateTimeException e) {
      throw failed("the condition", condition.orElseThrow(), input, e);
    }
  }

  private RecordBatch project(
      RecordBatch input,
      BufferAllocator allocator,
      int count,
      int[] positions,
      Optional<Selection> selection) {
    return RecordBatch.make(
        output,
        i ->
            projections.get(i) instanceof Expr.ColumnRef ref
                ? input.retainColumn(ref.index())
                : compute(i, input, allocator, count, positions),
        input.length(),
        selection,
        input.kinds());
  }

  private Column compute(
      int index, RecordBatch input, BufferAllocator allocator, int count, int[] positions) {
    Result result =
        new Result(output.field(index).name(), output.type(index), input.length(), allocator);
    boolean done = false;
    try {
      loops.project(index, inputs, count, positions, result);
      Column column = new Column(result.finish());
      done = true;
      return column;
    } catch (RefusedValue e) {
      throw UserError.of(ErrorCode.EXPRESSION, String.valueOf(e.getMessage()))
          .withDetail("The row is " + row(input, e.position()) + ".")
          .withHint(e.hint())
          .causedBy(e);
    } catch (EvalError | ArithmeticException | DateTimeException e) {
      throw failed("'" + output.field(index).name() + "'", projections.get(index), input, e);
    } finally {
      if (!done) {
        result.abandon();
      }
    }
  }

  private static String row(RecordBatch input, int position) {
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < input.schema().size(); c++) {
      String name = input.schema().field(c).name();
      if (!name.startsWith("$")) {
        text.append(text.isEmpty() ? "" : ", ").append(name).append(" = ");
        text.append(input.vector(c).getObject(position));
      }
    }
    return text.toString();
  }

  private static UserError failed(String what, Expr expr, RecordBatch input, RuntimeException e) {
    return UserError.of(ErrorCode.EXPRESSION, what + " cannot be computed: " + e.getMessage())
        .withDetail("The expression is " + named(expr.toString(), input.schema()) + ".")
        .causedBy(e);
  }

  /** An expression's text with columns by their names; what stands in strings is left alone. */
  private static String named(String text, Schema schema) {
    return COLUMN_OR_STRING
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? found.group()
                        : schema.field(Integer.parseInt(found.group(1))).name()));
  }

  @Override
  public void close() {
    // scratch memory is on the heap
  }
}
