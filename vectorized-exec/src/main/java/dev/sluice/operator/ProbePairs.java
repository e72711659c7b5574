package dev.sluice.operator;

import dev.sluice.batch.ArrowTypes;
import dev.sluice.batch.Column;
import dev.sluice.batch.Gather;
import dev.sluice.batch.Loops;
import dev.sluice.batch.RecordBatch;
import dev.sluice.batch.Selection;
import dev.sluice.expr.BatchProgram;
import dev.sluice.expr.ExprCompiler;
import dev.sluice.plan.JoinNode;
import dev.sluice.state.AppendedRows;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Pairs of a row of a batch that passes by and a row that is kept, as batches. Where no row of the
 * batch has two partners and many have one, its columns are shared, not copied, and those of the
 * partners are laid beside them. Single-threaded.
 */
final class ProbePairs implements AutoCloseable {
  /** Of so many rows one must have a partner, or copying is cheaper. */
  private static final int SPARSEST = 4;

  private final JoinNode node;
  private final int keptSide;
  private final int leftWidth;
  private final BufferAllocator allocator;
  private final Schema pairs;
  private final boolean[] tested;
  private final Optional<BatchProgram> program;

  /** Stand for columns that the condition does not ask for. */
  private final RecordBatch fillers;

  private int[] identity = new int[0];

  ProbePairs(JoinNode node, int keptSide, OperatorContext context) {
    this.node = node;
    this.keptSide = keptSide;
    allocator = context.allocator();
    leftWidth = node.left().schema().size();
    pairs = node.left().schema().append(node.right().schema().fields().toArray(new Field[0]));
    tested = new boolean[pairs.size()];
    node.condition().ifPresent(c -> c.columns().forEach(column -> tested[column] = true));
    program =
        node.condition()
            .map(
                c ->
                    ExprCompiler.compile(
                        pairs,
                        Optional.of(c),
                        List.of(),
                        new Schema(List.of()),
                        context.evalContext()));
    fillers =
        RecordBatch.make(
            program.isPresent() ? pairs : new Schema(List.of()),
            c -> new Column(ArrowTypes.vector(pairs.field(c).name(), pairs.type(c), allocator)),
            0,
            Optional.empty(),
            Optional.empty());
  }

  boolean hasCondition() {
    return program.isPresent();
  }

  /**
   * Some pairs.
   *
   * @param positions of the rows in the batch
   * @param rows of the store, their partners
   * @param shared whether the columns of the batch are shared; then positions ascend
   */
  record Some(
      RecordBatch batch,
      AppendedRows kept,
      int[] positions,
      int[] rows,
      int count,
      boolean shared) {
    /** How best to make them; {@code ascending}: whether positions are, each of them there once. */
    static Some of(
        RecordBatch batch,
        AppendedRows kept,
        int[] positions,
        int[] rows,
        int count,
        boolean ascending) {
      boolean shared = ascending && (long) count * SPARSEST >= batch.length() && kept.takesGaps();
      return new Some(batch, kept, positions, rows, count, shared);
    }

    int length() {
      return shared ? batch.length() : count;
    }
  }

  /** Moves the pairs that satisfy the condition to the front; gives how many. */
  int test(Some some) {
    if (program.isEmpty()) {
      return some.count();
    }
    RecordBatch all =
        RecordBatch.make(
            pairs,
            c -> tested[c] ? column(some, c, pairs.field(c)) : fillers.retainColumn(c),
            some.length(),
            selection(some),
            Optional.empty());
    Optional<RecordBatch> passed = program.get().run(all, allocator);
    if (passed.isEmpty()) {
      return 0;
    }
    try (RecordBatch left = passed.get()) {
      return keep(some, left);
    }
  }

  private static int keep(Some some, RecordBatch left) {
    if (left.selection().isEmpty()) {
      return some.count();
    }
    int n = left.rowCount();
    int[] places = left.selection().get().positions();
    int pair = 0;
    for (int i = 0; i < n; i++) {
      if (some.shared()) {
        while (some.positions()[pair] != places[i]) {
          pair++;
        }
      } else {
        pair = places[i];
      }
      some.positions()[i] = some.positions()[pair];
      some.rows()[i] = some.rows()[pair];
    }
    return n;
  }

  private static Optional<Selection> selection(Some some) {
    return some.shared() && some.count() < some.length()
        ? Optional.of(new Selection(Arrays.copyOf(some.positions(), some.count()), some.count()))
        : Optional.empty();
  }

  /** Column {@code c} of left and right side by side. */
  private Column column(Some some, int c, Field as) {
    int side = c < leftWidth ? 0 : 1;
    int own = c - side * leftWidth;
    if (side != keptSide) {
      return some.shared()
          ? some.batch().retainColumn(own)
          : new Column(
              Gather.take(
                  as.name(),
                  as.type(),
                  some.batch().vector(own),
                  some.positions(),
                  some.count(),
                  allocator));
    }
    int[] at = some.shared() ? some.positions() : identity(some.count());
    return new Column(
        some.kept()
            .vector(own, as.name(), some.rows(), at, some.count(), some.length(), allocator));
  }

  private int[] identity(int count) {
    if (identity.length < count) {
      identity = Loops.identity(Math.max(count, 1024));
    }
    return identity;
  }

  /** The pairs as rows of the join's output. */
  RecordBatch output(Some some) {
    return made(c -> column(some, c, pairs.field(c)), some.length(), selection(some));
  }

  /** Rows of a batch without a partner, or those that are given alone; takes over the array. */
  RecordBatch alone(RecordBatch batch, int[] positions, int count) {
    Optional<Selection> selection =
        count == batch.length() ? Optional.empty() : Optional.of(new Selection(positions, count));
    return made(
        c -> {
          int side = c < leftWidth ? 0 : 1;
          return side == keptSide
              ? nulls(c, batch.length())
              : batch.retainColumn(c - side * leftWidth);
        },
        batch.length(),
        selection);
  }

  /** Kept rows without a partner. */
  RecordBatch rest(AppendedRows kept, int[] rows, int count) {
    return made(
        c -> {
          int side = c < leftWidth ? 0 : 1;
          return side == keptSide
              ? new Column(
                  kept.vector(
                      c - side * leftWidth,
                      pairs.field(c).name(),
                      rows,
                      identity(count),
                      count,
                      count,
                      allocator))
              : nulls(c, count);
        },
        count,
        Optional.empty());
  }

  private Column nulls(int c, int length) {
    return new Column(Gather.nulls(pairs.field(c).name(), pairs.type(c), length, allocator));
  }

  /** The output's columns, which {@code maker} makes of those of left and right side by side. */
  private RecordBatch made(IntFunction<Column> maker, int length, Optional<Selection> selection) {
    return RecordBatch.make(
        node.schema(), i -> maker.apply(node.output().get(i)), length, selection, Optional.empty());
  }

  @Override
  public void close() {
    program.ifPresent(BatchProgram::close);
    fillers.close();
  }
}
